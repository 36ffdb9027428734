"""Sets sheets and cards with Typst, in a process of its own: JSON comes in, a PDF or PNG goes out.

Typst remembers all that it ever set, half a gigabyte for the sheets of a large stage, and has no
way to be told to forget. A process that ends does.
"""

from __future__ import annotations

import json
import sys

import typst

from timing.exports.pdf_letters import FONTS

TEMPLATES = FONTS.parent


def main() -> None:
    """Answer one request: ``{"template": …, "data": …, "form": "pdf" or "png"}``."""
    asked = json.load(sys.stdin.buffer)
    made = typst.compile(
        str(TEMPLATES / asked["template"]),
        root=str(TEMPLATES),
        font_paths=typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)]
        ),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(asked["data"], ensure_ascii=False)},
        format=asked["form"],
        ppi=72.0,  # a point of a PNG is a pixel
        pdf_tags=False,  # they make a file seven times as large, and are not for paper
    )
    if not isinstance(made, bytes):
        raise TypeError("what is set is one file")
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main()
