"""The texts that a document is read from: its own file, and those it names beside it."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from timing.racefile.faults import quoted
from timing.racefile.nodes import UNPRINTABLE, Block, PlainNode
from timing.racefile.report import Report

MAX_BYTES = 128 * 1024 * 1024
"""The largest file that is read: some 1.5 million passings."""

IN_FILES = ("entries", "passings", "rulings")
"""The lists that may stand in a file beside the document, named under ``KEY_file``."""


def read_file(path: Path, report: Report) -> str | None:
    """The file's text, line breaks as they are; None, with the error reported, if there is none."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        report.of_file(str(path), f"can't be read: {error.strerror}", "check its name and place")
        return None
    if len(content) > MAX_BYTES:
        report.of_file(str(path), f"is larger than {MAX_BYTES // 1024**2} MB", "split it")
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        report.in_file(str(path), line, "is not UTF-8", "save the file as UTF-8")
        return None


def is_unreadable(text: str, file: str, report: Report) -> bool:
    """Whether a text is too large, or holds what none may hold; each such line is reported."""
    if len(text) > MAX_BYTES:
        report.of_file(file, f"has more than {MAX_BYTES:,} characters", "split it")
        return True
    first = islice(UNPRINTABLE.finditer(text), 20)
    lines = {text.count("\n", 0, found.start()) + 1: found[0] for found in first}
    for line, sign in lines.items():
        report.in_file(file, line, f"control character U+{ord(sign):04X}", "remove it")
    return bool(lines)


def take_files(plain: dict[str, PlainNode], report: Report, directory: Path | None) -> None:
    """Put the content of the files that the document names where their lists would stand."""
    for key in IN_FILES:
        file_key = f"{key}_file"
        name = plain.get(file_key)
        if not isinstance(name, str) or UNPRINTABLE.search(name):
            continue
        if key in plain:
            report.at_path((file_key,), f"stands beside {key}", "keep one of them")
            continue
        path = _beside(name, file_key, report, directory)
        text = None if path is None else read_file(path, report)
        if path is None or text is None or is_unreadable(text, str(path), report):
            continue
        report.files[key] = str(path)
        report.lines[(key,)] = 1
        plain[key] = Block(text.replace("\r\n", "\n").replace("\r", "\n"), 1)


def _beside(name: str, key: str, report: Report, directory: Path | None) -> Path | None:
    """The file of that name in the document's folder or below it; None, reported, otherwise."""
    if directory is None:
        report.at_path((key,), "there is no folder to look for it in", f"give {key[:-5]} itself")
        return None
    try:
        root = directory.resolve()
        path = (root / name).resolve()
        is_inside, is_file = path.is_relative_to(root), path.is_file()
    except (OSError, RuntimeError):  # a name that no file can have, links in a circle
        is_inside, is_file = True, False
    if not name or not is_inside:
        report.at_path(
            (key,), f"{quoted(name)} is not beside the document", "name a file in its folder"
        )
        return None
    if not is_file:
        report.at_path((key,), f"there is no file {quoted(name)}", "check its name")
        return None
    return directory / name
