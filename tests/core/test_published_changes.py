"""What a number lists as changed is told from what was signed (Rules 12.1)."""

from __future__ import annotations

from typing import Any

from tests.pages.test_result_mark import evening
from timing.core.differences import differences
from timing.core.publication import frozen_of
from timing.core.published_changes import changes_since, published_changes
from timing.core.records import Penalty, Status
from timing.core.statuses import RulingStatus
from timing.core.times import MINUTE


def test_changes_since_what_was_signed_are_those_between_the_two_books() -> None:
    """The same lines, whether the book of then is computed again or only its result is kept."""
    book = evening()
    later = book.fork()
    bibs = [line.competitor.bib for line in book.stage_boards(3)[0].lines[:6]]  # type: ignore[union-attr]
    penalty = Penalty(
        id="p", by="jury", at=0, reason="", bibs=tuple(bibs[:2]), stage=3, time=40 * MINUTE
    )
    out = Status(
        id="s", by="jury", at=0, reason="", bibs=(bibs[4],), stage=3, status=RulingStatus.DSQ
    )
    later.add(rulings=(penalty, out))
    then: Any = frozen_of(book, 3)
    found = changes_since(then, frozen_of(later, 3), book.board_codes())
    computed = published_changes(differences(book, later, every_stage=True), 3)

    def by_result(changes: Any) -> dict[tuple[str, int], set[Any]]:
        return {
            where: {c for c in changes if (c.board, c.stage) == where}
            for where in {(c.board, c.stage) for c in changes}
        }

    assert by_result(found) == by_result(computed)
    assert found[0].kind == "falls_out"
    assert changes_since(then, then, book.board_codes()) == ()


def test_an_engine_that_computes_otherwise_changes_what_is_listed() -> None:
    """What was signed is compared, and not what this engine makes of the records of then."""
    now: Any = frozen_of(evening(), 3)
    then = {**now, "stages": {**now["stages"], "2": [{**now["stages"]["2"][0], "time": 1}]}}
    found = changes_since(then, now, ())
    assert {(c.stage, c.board) for c in found} == {(2, "")}
    assert any(c.before is not None and c.before.time == 1 for c in found)
