"""Pictures on demand: each drawn once, a few at a time, an earlier one for a minute."""

import threading
from collections.abc import Mapping
from typing import Any

import pytest

from timing.live.pictures import AT_ONCE, MOST_WAITING, STALE_SECONDS, Pictures, TooManyPictures


class Studio:
    """Draws by writing the card down; keeps count, and has a clock that only a test moves."""

    def __init__(self) -> None:
        self.drawn: list[str] = []
        self.time = 1000.0
        self.may_draw = threading.Event()
        self.may_draw.set()
        self.begun = threading.Event()

    def draw(self, card: Mapping[str, Any]) -> bytes:
        self.begun.set()
        assert self.may_draw.wait(20)
        self.drawn.append(card["name"])
        return str(card["name"]).encode()

    def clock(self) -> float:
        return self.time


@pytest.fixture
def studio() -> Studio:
    return Studio()


@pytest.fixture
def pictures(studio: Studio) -> Pictures:
    return Pictures(studio.draw, clock=studio.clock, most_bytes=1000)


def card(name: str) -> dict[str, Any]:
    return {"name": name}


def test_what_looks_the_same_is_drawn_once(studio: Studio, pictures: Pictures) -> None:
    first = pictures.get("/a", card("one"))
    again = pictures.get("/b", card("one"))
    assert (first.image, again.image) == (b"one", b"one")
    assert first.digest == again.digest
    assert studio.drawn == ["one"]


def test_for_a_minute_the_earlier_picture_of_an_address_is_good_enough(
    studio: Studio, pictures: Pictures
) -> None:
    pictures.get("/a", card("one"))
    studio.time += STALE_SECONDS
    stale = pictures.get("/a", card("two"))
    assert (stale.image, stale.is_current) == (b"one", False)
    studio.time += 1
    fresh = pictures.get("/a", card("two"))
    assert (fresh.image, fresh.is_current) == (b"two", True)
    assert studio.drawn == ["one", "two"]


def test_nobody_has_a_thousand_drawn_at_once(studio: Studio, pictures: Pictures) -> None:
    refused = 0
    for nth in range(1300):
        try:
            pictures.get(f"/{nth}", card(str(nth)))
        except TooManyPictures as error:
            refused += error.wait >= 1
    assert len(studio.drawn) == AT_ONCE
    assert refused == 1300 - AT_ONCE
    studio.time += 60
    assert pictures.get("/late", card("late")).image == b"late"


def test_a_refused_picture_comes_when_it_was_said_to(studio: Studio, pictures: Pictures) -> None:
    for nth in range(AT_ONCE):
        pictures.get(f"/{nth}", card(str(nth)))
    with pytest.raises(TooManyPictures) as refused:
        pictures.get("/x", card("x"))
    studio.time += refused.value.wait
    assert pictures.get("/x", card("x")).image == b"x"


def test_few_wait_for_the_one_that_is_drawn(studio: Studio, pictures: Pictures) -> None:
    studio.may_draw.clear()
    threads = [
        threading.Thread(target=pictures.get, args=(f"/{nth}", card(str(nth))))
        for nth in range(MOST_WAITING + 1)
    ]
    for thread in threads:
        thread.start()
    assert studio.begun.wait(20)
    # They come in one after another; how many have is seen by nobody but the pictures.
    while pictures.waiting <= MOST_WAITING:
        threading.Event().wait(0.01)
    with pytest.raises(TooManyPictures):
        pictures.get("/more", card("more"))
    studio.may_draw.set()
    for thread in threads:
        thread.join(20)
    assert sorted(studio.drawn) == ["0", "1", "2", "3", "4"]


def test_what_was_asked_for_longest_ago_is_forgotten_first(studio: Studio) -> None:
    pictures = Pictures(studio.draw, clock=studio.clock, most_bytes=8)
    for name in ("one", "two", "one", "six"):
        pictures.get(f"/{name}", card(name))
    pictures.get("/one", card("one"))
    assert studio.drawn == ["one", "two", "six"]
    studio.time += STALE_SECONDS + 1
    pictures.get("/two", card("two"))
    assert studio.drawn == ["one", "two", "six", "two"]
