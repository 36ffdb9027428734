"""Where everything is: the addresses of pages, streams, files and forms, in one place.

Those of public pages begin with the language that is spoken where they are made.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import quote, urlencode

from timing.pages.languages import prefix, speaking

STATION = "/station"
STATION_WORKER = "/station/worker.js"
STATION_MANIFEST = "/station/manifest.webmanifest"
STATION_FORM = "/station/form"
STATION_SIGN_IN = "/station/sign-in"
STATION_SIGN_OUT = "/station/sign-out"
STATION_PASSINGS = "/station/passings"
STATION_VOIDS = "/station/voids"
STATION_STARTS = "/station/starts"
STATION_WITHDRAWALS = "/station/withdrawals"
DESK = "/desk"
DESK_SIGN_IN = "/desk/sign-in"
DESK_SIGN_OUT = "/desk/sign-out"
DESK_NEW = "/desk/new"
DESK_ACCOUNT = "/desk/account"
DESK_ACCOUNT_PASSWORD = "/desk/account/password"  # noqa: S105 - an address
DESK_ACCOUNT_SESSIONS = "/desk/account/sessions"
DESK_ACCOUNT_FACTOR = "/desk/account/second-factor"
DESK_SIGN_IN_CODE = "/desk/sign-in/code"
DESK_INVITED = "/desk/invited"
API = "/api/v1/"
OPENAPI = "/api/v1/openapi.json"


@lru_cache(maxsize=20_000)
def _part(text: str) -> str:
    return quote(text, safe="")


def _with(path: str, query: Mapping[str, str | int | None]) -> str:
    given = {name: value for name, value in query.items() if value not in (None, "")}
    return f"{path}?{urlencode(given)}" if given else path


def station(**query: str | int | None) -> str:
    """The station's plain page, at another control or stage."""
    return _with(STATION_FORM, query)


def races() -> str:
    """The first page: every race there is."""
    return f"{prefix()}/"


def race(slug: str) -> str:
    """A race's home."""
    return f"{prefix()}/races/{_part(slug)}"


def in_language(code: str, here: str) -> str:
    """The address ``here``, one without a language, in the language of that code."""
    with speaking(code):
        return f"{prefix()}{here}"


def board(slug: str, code: str, **query: str | int | None) -> str:
    """A classification, by default as it stands now."""
    return _with(f"{race(slug)}/boards/{_part(code)}", query)


def stage(slug: str, number: int, **query: str | int | None) -> str:
    """A stage's result, or with ``control`` the order at a control."""
    return _with(f"{race(slug)}/stages/{number}", query)


def runner(slug: str, bib: str, **query: str | int | None) -> str:
    """A runner's page, by the bib worn now."""
    return _with(f"{race(slug)}/entries/{_part(bib)}", query)


def runners(slug: str, **query: str | int | None) -> str:
    """Everybody who is entered."""
    return _with(f"{race(slug)}/runners", query)


def certificate(slug: str, bib: str) -> str:
    """What a finisher takes home, as PDF."""
    return f"{runner(slug, bib)}/certificate.pdf"


def teams(slug: str) -> str:
    """Every team."""
    return f"{race(slug)}/teams"


def team(slug: str, code: str, **query: str | int | None) -> str:
    """A team's page."""
    return _with(f"{teams(slug)}/{_part(code)}", query)


def live(slug: str) -> str:
    """What is happening now."""
    return f"{race(slug)}/live"


def events(slug: str, **query: str | int | None) -> str:
    """The stream of changes to a page."""
    return _with(f"{race(slug)}/events", query)


def screen(slug: str, **query: str | int | None) -> str:
    """The big screen of a camp or a finish."""
    return _with(f"{race(slug)}/screen", query)


def screen_setup(slug: str, **query: str | int | None) -> str:
    """Where a big screen's address is put together."""
    return _with(f"{race(slug)}/screen/setup", query)


def screen_pulse(slug: str) -> str:
    """What a big screen asks now and then: the time, and whether it is still up to date."""
    return f"{race(slug)}/screen/pulse"


def embed(slug: str, **query: str | int | None) -> str:
    """A board for the frame of another site."""
    return _with(f"{race(slug)}/embed", query)


def feed_json(slug: str, **query: str | int | None) -> str:
    """A race's state as JSON for scripts of other sites."""
    return _with(f"{race(slug)}/feed.json", query)


def charts(slug: str, **query: str | int | None) -> str:
    """Pictures of a race: places, gaps, paces."""
    return _with(f"{race(slug)}/charts", query)


def lines(slug: str, **query: str | int | None) -> str:
    """All lines of a page's tables, for its script; asked with what `events` is asked with."""
    return _with(f"{race(slug)}/lines", query)


def desk(slug: str) -> str:
    """The director's desk of one race."""
    return f"{DESK}/{_part(slug)}"


def desk_now(slug: str, part: str, **query: str | int | None) -> str:
    """What belongs to the desk's first page: ``ack``, ``account``, ``holds``, where forms post."""
    return _with(f"{desk(slug)}/{part}", query)


def desk_records(slug: str) -> str:
    """The latest records, what contradicts them, and guns."""
    return f"{desk(slug)}/records"


def desk_course_clear(slug: str, **query: str | int | None) -> str:
    """Who is out on a ``stage``, and closing it."""
    return _with(f"{desk(slug)}/course-clear", query)


def desk_alerts(slug: str) -> str:
    """Who is told of alerts, and whom to call at the controls."""
    return f"{desk(slug)}/alerts"


def desk_rulings(slug: str, **query: str | int | None) -> str:
    """The rulings of a race: ``kind`` opens a form, the rest filters the list."""
    return _with(f"{desk(slug)}/rulings", query)


def desk_rulings_new(slug: str) -> str:
    """Where the forms of the rulings' page are posted."""
    return f"{desk(slug)}/rulings/new"


def desk_rulings_preview(slug: str) -> str:
    """What a ruling would change, as a piece of a page, while it is typed."""
    return f"{desk(slug)}/rulings/preview"


def desk_ruling_drafts(slug: str) -> str:
    """Where drafts of rulings are thrown away."""
    return f"{desk(slug)}/rulings/drafts"


def desk_ruling_notes(slug: str) -> str:
    """Where a jury's notes are attached and deleted."""
    return f"{desk(slug)}/rulings/notes"


def desk_ruling_note_file(slug: str, note: str) -> str:
    """The file of a note."""
    return f"{desk_ruling_notes(slug)}/{_part(note)}"


def desk_starts(slug: str) -> str:
    """Where the desk's start button posts."""
    return f"{desk(slug)}/starts"


def desk_print(slug: str, sheet: str, number: int, **query: str | int | None) -> str:
    """A PDF of a stage: ``start-list`` in an ``order``; ``checkpoint-sheets``, of a ``control``."""
    return _with(f"{desk(slug)}/print/{sheet}/{number}", query)


def desk_review(slug: str, **query: str | int | None) -> str:
    """The review: what waits for a timekeeper; with ``case`` that one opened."""
    return _with(f"{desk(slug)}/review", query)


def desk_review_preview(slug: str) -> str:
    """What a decision of the review would change, in a line."""
    return f"{desk(slug)}/review/preview"


def desk_export(slug: str, **query: str | int | None) -> str:
    """A file of one board: ``board`` with ``after``, or ``stage``; and ``format``."""
    return _with(f"{desk(slug)}/export", query)


def desk_import(slug: str) -> str:
    """Where files of times are taken in."""
    return f"{desk(slug)}/import"


def desk_stations(slug: str) -> str:
    """The desk's stations."""
    return f"{desk(slug)}/stations"


def desk_stations_renew(slug: str) -> str:
    """Where another key for a station is asked for."""
    return f"{desk_stations(slug)}/renew"


def desk_stations_revoke(slug: str) -> str:
    """Where a station's key is revoked."""
    return f"{desk_stations(slug)}/revoke"


def desk_watch(slug: str) -> str:
    """The timekeeper's watch over stations, devices and clocks."""
    return f"{desk(slug)}/watch"


def desk_watch_clock(slug: str) -> str:
    """Where it is ruled that a device's clock was off."""
    return f"{desk_watch(slug)}/clock"


def desk_watch_undo(slug: str) -> str:
    """Where such a ruling is taken back."""
    return f"{desk_watch(slug)}/undo"


def desk_carriage(slug: str) -> str:
    """Where what devices gave out by file, message or code is taken in."""
    return f"{desk(slug)}/carriage"


def desk_carriage_take(slug: str) -> str:
    """Where the records that wait are written to the journal."""
    return f"{desk_carriage(slug)}/take"


def desk_carriage_put_away(slug: str) -> str:
    """Where what waits is forgotten."""
    return f"{desk_carriage(slug)}/put-away"


def desk_outgoing(slug: str) -> str:
    """What the public is not told yet, and who is told as it becomes public."""
    return f"{desk(slug)}/outgoing"


def desk_release(slug: str) -> str:
    """Where retirements are released."""
    return f"{desk_outgoing(slug)}/release"


def desk_webhooks(slug: str) -> str:
    """Where webhooks are added, tested, disabled."""
    return f"{desk_outgoing(slug)}/webhooks"


def desk_entries(slug: str, **query: str | int | None) -> str:
    """The entries of a race, as the desk keeps them."""
    return _with(f"{desk(slug)}/entries", query)


def desk_start_lists(slug: str, **query: str | int | None) -> str:
    """The start lists of a race: drawn up, issued, frozen."""
    return _with(f"{desk(slug)}/start-lists", query)


def desk_registration(slug: str, **query: str | int | None) -> str:
    """The registration desk: papers, kit, bibs and chips out and back, who is here."""
    return _with(f"{desk(slug)}/registration", query)


def desk_entry(slug: str, **query: str | int | None) -> str:
    """One entry at the desk, by ``id``; a new one without."""
    return _with(f"{desk(slug)}/entries/one", query)


def desk_entries_part(slug: str, part: str, **query: str | int | None) -> str:
    """What is done with entries: ``import``, ``teams``, ``bibs``, ``contacts``, ``person``."""
    return _with(f"{desk(slug)}/entries/{part}", query)


def desk_start_lists_part(slug: str, part: str, **query: str | int | None) -> str:
    """What is done with a start list: ``issue``, ``hold``."""
    return _with(f"{desk(slug)}/start-lists/{part}", query)


def desk_registration_part(slug: str, part: str, **query: str | int | None) -> str:
    """What is done at registration: ``tick``, ``items``, ``check-in``, ``missing``."""
    return _with(f"{desk(slug)}/registration/{part}", query)


def start_list(slug: str, number: int) -> str:
    """The public start list of a stage."""
    return f"{race(slug)}/stages/{number}/start-list"


def desk_publish(slug: str, **query: str | int | None) -> str:
    """What was published, and what there is to publish."""
    return _with(f"{desk(slug)}/publish", query)


def desk_protests(slug: str) -> str:
    """Where protests are written down."""
    return f"{desk_publish(slug)}/protests"


def desk_answers(slug: str) -> str:
    """Where protests are answered."""
    return f"{desk_publish(slug)}/answers"


def desk_hold(slug: str) -> str:
    """Where a provisional number is held, or let go on."""
    return f"{desk_publish(slug)}/hold"


def desk_files(slug: str, **query: str | int | None) -> str:
    """Every file that a race can be taken home in."""
    return _with(f"{desk(slug)}/files", query)


def desk_compare(slug: str) -> str:
    """Our results beside another timekeeper's file."""
    return f"{desk(slug)}/compare"


def desk_layouts(slug: str, sheet: str = "", **query: str | int | None) -> str:
    """The layouts of what is printed, or one of them, in a ``version``."""
    path = f"{desk(slug)}/files/layouts"
    return _with(f"{path}/{sheet}" if sheet else path, query)


def desk_file_jobs(slug: str, job: str = "", act: str = "") -> str:
    """Where a job for a long file is begun; of one, its file, or an act such as ``stop``."""
    return "/".join(part for part in (f"{desk(slug)}/files/jobs", job, act) if part)


def desk_setup(slug: str, **query: str | int | None) -> str:
    """A race's definition: in steps, and as text."""
    return _with(f"{desk(slug)}/set-up", query)


def desk_setup_course(slug: str) -> str:
    """Where the GPX file of a stage is sent."""
    return f"{desk_setup(slug)}/course"


def desk_setup_step(slug: str, step: str = "race", number: int | None = None) -> str:
    """A step of set-up; of the stages also one of them, by its place in the list from 1."""
    return f"{desk_setup(slug)}/{step}" + ("" if number is None else f"/{number}")


def desk_setup_draft(slug: str) -> str:
    """Where the draft of a definition is thrown away."""
    return f"{desk_setup(slug)}/draft"


def desk_rehearsal(slug: str) -> str:
    """Where a race is rehearsed."""
    return f"{desk_setup(slug)}/rehearsal"


def desk_setup_check(slug: str) -> str:
    """Where a program of the page asks what is wrong with a text."""
    return f"{desk_setup(slug)}/check"


def desk_people(slug: str) -> str:
    """Who may do what in a race."""
    return f"{desk(slug)}/people"


def desk_people_invitations(slug: str) -> str:
    """Where somebody is invited, and invitations are withdrawn."""
    return f"{desk_people(slug)}/invitations"


def desk_people_policy(slug: str) -> str:
    """Where everybody is asked for a second factor."""
    return f"{desk_people(slug)}/policy"


def desk_record(slug: str) -> str:
    """Where whoever plays the part of a station opens its page."""
    return f"{desk(slug)}/record"


def desk_sign_in(next_path: str) -> str:
    """Where one signs in, to go on to another page of the desk."""
    return _with(DESK_SIGN_IN, {"next": next_path})


def desk_invited(key: str) -> str:
    """The page of an invitation, by its key."""
    return _with(DESK_INVITED, {"key": key})


def calendar(slug: str) -> str:
    """The starts of a race as an iCalendar file."""
    return f"{race(slug)}/calendar.ics"


def runner_calendar(slug: str, bib: str) -> str:
    """The starts of a runner as an iCalendar file."""
    return f"{runner(slug, bib)}/calendar.ics"


def publications(slug: str) -> str:
    """What was published of a race, number by number."""
    return f"{race(slug)}/publications"


def signed_result(slug: str, number: int) -> str:
    """The result of a publication as it was signed: its SHA-256 is the published digest."""
    return f"{API}races/{_part(slug)}/publications/{number}/result"


def feed(slug: str) -> str:
    """The results of a race as an Atom feed."""
    return f"{race(slug)}/feed.atom"
