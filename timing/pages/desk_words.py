"""Records in the few words of the desk: as they are listed, and as what was just done."""

from __future__ import annotations

from collections.abc import Iterator

from timing.core.book import RaceBook
from timing.core.definition import PenaltyRule, Race
from timing.core.penalties import Amount
from timing.core.proposals import ABOUT_RECORDS
from timing.core.records import (
    Assign,
    Bonus,
    ClockOffset,
    Credit,
    Observation,
    Passing,
    Penalty,
    Points,
    Record,
    Ruling,
    StageTime,
    StartCorrection,
    Status,
    Void,
)
from timing.core.times import (
    Reading,
    TimeOfDay,
    format_time_of_day,
    local_clock,
    zone_named,
)
from timing.pages import figures, words
from timing.pages.clock_words import moved_words
from timing.pages.decided_words import decided_words
from timing.pages.marks import name_of
from timing.pages.words import sentence

NAMED = 3
"""How many runners are named in one sentence; of the others only the number."""


def clock_words(book: RaceBook, time: Reading, stage: int) -> str:
    """``07:30:04``: a reading on the clock of a stage's day."""
    if isinstance(time, TimeOfDay):
        return format_time_of_day(time)
    known = book.race.stage(stage)
    return figures.clock(
        time, zone_named(book.race.timezone), known.date if known is not None else None
    )


def bibs_of(book: RaceBook, record: Record | None) -> tuple[str, ...]:
    """Whose record it is; for a void, whose is the record that it undoes."""
    match record:
        case Passing():
            bib = book.bib_of(record)
            return (bib,) if bib else ()
        case Void():
            undone = _record(book, record.record)
            return () if isinstance(undone, Void) else bibs_of(book, undone)
        case _:
            bibs: tuple[str, ...] = getattr(record, "bibs", ())
            bib = getattr(record, "bib", "") or getattr(record, "team", "")
            return bibs or ((bib,) if bib else ())


def ruling_words(book: RaceBook, ruling: Ruling) -> str:
    """A ruling in a few words: ``Penalty 15:00, stage 3, article 7.4``."""
    match ruling:
        case Penalty() | Credit():
            text = sentence("with-stage", what=_amount(book, ruling), stage=ruling.stage)
            article = article_of(book.race, ruling.code)
            return f"{text}, {sentence('article', code=article)}" if article else text
        case Bonus() | Points():
            return _award(ruling)
        case Status():
            return _status(ruling)
        case StageTime():
            time = "" if ruling.time is None else figures.time(ruling.time)
            return sentence("ruled-time", time=time, stage=ruling.stage)
        case StartCorrection():
            time = clock_words(book, ruling.to, ruling.stage)
            text = sentence("ruled-start" if ruling.bibs else "ruled-gun", time=time)
            text = sentence("with-stage", what=text, stage=ruling.stage)
            return f"{text}, {sentence('wave', wave=ruling.wave)}" if ruling.wave else text
        case Observation():
            return _observed(ruling)
        case ClockOffset():
            return ", ".join(_clock_offset(book, ruling))
        case Void():
            return sentence("ruled-void", what=_undone_words(book, ruling))
        case _:
            return decided_words(ruling, lambda time, stage: clock_words(book, time, stage))


def done_words(book: RaceBook, ruling: Ruling) -> str:
    """What was done: ``Penalty 1:00:00 given to 2 Jeroen 't Hooft, stage 3``."""
    who = _who(book, bibs_of(book, ruling))
    match ruling:
        case Penalty() | Credit():
            given = sentence("done-given", what=_amount(book, ruling), who=who)
            return sentence("with-stage", what=given, stage=ruling.stage)
        case Status():
            return sentence("done-status", what=ruling_words(book, ruling), who=who)
        case Assign():
            what = _record_words(book, _record(book, ruling.record))
            return sentence("done-assigned", what=what, who=who)
        case _:
            return ", ".join(part for part in (ruling_words(book, ruling), who) if part)


def article_of(race: Race, code: str) -> str:
    """The article of the race's rules: that of the code in the penalty table, else the code."""
    known = next((rule for rule in race.rules.penalties if rule.code == code), None)
    return code if known is None else known.article or code


def penalty_rule_words(rule: PenaltyRule) -> str:
    """``Kit missing: 30:00, 1:00:00, then disqualification``: an entry of the penalty table."""
    amounts = ", ".join(figures.short(time) for time in rule.times)
    if rule.then_dsq:
        amounts = sentence("then-disqualified", amounts=amounts) if amounts else ""
        amounts = amounts or sentence("ruled-disqualification")
    return f"{rule.name}: {amounts}" if rule.name else amounts


def amount_of(book: RaceBook, ruling: Penalty) -> Amount:
    """What a penalty costs the first that it names."""
    worn_on = ruling.stage if ruling.stage in book.stages else None
    entry = book.entry_wearing(ruling.bibs[0], worn_on) if ruling.bibs else None
    if entry is None:
        return book.penalties.of_team(ruling, ruling.team)
    return book.penalties.of_entry(ruling, entry.id)


def _amount(book: RaceBook, ruling: Penalty | Credit) -> str:
    if isinstance(ruling, Credit):
        return sentence("ruled-credit", time=figures.short(ruling.time * ruling.count))
    amount = amount_of(book, ruling)
    if amount.disqualifies:
        return sentence("ruled-disqualification")
    return sentence("ruled-penalty", time=figures.short(amount.time * ruling.count))


def _status(ruling: Status) -> str:
    text = words.RULING_STATUS[ruling.status].split(",")[0]
    if ruling.stage is None:
        return text
    if not ruling.control:
        return sentence("with-stage", what=text, stage=ruling.stage)
    return f"{text}, {sentence('stage-place', stage=ruling.stage, place=ruling.control)}"


def _clock_offset(book: RaceBook, ruling: ClockOffset) -> Iterator[str]:
    """What a clock was off by, with its sign, and from when until when by that clock itself."""
    yield sentence("ruled-clock", device=ruling.device, moved=moved_words(ruling.offset))
    zone = zone_named(book.race.timezone)
    for key, at in (("ruled-clock-from", ruling.since), ("ruled-clock-until", ruling.until)):
        if at is not None:
            day = words.day_and_month(local_clock(at, zone).date())
            yield sentence(key, time=f"{day} {figures.clock(at, zone)}")


def _award(ruling: Bonus | Points) -> str:
    if isinstance(ruling, Bonus):
        return sentence("ruled-bonus", time=figures.short(ruling.time), stage=ruling.stage)
    what = sentence("ruled-points", points=figures.count(ruling.points), board=ruling.board)
    return sentence("with-stage", what=what, stage=ruling.stage)


def _observed(seen: Observation) -> str:
    """``Seen at a station: kit (whistle, survival blanket)``."""
    text = sentence("ruled-observation", kind=seen.kind.replace("_", " "))
    if seen.kind in ABOUT_RECORDS or not seen.items:
        return text
    return f"{text} ({', '.join(item.replace('_', ' ') for item in seen.items)})"


def _undone_words(book: RaceBook, void: Void) -> str:
    undone = _record(book, void.record)
    # A void of a void names what came back; how often it went to and fro is in the list.
    if isinstance(undone, Void):
        before = _record(book, undone.record)
        what = _record_words(book, None if isinstance(before, Void) else before)
        who = _who(book, bibs_of(book, None if isinstance(before, Void) else before))
        return sentence("void-of", what=", ".join(part for part in (what, who) if part))
    return _record_words(book, undone)


def _record_words(book: RaceBook, record: Record | None) -> str:
    if record is None:
        return sentence("a-record")
    if isinstance(record, Ruling):
        return ruling_words(book, record)
    place = sentence("stage-place", stage=record.stage, place=record.control)
    return sentence("passing-at", time=clock_words(book, record.time, record.stage), place=place)


def _record(book: RaceBook, record: str) -> Record | None:
    return book.ruling(record) or book.passing(record)


def _who(book: RaceBook, bibs: tuple[str, ...]) -> str:
    if len(bibs) > NAMED:
        return words.counted("runner", len(bibs))
    named = ((bib, book.entry_wearing(bib)) for bib in bibs)
    return ", ".join(bib if e is None else f"{bib} {name_of(e)}" for bib, e in named)
