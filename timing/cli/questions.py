"""What of a race's results was asked for, found, or refused with what there is instead."""

from __future__ import annotations

from dataclasses import dataclass

import click

from timing.cli.refusals import Refused, unknown
from timing.core.book import RaceBook, UnknownBoard, UnknownControl
from timing.core.definition import Race, Stage, StageKind
from timing.core.times import BadTime, Instant, parse_instant
from timing.exports.projection import projected_table
from timing.exports.table import (
    Table,
    board_table,
    control_boards_of,
    control_table,
    stage_boards_of,
    stage_table,
)
from timing.pages.running import has_road, projection, running


class MomentType(click.ParamType[Instant]):
    """An ISO instant with its offset."""

    name = "instant"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Instant:
        """The instant, or the mistake told."""
        try:
            return parse_instant(str(value))
        except BadTime as error:
            self.fail(f"{error}.", param, ctx)


MOMENT = MomentType()


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One table, and the same in parts with their titles."""

    table: Table
    parts: tuple[tuple[str, Table], ...]


def asked_board(book: RaceBook, code: str, after: int | None) -> Result:
    """A classification as after a stage, by default the last one with a result."""
    if after is not None and after != 0 and book.race.stage(after) is None:
        raise _unknown_stage(book.race, after)
    try:
        board = book.board(code, after)
    except UnknownBoard as error:
        raise unknown("board", code, book.board_codes()) from error
    table = board_table(book.race, board)
    name = board.classification.name or board.classification.code
    if board.code != board.classification.code:
        name = f"{name}, incomplete"
    when = f"after stage {board.after}" if board.after else "before the first stage"
    return Result(table=table, parts=((f"{name}, {when}", table),))


def asked_projection(book: RaceBook, code: str) -> Result:
    """A classification as it would be after the stage that runs, were all to finish as expected."""
    classification = book.race.classification(code)
    if classification is None:
        raise unknown("board", code, (c.code for c in book.race.classifications))
    now = running(book)
    if now is None or not has_road(classification):
        raise Refused("Only entries by time are projected, and only while a stage is run.")
    table = projected_table(book.race, projection(book, code, now))
    name = classification.name or classification.code
    title = f"{name}, projected to the finish of stage {now.stage.number}"
    return Result(table=table, parts=((title, table),))


def asked_stage(book: RaceBook, number: int, code: str | None = None) -> Result:
    """A stage's result, by division and then by kind of team; or of one board's alone."""
    stage = stage_with_result(book.race, number)
    try:
        boards = stage_boards_of(book, number, code) if code else book.stage_boards(number)
    except UnknownBoard as error:
        raise unknown("board", code or "", book.board_codes()) from error
    return Result(
        table=stage_table(book.race, boards),
        parts=tuple(
            (
                _stage_title(book.race, stage, board.division, board.team_kind),
                stage_table(book.race, (board,)),
            )
            for board in boards
        ),
    )


def asked_control(book: RaceBook, number: int, code: str, board: str | None = None) -> Result:
    """The order at a control, by division; ``HUT`` stands for ``HUT.in``."""
    stage = stage_with_result(book.race, number)
    points = book.points(number)
    point = f"{code}.in" if code not in points and f"{code}.in" in points else code
    try:
        boards = (
            control_boards_of(book, number, point, board)
            if board
            else book.control_boards(number, point)
        )
    except UnknownControl as error:
        raise unknown(f"control on stage {number}", code, points) from error
    except UnknownBoard as error:
        raise unknown("board", board or "", book.board_codes()) from error
    return Result(
        table=control_table(book, boards),
        parts=tuple(
            (
                f"{_stage_title(book.race, stage, each.division)}: {point}",
                control_table(book, (each,)),
            )
            for each in boards
        ),
    )


def stage_with_result(race: Race, number: int) -> Stage:
    """The stage of that number, Refused where there is none that is run."""
    stage = race.stage(number)
    if stage is None or stage.kind is StageKind.REST:
        raise _unknown_stage(race, number)
    return stage


def _stage_title(race: Race, stage: Stage, division: str, team_kind: str = "") -> str:
    names = {d.code: d.name or d.code for d in race.divisions}
    kinds = {k.code: k.name or k.code for k in race.team_kinds}
    parts = (f"Stage {stage.number}", stage.name, names.get(division), kinds.get(team_kind))
    return ", ".join(part for part in parts if part)


def _unknown_stage(race: Race, number: int) -> Refused:
    stage = race.stage(number)
    if stage is not None:
        return Refused(f"Stage {number} is a day of rest: it has no result.")
    there_are = ", ".join(str(s.number) for s in race.stages)
    return Refused(f"There is no stage {number}. There are: {there_are}.")
