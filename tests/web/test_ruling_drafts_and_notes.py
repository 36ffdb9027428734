"""What stands beside the journal of rulings: previews while typing, drafts, reports, notes."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.serving import BEFORE, SLUG, bearer, json_of, station_key
from tests.web.forms import form
from tests.web.people import account, signed_in
from tests.web.test_desk import sign_in, standing
from timing.core.records import Credit, Observation, Ruling
from timing.db.engines import Database
from timing.operations.races import export_document
from timing.operations.record import append
from timing.operations.roles import Part
from timing.operations.ruling_drafts import MOST_DRAFTS, NotKept, RulingDraft, keep_draft
from timing.operations.ruling_notes import MOST_FILE, file_name_of, file_type_of

RULINGS = f"/desk/{SLUG}/rulings"
NEW = f"{RULINGS}/new"
NOTES = f"{RULINGS}/notes"
EVIL = '"><img src=x onerror=alert(1)>{{7*7}}'
PDF = b"%PDF-1.7\n1 0 obj\nendobj\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(16)


@pytest.fixture
def director(client: FlaskClient) -> FlaskClient:
    assert sign_in(client).status_code == 303
    return client


def filled_in(client: FlaskClient, kind: str, query: str = "", **values: str) -> dict[str, str]:
    """The form of a kind, filled in."""
    page = client.get(f"{RULINGS}?kind={kind}{query}")
    return form(page, NEW, kind=kind) | {"reason": "Seen"} | values


def give(client: FlaskClient, kind: str = "penalty", **values: str) -> TestResponse:
    usual = {"stage": "1", "bibs": "12", "time": "10:00"} if kind == "penalty" else {}
    return client.post(NEW, data=filled_in(client, kind, **(usual | values)))


def rulings(database: Database) -> tuple[Ruling, ...]:
    with database.reading() as session:
        return export_document(session, SLUG).document.rulings


def report(database: Database, **more: object) -> None:
    """A station reports what it saw."""
    values: dict[str, object] = {
        "id": "seen-1",
        "by": "Hut",
        "at": BEFORE,
        "reason": "Sprained ankle",
        "kind": "withdrawn",
        "bibs": ("12",),
        "stage": 1,
        "control": "HUT",
    }
    seen = Observation(**(values | more))  # type: ignore[arg-type]
    with database.writing() as session:
        append(session, SLUG, rulings=(seen,), received=BEFORE)


# -- what it would change, while it is typed --------------------------------------------------


def test_what_a_form_would_change_is_told_as_it_is_typed_and_nothing_is_written(
    director: FlaskClient, filled: Database
) -> None:
    before = standing(director)
    fields = filled_in(director, "penalty", stage="1", bibs="7", time="30:00")
    piece = director.post(f"{RULINGS}/preview", data=fields)
    assert piece.status_code == 200
    # 007 was 2:00 behind 7 and 8:30 before 12.
    assert "Ana Ruiz loses the lead; Bo Lind leads by 8:30." in piece.text
    assert "▼ 2" in piece.text
    assert "<html" not in piece.text
    assert standing(director) == before
    assert rulings(filled) == ()


def test_what_makes_no_ruling_yet_says_what_lacks(director: FlaskClient) -> None:
    for values, said in (
        ({"bibs": "99"}, "99"),
        ({"time": "soon"}, "Time"),
        ({"kind": "nonsense"}, "no such ruling"),
    ):
        fields = filled_in(director, "penalty", stage="1", bibs="7", time="1:00")
        piece = director.post(f"{RULINGS}/preview", data=fields | values)
        assert said in piece.text, values
        assert "would_what" not in piece.text


def test_all_that_a_ruling_names_are_shown_with_their_names(director: FlaskClient) -> None:
    fields = filled_in(director, "penalty", stage="1", bibs="7-12, 15a", time="1:00")
    piece = director.post(f"{RULINGS}/preview", data=fields).text
    assert "007 Bo Lind" in piece
    assert "7 Ana Ruiz" in piece
    assert "12 مريم العلوي" in piece
    assert "15a Zoë &lt;b&gt;Bold&lt;/b&gt;" in piece


def test_markup_in_what_is_typed_stays_text_in_the_piece(director: FlaskClient) -> None:
    fields = filled_in(director, "penalty", stage="1", bibs="15a", time="1:00", code=EVIL)
    piece = director.post(f"{RULINGS}/preview", data=fields).text
    assert "<img" not in piece
    assert "<b>Bold</b>" not in piece


def test_a_credit_is_as_long_as_somebody_was_stopped(
    director: FlaskClient, filled: Database
) -> None:
    times = {"stopped_from": "23:59:10", "stopped_until": "00:04:00"}
    assert give(director, "credit", stage="1", bibs="12", **times).status_code == 303
    (credit,) = rulings(filled)
    assert isinstance(credit, Credit)
    assert credit.time == (4 * 60 + 50) * 1000
    page = give(director, "credit", stage="1", bibs="12", stopped_from="10:00:00")
    assert page.status_code == 400
    assert "From when until when" in page.text


def test_a_hold_lets_go_one_by_one(director: FlaskClient, filled: Database) -> None:
    values = {"stage": "1", "control": "HUT", "from": "10:00:00"}
    page = give(director, "hold", **values, releases="12, 7 10:30:00")
    assert page.status_code == 400
    assert "When was 12 let go?" in page.text
    assert give(director, "hold", **values, releases="12 10:20:05, 7 10:30:00").status_code == 303
    assert len(rulings(filled)) == 1
    url = re.search(rf'href="({RULINGS}\?correct=[^"]+)"', director.get(RULINGS).text)
    assert url is not None
    again = form(director.get(url[1]), NEW, kind="hold")
    assert again["releases"] == "12 10:20:05, 7 10:30:00"


def test_a_stage_is_replaced_by_what_is_written_as_in_a_racefile(
    director: FlaskClient, filled: Database
) -> None:
    new = "{date: 2026-03-29, start: {mode: mass, at: '08:00'}, controls: [{code: START, km: 0}"
    page = give(director, "replace", **{"stage": "2", "with": new})
    assert page.status_code == 400
    assert give(director, "replace", **{"stage": "2", "with": "[1]"}).status_code == 400
    whole = f"{new}, {{code: FINISH, km: 9}}]}}"
    assert give(director, "replace", **{"stage": "2", "with": whole}).status_code == 303
    assert len(rulings(filled)) == 1


# -- drafts -----------------------------------------------------------------------------------


def keep(client: FlaskClient, kind: str = "penalty", **values: str) -> TestResponse:
    return client.post(NEW, data=filled_in(client, kind, **values) | {"keep": "yes"})


def opened(client: FlaskClient) -> str:
    url = re.search(rf'href="({RULINGS}\?draft=[^"#]+)#new"', client.get(RULINGS).text)
    assert url is not None
    return url[1]


def test_a_draft_counts_nowhere_until_it_is_given(director: FlaskClient, filled: Database) -> None:
    before = standing(director)
    assert keep(director, stage="1", bibs="12", time="10:00").status_code == 303
    assert standing(director) == before
    assert rulings(filled) == ()
    page = director.get(RULINGS)
    assert "Prepared by dora" in page.text
    fields = form(director.get(opened(director)), NEW, kind="penalty")
    assert fields["bibs"] == "12"
    assert director.post(NEW, data=fields | {"stage": "1"}).status_code == 303
    assert standing(director)["12"]["penalty_ms"] == 600_000
    assert "Prepared by" not in director.get(RULINGS).text


def test_an_unfinished_form_can_be_kept_and_kept_again_under_the_same_draft(
    director: FlaskClient,
) -> None:
    assert keep(director, bibs="99", time="soon", reason="").status_code == 303
    fields = form(director.get(opened(director)), NEW, kind="penalty")
    assert fields["time"] == "soon"
    again = fields | {"stage": "1", "time": "5:00", "keep": "yes"}
    assert director.post(NEW, data=again).status_code == 303
    assert director.get(RULINGS).text.count("Prepared by") == 1
    assert form(director.get(opened(director)), NEW, kind="penalty")["time"] == "5:00"


def test_two_who_give_the_same_draft_give_one_ruling(
    director: FlaskClient, filled: Database
) -> None:
    keep(director, stage="1", bibs="12", time="10:00")
    first = form(director.get(opened(director)), NEW, kind="penalty") | {"stage": "1"}
    second = form(director.get(opened(director)), NEW, kind="penalty") | {"stage": "1"}
    assert director.post(NEW, data=first).status_code == 303
    director.post(NEW, data=second)
    assert len(rulings(filled)) == 1


def test_a_draft_is_thrown_away(director: FlaskClient) -> None:
    keep(director, bibs="12", reason=EVIL)
    page = director.get(RULINGS)
    assert "<img src=x" not in page.text
    fields = form(page, f"{RULINGS}/drafts")
    assert director.post(f"{RULINGS}/drafts", data=fields).status_code == 303
    assert "Prepared by" not in director.get(RULINGS).text
    assert (
        "gone already"
        in director.post(f"{RULINGS}/drafts", data=fields, follow_redirects=True).text
    )


def test_drafts_are_bounded(filled: Database) -> None:
    def draft(number: int, text: str = "") -> RulingDraft:
        return RulingDraft(id=f"d{number}", form={"kind": "dsq", "r": text}, by="Dora", at=1)

    with filled.writing() as session:
        for number in range(MOST_DRAFTS):
            keep_draft(session, SLUG, draft(number))
        keep_draft(session, SLUG, draft(0))
        for one in (draft(MOST_DRAFTS), draft(0, "x" * 30_000), draft(-1)):
            with pytest.raises(NotKept):
                keep_draft(session, SLUG, RulingDraft(id=one.id, form=one.form, by="", at=1))
        with pytest.raises(NotKept):
            keep_draft(session, SLUG, RulingDraft(id="a b", form={}, by="", at=1))


# -- what stations reported -------------------------------------------------------------------


def test_a_report_is_decided_as_it_proposes(director: FlaskClient, filled: Database) -> None:
    report(filled)
    page = director.get(RULINGS)
    assert "Reported by stations" in page.text
    fields = form(page, NEW, settles="seen-1")
    shown = director.post(NEW, data=fields | {"preview": "yes"})
    assert "Nothing is recorded yet" in shown.text
    assert director.post(NEW, data=form(shown, NEW, settles="seen-1")).status_code == 303
    (made,) = (one for one in rulings(filled) if not isinstance(one, Observation))
    assert made.settles == ("seen-1",)
    assert standing(director)["12"]["status"] == "withdrawn"
    assert "Reported by stations" not in director.get(RULINGS).text


def test_a_report_is_decided_otherwise(director: FlaskClient, filled: Database) -> None:
    report(filled)
    for query, kind in (("", "status"), ("&kind=penalty", "penalty")):
        page = director.get(f"{RULINGS}?observation=seen-1{query}")
        fields = form(page, NEW, kind=kind, settles="seen-1")
        assert fields["bibs"] == "12"
    data = fields | {"stage": "1", "time": "5:00", "reason": "Late to report"}
    assert director.post(NEW, data=data).status_code == 303
    assert standing(director)["12"]["penalty_ms"] == 300_000
    page = director.get(f"{RULINGS}?observation=seen-1")
    assert "decided already" in page.text


def test_a_report_is_declined_with_a_reason(director: FlaskClient, filled: Database) -> None:
    report(filled)
    before = standing(director)
    fields = form(director.get(RULINGS), NEW, record="seen-1", kind="void")
    assert director.post(NEW, data=fields | {"reason": "It was 21"}).status_code == 303
    assert "Reported by stations" not in director.get(RULINGS).text
    assert standing(director) == before


def test_a_report_that_suggests_nothing_can_be_ruled_on(
    director: FlaskClient, filled: Database
) -> None:
    report(filled, kind="litter", reason=EVIL)
    page = director.get(RULINGS)
    assert "<img src=x" not in page.text
    assert "Rule on it" in page.text
    assert form(director.get(f"{RULINGS}?observation=seen-1"), NEW, settles="seen-1")


# -- reversing what was given together --------------------------------------------------------


def test_what_was_given_together_is_reversed_together(
    director: FlaskClient, filled: Database, app_now: Callable[[int], None]
) -> None:
    before = standing(director)
    app_now(BEFORE + 10_000)
    give(director)
    give(director, bibs="7")
    page = director.get(RULINGS)
    assert "Reverse all 2 given with it" in page.text
    start = page.text.index("Reverse all 2")
    block = page.text[start : page.text.index("</form>", start)]
    records = re.findall(r'name="record" value="([^"]+)"', block)
    made = re.search(r'name="id" value="([^"]+)"', block)
    assert made is not None
    token = form(page, NEW, kind="void")["csrf_token"]
    data = {"csrf_token": token, "kind": "void", "id": made[1], "reason": "Both in error"}
    shown = director.post(NEW, data={**data, "record": records, "preview": "yes"})
    assert "2 at once" in shown.text
    assert director.post(NEW, data={**data, "record": records}).status_code == 303
    assert director.post(NEW, data={**data, "record": records}).status_code == 303
    assert standing(director) == before
    assert director.get(RULINGS).text.count("Reversed by dora") == 2
    assert len(rulings(filled)) == 4


@pytest.fixture
def app_now(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Stop the clock that rulings are dated by."""

    def stop(at: int) -> None:
        monkeypatch.setattr("timing.web.ruling_forms.now", lambda: at)

    return stop


# -- notes ------------------------------------------------------------------------------------


def attach(
    client: FlaskClient, text: str = "", name: str = "", content: bytes = b""
) -> TestResponse:
    fields: dict[str, object] = dict(form(client.get(RULINGS), NOTES))
    fields["text"] = text
    if name:
        fields["file"] = (io.BytesIO(content), name)
    return client.post(
        NOTES, data=fields, content_type="multipart/form-data", follow_redirects=True
    )


def file_url(page: TestResponse) -> str:
    url = re.search(rf'href="({NOTES}/[^"]+)"', page.text)
    assert url is not None
    return url[1]


def test_a_note_with_a_file_is_kept_beside_the_journal(
    director: FlaskClient, filled: Database
) -> None:
    give(director)
    before = rulings(filled)
    page = attach(director, EVIL, "../../etc/<b>sheet</b>.exe", PDF)
    assert "The note is attached" in page.text
    assert "<img src=x" not in page.text
    assert "<b>sheet</b>" not in page.text
    assert rulings(filled) == before
    file = director.get(file_url(page))
    assert file.data == PDF
    assert file.content_type == "application/pdf"
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    disposition = file.headers["Content-Disposition"]
    assert disposition.startswith("attachment;")
    assert ".." not in disposition
    assert ".exe" not in disposition
    assert "sandbox" in file.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("sheet.pdf", b"<html><script>alert(1)</script>"),
        ("photo.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("photo.jpg", b"GIF89a"),
        ("sheet.pdf", b"PK\x03\x04 macros"),
        ("empty.pdf", b" "),
    ],
)
def test_a_file_that_lies_about_what_it_is_is_refused(
    director: FlaskClient, name: str, content: bytes
) -> None:
    give(director)
    page = attach(director, "With a file", name, content)
    assert "Not attached" in page.text
    assert "rulings_notes" not in page.text


def test_what_is_too_long_or_empty_is_refused(director: FlaskClient) -> None:
    give(director)
    assert "Not attached" in attach(director, "").text
    assert "Not attached" in attach(director, "x" * 4_001).text
    assert "Not attached" in attach(director, "", "s.pdf", PDF + bytes(MOST_FILE)).text


def test_a_note_is_one_however_often_it_is_sent(director: FlaskClient) -> None:
    give(director)
    fields = form(director.get(RULINGS), NOTES) | {"text": "Once"}
    for _ in range(2):
        page = director.post(NOTES, data=fields, follow_redirects=True)
    assert page.text.count("<p>Once</p>") == 1


def test_deleting_a_note_leaves_who_deleted_it_and_nothing_of_it(director: FlaskClient) -> None:
    give(director)
    page = attach(director, "A secret", "s.png", PNG)
    url = file_url(page)
    token = form(page, NOTES)["csrf_token"]
    note = url.rpartition("/")[2]
    page = director.post(NOTES, data={"csrf_token": token, "delete": note}, follow_redirects=True)
    assert "A secret" not in page.text
    assert "Deleted by dora" in page.text
    assert director.get(url).status_code == 404


def test_only_who_judges_reads_notes(
    director: FlaskClient, filled: Database, client: FlaskClient
) -> None:
    give(director)
    url = file_url(attach(director, "For the jury", "s.pdf", PDF))
    app = client.application
    for part, may in ((Part.JURY, True), (Part.TIMEKEEPER, False), (Part.READER, False)):
        who = account(filled, part.value, part)
        with signed_in(app, filled, who) as other:
            assert ("For the jury" in other.get(RULINGS).text) is may, part
            assert other.get(url).status_code == (200 if may else 403), part
    assert "For the jury" not in app.test_client().get(f"/races/{SLUG}").text


def test_what_a_file_is_is_told_from_what_it_holds() -> None:
    assert file_type_of(PDF) == "application/pdf"
    assert file_type_of(PNG) == "image/png"
    assert file_type_of(b"\xff\xd8\xff\xe0") == "image/jpeg"
    assert file_type_of(b"RIFF\x00\x00\x00\x00WEBPVP8 ") == "image/webp"
    assert file_type_of(b"RIFF\x00\x00\x00\x00AVI LIST") == ""
    assert file_type_of(b"") == ""


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("sheet.pdf", "sheet.pdf"),
        ("C:\\jury\\sheet.exe", "sheet.pdf"),
        ("../../sheet", "sheet.pdf"),
        ("..", "note.pdf"),
        ("", "note.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie: x.pdf"),
        ("x" * 300, f"{'x' * 80}.pdf"),
        ("procès-verbal.png", "procès-verbal.pdf"),
    ],
)
def test_a_file_is_given_out_under_a_plain_name(name: str, kept: str) -> None:
    assert file_name_of(name, "application/pdf") == kept


# -- by programs ------------------------------------------------------------------------------


def test_a_stations_key_reads_no_drafts_and_no_notes(client: FlaskClient, filled: Database) -> None:
    key = bearer(station_key(filled, "FINISH"))
    for path in ("", "/drafts", "/notes", "/notes/n/file"):
        answer = client.get(f"/api/v1/races/{SLUG}/rulings{path}", headers=key)
        assert answer.status_code == 403, path
        assert "director" in json_of(answer)["detail"]
