"""Kept files: how they are named, that each is whole, and that none is taken for another."""

import gzip
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from timing.live.kept_files import (
    CURRENT,
    AlreadyKept,
    Folder,
    file_name,
    packed,
    right_at,
)
from timing.pages.public_pages import Media

NOW = 1_774_000_000_000
SECOND = NOW // 1_000


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/", "+.html"),
        ("/races/x", "races/x/+.html"),
        ("/races/x/boards/gc-women", "races/x/boards/gc-women/+.html"),
        ("/races/x/boards/gc?after=4", "races/x/boards/gc/+after=4.html"),
        ("/races/x/stages/1?control=HUT.in", "races/x/stages/1/+control=HUT.in.html"),
        ("/races/x/entries/12.5", "races/x/entries/12.5/+.html"),
    ],
)
def test_a_page_is_kept_under_the_path_of_its_address(address: str, name: str) -> None:
    assert file_name(address, Media.HTML) == name


@pytest.mark.parametrize(
    "address",
    [
        "/races/x/entries/7%2F8",
        "/races/x/entries/%2E%2E",
        "/races/x/entries/..",
        "/races/x/entries/.hidden",
        "/races/x/entries/+7",
        "/races/x/entries/7+",
        "/races/x/entries/%C3%A9",
        "/races/x/boards/gc?q=ana",
        "/races/x/boards/gc?after=4&q=ana",
        "/races/x/stages/1?control=CP%202",
        "/races/x/entries/" + "7" * 101,
    ],
)
def test_what_could_mean_another_file_is_kept_in_none(address: str) -> None:
    assert file_name(address, Media.HTML) is None


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    made = Folder(tmp_path / "kept")
    made.show()
    yield made
    made.close()


def put(folder: Folder, body: bytes, at: int = NOW) -> os.stat_result:
    folder.put("races/x/+.html", body, packed(body), at=at)
    return (folder.path / CURRENT / "races/x/+.html").stat()


def test_a_page_is_there_as_it_is_and_packed(folder: Folder) -> None:
    put(folder, b"standings")
    page = folder.path / CURRENT / "races/x/+.html"
    assert page.read_bytes() == b"standings"
    assert gzip.decompress(page.with_name("+.html.gz").read_bytes()) == b"standings"
    assert [p.name for p in page.parent.iterdir() if p.name.startswith(".")] == []


def test_versions_of_the_same_second_are_of_different_seconds(folder: Folder) -> None:
    seconds = [int(put(folder, body).st_mtime) for body in (b"one", b"two", b"six")]
    assert seconds == [SECOND, SECOND + 1, SECOND + 2]
    assert int(put(folder, b"ten", at=NOW + 60_000).st_mtime) == SECOND + 60


def test_a_version_is_of_another_second_than_those_of_an_earlier_process(folder: Folder) -> None:
    for body in (b"one", b"two", b"six"):
        put(folder, body)
    folder.begin()
    folder.show()
    assert put(folder, b"ten").st_mtime > SECOND + 2


def test_a_page_that_is_taken_away_leaves_nothing(folder: Folder) -> None:
    put(folder, b"standings")
    folder.drop("races/x/+.html")
    folder.drop("races/x/+.html")
    assert list((folder.path / CURRENT / "races/x").iterdir()) == []


def test_two_processes_never_write_to_one_folder(folder: Folder) -> None:
    with pytest.raises(AlreadyKept):
        Folder(folder.path)
    folder.close()
    Folder(folder.path).close()


def test_what_an_earlier_process_left_is_not_found_again(folder: Folder) -> None:
    put(folder, b"standings")
    folder.begin()
    assert not (folder.path / CURRENT).is_symlink()
    assert [p.name for p in folder.path.rglob("*.html")] == []


def test_nothing_is_found_once_it_has_ended(folder: Folder) -> None:
    put(folder, b"standings")
    folder.close()
    assert right_at(folder.path) is None
    assert list(folder.path.rglob("*.html")) == []


def test_without_a_heartbeat_what_is_found_was_never_right(folder: Folder) -> None:
    assert right_at(folder.path) == 0
    folder.tell_right(NOW)
    assert right_at(folder.path) == NOW
