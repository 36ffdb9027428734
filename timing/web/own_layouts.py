"""Sheets set in a race's own layout, and in the standard one while that has a fault."""

from __future__ import annotations

from dataclasses import replace

from timing.exports.layouts import BadLayout, set_in_layout
from timing.exports.pdf import Sheets, to_pdf
from timing.operations.print_layouts import LayoutVersion, layout_in_force, note_fault
from timing.web.installation import installation


def own_layout(slug: str, sheet: str) -> LayoutVersion | None:
    """The race's own layout of a sheet; None where the standard one is in force."""
    with installation().database.reading() as session:
        return layout_in_force(session, slug, sheet)


def set_pages(slug: str, sheet: str, sheets: Sheets, own: LayoutVersion | None) -> bytes:
    """The sheets as PDF. A fault of the race's own layout is noted, and printed at the foot."""
    if own is None:
        return to_pdf(sheets)
    try:
        content, fault = set_in_layout(sheets, own.text), ""
    except BadLayout as error:
        content, fault = to_pdf(_saying(sheets, error)), str(error)
    if fault != own.fault:
        with installation().database.writing() as session:
            note_fault(session, slug, sheet, own.version, fault)
    return content


def _saying(sheets: Sheets, error: BadLayout) -> Sheets:
    """The same, with where the race's own layout is to be mended; a certificate keeps its foot."""
    if "imprint" not in sheets.data:
        return sheets
    where = f"line {error.line} of the race’s own" if error.line else "the race’s own"
    imprint = f"{sheets.data['imprint']} · standard layout: {where} has a mistake"
    return replace(sheets, data={**sheets.data, "imprint": imprint})
