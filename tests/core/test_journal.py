"""The set of records, and which of them count (Rules 4.1; racefile, Rulings)."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timing.core.journal import Effect, Journal, effect_of, ruling_order
from timing.core.plain import digest
from timing.core.problems import ProblemCode
from timing.core.records import Assign, Observation, Passing, Record, Ruling, Void

BY = "director"


def passing(id: str, time: int = 0, **more: object) -> Passing:
    return Passing(id=id, stage=1, control="FINISH", time=time, bib="12", **more)  # type: ignore[arg-type]


def note(id: str, at: int, *supersedes: str, kind: str = "kit") -> Ruling:
    return Observation(id=id, by=BY, at=at, kind=kind, supersedes=supersedes)


def void(id: str, at: int, record: str, *supersedes: str) -> Void:
    return Void(id=id, by=BY, at=at, record=record, supersedes=supersedes)


def assign(id: str, at: int, record: str, bib: str) -> Assign:
    return Assign(id=id, by=BY, at=at, record=record, bib=bib)


def journal(*records: Record) -> Journal:
    filled = Journal()
    for record in records:
        filled.add(record)
    return filled


def effect(*records: Record) -> Effect:
    return effect_of(journal(*records))


def counting(*records: Record) -> list[str]:
    return [ruling.id for ruling in effect(*records).rulings]


def codes(found: Effect) -> list[tuple[ProblemCode, tuple[str, ...]]]:
    return [(problem.code, problem.records) for problem in found.problems]


# -- the set -------------------------------------------------------------------------------------


def test_a_record_is_new_once() -> None:
    records = Journal()
    assert records.add(passing("p"))
    assert not records.add(passing("p"))
    assert records.add(note("r", 1))
    assert not records.add(note("r", 1))
    assert list(records.records()) == [passing("p"), note("r", 1)]
    assert records.conflicts == 0


def test_when_a_node_received_a_record_is_no_content() -> None:
    records = journal(passing("p", received=1))
    assert not records.add(passing("p", received=2))
    assert records.conflicts == 0
    assert effect_of(records).problems == ()


def test_other_content_under_one_id_is_a_conflict_and_the_lower_digest_counts() -> None:
    lower, higher = sorted((passing("p", 1), passing("p", 2)), key=digest)
    for order in ((lower, higher), (higher, lower)):
        records = journal(*order)
        assert records.passings == {"p": lower}
        assert set(records.records()) == {lower, higher}
        assert records.conflicts == 1
        assert codes(effect_of(records)) == [(ProblemCode.CONFLICTING_RECORD, ("p",))]


def test_each_content_of_a_conflict_is_held_once() -> None:
    versions = sorted((passing("p", n) for n in range(3)), key=digest)
    records = journal(*versions)
    assert records.conflicts == 2
    for version in versions:
        assert not records.add(version)
    assert records.conflicts == 2
    assert sorted(records.records(), key=digest) == versions


def test_a_passing_and_a_ruling_under_one_id_are_a_conflict_too() -> None:
    one: Record = passing("x")
    other: Record = note("x", 1)
    wins = min((one, other), key=digest)
    for order in ((one, other), (other, one)):
        records = journal(*order)
        held: list[Record] = [*records.passings.values(), *records.rulings.values()]
        assert held == [wins]
        assert records.conflicts == 1


def test_a_void_settles_a_conflict_and_a_void_of_that_void_brings_it_back() -> None:
    both = (passing("p", 1), passing("p", 2))
    settled = effect(*both, void("v", 1, "p"))
    assert settled.problems == ()
    assert settled.voided == {"p"}
    assert codes(effect(*both, void("v", 1, "p"), void("w", 2, "v"))) == [
        (ProblemCode.CONFLICTING_RECORD, ("p",))
    ]


def test_loading_a_whole_set_is_adding_each_of_its_records() -> None:
    passings = [passing("p", 1), passing("q", 1)]
    rulings = [note("r", 1), void("v", 2, "p")]
    loaded = Journal()
    loaded.load(passings, rulings)
    assert loaded == journal(*passings, *rulings)


@pytest.mark.parametrize(
    ("passings", "rulings"),
    [
        ([passing("p", 1), passing("p", 2)], []),
        ([passing("p", 1), passing("p", 1)], []),
        ([], [note("r", 1), note("r", 2)]),
        ([passing("x")], [note("x", 1)]),
    ],
    ids=["two passings", "one passing twice", "two rulings", "a passing and a ruling"],
)
def test_loading_finds_the_conflicts_that_adding_finds(
    passings: Sequence[Passing], rulings: Sequence[Ruling]
) -> None:
    loaded = Journal()
    loaded.load(passings, rulings)
    assert loaded == journal(*passings, *rulings)


versions = st.one_of(
    st.builds(passing, st.sampled_from("pqx"), st.integers(0, 3)),
    st.builds(note, st.sampled_from("rsx"), st.integers(0, 3)),
)


@given(st.lists(versions, max_size=8).flatmap(lambda r: st.tuples(st.just(r), st.permutations(r))))
def test_the_set_does_not_depend_on_the_order_of_arrival(
    orders: tuple[list[Record], list[Record]],
) -> None:
    one, other = (journal(*order) for order in orders)
    assert one.passings == other.passings
    assert one.rulings == other.rulings
    assert sorted(map(digest, one.records())) == sorted(map(digest, other.records()))
    assert one.conflicts == other.conflicts
    assert effect_of(one) == effect_of(other)


# -- what counts ---------------------------------------------------------------------------------


def test_rulings_are_ordered_by_their_moment_and_then_by_id() -> None:
    assert counting(note("b", 2), note("c", 1), note("a", 2)) == ["c", "a", "b"]
    assert ruling_order(note("b", 2)) == (2, "b")


def test_a_voided_passing_counts_no_more() -> None:
    assert effect(passing("p"), void("v", 1, "p")).voided == {"p"}


def test_a_void_of_a_void_restores() -> None:
    restored = effect(passing("p"), void("v", 1, "p"), void("w", 2, "v"))
    assert "p" not in restored.voided
    again = effect(passing("p"), void("v", 1, "p"), void("w", 2, "v"), void("x", 3, "w"))
    assert "p" in again.voided


def test_a_voided_ruling_counts_no_more_whichever_was_made_first() -> None:
    assert counting(note("r", 1), void("v", 2, "r")) == ["v"]
    assert counting(note("r", 3), void("v", 2, "r")) == ["v"]


def test_a_correction_replaces_what_it_names() -> None:
    assert counting(note("a", 1), note("b", 2, "a")) == ["b"]
    assert counting(note("a", 3), note("b", 2, "a")) == ["b"]


def test_a_correction_of_a_correction_does_not_bring_back_the_first() -> None:
    assert counting(note("a", 1), note("b", 2, "a"), note("c", 3, "b")) == ["c"]


def test_a_voided_correction_gives_back_what_it_replaced() -> None:
    assert counting(note("a", 1), note("b", 2, "a"), void("v", 3, "b")) == ["a", "v"]
    assert counting(note("a", 1), note("b", 2, "a"), void("v", 3, "b"), void("w", 4, "v")) == [
        "b",
        "w",
    ]


def test_a_void_that_is_replaced_undoes_nothing() -> None:
    """The second void was meant for another record: it takes the place of the first."""
    found = effect(passing("p"), passing("q"), void("v", 1, "p"), void("w", 2, "q", "v"))
    assert found.voided == {"q"}
    assert [ruling.id for ruling in found.rulings] == ["w"]


def test_of_two_that_replace_the_same_the_later_counts_with_a_problem() -> None:
    found = effect(note("a", 1), note("b", 2, "a"), note("c", 3, "a"))
    assert [ruling.id for ruling in found.rulings] == ["c"]
    assert codes(found) == [(ProblemCode.SUPERSEDED_TWICE, ("b", "c"))]
    assert found.problems[0].params == (("target", "a"),)


def test_of_two_that_replace_the_same_one_that_was_voided_is_no_rival() -> None:
    found = effect(note("a", 1), note("b", 2, "a"), note("c", 3, "a"), void("v", 4, "c"))
    assert [ruling.id for ruling in found.rulings] == ["b", "v"]
    assert found.problems == ()


def test_rulings_that_undo_each_other_leave_the_later_one_standing() -> None:
    assert counting(void("v", 1, "w"), void("w", 2, "v")) == ["w"]
    assert counting(note("a", 1, "b"), note("b", 2, "a")) == ["b"]
    assert counting(void("v", 1, "v")) == ["v"]


def test_a_long_chain_of_voids_is_no_trouble() -> None:
    chain = [void(f"v{n}", n, "p" if n == 0 else f"v{n - 1}") for n in range(5_000)]
    assert effect(passing("p"), *chain).voided == {
        "p" if n == 0 else f"v{n - 1}" for n in range(1, 5_000, 2)
    }


def test_an_assigned_passing_has_the_bib_it_was_given() -> None:
    found = effect(passing("p"), assign("a", 1, "p", "21"))
    assert found.assigned == {"p": "21"}
    assert found.problems == ()


def test_of_two_assignments_the_later_counts_and_they_contradict_each_other() -> None:
    found = effect(passing("p"), assign("b", 1, "p", "21"), assign("a", 2, "p", "22"))
    assert found.assigned == {"p": "22"}
    assert codes(found) == [(ProblemCode.CONTRADICTING_RULINGS, ("b", "a"))]


def test_saying_the_same_twice_is_no_contradiction() -> None:
    found = effect(passing("p"), assign("a", 1, "p", "21"), assign("b", 2, "p", "21"))
    assert found.assigned == {"p": "21"}
    assert found.problems == ()


@pytest.mark.parametrize("ruling", [void("v", 1, "p"), assign("v", 1, "p", "21")])
def test_a_ruling_about_a_record_that_is_not_there_yet_is_a_problem_until_it_is(
    ruling: Ruling,
) -> None:
    alone = effect(ruling)
    assert codes(alone) == [(ProblemCode.UNKNOWN_RECORD, ("v",))]
    assert alone.problems[0].params == (("target", "p"),)
    assert effect(ruling, passing("p")).problems == ()
