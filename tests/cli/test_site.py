"""A race as files: whole by themselves, wherever they are carried."""

import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Browser

from tests.cli.conftest import Run
from tests.serving import RACE
from timing import racefile
from timing.cli import sites
from timing.core.book import RaceBook
from timing.exports.site import SiteFile, site_files

REFERENCE = re.compile(r'(?:href|src|action|srcset|poster|data)="([^"]*)"')
SINGULAR = ("7/8", "7_2f8", "a1", "A1", "con", "NUL", "é", "..", "7 ", "x" * 200, "7?8#9")


def dangling(folder: Path) -> list[str]:
    """Every reference of a page that leads out of the folder, or to nothing in it."""
    found = []
    for page in folder.rglob("*.html"):
        text = page.read_text()
        ids = set(re.findall(r'\sid="([^"]*)"', text))
        for to in REFERENCE.findall(text):
            parts = urlsplit(to)
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            is_elsewhere = bool(parts.scheme or parts.netloc) or to.startswith("/")
            is_file = target.is_relative_to(folder.resolve()) and target.is_file()
            has_part = bool(parts.path) or not parts.fragment or parts.fragment in ids
            if is_elsewhere or not is_file or not has_part:
                found.append(f"{page.name}: {to}")
    return found


@pytest.fixture
def site(run: Run, tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    words = ("--language", "en", "--language", "ar", "--output", folder)
    assert run("export", RACE, "--format", "site", *words).exit_code == 0
    return folder


def test_every_link_leads_to_a_file_of_the_site(site: Path) -> None:
    assert dangling(site) == []


def test_every_page_can_be_reached_from_the_first(site: Path) -> None:
    seen: set[Path] = set()
    to_see = [site / "index.html"]
    while to_see:
        page = to_see.pop().resolve()
        if page not in seen and page.suffix == ".html":
            seen.add(page)
            targets = (urlsplit(to).path for to in REFERENCE.findall(page.read_text()))
            to_see += [page.parent / unquote(target) for target in targets if target]
    # After one stage a board has but one moment; the order at the start is nothing to look at.
    left_out = {p.name for p in site.rglob("*.html") if p.resolve() not in seen}
    assert all("-after-1." in name or "-control-start." in name for name in left_out)
    expected = {"index.html", "gc.html", "1.html", "7.html", "1-control-pass.html"}
    assert {page.name for page in seen} >= expected


def test_nothing_is_left_that_needs_a_server_or_a_script(site: Path) -> None:
    for page in site.rglob("*.html"):
        text = page.read_text()
        for what in ("<script", "<form", "data-live", "/desk", "/station", "/events"):
            assert what not in text, (page, what)


def test_each_page_says_when_it_was_made_and_from_what(site: Path) -> None:
    for page in (site / "index.html", site / "entries" / "7.html", site / "boards" / "gc.html"):
        assert re.search(
            r"A copy made on [^<]* at \d\d:\d\d from valleys\.yaml\.", page.read_text()
        )


def test_it_holds_every_stage_control_board_and_runner(site: Path) -> None:
    book = RaceBook(racefile.load(RACE))
    names = {path.relative_to(site).as_posix() for path in site.rglob("*.html")}
    for number in book.stages:
        assert f"stages/{number}.html" in names
    for code in book.board_codes():
        assert f"boards/{code}.html" in names
    assert sum(name.startswith("entries/") for name in names) == len(book.entries())
    assert "stages/1-control-pass.html" in names
    assert {f"ar/{name}" for name in names if not name.startswith("ar/")} <= names


def test_results_for_programs_stand_beside_the_pages(site: Path) -> None:
    assert set(json.loads((site / "data" / "results.json").read_text())) == {
        "boards",
        "stages",
        "problems",
    }
    assert (site / "data" / "boards" / "gc.csv").read_text().startswith("rank,")
    assert (site / "data" / "stages" / "1.csv").read_text().startswith("rank,")
    assert not (site / "race.yaml").exists()  # it tells more than what is public


def test_the_racefile_is_put_in_when_it_is_asked_for(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "site"
    run("export", RACE, "--format", "site", "--with-racefile", "--out", out)
    assert racefile.load(out / "race.yaml").race.slug == "valleys"


def test_names_hold_on_any_file_system() -> None:
    document = racefile.load(RACE)
    first = document.entries[0]
    entries = tuple(replace(first, id=f"e-{n}", bib=bib, team="") for n, bib in enumerate(SINGULAR))
    book = RaceBook(replace(document, entries=entries, teams=(), passings=(), rulings=()))
    paths = [f.path for f in site_files(book, languages=["en"], made={"en": ""})]
    parts = {part for path in paths for part in path.split("/")}
    assert len({path.casefold() for path in paths}) == len(paths)
    runners = [path for path in paths if path.startswith("entries/")]
    assert len(runners) == len(SINGULAR)
    for part in parts:
        assert re.fullmatch(r"[a-z0-9_-][A-Za-z0-9._-]{0,99}", part), part
        assert part.partition(".")[0] not in {"con", "nul"}, part


def test_a_zip_holds_the_same(run: Run, site: Path, tmp_path: Path) -> None:
    out = tmp_path / "site.zip"
    words = ("--language", "en", "--language", "ar", "--out", out)
    assert run("export", RACE, "--format", "site", *words).exit_code == 0
    with zipfile.ZipFile(out) as packed:
        there = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
        assert set(packed.namelist()) == there


def test_an_earlier_copy_is_replaced_and_nothing_else(run: Run, site: Path, tmp_path: Path) -> None:
    (site / "left.html").write_text("of an earlier one")
    assert run("export", RACE, "--format", "site", "--out", site).exit_code == 0
    assert not (site / "left.html").exists()
    other = tmp_path / "photos"
    other.mkdir()
    (other / "one.jpg").write_text("a picture")
    refused = run("export", RACE, "--format", "site", "--out", other)
    assert refused.exit_code == 2
    assert "something else" in refused.stderr
    assert [path.name for path in other.iterdir()] == ["one.jpg"]


@pytest.mark.parametrize("name", ["site", "site.zip"])
def test_broken_off_it_leaves_nothing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def broken_off() -> bytes:
        raise KeyboardInterrupt

    def begun(*args: object, **given: object) -> list[SiteFile]:
        del args, given
        return [SiteFile(path="index.html", content=bytes), SiteFile(path="b", content=broken_off)]

    monkeypatch.setattr(sites, "site_files", begun)
    assert run("export", RACE, "--format", "site", "--out", tmp_path / name).exit_code == 1
    assert [path.name for path in tmp_path.iterdir() if "site" in path.name] == []


def test_what_does_not_go_together_is_refused(run: Run, tmp_path: Path) -> None:
    for words in (
        ("--format", "site"),
        ("--format", "site", "--out", tmp_path / "x", "--board", "gc"),
        ("--format", "csv", "--out", tmp_path / "x", "--language", "fr"),
    ):
        assert run("export", RACE, *words).exit_code == 2


def test_it_opens_from_a_stick(site: Path, browser: Browser) -> None:
    asked: list[str] = []
    wrong: list[str] = []
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.on("requestfailed", lambda request: wrong.append(request.url))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.goto((site / "index.html").as_uri())
    page.get_by_role("link", name="Standings").click()
    page.locator("#line-7").get_by_role("link", name="Ana Ruiz").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Ana Ruiz"
    assert page.evaluate(
        "document.fonts.ready.then(() => [...document.fonts].some(f => f.status === 'loaded'))"
    )
    page.get_by_role("link", name="العربية").click()
    assert page.evaluate("document.documentElement.dir") == "rtl"
    context.close()
    assert wrong == []
    assert all(url.startswith(site.as_uri()) for url in asked)
