"""The whole installation, tried by somebody who means harm: every route, every form, every field.

What is tried is read from the table of routes and from the pages themselves, so that what is new is
tried as well. A visitor first puts harmful text into every field of every form that an owner of a
race can reach, and into every text of the race's document; then every page is looked at for text
that became more than text.
"""

import io
import re
import resource
import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests.serving import BEFORE, RACE, SLUG, bearer, director_key, settings_for, station_key
from tests.web.people import account, signed_in
from timing import racefile
from timing.core.document import Document
from timing.db.engines import Database, open_database
from timing.operations.races import add_race
from timing.operations.roles import Part
from timing.web.application import create_app

TAG = "xss-probe"
PAYLOAD = f"\"><{TAG} onerror=probe()>'{{{{7*7191}}}}<script>probe()</script>"
IN_ADDRESSES = "javascript:probe()"
COMPUTED = "50337"  # what {{7*7191}} would be, were it ever computed

MOST_BYTES = 65_536
MOST_PAGES = 600
SAME_PAGE_WITH_OTHER_QUERIES = 3

ENDS_OR_LOCKS_OUT = re.compile(r"sign-out|/sessions|password|/remove$|/leave|/delete|/erase|second")
"""Forms after which nobody could go on: each is tried by the tests of its own part."""


# -- a race full of it ----------------------------------------------------------------------------


def texts(value: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where in a document there is a text, as names and indices."""
    if isinstance(value, str) and type(value) is str:
        yield path
    elif is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            yield from texts(getattr(value, one.name), (*path, one.name))
    elif isinstance(value, tuple):
        for index, one in enumerate(value):
            yield from texts(one, (*path, index))


def changed(value: Any, path: tuple[Any, ...], text: str) -> Any:
    """The value with a text in that place."""
    if not path:
        return text
    first, *rest = path
    if isinstance(first, int):
        return (*value[:first], changed(value[first], tuple(rest), text), *value[first + 1 :])
    return replace(value, **{first: changed(getattr(value, first), tuple(rest), text)})


def is_taken(document: Document) -> bool:
    try:
        return racefile.loads(racefile.dump(document), name="tried") == document
    except Exception:  # noqa: BLE001 - whatever it was, the document is refused
        return False


def full_of(harmful: Sequence[str]) -> tuple[Document, int]:
    """The race of tests with one of these wherever it may be, and in how many places that is."""
    document = racefile.load(RACE)
    places = 0
    for path in list(texts(document)):
        if path == ("race", "slug"):
            continue
        for text in harmful:
            tried = changed(document, path, text)
            if is_taken(tried):
                document, places = tried, places + 1
                break
    return document, places


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """An application in which everything was tried once, and whoever did."""

    app: Flask
    owner: FlaskClient
    pages: Mapping[str, str]
    taken: int
    files: frozenset[tuple[str, str]]


@pytest.fixture(scope="module")
def migrated_module(
    migrated_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    path = tmp_path_factory.mktemp("whole") / "race.sqlite"
    shutil.copy(migrated_file, path)
    database = open_database(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.fixture(scope="module")
def tried(migrated_module: Database) -> Tried:
    document, places = full_of((PAYLOAD, f"x{IN_ADDRESSES}"))
    assert places > 15
    database = migrated_module
    with database.writing() as session:
        add_race(session, document, at=BEFORE, by=PAYLOAD)
    # What is uploaded is kept in the folder of the instance.
    app = create_app(settings_for(database, BIVOUAC_INSTANCE=str(Path(str(database.file)).parent)))
    app.config["WTF_CSRF_ENABLED"] = False
    station_key(database, "PASS", label=PAYLOAD)
    owner = signed_in(app, database, account(database, "owner", Part.OWNER))
    found = crawl(owner)
    taken, files = fill_in(owner, found)
    return Tried(app=app, owner=owner, pages=crawl(owner), taken=taken, files=frozenset(files))


# -- a visitor who looks at everything ------------------------------------------------------------


class Page(HTMLParser):
    """What a browser would find in a page: elements with their attributes, and scripts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.scripts: list[tuple[dict[str, str], str]] = []
        self._script: dict[str, str] | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.elements.append((tag, given))
        self._script = given if tag == "script" else None

    def handle_data(self, data: str) -> None:
        if self._script is not None:
            self.scripts.append((self._script, data))

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._script = None


def is_html(answer: TestResponse) -> bool:
    return (answer.content_type or "").startswith(("text/html", "image/svg"))


def ours(base: str, link: str) -> str:
    """The address of a link on this installation, empty for any other."""
    parts = urlsplit(urljoin(f"http://localhost{base}", link))
    if parts.netloc != "localhost" or parts.scheme != "http":
        return ""
    return parts.path + (f"?{parts.query}" if parts.query else "")


def crawl(client: FlaskClient) -> dict[str, str]:
    """Every page that links lead to, by its address, from the first ones on."""
    waiting = ["/", "/desk", f"/desk/{SLUG}", f"/races/{SLUG}", "/station", "/api/v1/"]
    seen: dict[str, int] = {}
    pages: dict[str, str] = {}
    while waiting and len(pages) < MOST_PAGES:
        address = waiting.pop(0)
        path = address.partition("?")[0]
        if address in pages or path.startswith("/static/") or path.endswith("/events"):
            continue
        if re.match(r"/[a-z]{2}(/|$)", path) and not path.startswith("/fr"):
            continue  # one language beside English is enough
        if seen.get(path, 0) >= SAME_PAGE_WITH_OTHER_QUERIES:
            continue
        seen[path] = seen.get(path, 0) + 1
        answer = client.get(address)
        assert answer.status_code < 500, address
        if answer.status_code in (301, 302, 303, 307, 308):
            waiting.append(ours(path, answer.location))
        elif is_html(answer):
            pages[address] = answer.text
            for _, given in Page(answer.text).elements:
                if link := ours(path, given.get("href", "")):
                    waiting.append(link)
        answer.close()
    return pages


def forms(html: str) -> Iterator[tuple[str, str, list[tuple[str, dict[str, str]]]]]:
    """The forms of a page: method, action, and their fields with their attributes."""
    found: list[tuple[str, str, list[tuple[str, dict[str, str]]]]] = []
    select: dict[str, str] | None = None
    for tag, given in Page(html).elements:
        if tag == "form":
            found.append((given.get("method", "get").lower(), given.get("action", ""), []))
        elif tag in {"input", "textarea"} and found:
            found[-1][2].append((tag, given))
        elif tag == "select":
            select = given
        elif tag == "option" and select is not None and found and given.get("value"):
            found[-1][2].append(("select", {**select, "value": given["value"]}))
            select = None
    yield from found


def fill_in(client: FlaskClient, pages: Mapping[str, str]) -> tuple[int, set[tuple[str, str]]]:
    """Send every form with harmful text in each field; how many were taken, and where files go."""
    done: set[tuple[str, tuple[str, ...]]] = set()
    files: set[tuple[str, str]] = set()
    taken = 0
    for address, html in pages.items():
        for method, action, given in forms(html):
            target = ours(address, action or address)
            names = tuple(sorted(one.get("name", "") for _, one in given))
            if method != "post" or not target or (target, names) in done:
                continue
            done.add((target, names))
            files |= {(target, one["name"]) for _, one in given if one.get("type") == "file"}
            if ENDS_OR_LOCKS_OUT.search(target):
                continue
            answer = client.post(target, data=values(given))
            assert answer.status_code < 500, (target, values(given))
            if is_html(answer):
                assert harm(answer.text) == [], target
            taken += answer.status_code == 303
    return taken, files


def values(given: list[tuple[str, dict[str, str]]]) -> dict[str, str]:
    """What is typed: harmful text wherever one can type, and what is there elsewhere."""
    found: dict[str, str] = {}
    for tag, one in given:
        name, kind = one.get("name", ""), one.get("type", "text")
        if not name or kind in {"file", "submit"}:
            continue
        if tag == "select" or kind in {"hidden", "number", "time", "date", "datetime-local"}:
            found[name] = one.get("value") or {"number": "1", "time": "09:00"}.get(kind, "")
        elif kind in {"radio", "checkbox"}:
            if kind == "checkbox" or "checked" in one or name not in found:
                found[name] = one.get("value", "on")
        elif kind == "url" or "url" in name:
            found[name] = IN_ADDRESSES
        elif kind == "email":
            found[name] = f'"<{TAG}>"@example.org'
        elif re.search(r"bib|stage|number|time|\bat\b", name):
            found[name] = one.get("value") or "7"
        else:
            found[name] = PAYLOAD
    return found


def harm(html: str) -> list[str]:
    """What in a page is more than text and should not be."""
    page, found = Page(html), []
    for tag, given in page.elements:
        if tag == TAG:
            found.append(f"an element <{tag}>")
        found += [f"<{tag} {name}=…>" for name in given if name.startswith("on")]
        for name in ("href", "src", "action", "formaction", "xlink:href", "data"):
            target = given.get(name, "").strip().lower()
            if target.startswith(("javascript:", "vbscript:")) or (
                target.startswith("data:") and tag not in {"img", "link"}
            ):
                found.append(f"<{tag} {name}={target[:40]}>")
    for given, text in page.scripts:
        if "src" not in given and given.get("type") not in {
            "application/json",
            "application/ld+json",
        }:
            found.append(f"a script of its own: {text[:40]}")
    if COMPUTED in html:
        found.append("a template in a text was computed")
    return found


# -- stored XSS -----------------------------------------------------------------------------------


def test_what_finds_harm_does_find_it() -> None:
    for html in (
        f"<p>{PAYLOAD}</p>",
        f'<input value="{PAYLOAD}">',
        '<a href=" JavaScript:probe()">x</a>',
        "<script>probe()</script>",
        '<img src=x onerror="probe()">',
        f"<p>{COMPUTED}</p>",
    ):
        assert harm(html), html
    assert harm(f"<p>{PAYLOAD.replace('<', '&lt;').replace('>', '&gt;')}</p>") == []


def test_no_text_of_a_race_becomes_more_than_text(tried: Tried) -> None:
    found = {address: harm(html) for address, html in tried.pages.items()}
    assert {address: what for address, what in found.items() if what} == {}
    # And it was there to be found, on pages of visitors and of the desk.
    showing = [address for address, html in tried.pages.items() if TAG in html]
    assert len([address for address in showing if address.startswith("/races")]) > 10
    assert len([address for address in showing if address.startswith("/desk")]) > 15
    assert tried.taken >= 10


def rules_of_pages(app: Flask) -> Iterator[Rule]:
    for rule in app.url_map.iter_rules():
        methods = rule.methods or set()
        if "GET" in methods and not rule.rule.endswith("/events"):
            yield rule


def address_of(rule: Rule, **values_of: str) -> str:
    """An address of a rule, with something in each of its places."""
    path = rule.rule
    for argument in rule.arguments:
        place = rf"<(?:\w+:)?{argument}>"
        usual = SLUG if argument == "slug" else "1" if argument == "number" else "7"
        path = re.sub(place, lambda _: values_of.get(argument, usual), path)  # noqa: B023
    return path


def test_every_answer_tells_browsers_what_to_refuse(tried: Tried) -> None:
    for rule in rules_of_pages(tried.app):
        answer = tried.owner.get(address_of(rule))
        assert answer.status_code < 500 or rule.rule == "/readyz", rule
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy, rule
        assert "unsafe" not in policy, rule
        assert answer.headers["X-Content-Type-Options"] == "nosniff", rule
        assert answer.headers["Referrer-Policy"] == "same-origin", rule
        if rule.rule.startswith("/desk"):
            assert "frame-ancestors 'none'" in policy, rule
            assert re.search("no-store|private", answer.headers["Cache-Control"]), rule
        answer.close()


# -- paths ----------------------------------------------------------------------------------------

CLIMBING = (
    "..%2F..%2F..%2F..%2F..%2Fetc%2Fpasswd",
    "%2e%2e%2f%2e%2e%2fsecret-key",
    "..%5C..%5Csecret-key",
    "%2Fetc%2Fpasswd",
    "secret-key%00.json",
)


def test_no_part_of_an_address_leads_out_of_its_folder(tried: Tried) -> None:
    for rule in tried.app.url_map.iter_rules():
        for argument in rule.arguments:
            for climbing in CLIMBING:
                for method in (rule.methods or set()) & {"GET", "POST"}:
                    path = address_of(rule, **{argument: climbing})
                    answer = tried.owner.open(path, method=method)
                    assert answer.status_code < 500, (method, path)
                    assert "root:" not in answer.text[:10_000], path
                    answer.close()


@pytest.mark.parametrize("folder", ["/static/", "/races/", "/desk/"])
def test_no_path_climbs_out_of_files_that_are_sent(tried: Tried, folder: str) -> None:
    for climbing in (*CLIMBING, "../../wsgi.py", "..%2fwsgi.py", "%2e%2e/wsgi.py", ".//wsgi.py"):
        answer = tried.owner.get(f"{folder}{climbing}")
        assert answer.status_code in {301, 303, 308, 404}, climbing
        assert "create_app" not in answer.text
        answer.close()


# -- bodies ---------------------------------------------------------------------------------------


def writing_rules(app: Flask) -> Iterator[tuple[str, Rule]]:
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"}):
            yield method, rule


def test_a_body_that_is_too_long_is_refused_everywhere(filled: Database) -> None:
    """With whatever may write there shown: who may not is refused before, or never read."""
    app = create_app(settings_for(filled, BIVOUAC_MAX_BODY_BYTES=str(MOST_BYTES)))
    owner = signed_in(app, filled, account(filled, "owner", Part.OWNER))
    keys = {
        "/api/v1/station/": bearer(station_key(filled)),
        "/api/v1/races/": bearer(director_key(filled)),
    }
    for method, rule in writing_rules(app):
        path = address_of(rule)
        headers = next((key for where, key in keys.items() if path.startswith(where)), {})
        kind = "application/json" if headers else "application/x-www-form-urlencoded"
        answer = owner.open(
            path,
            method=method,
            data=b"a=" + b"x" * MOST_BYTES,
            headers=headers,
            content_type=kind,
        )
        expected = {413} if "/sync/" not in path and "<key>" not in rule.rule else {401, 403, 413}
        assert answer.status_code in expected, (method, path, answer.status_code)
        answer.close()


# -- files ----------------------------------------------------------------------------------------


def workbook_that_swells() -> bytes:
    """A workbook of some hundred kilobytes whose sheet is 400 MB."""
    cells = b"<row><c><v>1</v></c></row>" * 40_000
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        book.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        )
        book.writestr(
            "_rels/.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
            'relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        book.writestr(
            "xl/workbook.xml",
            '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r='
            '"http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
            '<sheet name="Entries" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        book.writestr(
            "xl/_rels/workbook.xml.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
            'relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        )
        with book.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(
                b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
                b"<sheetData>"
            )
            for _ in range(400):
                sheet.write(cells)
            sheet.write(b"</sheetData></worksheet>")
    return held.getvalue()


def entities(root: str) -> bytes:
    """XML whose entities are ten of the one before, ten times over."""
    named = "".join(
        f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha" * 50}">\n' for n in range(10)
    )
    return f"<?xml version='1.0'?>\n<!DOCTYPE b [\n{named}]>\n<{root}>&l9;</{root}>".encode()


def aliases() -> bytes:
    """YAML whose lists are ten of the one before."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    return "\n".join(lines).encode()


BOMBS: Mapping[str, Callable[[], bytes]] = {
    "entries.xlsx": workbook_that_swells,
    "track.gpx": lambda: entities("gpx"),
    "splits.xml": lambda: entities("SplitTimes"),
    "race.yaml": aliases,
    "deep.json": lambda: b"[" * 100_000,
    "wide.csv": lambda: b"bib," * 200_000 + b"\n",
    "nul.csv": lambda: b"bib\x00name\n" * 1_000,
}
BOUNDARY = "a-boundary-of-tests"


def multipart(field: str, name: str, content: bytes) -> bytes:
    """A form with one file, as a browser sends it."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"'
    kind = "Content-Type: application/octet-stream"
    return f"{head}\r\n{kind}\r\n\r\n".encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()


MOST_GROWTH_KB = 250_000


@pytest.mark.parametrize("name", BOMBS)
def test_no_file_that_swells_is_unpacked(tried: Tried, name: str) -> None:
    assert len(tried.files) >= 3
    content = BOMBS[name]()
    assert len(content) < 4_000_000  # or it would be refused for its length
    for target, field in sorted(tried.files):
        for called in (name, "../../../" + name):
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            answer = tried.owner.post(
                target,
                data=multipart(field, called, content),
                content_type=f"multipart/form-data; boundary={BOUNDARY}",
                follow_redirects=True,
            )
            grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
            assert answer.status_code < 500, target
            assert grown < MOST_GROWTH_KB, (target, grown)
            assert harm(answer.text) == []


def test_no_body_that_swells_is_unpacked_by_the_interface(filled: Database) -> None:
    app = create_app(settings_for(filled))
    owner = signed_in(app, filled, account(filled, "owner", Part.OWNER))
    key = bearer(director_key(filled))
    for method, rule in writing_rules(app):
        if not rule.rule.startswith("/api/"):
            continue
        path = address_of(rule)
        for content in (
            b"[" * 100_000,
            b'{"a":' * 50_000,
            b'"' + b"\\u0000" * 1_000 + b'"',
            b"\xff",
        ):
            for shown in ({}, key):
                answer = owner.open(
                    path,
                    method=method,
                    data=content,
                    headers=shown,
                    content_type="application/json",
                )
                assert answer.status_code < 500, (method, path, content[:10])
