"""What other programs call when something happened: RACE RESULT 12's exporter.

They say it in their own way, so it is no part of the described interface. The key is a bearer
token of a station or the director's, or stands in the address where a program can send no header.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from flask import Blueprint, Response, jsonify, request

from timing.core.definition import Source
from timing.core.records import Void
from timing.importers.race_result_12 import FORMAT, Told, race_result_12_read
from timing.importers.reads import BadRow, NoPassing
from timing.operations.importing import BadPlace, Place, place_read, record_id, says_the_same
from timing.operations.record import standing_passings
from timing.operations.tokens import Token, may_record
from timing.web import recording
from timing.web.api.bearer import bearer_of, token_of
from timing.web.errors import Refusal
from timing.web.installation import installation, now

hooks = Blueprint("hooks", __name__)

MOST_ROWS = 1_000

Answer: TypeAlias = dict[str, Any]


@hooks.post("/api/v1/races/<slug:slug>/race-result")
def race_result(slug: str) -> Response:
    """A passing of RACE RESULT 12, or a list of them; the key is in the header."""
    return _taken(slug, bearer_of(slug))


@hooks.post("/api/v1/races/<slug:slug>/race-result/<key>")
def race_result_by_address(slug: str, key: str) -> Response:
    """The same, with the key in the address."""
    return _taken(slug, token_of(slug, key))


def _taken(slug: str, token: Token) -> Response:
    request.get_data()  # refuses a body that is too long, which get_json would call no JSON
    place = _place(token)
    rows = request.get_json(silent=True)
    if rows is None:
        raise Refusal(400, "The body is no JSON that can be read.")
    rows = rows if isinstance(rows, list) else [rows]
    if len(rows) > MOST_ROWS:
        raise Refusal(413, f"Over {MOST_ROWS} passings at once.")
    answer: Answer = {"accepted": 0, "known": 0, "voided": 0, "conflicts": [], "problems": []}
    for index, row in enumerate(rows):
        try:
            _take(slug, token, race_result_12_read(row), place, answer)
        except (BadRow, NoPassing, BadPlace) as error:
            answer["problems"].append({"index": index, "message": str(error)})
    return jsonify(answer)


def _take(slug: str, token: Token, told: Told, place: Place, answer: Answer) -> None:
    here = installation()
    race = here.books.race(slug).standing.race
    passing = place_read(race, told.read, place, format=FORMAT)
    if not may_record(token, passing):
        raise BadPlace(f"this key does not record at {passing.control} on stage {passing.stage}")
    with here.database.reading() as session:
        before = standing_passings(session, slug, [passing.id]).get(passing.id)
    if told.is_invalid:
        if before is None:
            raise NoPassing("declared invalid before it came")
        void = Void(
            id=record_id(FORMAT, passing.stage, passing.control, f"void {passing.id}"),
            record=passing.id,
            by=token.label,
            at=now(),
            reason="Invalid in RACE RESULT",
        )
        # Sent twice it differs in when it came alone.
        recording.write(slug, rulings=(void,), token_id=token.id)
        answer["voided"] += 1
    elif before is None:
        written = recording.write(slug, passings=(passing,), token_id=token.id)
        answer["accepted"] += written.accepted
        answer["known"] += written.known
        answer["conflicts"] += written.conflicts
    elif says_the_same(before, passing):
        answer["known"] += 1
    else:
        answer["conflicts"].append(passing.id)


def _place(token: Token) -> Place:
    """The control that the key is for, or that the address names."""
    control = request.args.get("control", "")
    stage_text = request.args.get("stage", "")
    if not control and len(token.controls) == 1:
        control = token.controls[0]
    stage = token.stage
    if stage_text:
        if not (stage_text.isascii() and stage_text.isdigit() and len(stage_text) < 6):
            raise Refusal(400, "The stage is no number.")
        stage = int(stage_text)
    if stage is None or not control:
        raise Refusal(400, "Say where: a key of one stage and control, or ?stage=1&control=FINISH.")
    return Place(stage=stage, control=control, source=Source.CHIP)
