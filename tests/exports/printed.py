"""What stands on a printed page, as a program can read it."""

import io
import re
from collections.abc import Iterator

from pypdf import PdfReader
from pypdf.generic import ContentStream, TextStringObject

MISSING_GLYPH = b"\0\0"
"""What a font draws for a letter that it lacks: a box, or nothing."""


def pages(pdf: bytes) -> list[str]:
    """The text of each page, words a blank apart."""
    found = [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]
    return [re.sub(" +", " ", page) for page in found]


def text(pdf: bytes) -> str:
    """The text of all pages."""
    return "\n".join(pages(pdf))


def page_counts(pdf: bytes) -> list[tuple[int, int]]:
    """What each page says that it is: which page, of how many."""
    found = [re.findall(r"Page (\d+) of (\d+)$", page) for page in pages(pdf)]
    return [(int(one), int(of)) for ((one, of),) in found]


def boxes(pdf: bytes) -> int:
    """How many letters are drawn that a font lacks."""
    return sum(
        shown[n : n + 2] == MISSING_GLYPH for shown in _shown(pdf) for n in range(0, len(shown), 2)
    )


def _shown(pdf: bytes) -> Iterator[bytes]:
    reader = PdfReader(io.BytesIO(pdf))
    for page in reader.pages:
        for operands, operator in ContentStream(page.get_contents(), reader).operations:
            if operator not in (b"Tj", b"TJ"):
                continue
            for part in operands[0] if operator == b"TJ" else operands:
                if isinstance(part, TextStringObject):
                    yield part.original_bytes
                elif isinstance(part, bytes):
                    yield part
