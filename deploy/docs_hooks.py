"""What the site of the documentation does beside mkdocs: links that lead out of docs/.

The pages stand in the project and link to what is there: README, CONTRIBUTING, configurations. On
the site those files are under project/, as pages or as they are; a link to a folder becomes text.
"""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePosixPath
from typing import Any

from mkdocs.structure.files import File

PROJECT = Path(__file__).resolve().parents[1]
DOCS = "docs"
ELSEWHERE = "project"

_LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")


def on_files(files: Any, config: Any) -> Any:  # noqa: ANN401 - mkdocs's
    """Add what pages link to outside of docs/, and what that links to."""
    waiting = [
        (file.src_uri, (PROJECT / DOCS / file.src_uri).read_text(encoding="utf-8"))
        for file in files.documentation_pages()
    ]
    while waiting:
        uri, text = waiting.pop()
        for match in _LINK.finditer(text):
            target = _target(uri, match[3])
            if target is None or not (PROJECT / target).is_file() or _is_doc(target):
                continue
            there = _uri_of(target)
            if files.get_file_from_path(there):
                continue
            content = (PROJECT / target).read_bytes()
            files.append(File.generated(config, there, content=content))
            if target.suffix == ".md":
                waiting.append((there, content.decode()))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:  # noqa: ANN401 - mkdocs's
    """Let links lead to where things are on the site."""
    del config
    uri = page.file.src_uri

    def led(match: re.Match[str]) -> str:
        target = _target(uri, match[3])
        if target is None:
            return match[0]
        there = _uri_of(target)
        if not files.get_file_from_path(there):
            return match[2] if (PROJECT / target).is_dir() else match[0]
        _, mark, anchor = match[3].partition("#")
        way = os.path.relpath(there, PurePosixPath(uri).parent)
        return f"{match[1]}[{match[2]}]({way}{mark}{anchor})"

    return _LINK.sub(led, markdown)


def _target(uri: str, link: str) -> PurePosixPath | None:
    """What a link of a page leads to, from the project's root; None for what is no file of ours."""
    path = link.partition("#")[0]
    if not path or "://" in path or path.startswith(("/", "mailto:")):
        return None
    here = PurePosixPath(DOCS, uri)
    if here.parts[1] == ELSEWHERE:
        here = PurePosixPath(*here.parts[2:])
    found = PurePosixPath(os.path.normpath(here.parent / path))
    return None if found.parts[:1] == ("..",) else found


def _is_doc(target: PurePosixPath) -> bool:
    return target.parts[0] == DOCS


def _uri_of(target: PurePosixPath) -> str:
    return str(PurePosixPath(*target.parts[1:]) if _is_doc(target) else ELSEWHERE / target)
