from __future__ import annotations

import pytest

from tests.pages.sample import siroua_six
from timing.core.book import RaceBook, UnknownBoard
from timing.pages.board_page import board_page
from timing.pages.fragments import changes, fragments
from timing.pages.live_view import page_of_events
from timing.pages.rendering import render
from timing.pages.runner_page import UnknownRunner
from timing.pages.selection import BadQuery

ARGS = (
    {"board": "gc"},
    {"board": "gc", "after": "4"},
    {"board": "pairs"},
    {"stage": "5"},
    {"stage": "5", "control": "CP4"},
    {"bib": "52"},
    {"bib": "52", "stage": "2"},
    {"bib": "52", "rivals": "12,41"},
    {"page": "team", "team": "T2"},
    {"page": "team", "team": "T2", "stage": "3"},
    {"page": "home"},
    {"page": "live"},
    {"page": "screen"},
    {"page": "screen", "stage": "4", "what": "finish", "boards": "women,stage", "top": "12"},
)


@pytest.fixture(scope="module")
def earlier() -> RaceBook:
    return RaceBook(siroua_six("11:50:00"))


@pytest.fixture(scope="module")
def later() -> RaceBook:
    return RaceBook(siroua_six())


@pytest.mark.parametrize("args", ARGS, ids=str)
def test_a_page_that_did_not_change_sends_nothing(later: RaceBook, args: dict[str, str]) -> None:
    now = fragments(page_of_events(later, args, revision=8))
    assert changes(now, fragments(page_of_events(later, args, revision=9)), revision=9) is None


@pytest.mark.parametrize("args", ARGS, ids=str)
def test_what_is_sent_turns_the_page_of_then_into_the_page_of_now(
    earlier: RaceBook, later: RaceBook, args: dict[str, str]
) -> None:
    before = fragments(page_of_events(earlier, args))
    after = fragments(page_of_events(later, args))
    change = changes(before, after, revision=2)
    if change is None:
        assert before == after
        return
    html, order = change["html"], change["order"]
    assert isinstance(html, dict)
    assert isinstance(order, dict)
    assert {**before.html, **html, **after.html} == {**before.html, **html}
    assert {**before.order, **{name: tuple(ids) for name, ids in order.items()}} == after.order


@pytest.mark.parametrize("args", ARGS, ids=str)
def test_what_a_stream_sends_stands_in_the_page_word_for_word(
    later: RaceBook, args: dict[str, str]
) -> None:
    page = page_of_events(later, {**args, "lines": "all"})
    text = " ".join(render(page).split())
    for html in fragments(page).html.values():
        assert " ".join(html.split()) in text


def test_only_lines_that_changed_are_sent(later: RaceBook) -> None:
    before = fragments(board_page(RaceBook(siroua_six("12:02:59")), "gc", {}))
    after = fragments(board_page(later, "gc", {}))
    change = changes(before, after, revision=2)
    assert change is not None
    html = change["html"]
    assert isinstance(html, dict)
    assert 0 < sum(name.startswith("line-") for name in html) < 10
    assert "line-e190" not in html


def test_a_reader_of_unknown_state_is_sent_everything(later: RaceBook) -> None:
    after = fragments(board_page(later, "gc", {}))
    change = changes(None, after, revision=3)
    assert change is not None
    assert change["html"] == dict(after.html)
    assert set(dict(after.order)) == {"ranked", "unranked"}
    assert change["summary"] == "Mateo Urquiola leads."


def test_who_listens_hears_who_leads_and_how_much_changed(
    earlier: RaceBook, later: RaceBook
) -> None:
    change = changes(
        fragments(board_page(earlier, "gc", {})),
        fragments(board_page(later, "gc", {})),
        revision=2,
    )
    assert change is not None
    assert str(change["summary"]).startswith("Mateo Urquiola leads. ")


def test_a_stream_of_nothing_there_is_is_refused(later: RaceBook) -> None:
    with pytest.raises(BadQuery):
        page_of_events(later, {})
    with pytest.raises(BadQuery):
        page_of_events(later, {"page": "other"})
    with pytest.raises(UnknownBoard):
        page_of_events(later, {"board": "x"})
    with pytest.raises(UnknownRunner):
        page_of_events(later, {"bib": "9999"})


def test_the_page_names_its_own_stream(later: RaceBook) -> None:
    for args in ARGS:
        text = render(page_of_events(later, args, revision=8))
        name = "screen" if args.get("page") == "screen" else "live"
        assert f'data-{name}="/races/siroua-six/events?' in text
        assert 'data-revision="8"' in text
