"""Sets sheets and cards with Typst, in a process of its own: JSON comes in, a PDF or PNG goes out.

Typst remembers all that it ever set, half a gigabyte for the sheets of a large stage, and has no
way to be told to forget. A process that ends does.

A race's own layout is not ours, so it is set in a cell: its folder holds nothing but the layout and
``sheet.typ``, there are no packages and no way to any, no file can be written, and time and memory
are bounded. What Typst says of it goes out as JSON.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path

import typst

from timing.exports.pdf_letters import FONTS

TEMPLATES = FONTS.parent
LAYOUT = "layout.typ"

MOST_SECONDS = 20
"""Of a processor, for a race's own layout; the standard ones take one for the largest race."""

_MOST_BYTES = 1_536 * 1024 * 1024
"""Addresses, of which a large bulletin uses a third."""

_NO_WAY_OUT = "http://127.0.0.1:0"


def main() -> None:
    """Answer one request: ``{"template": …, "data": …, "form": "pdf" or "png", "root": …}``.

    With a ``root`` the template is its file ``layout.typ``, and not trusted.
    """
    asked = json.load(sys.stdin.buffer)
    root = Path(asked.get("root") or TEMPLATES)
    is_ours = root == TEMPLATES
    if not is_ours:
        _lock_in()
    try:
        made = typst.compile(
            str(root / asked["template"]),
            root=str(root),
            font_paths=typst.Fonts(
                include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)]
            ),
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(asked["data"], ensure_ascii=False)},
            format=asked["form"],
            ppi=72.0,  # a point of a PNG is a pixel
            pdf_tags=False,  # they make a file seven times as large, and are not for paper
            package_path=str(root / "none"),
            package_cache_path=str(root / "none"),
        )
    except typst.TypstError as error:
        if is_ours:
            raise
        said = {"message": error.message, "diagnostic": error.diagnostic, "hints": error.hints}
        sys.stdout.buffer.write(json.dumps(said).encode())
        return
    if not isinstance(made, bytes):
        raise TypeError("what is set is one file")
    sys.stdout.buffer.write(made)


def _lock_in() -> None:
    """Leave a layout nothing but its own folder, so much time, so much memory."""
    # Packages are fetched through a proxy, where there is one: there is, and it leads nowhere.
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            del os.environ[name]
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        os.environ[name] = os.environ[name.upper()] = _NO_WAY_OUT
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_BYTES, _MOST_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
