"""What the public is told: hidden names, and retirements before they are released (Rules 12.2)."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties.pictures import picture
from tests.properties.races import documents
from timing.core.book import RaceBook
from timing.core.document import Document
from timing.core.public import PublicView, held_back, hidden_entries, is_course_clear, public_book
from timing.core.publication import digests_of
from timing.core.records import Passing, Ruling
from timing.core.results import StageLine
from timing.core.statuses import StageStatus
from timing.racefile import loads

RACE = """\
race: {slug: r, timezone: UTC}
stages:
  - number: 1
    date: 2026-08-28
    start: "08:00"
    controls: [{code: START, km: 0}, {code: PASS, km: 9}, {code: FINISH, km: 20}]
  - {number: 2, date: 2026-08-29, start: "08:00"}
entries:
  - {id: ana, bib: 1, name: Ana Ruiz, club: Ibex, residence: Bern}
  - {id: bo, bib: 2, name: Bo Lind}
  - {id: cho, bib: 3, name: Cho Min}
passings: |
  1 PASS 2 10:00:00
  1 FINISH 1 12:00:00
"""
RETIRED = """\
rulings:
  - {ruling: status, id: out, stage: 1, bib: 2, status: withdrawn, control: PASS, reason: Ankle,
      by: doctor, at: 2026-08-28T10:10:00Z}
"""


def document(*more: str, race: str = RACE) -> Document:
    return loads(race + "".join(more), name="race.yaml")


def ruling(text: str) -> str:
    return f"  - {{ruling: {text}, reason: x, by: d, at: 2026-08-28T13:00:00Z}}\n"


def line(book: RaceBook, entry: str, stage: int = 1) -> StageLine:
    found = book.stage_line(stage, entry)
    assert found is not None
    return found


def test_a_retirement_is_not_told_and_the_runner_is_last_seen_where_they_were() -> None:
    whole = document(RETIRED)
    public = public_book(whole)
    assert line(RaceBook(whole), "bo").status is StageStatus.DNF
    assert line(public, "bo").status is StageStatus.ON_COURSE
    assert line(public, "bo").last_point == "PASS"
    assert public.ruling("out") is None


def test_the_public_book_is_as_if_it_had_never_been_ruled() -> None:
    assert picture(public_book(document(RETIRED))) == picture(RaceBook(document()))


def test_a_release_tells_it() -> None:
    public = public_book(document(RETIRED, ruling('release, stage: 1, bib: "2"')))
    assert line(public, "bo").status is StageStatus.DNF


def test_a_release_without_a_stage_is_for_any() -> None:
    public = public_book(document(RETIRED, ruling('release, bib: "2"')))
    assert line(public, "bo").status is StageStatus.DNF


def test_the_release_of_somebody_else_tells_nothing() -> None:
    public = public_book(document(RETIRED, ruling('release, stage: 1, bib: "3"')))
    assert line(public, "bo").status is StageStatus.ON_COURSE


def test_a_release_that_was_voided_tells_nothing() -> None:
    released = ruling('release, id: told, stage: 1, bib: "2"')
    public = public_book(document(RETIRED, released, ruling("void, record: told")))
    assert line(public, "bo").status is StageStatus.ON_COURSE


def test_a_ruling_is_told_when_all_whom_it_names_are_released() -> None:
    both = RETIRED.replace("bib: 2", "bibs: [2, 3]")
    half = document(both, ruling('release, stage: 1, bib: "2"'))
    assert line(public_book(half), "bo").status is StageStatus.ON_COURSE
    assert held_back(RaceBook(document(both, ruling('release, stage: 1, bibs: ["2", "3"]')))) == ()


def test_what_replaced_a_retirement_does_not_give_it_away_nor_bring_it_back() -> None:
    again = ruling("status, id: again, stage: 1, bib: 2, status: dnf, supersedes: [out]")
    public = public_book(document(RETIRED, again))
    assert line(public, "bo").status is StageStatus.ON_COURSE
    voided = public_book(document(RETIRED, again, ruling("void, record: again")))
    assert line(voided, "bo").status is StageStatus.ON_COURSE


def test_a_disqualification_and_an_absence_are_told_at_once() -> None:
    for status, told in (("dsq", StageStatus.DSQ), ("dns", StageStatus.DNS)):
        whole = document(RETIRED.replace("withdrawn", status))
        assert line(public_book(whole), "bo").status is told


ALL_HOME = """\
  1 FINISH 3 13:00:00
"""


def test_it_is_told_when_the_course_is_clear_which_takes_a_word_where_they_are() -> None:
    race = RACE + ALL_HOME
    assert held_back(RaceBook(document(RETIRED, race=race)))
    collected = ruling('account, stage: 1, bib: "2", vehicle: Van 3')
    assert held_back(RaceBook(document(RETIRED, collected, race=race)))
    handed = ruling('account, stage: 1, bib: "2", vehicle: Van 3, handed_to: Medics')
    home = RaceBook(document(RETIRED, handed, race=race))
    assert is_course_clear(home, 1)
    assert held_back(home) == ()


def test_a_course_on_which_somebody_is_out_is_not_clear() -> None:
    handed = ruling('account, stage: 1, bib: "2", where: Camp')
    book = RaceBook(document(RETIRED, handed))
    assert not is_course_clear(book, 1)
    assert held_back(book)


LAST_STAGE = """\
  2 FINISH 1 12:00:00
  2 FINISH 3 13:00:00
"""


def test_after_the_last_stage_a_race_without_a_register_tells_it_once_the_others_are_in() -> None:
    out = RETIRED.replace("stage: 1", "stage: 2").replace("control: PASS, ", "")
    race = RACE.replace("1 PASS 2 10:00:00", "1 FINISH 2 12:30:00") + ALL_HOME
    assert held_back(RaceBook(document(out, race=race + LAST_STAGE.splitlines()[0] + "\n")))
    assert held_back(RaceBook(document(out, race=race + LAST_STAGE))) == ()
    register = ruling('account, stage: 1, bib: "1", where: Camp')
    assert held_back(RaceBook(document(out, register, race=race + LAST_STAGE)))


def test_a_race_may_leave_it_to_its_director_or_tell_it_at_once() -> None:
    handed = ruling('account, stage: 1, bib: "2", where: Camp')
    by_director = (RACE + ALL_HOME).replace("UTC", "UTC, withdrawals: by_director", 1)
    assert held_back(RaceBook(document(RETIRED, handed, race=by_director)))
    at_once = RACE.replace("UTC", "UTC, withdrawals: at_once", 1)
    assert held_back(RaceBook(document(RETIRED, race=at_once))) == ()


def test_it_is_told_when_a_later_stage_begins() -> None:
    race = RACE.replace("UTC", "UTC, withdrawals: by_director", 1) + "  2 FINISH 1 12:00:00\n"
    assert held_back(RaceBook(document(RETIRED, race=race))) == ()


HIDDEN = RACE.replace("name: Ana Ruiz", "name: Ana Ruiz, name_hidden: true")


def test_a_hidden_name_is_in_no_entry_of_the_public_book() -> None:
    public = public_book(document(race=HIDDEN))
    ana = public.entry("ana")
    assert (ana.name, ana.club, ana.residence, ana.name_hidden) == ("", "", "", True)
    assert public.entry("bo").name == "Bo Lind"
    assert RaceBook(document(race=HIDDEN)).entry("ana").name == "Ana Ruiz"


def test_a_club_that_makes_a_category_stays_so_that_the_boards_are_the_same() -> None:
    with_club = HIDDEN.replace("stages:", "categories: [{code: IBEX, club: Ibex}]\nstages:", 1)
    public = public_book(document(race=with_club))
    assert public.entry("ana").club == "Ibex"
    assert line(public, "ana").categories == ("IBEX",)


def test_a_name_may_be_hidden_by_a_ruling_and_is_hidden_on_every_stage() -> None:
    hide = ruling("entry, bib: 2, set: {name_hidden: true}, stage: 2")
    public = public_book(document("rulings:\n", hide))
    assert [public.entry("bo", stage).name for stage in (1, 2)] == ["", ""]


def test_a_late_entry_may_come_with_its_name_hidden() -> None:
    late = ruling("entry, id: dee, bib: 4, new: true, set: {name: Dee Ox, name_hidden: true}")
    whole = document("rulings:\n", late)
    assert hidden_entries(RaceBook(whole)) == {"dee"}
    assert public_book(whole).entry("dee").name == ""


def test_hiding_a_name_and_holding_back_change_no_digest() -> None:
    assert digests_of(RaceBook(document(race=HIDDEN))) == digests_of(RaceBook(document()))
    public, whole = public_book(document(race=HIDDEN)), RaceBook(document())
    assert digests_of(public).result == digests_of(whole).result
    held = RACE.replace("UTC", "UTC, withdrawals: by_director", 1)
    released = document(RETIRED, ruling('release, stage: 1, bib: "2"'), race=held)
    assert digests_of(RaceBook(released)) == digests_of(RaceBook(document(RETIRED)))


def test_where_nothing_is_hidden_there_is_one_book() -> None:
    whole = RaceBook(document())
    assert PublicView(whole).book is whole


@settings(max_examples=60, deadline=None)
@given(whole=documents(), data=st.data())
def test_a_view_that_grew_is_as_one_made_at_once(whole: Document, data: st.DataObject) -> None:
    hidden = data.draw(st.booleans())
    entries = tuple(replace(e, name_hidden=hidden and e.bib == "1") for e in whole.entries)
    whole = replace(whole, entries=entries)
    records = data.draw(st.permutations((*whole.passings, *whole.rulings)))
    view = PublicView(RaceBook(replace(whole, passings=(), rulings=())))
    size = max(1, len(records) // 5)
    for start in range(0, len(records), size):
        batch = records[start : start + size]
        view.add(
            passings=[r for r in batch if isinstance(r, Passing)],
            rulings=[r for r in batch if isinstance(r, Ruling)],
        )
    assert picture(view.book) == picture(public_book(whole))
    assert view.held_back == held_back(RaceBook(whole))
