"""The review: cases taken, decided and undone; nobody's decision is written over another's."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, jsonify, request, session
from werkzeug.wrappers import Response as AnyResponse

from timing.core.book import RaceBook
from timing.core.cases import Case, UnknownCase, Weight, cases, find_case
from timing.core.differences import differences
from timing.core.preview import supposing
from timing.core.records import Passing, Record, Ruling
from timing.core.times import format_instant
from timing.live.books import Standing
from timing.operations.directors import Director
from timing.operations.questions import BadQuestion, ask, questions_of_race
from timing.operations.reviewing import (
    CaseTaken,
    MovedOn,
    Worker,
    decide,
    leases,
    leave_case,
    take_case,
)
from timing.operations.roles import Right
from timing.pages import addresses
from timing.pages.desk_words import done_words
from timing.pages.rendering import render
from timing.pages.review_page import (
    Asked,
    Filters,
    Held,
    Tried,
    Undo,
    preview_words,
    review_page,
)
from timing.racefile import BadRecord
from timing.web import forms, recording
from timing.web.forms import field, form_token, new_id, private, whole
from timing.web.guarding import allowed
from timing.web.installation import installation, now

review = Blueprint("review", __name__)

_WORKER = "review"
_CHANGED = (
    "Nothing was written: the evidence of this case has changed since you opened it. Look again."
)
_BUSY = "Nothing was written: records come in faster than they can be looked at. Try again."
_GONE = "Nothing was written: this case is settled already."
_MOST_UNDONE = 8
_LOOKS = 6
"""So often a decision is judged anew because records came while it was; each look is short."""


class _Refused(Exception):
    """What a form asks can't be done; the message says why."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decided:
    """What a form decides: passings and rulings, to be written together."""

    passings: tuple[Passing, ...] = ()
    rulings: tuple[Ruling, ...] = ()


@review.get("/desk/<slug:slug>/review")
@allowed(Right.SEE)
def page(who: Director, slug: str) -> AnyResponse:
    """The queue, and with ``case`` the one that is opened."""
    return _page(who, slug, case=request.args.get("case", ""))


@review.get("/desk/<slug:slug>/review/preview")
@allowed(Right.REVIEW)
def preview(who: Director, slug: str) -> AnyResponse:
    """What a decision would change, in one line; nothing is written."""
    args = {name: text.strip() for name, text in request.args.items()}
    try:
        return jsonify(text=_would(who, slug, args.get("case", ""), args))
    except UnknownCase:
        return jsonify(text="This case is settled already.")
    except BadRecord as error:
        return jsonify(text=forms.in_words(error))
    except _Refused as refused:
        return jsonify(text=refused.message)


def _would(who: Director, slug: str, key: str, values: Mapping[str, str]) -> str:
    """What a decision would change; UnknownCase, BadRecord or _Refused."""
    here = installation()
    here.books.refresh()

    def made(book: RaceBook, _: Standing) -> str:
        case = find_case(cases(book), key)
        decided = _decided(case, values, who.name)
        supposed = supposing(book, passings=decided.passings, rulings=decided.rulings)
        return preview_words(supposed, differences(book, supposed))

    return here.books.race(slug).ask_whole(made)


def _tried(who: Director, slug: str, key: str) -> Tried:
    values = {name: text.strip() for name, text in request.form.items()}
    return Tried(do=values.get("do", ""), values=values, would=_would(who, slug, key, values))


@review.post("/desk/<slug:slug>/review")
@allowed(Right.REVIEW)
def act(who: Director, slug: str) -> AnyResponse:
    """Take or leave a case, decide it, ask, or take back what was decided."""
    case = field("case")
    try:
        match field("do"):
            case "take" | "take over":
                _take(who, slug, case, over=field("do") == "take over")
                return _page(who, slug, case=case)
            case "keep":
                _take(who, slug, case, over=False)
                return jsonify(kept=True)
            case "leave":
                with installation().database.writing() as writing:
                    leave_case(writing, slug, case, _worker(who))
                return forms.to(_queue(slug))
            case "ask" | "undo":
                told = _ask(who, slug, case) if field("do") == "ask" else _undo(who, slug)
                return _page(who, slug, case=case, message=told)
            case _ if field("preview"):
                return _page(who, slug, case=case, tried=_tried(who, slug, case))
            case _:
                return _decide(who, slug, case)
    except CaseTaken as taken:
        words = f"Nothing was written: {taken.lease.holder.name} works on this case."
        return _page(who, slug, case=case, message=words, is_error=True, status=409)
    except UnknownCase:
        return _page(who, slug, case="", message=_GONE, is_error=True, status=409)
    except BadRecord as error:
        return _page(who, slug, case=case, message=forms.in_words(error), is_error=True, status=400)
    except _Refused as refused:
        return _page(
            who, slug, case=case, message=refused.message, is_error=True, status=refused.status
        )


def _decide(who: Director, slug: str, key: str) -> AnyResponse:
    for _ in range(_LOOKS):
        try:
            return _decided_page(who, slug, key)
        except MovedOn:
            continue
    raise _Refused(_BUSY, 409)


def _decided_page(who: Director, slug: str, key: str) -> AnyResponse:
    here, values, seen = installation(), request.form.to_dict(), field("digest")
    here.books.refresh()

    def judged(book: RaceBook, standing: Standing) -> tuple[_Decided, str, int]:
        found = cases(book)
        case = find_case(found, key)
        if case.digest != seen:
            raise _Refused(_CHANGED, 409)
        filters = _filters(values)
        listed = [c for c in found if c is case or filters.has(c)]
        place = listed.index(case)
        left = [c.key for c in listed if c is not case]
        following = left[min(place, len(left) - 1)] if left else ""
        return _decided(case, values, who.name), following, standing.cursor.revision

    decided, following, revision = here.books.race(slug).ask_whole(judged)
    with here.database.writing() as writing:
        decide(
            writing,
            slug,
            key,
            _worker(who),
            at=now(),
            revision=revision,
            passings=decided.passings,
            rulings=decided.rulings,
        )
    here.books.refresh()
    records: tuple[Record, ...] = (*decided.passings, *decided.rulings)

    def told(book: RaceBook, _: Standing) -> str:
        return " ".join(_done(book, record) for record in records)

    what = here.books.race(slug).ask_whole(told)
    undo = Undo(what=what, case=key, records=tuple(record.id for record in records))
    return _page(who, slug, case=following, message=what, undo=undo)


def _done(book: RaceBook, record: Record) -> str:
    if isinstance(record, Passing):
        return f"{record.bib} declared at {record.control}."
    return done_words(book, record)


def _decided(case: Case, values: Mapping[str, str], by: str) -> _Decided:
    """The records that a form stands for; BadRecord or _Refused."""
    do, record = values.get("do", ""), values.get("record", "")
    base: dict[str, object] = {
        "id": values.get("id") or new_id(),
        "at": format_instant(now()),
        "reason": values.get("reason", ""),
    }
    if settles := values.get("settles"):
        base["settles"] = [settles]
    bibs = values.get("bib", "").replace(",", " ").split()
    row: dict[str, object]
    match do:
        case "assign":
            row = {"ruling": "assign", "record": record, "bib": values.get("bib", "")}
        case "void" | "confirm":
            row = {"ruling": do, "record": record}
        case "missed":
            row = {"ruling": "confirm", "control": case.control, "bibs": [case.bib]}
        case "penalty":
            row = {"ruling": do, "bibs": bibs, "code": values.get("code", "")}
            row["count"] = whole(values.get("count") or "1")
        case "status":
            row = {"ruling": do, "bibs": bibs, "status": values.get("status", "")}
            row["control"] = case.control
        case "credit":
            row = {"ruling": do, "bibs": bibs, "time": values.get("amount", "")}
        case "noted":
            row = {"ruling": "ack", "alert": "report"}
        case "declare":
            return _Decided(passings=(_declared(case, values, base["id"]),))
        case _:
            raise _Refused("There is no such decision.")
    if case.stage is not None and do in ("missed", "penalty", "status", "credit", "noted"):
        row["stage"] = case.stage
    return _Decided(rulings=(recording.ruling_from({**base, **row}, by=by, is_station=False),))


def _declared(case: Case, values: Mapping[str, str], record_id: object) -> Passing:
    return recording.passing_from(
        {
            "id": record_id,
            "stage": case.stage,
            "control": case.control,
            "bib": case.bib,
            "time": values.get("time", ""),
            "source": "director",
            "note": values.get("reason", ""),
        }
    )


def _undo(who: Director, slug: str) -> str:
    ids = [r for r in field("records").split() if r][:_MOST_UNDONE]
    if not ids:
        raise _Refused("There is nothing to undo.")
    rulings = [
        recording.ruling_from(
            {
                "id": f"{field('id') or new_id()}-{nth}",
                "ruling": "void",
                "record": record,
                "reason": "Undone at the review",
                "at": format_instant(now()),
            },
            by=who.name,
            is_station=False,
        )
        for nth, record in enumerate(ids)
    ]
    recording.write(slug, rulings=rulings)
    return "Undone."


def _ask(who: Director, slug: str, key: str) -> str:
    here = installation()
    case = here.books.race(slug).ask_whole(lambda book, _: find_case(cases(book), key))
    try:
        with here.database.writing() as writing:
            ask(
                writing,
                slug,
                text=field("text"),
                by=who.name,
                at=now(),
                stage=case.stage,
                control=case.control,
                bib=case.bib,
                record=next(iter(case.records), ""),
            )
    except BadQuestion as error:
        raise _Refused(f"Not asked: {error}.") from None
    return "Asked. The answer will stand here."


def _take(who: Director, slug: str, case: str, *, over: bool) -> None:
    with installation().database.writing() as writing:
        take_case(writing, slug, case, _worker(who), at=now(), over=over)


def _worker(who: Director) -> Worker:
    """One browser's session: two of one person are two workers."""
    if _WORKER not in session:
        session[_WORKER] = secrets.token_urlsafe(12)
    return Worker(id=session[_WORKER], name=who.name)


def _filters(values: Mapping[str, str]) -> Filters:
    """Which cases are listed; what is no choice of ours stands for all."""

    def number(name: str) -> int | None:
        text = values.get(name, "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else None

    weight = number("weight")
    return Filters(
        stage=number("stage"),
        control=values.get("control", "")[:60],
        weight=Weight(weight) if weight is not None and weight in set(Weight) else None,
    )


def _queue(slug: str) -> str:
    return addresses.desk_review(slug, **_filters(request.values).query())


def _page(
    who: Director,
    slug: str,
    *,
    case: str,
    message: str = "",
    is_error: bool = False,
    undo: Undo | None = None,
    tried: Tried | None = None,
    status: int = 200,
) -> AnyResponse:
    here, worker, moment = installation(), _worker(who), now()
    here.books.refresh()
    filters = _filters(request.values)
    with here.database.reading() as reading:
        held = {
            key: Held(by=lease.holder.name, until=lease.until, is_mine=lease.holder == worker)
            for key, lease in leases(reading, slug, at=moment).items()
        }
        asked = tuple(
            Asked(
                text=q.text,
                by=q.by,
                at=q.at,
                record=q.record,
                stage=q.stage,
                control=q.control,
                bib=q.bib,
                answer="" if q.answer is None else q.answer.reason,
            )
            for q in questions_of_race(reading, slug)
        )
    csrf = form_token()

    def made(book: RaceBook, standing: Standing) -> str:
        return render(
            review_page(
                book,
                filters=filters,
                chosen=case,
                held=held,
                asked=asked,
                now=moment,
                new_id=new_id,
                form_token=csrf,
                signed_in_as=who.name,
                revision=standing.cursor.revision,
                message=message,
                is_error=is_error,
                undo=undo,
                tried=tried,
            ),
            notice=here.settings.notice,
        )

    return private(here.books.race(slug).ask_whole(made), status)
