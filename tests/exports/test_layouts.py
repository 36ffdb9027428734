"""A race's own layouts: set with the same data, told where they are wrong, and kept in a cell."""

from __future__ import annotations

import socket
import tempfile
import threading
from pathlib import Path

import pytest

from tests.exports.printed import text
from timing.core.book import RaceBook
from timing.core.times import parse_instant
from timing.exports import layouts
from timing.exports.layouts import BadLayout, Layout, set_in_layout, standard_text
from timing.exports.mark import Mark
from timing.exports.pdf import Imprint, Sheets, to_pdf
from timing.exports.pdf_bulletin import bulletin

AT = parse_instant("2026-08-29T18:00:00Z")
NOTHING = Sheets(template="", data={"race": "R", "stage": "S", "absent": [], "lost": []})


@pytest.fixture(scope="module")
def sheets(book: RaceBook) -> Sheets:
    imprint = Imprint(source="definition 3", issued=AT)
    return bulletin(book, 2, imprint=imprint, mark=Mark(at=AT))


def refused(layout: str) -> BadLayout:
    with pytest.raises(BadLayout) as found:
        set_in_layout(NOTHING, layout)
    return found.value


def test_the_standard_text_sets_the_same_pages(sheets: Sheets) -> None:
    own = set_in_layout(sheets, standard_text(Layout.BULLETIN))
    assert text(own) == text(to_pdf(sheets))


def test_a_layout_may_say_it_otherwise(sheets: Sheets) -> None:
    own = '#import "sheet.typ": data\n= Results of #data.race\n#data.mark'
    assert "Results of" in text(set_in_layout(sheets, own))


@pytest.mark.parametrize("layout", Layout)
def test_each_has_a_standard_text_and_a_title(layout: Layout) -> None:
    assert standard_text(layout).startswith("//")
    assert layouts.TITLES[layout]


@pytest.mark.parametrize(
    ("layout", "line", "said"),
    [
        ("a\n\n#let x = 1 +\n", 3, "expected expression"),
        ("one\n#two", 2, "unknown variable: two"),
        ('#import "sheet.typ": data\n#data.none', 2, "does not contain key"),
        ("#let f(x) = f(x)\n\n#f(1)", 1, "depth exceeded"),
    ],
)
def test_a_bad_layout_says_its_line(layout: str, line: int, said: str) -> None:
    found = refused(layout)
    assert found.line == line
    assert said in str(found).lower()


FILES = (
    "/etc/passwd",
    "../../../../../../etc/passwd",
    "/proc/self/environ",
    "fonts/letters.json",
    "/var/lib/bivouac/bivouac.sqlite",
    "\\\\..\\\\..\\\\etc\\\\passwd",
)


@pytest.mark.parametrize("path", FILES)
@pytest.mark.parametrize("how", ["read", "plugin", "include"])
def test_no_file_can_be_read(path: str, how: str) -> None:
    asked = f'#include "{path}"' if how == "include" else f'#{how}("{path}")'
    found = refused(asked)
    assert found.line == 1
    assert "root:" not in str(found)
    assert tempfile.gettempdir() not in str(found).replace(path, "")


def test_the_database_cannot_be_read_by_its_whole_path_either(tmp_path: Path) -> None:
    secret = tmp_path / "race.sqlite"
    secret.write_text("SQLite format 3")
    up = "../" * 12
    for path in (str(secret), f"{up}{str(secret).lstrip('/')}"):
        assert refused(f'#read("{path}")').line == 1


def test_packages_are_not_fetched_from_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy of this machine that would lead out hears nothing; nor does an exception for one."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        proxy.settimeout(0.2)

        def listen() -> None:
            try:
                connection, _ = proxy.accept()
            except OSError:
                return
            with connection:
                heard.append(connection.recv(100))

        listening = threading.Thread(target=listen)
        listening.start()
        for name in ("https_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.getsockname()[1]}")
        monkeypatch.setenv("NO_PROXY", "*")
        for asked in ('"@preview/cetz:0.3.4"', '"@pre" + "view/cetz:0.3.4"', '"@local/x:0.1.0"'):
            assert "packages can't be used here" in str(refused(f"#import {asked}: canvas")).lower()
        listening.join()
    assert heard == []


def test_a_layout_without_an_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layouts, "_WALL_SECONDS", 1.0)
    spins = "#for a in range(100000) { for b in range(100000) { let c = a * b } }"
    assert "was ended" in str(refused(spins))


def test_a_layout_that_wants_all_memory_is_ended() -> None:
    greedy = '#let x = "x" * 1000000\n#let y = range(3000).map(n => x + str(n))\n#y.len()'
    assert "too much memory" in str(refused(greedy))


def test_a_layout_sees_nothing_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIVOUAC_SECRET_KEY", "nobody may know this of all things")
    printed = text(set_in_layout(NOTHING, "#repr(sys.inputs.keys())"))
    assert "data" in printed
    assert "nobody" not in printed


def test_a_layout_is_only_so_long() -> None:
    assert "at most" in str(refused("x" * (layouts.LONGEST + 1)))
