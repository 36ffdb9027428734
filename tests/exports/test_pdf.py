"""What printed sheets hold: everybody once, in order, as written, and how old the sheet is."""

import json
import re
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from fontTools.ttLib import TTFont

from tests.exports.printed import boxes, page_counts, pages, text
from timing import racefile
from timing.core.book import RaceBook, UnknownControl, UnknownStage
from timing.core.compute import compute
from timing.core.entries import Entry
from timing.core.times import parse_instant
from timing.exports.pdf import Imprint, PrintingFailed, Sheets, to_pdf
from timing.exports.pdf_checkpoint import checkpoint_sheets
from timing.exports.pdf_letters import FONTS, LEFT_OUT, Legible
from timing.exports.pdf_start import StartOrder, start_list

IMPRINT = Imprint(source="definition 3, revision 812", issued=parse_instant("2026-08-27T16:05:00Z"))

RACE = Path(__file__).with_name("to-print.yaml").read_text(encoding="utf-8")
RULING = "reason: Posted, by: director, at: 2026-08-28T18:00:00Z"


@pytest.fixture(scope="module")
def made_up() -> RaceBook:
    return compute(racefile.loads(RACE, name="to-print"))


def with_rulings(*rulings: str) -> RaceBook:
    lines = "".join(f"  - {{{ruling}, {RULING}}}\n" for ruling in rulings)
    return compute(racefile.loads(f"{RACE}rulings:\n{lines}", name="to-print"))


def with_entries(*entries: Entry) -> RaceBook:
    return compute(replace(racefile.loads(RACE, name="to-print"), entries=entries))


def sheet_of(book: RaceBook, number: int, control: str) -> str:
    return text(to_pdf(checkpoint_sheets(book, number, control, imprint=IMPRINT)))


def starts_of(book: RaceBook, number: int, order: StartOrder = StartOrder.START) -> str:
    return text(to_pdf(start_list(book, number, order=order, imprint=IMPRINT)))


def bibs_in(told: str) -> list[str]:
    """The bibs that lines begin with, or that stand behind a start time."""
    return re.findall(
        r"^(?:[AB] )?(?:\d\d:\d\d(?::\d\d)? )?(\d+a?) (?:Ana|Bo|Cy|Dee|Runner)", told, re.MULTILINE
    )


# -- who is on it


def test_everybody_is_on_a_checkpoint_sheet_once_in_the_order_of_bibs() -> None:
    numbers = [7 * n % 211 for n in range(1, 211)]
    book = with_entries(
        *(Entry(id=str(n), bib=str(n), name=f"Runner {n}", division="full") for n in numbers)
    )

    pdf = to_pdf(checkpoint_sheets(book, 1, imprint=IMPRINT))

    expected = [str(n) for n in range(1, 211)]
    assert bibs_in(text(pdf)) == 3 * expected


def test_bibs_are_in_their_own_order_not_in_that_of_letters(made_up: RaceBook) -> None:
    assert bibs_in(sheet_of(made_up, 1, "PASS")) == ["9", "12", "15a", "100"]


def test_a_sheet_lists_those_alone_whose_course_comes_by(made_up: RaceBook) -> None:
    assert bibs_in(sheet_of(made_up, 1, "HUT")) == ["9", "12", "15a"]


def test_who_is_out_of_the_race_is_named_apart() -> None:
    book = with_rulings('ruling: status, stage: 1, bib: "12", status: withdrawn')

    for told in (sheet_of(book, 2, "FINISH"), starts_of(book, 2)):
        assert sorted(bibs_in(told)) == ["100", "15a", "9"]
        assert "Not listed, for they are out or do not start: 12" in told


def test_every_manned_control_has_a_sheet_and_any_other_when_asked_for(made_up: RaceBook) -> None:
    told = pages(to_pdf(checkpoint_sheets(made_up, 1, imprint=IMPRINT)))

    titles = [page.splitlines()[1] for page in told]
    of_controls = ["The pass km 7.2 PASS", "The hut km 12.0 HUT", "Finish km 20.0 FINISH"]
    assert list(dict.fromkeys(titles)) == of_controls
    assert "The wood km 3.0 WOOD" in sheet_of(made_up, 1, "WOOD")


def test_what_is_not_there_is_not_printed(made_up: RaceBook) -> None:
    with pytest.raises(UnknownControl):
        checkpoint_sheets(made_up, 1, "START", imprint=IMPRINT)
    with pytest.raises(UnknownStage):
        checkpoint_sheets(made_up, 9, imprint=IMPRINT)
    with pytest.raises(UnknownStage):
        start_list(made_up, 9, imprint=IMPRINT)


# -- the columns


@pytest.mark.parametrize(
    ("stage", "control", "columns"),
    [(1, "PASS", "Time"), (1, "HUT", "In Out"), (3, "FINISH", "LAP1 LAP2 FINISH")],
)
def test_there_is_a_column_for_each_passing(
    made_up: RaceBook, stage: int, control: str, columns: str
) -> None:
    assert f"Bib Name {columns} Note" in sheet_of(made_up, stage, control)


def test_a_control_passed_many_times_is_written_in_order_of_arrival(made_up: RaceBook) -> None:
    told = sheet_of(made_up, 4, "FINISH")

    assert "30 passings a runner" in told
    assert "4 may come: 9, 12, 15a, 100" in told
    assert told.count("Bib Time Note Bib Time Note") == 3  # 120 lines, 54 on a page


# -- when it closes


@pytest.mark.parametrize(
    ("stage", "control", "closes"),
    [
        (1, "PASS", "Closes Full race: 11:00 · Short race: 11:30"),
        (1, "HUT", "Closes In 13:00, Out 13:30"),
        (1, "FINISH", "Closes Wave A: 15:00 · Wave B: 15:30"),
        (2, "FINISH", "Closes 13:00 to 13:01, see each line"),
    ],
)
def test_a_sheet_says_when_the_control_closes_for_whom(
    made_up: RaceBook, stage: int, control: str, closes: str
) -> None:
    assert closes in sheet_of(made_up, stage, control)


def test_where_each_has_a_closing_time_of_their_own_it_stands_in_the_line(
    made_up: RaceBook,
) -> None:
    told = sheet_of(made_up, 2, "FINISH")

    closings = re.findall(r"^(\d+a?) .*(13:\d\d(?::\d\d)?)$", told, re.MULTILINE)
    assert closings == [("9", "13:00"), ("12", "13:00:30"), ("15a", "13:01"), ("100", "13:00")]


def test_a_moved_cut_off_is_the_one_that_is_printed() -> None:
    book = with_rulings('ruling: cutoff, stage: 1, control: HUT, to: "14:15"')

    assert "Closes In 14:15, Out 13:30" in sheet_of(book, 1, "HUT")


# -- who starts when


def test_a_start_list_has_the_waves_in_their_order_with_their_guns(made_up: RaceBook) -> None:
    told = starts_of(made_up, 1)

    assert told.index("Wave A · 07:00 1") < told.index("Wave B · 07:30 3")
    assert bibs_in(told) == ["9", "12", "15a", "100"]
    assert "Provisional" not in told


def test_a_wave_that_was_started_late_has_its_actual_gun() -> None:
    book = with_rulings('ruling: start, stage: 1, wave: B, to: "07:42:10"')

    assert "Wave B · 07:42:10 3" in starts_of(book, 1)


def test_starts_that_follow_from_ranks_are_called_provisional_until_they_are_issued(
    made_up: RaceBook,
) -> None:
    issued = with_rulings(
        'ruling: start_list, stage: 2, starts: {"100": "09:00", "9": "09:05", "12": "09:05",'
        ' "15a": "09:07"}'
    )

    assert "Provisional" in starts_of(made_up, 2)
    told = starts_of(issued, 2)
    assert "Provisional" not in told
    assert re.findall(r"^(09:\d\d) (\d+a?)", told, re.MULTILINE) == [
        ("09:00", "100"),
        ("09:05", "9"),
        ("09:05", "12"),
        ("09:07", "15a"),
    ]


def test_a_start_list_by_bib_says_beside_each_when_it_starts(made_up: RaceBook) -> None:
    told = starts_of(made_up, 1, StartOrder.BIB)

    assert re.findall(r"^([AB] \d\d:\d\d) (\d+a?)", told, re.MULTILINE) == [
        ("A 07:00", "9"),
        ("B 07:30", "12"),
        ("B 07:30", "15a"),
        ("B 07:30", "100"),
    ]


def test_who_has_no_start_time_is_listed_last() -> None:
    posted = '"9": "09:00", "12": "09:01", "15a": "09:02"'
    book = with_rulings(f"ruling: start_list, stage: 2, starts: {{{posted}}}")

    told = starts_of(book, 2)

    assert bibs_in(told.partition("No start time: ask the director 1")[2]) == ["100"]


def test_a_free_start_says_from_when_to_when(made_up: RaceBook) -> None:
    assert "Free start · 06:00 to 08:30 4" in starts_of(made_up, 5)


# -- pages


def test_each_sheet_counts_its_own_pages() -> None:
    book = with_entries(
        *(Entry(id=str(n), bib=str(n), name=f"Runner {n}", division="full") for n in range(100))
    )

    of_pass = page_counts(to_pdf(checkpoint_sheets(book, 1, "PASS", imprint=IMPRINT)))
    of_all = page_counts(to_pdf(checkpoint_sheets(book, 1, imprint=IMPRINT)))

    count = len(of_pass)
    assert count >= 4  # 100 lines of 8 mm, and one page in order of arrival
    assert of_pass == [(n, count) for n in range(1, count + 1)]
    assert of_all == 3 * of_pass


def test_every_page_says_whose_it_is_and_how_old(made_up: RaceBook) -> None:
    for sheets in (
        checkpoint_sheets(made_up, 1, imprint=IMPRINT),
        start_list(made_up, 1, imprint=IMPRINT),
    ):
        for page in pages(to_pdf(sheets)):
            assert page.startswith("Made-up Race · Stage 1, To the hut Friday 28 August 2026")
            foot = "Issued 2026-08-27 18:05 (UTC+2) · definition 3, revision 812"
            assert foot in page.splitlines()[-1]


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        ("America/Denver", "2026-08-27 10:05 (UTC−6)"),
        ("Asia/Kathmandu", "2026-08-27 21:50 (UTC+5:45)"),
        ("UTC", "2026-08-27 16:05 (UTC+0)"),
    ],
)
def test_the_time_of_issue_is_the_race_s(zone: str, told: str) -> None:
    assert IMPRINT.words(ZoneInfo(zone)).startswith(f"Issued {told} · ")


def test_the_same_data_gives_the_same_bytes(made_up: RaceBook) -> None:
    one, other = (to_pdf(checkpoint_sheets(made_up, 1, imprint=IMPRINT)) for _ in range(2))

    assert one == other


# -- letters


@pytest.mark.parametrize(
    "name",
    [
        '#panic("x")',
        '#read("fonts/letters.json")',
        "*bold* _thin_ `raw`",
        "$x^2$",
        "[a] {b} <c> @d",
        'Ann "Red" O\'Neil',
        "= Head // gone /* gone */",
        "\\u{41} a\\b ~ --- ...",
        "{{ 1 + 1 }} {% raw %}",
    ],
)
def test_what_looks_like_markup_in_a_name_is_printed_as_it_is(name: str) -> None:
    book = with_entries(Entry(id="1", bib="#1*", name=name, division="full"))

    for told in (sheet_of(book, 1, "PASS"), starts_of(book, 1)):
        assert f"#1* {name}" in told


NAMES = {
    "Latin": "Zoë Šťastná Łukasz Guðrún Ağaoğlu",
    "Vietnamese": "Nguyễn Thị Ngọc Ánh",
    "Greek": "Ελένη Παπαδοπούλου",
    "Cyrillic": "Сергій Ткаченко Ђорђе Ұлан",
    "Arabic": "مريم العلوي",
    "Persian": "پژمان گلچین",
    "Hebrew": "נועה לוי",
    "Armenian": "Արամ Սարգսյան",
    "Georgian": "ნინო ბერიძე",
    "Devanagari": "पासाङ ल्हामु शेर्पा",
    "Thai": "สมชาย ใจดี",
    "decomposed": "Zoe\u0308 Nguye\u0302\u0303n",
}


def test_a_name_in_any_of_these_scripts_is_printed_without_a_box() -> None:
    book = with_entries(
        *(
            Entry(id=s, bib=str(n), name=name, division="full")
            for n, (s, name) in enumerate(NAMES.items())
        )
    )
    sheets = checkpoint_sheets(book, 1, "PASS", imprint=IMPRINT)

    assert sheets.unprintable == ()
    pdf = to_pdf(sheets)
    assert boxes(pdf) == 0
    for script in ("Latin", "Greek", "Cyrillic", "Georgian"):
        assert NAMES[script] in text(pdf)


def test_a_letter_without_a_font_would_be_seen_as_a_box(made_up: RaceBook) -> None:
    sheets = start_list(made_up, 1, imprint=IMPRINT)

    assert boxes(to_pdf(replace(sheets, data={**sheets.data, "race": "山本"}))) > 0


def test_letters_that_no_font_has_are_left_out_and_said_to_be() -> None:
    book = with_entries(
        Entry(id="1", bib="21", name="山本 隆 Yamamoto", division="full"),
        Entry(id="2", bib="22", name="Ana 😀", division="full"),
        Entry(id="3", bib="23", name="Bo Lind", division="full"),
    )
    sheets = checkpoint_sheets(book, 1, "PASS", imprint=IMPRINT)

    lost = [(one.text, one.letters, one.printed) for one in sheets.unprintable]
    assert lost == [
        ("山本 隆 Yamamoto", ("山", "本", "隆"), "… Yamamoto"),
        ("Ana 😀", ("😀",), "Ana …"),
    ]
    told = " ".join(text(to_pdf(sheets)).split())
    assert "21 … Yamamoto" in told
    assert "so the bib counts: 21, 22" in told
    assert boxes(to_pdf(sheets)) == 0


@pytest.mark.parametrize(
    ("given", "printed"),
    [
        ("Ana\u202eziuR", "AnaziuR"),  # would turn what follows around
        ("Ana\nRuiz\tLong", "Ana Ruiz Long"),
        ("\u0646\u06cc\u200c\u0645\u0627", "\u0646\u06cc\u200c\u0645\u0627"),  # says how to join
        ("Ana\u00a0Ruiz", "Ana Ruiz"),
    ],
)
def test_nothing_in_a_text_steers_what_stands_around_it(given: str, printed: str) -> None:
    legible = Legible()

    assert legible(given) == printed
    assert legible.lost == {}


def test_a_name_without_gaps_may_be_broken_rather_than_run_into_the_next_column() -> None:
    name = "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwaren"
    book = with_entries(Entry(id="1", bib="1", name=name, division="full"))

    pdf = to_pdf(checkpoint_sheets(book, 1, "HUT", imprint=IMPRINT))

    assert name in "".join(text(pdf).replace("\u200b", "").split())
    assert boxes(pdf) == 0
    assert [len(part) for part in Legible()(name).split("\u200b")] == [24, 24, 7]
    assert Legible()("Wolfeschlegelsteinhausens") == "Wolfeschlegelsteinhausens"


def test_the_list_of_letters_is_that_of_the_fonts() -> None:
    listed = json.loads((FONTS / "letters.json").read_text(encoding="utf-8"))

    assert set(listed) == {path.stem for path in FONTS.glob("*.ttf")}
    for name, runs in listed.items():
        letters = {code for first, last in runs for code in range(first, last + 1)}
        with TTFont(FONTS / f"{name}.ttf") as font:
            assert letters == set(font.getBestCmap())
    assert LEFT_OUT in Legible()(LEFT_OUT)


def test_bold_has_every_letter_that_the_upright_has() -> None:
    listed = json.loads((FONTS / "letters.json").read_text(encoding="utf-8"))

    assert listed["SofiaSansSemiCondensed-Bold"] == listed["SofiaSansSemiCondensed-Regular"]


def test_each_family_of_letters_has_its_licence_beside_it() -> None:
    for path in FONTS.glob("*.ttf"):
        family = path.stem.partition("-")[0]
        assert "SIL Open Font License" in (FONTS / f"{family}-LICENSE.txt").read_text()


def test_pages_that_cannot_be_set_are_no_file() -> None:
    with pytest.raises(PrintingFailed, match="sheets"):
        to_pdf(Sheets(template="checkpoint.typ", data={}))
