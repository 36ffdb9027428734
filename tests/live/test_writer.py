"""The writer of a process: what waits is committed together, and answered after the commit."""

import threading
from collections.abc import Sequence

import pytest

from tests.live.waiting import eventually
from timing.db.engines import DatabaseBusy
from timing.live.writer import MOST_AT_ONCE, Writer


class Journal:
    """Commits by noting what came together; ``gate`` holds a commit until it is opened."""

    def __init__(self) -> None:
        self.commits: list[tuple[str, list[str]]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.begun = threading.Event()

    def commit(self, slug: str, batches: Sequence[str]) -> list[str]:
        self.begun.set()
        self.gate.wait(20)
        if "busy" in batches:
            raise DatabaseBusy
        if "bad" in batches:
            raise ValueError("bad")
        self.commits.append((slug, list(batches)))
        return [f"{batch} written" for batch in batches]


def written_by_threads(
    writer: Writer[str, str], journal: Journal, first: str, others: Sequence[tuple[str, str]]
) -> dict[str, str | Exception]:
    """What each was answered, where the others came while the first was being committed."""
    answers: dict[str, str | Exception] = {}

    def write(slug: str, batch: str) -> None:
        try:
            answers[batch] = writer.write(slug, batch)
        except Exception as error:  # noqa: BLE001 - it is what the test looks at
            answers[batch] = error

    journal.gate.clear()
    threads = [threading.Thread(target=write, args=("a", first))]
    threads[0].start()
    assert eventually(journal.begun.is_set)
    for slug, batch in others:
        threads.append(threading.Thread(target=write, args=(slug, batch)))
        threads[-1].start()
    assert eventually(lambda: len(writer._waiting) == len(others))
    journal.gate.set()
    for thread in threads:
        thread.join(20)
    return answers


def test_what_comes_while_a_commit_is_under_way_is_committed_together() -> None:
    journal = Journal()
    answers = written_by_threads(
        Writer(journal.commit), journal, "1", [("a", "2"), ("a", "3"), ("a", "4")]
    )
    assert answers == {n: f"{n} written" for n in "1234"}
    assert [(slug, sorted(batches)) for slug, batches in journal.commits] == [
        ("a", ["1"]),
        ("a", ["2", "3", "4"]),
    ]


def test_races_are_committed_apart() -> None:
    journal = Journal()
    written_by_threads(Writer(journal.commit), journal, "1", [("a", "2"), ("b", "3"), ("a", "4")])
    assert sorted((slug, sorted(batches)) for slug, batches in journal.commits[1:]) == [
        ("a", ["2", "4"]),
        ("b", ["3"]),
    ]


def test_a_batch_that_cannot_be_written_fails_alone() -> None:
    journal = Journal()
    answers = written_by_threads(
        Writer(journal.commit), journal, "1", [("a", "2"), ("a", "bad"), ("a", "4")]
    )
    assert isinstance(answers.pop("bad"), ValueError)
    assert answers == {n: f"{n} written" for n in "124"}


def test_a_busy_database_fails_all_who_wait_at_once() -> None:
    journal = Journal()
    answers = written_by_threads(
        Writer(journal.commit), journal, "1", [("a", "2"), ("a", "busy"), ("a", "4")]
    )
    assert answers.pop("1") == "1 written"
    assert all(isinstance(answer, DatabaseBusy) for answer in answers.values())
    assert len(journal.commits) == 1


def test_more_than_fit_into_one_commit_are_all_written() -> None:
    journal = Journal()
    many = [("a", str(n)) for n in range(2, MOST_AT_ONCE + 20)]
    answers = written_by_threads(Writer(journal.commit), journal, "1", many)
    assert answers == {batch: f"{batch} written" for _, batch in [("a", "1"), *many]}
    assert max(len(batches) for _, batches in journal.commits) == MOST_AT_ONCE


def test_an_error_reaches_who_asked_and_the_next_is_written() -> None:
    journal = Journal()
    writer: Writer[str, str] = Writer(journal.commit)
    with pytest.raises(ValueError, match="bad"):
        writer.write("a", "bad")
    assert writer.write("a", "good") == "good written"
