"""What stations saw, as rulings that it suggests (Rules 6.6)."""

from __future__ import annotations

from timing.core.compute import compute
from timing.core.proposals import Proposal, proposals
from timing.core.records import Credit, Penalty, Status
from timing.core.statuses import RulingStatus
from timing.racefile import loads

RACE = """\
race:
  slug: r
  timezone: UTC
  rules:
    penalties:
      - {code: KIT, time: "0:30:00", per_item: true}
      - {code: LITTER, time: "1:00:00"}
stages: [{number: 1, date: 2026-08-28, start: "08:00"}]
entries: [{bib: 1}, {bib: 2}]
rulings:
"""
END = "reason: Seen, by: CP1, at: 2026-08-28T10:00:00Z}\n"


def seen(kind: str, more: str = "stage: 1, bib: 1, ") -> str:
    return f"  - {{ruling: observation, id: o1, kind: {kind}, {more}{END}"


def found(rulings: str) -> tuple[Proposal, ...]:
    book = compute(loads(RACE + rulings, name="race.yaml"))
    return proposals(book.race, book.rulings)


def test_a_kit_check_proposes_the_penalty_of_the_table_for_each_item() -> None:
    (proposal,) = found(seen("kit", "stage: 1, bib: 1, items: whistle blanket, "))
    assert proposal.observation.id == "o1"
    ruling = proposal.ruling
    assert isinstance(ruling, Penalty)
    assert (ruling.code, ruling.time, ruling.count, ruling.bibs) == ("KIT", None, 2, ("1",))
    assert ruling.settles == ("o1",)


def test_a_penalty_that_is_not_per_item_is_proposed_once() -> None:
    (proposal,) = found(seen("litter", "stage: 1, bib: 1, items: gel bottle, "))
    assert isinstance(proposal.ruling, Penalty)
    assert proposal.ruling.count == 1


def test_who_was_seen_withdrawing_is_proposed_as_withdrawn_there() -> None:
    (proposal,) = found(seen("withdrawal", "stage: 1, control: FINISH, bib: 1, "))
    assert isinstance(proposal.ruling, Status)
    assert proposal.ruling.status is RulingStatus.WITHDRAWN
    assert (proposal.ruling.stage, proposal.ruling.control) == (1, "FINISH")


def test_who_helped_another_is_proposed_a_credit() -> None:
    (proposal,) = found(seen("helped"))
    assert isinstance(proposal.ruling, Credit)


def test_what_suggests_nothing_is_open_all_the_same() -> None:
    for text in (seen("weather"), seen("kit", "bib: 1, "), seen("kit", "stage: 1, ")):
        assert [proposal.ruling for proposal in found(text)] == [None]


def test_a_ruling_that_settles_it_closes_it() -> None:
    ruled = (
        "  - {ruling: penalty, id: r1, stage: 1, bib: 1, code: KIT, settles: o1, reason: x,"
        " by: jury, at: 2026-08-28T18:00:00Z}\n"
    )
    assert found(seen("kit") + ruled) == ()
    undone = "  - {ruling: void, record: r1, reason: x, by: jury, at: 2026-08-28T19:00:00Z}\n"
    assert len(found(seen("kit") + ruled + undone)) == 1


def test_voiding_the_observation_closes_it() -> None:
    voided = "  - {ruling: void, record: o1, reason: x, by: jury, at: 2026-08-28T19:00:00Z}\n"
    assert found(seen("kit") + voided) == ()
