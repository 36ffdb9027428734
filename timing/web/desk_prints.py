"""What the desk prints: sheets of a stage as PDF."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response as AnyResponse

from timing.exports.pdf_start import StartOrder
from timing.exports.prints import Print, Wish
from timing.operations.directors import Director
from timing.operations.roles import Right
from timing.pages.selection import BadQuery
from timing.web.guarding import allowed
from timing.web.printing import printed

desk_prints = Blueprint("desk_prints", __name__)


@desk_prints.get("/desk/<slug:slug>/print/<sheet>/<int:number>")
@allowed(Right.EXPORT)
def print_sheets(_: Director, slug: str, sheet: str, number: int) -> AnyResponse:
    """Checkpoint sheets, the start list, the bulletin, the ceremony or the prizes of a stage."""
    if sheet not in tuple(Print):
        raise BadQuery("sheet", f"one of {', '.join(Print)}")
    args = request.args.to_dict()
    order = args.get("order", StartOrder.START)
    if order not in tuple(StartOrder):
        raise BadQuery("order", "start or bib")
    wish = Wish(
        what=Print(sheet),
        stage=number,
        control=args.get("control") or None,
        order=StartOrder(order),
    )
    return printed(slug, wish)
