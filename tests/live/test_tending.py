"""The process that minds time: its tasks go on whatever fails, and one process does them."""

from __future__ import annotations

import threading

import pytest

from timing.db.engines import Database
from timing.live import tending
from timing.live.tending import Task, Tending, alone, retry_after


def test_a_task_that_fails_is_tried_again_and_keeps_no_other_from_its_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tending, "FIRST_RETRY_SECONDS", 0.001)
    stopping = threading.Event()
    tried: list[int] = []
    done: list[int] = []

    def failing(_: threading.Event) -> None:
        tried.append(1)
        if len(tried) < 3:
            raise RuntimeError("no")
        if len(done) >= 2:
            stopping.set()

    def working(_: threading.Event) -> None:
        done.append(1)
        if len(done) >= 2 and len(tried) >= 3:
            stopping.set()

    tasks = [
        Task(name="failing", every_seconds=0.001, run=failing),
        Task(name="working", every_seconds=0.001, run=working),
    ]
    minding = Tending(tasks, stopping)
    minding.run()
    assert len(tried) >= 3
    assert len(done) >= 2


def test_a_task_that_keeps_failing_is_tried_less_and_less() -> None:
    assert [retry_after(n) for n in (1, 2, 3, 7, 1_000)] == [1, 2, 4, 60, 60]


def test_one_process_tends_and_another_stands_by_until_it_ends(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tending, "STAND_BY_SECONDS", 0.01)
    stopping, is_told, took_over = threading.Event(), threading.Event(), threading.Event()

    def second() -> None:
        with alone(database, threading.Event(), waiting=is_told.set) as is_alone:
            assert is_alone
            took_over.set()

    with alone(database, stopping, waiting=lambda: pytest.fail("nobody else is there")):
        thread = threading.Thread(target=second)
        thread.start()
        assert is_told.wait(10)
        assert not took_over.is_set()
    assert took_over.wait(10)
    thread.join()


def test_one_that_stands_by_can_be_ended(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tending, "STAND_BY_SECONDS", 0.01)
    stopping = threading.Event()
    with (
        alone(database, threading.Event(), waiting=lambda: None),
        alone(database, stopping, waiting=stopping.set) as is_alone,
    ):
        assert not is_alone
