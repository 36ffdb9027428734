"""A race of three days from nothing to official results, by the desk in a real browser."""

from __future__ import annotations

import csv
import io
import json
import urllib.request
from datetime import date, timedelta
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urljoin

import openpyxl
import xmlschema
from playwright.sync_api import BrowserContext, Page, expect
from pypdf import PdfReader

from tests.served import Server
from tests.serving import BEFORE, DIRECTOR, PASSWORD, station_key
from timing import racefile
from timing.db.engines import Database
from timing.operations.tokens import TokenScope, make_token

SLUG = "three-days"
DESK = f"/desk/{SLUG}"
FIRST = date(2026, 6, 5)
RUNNERS = 60

RACE = f"""
format: 1
race:
  slug: {SLUG}
  name: Three Days
  timezone: Europe/Zurich
  starts_on: {FIRST}
  rules:
    protest_window: "1:00:00"
    penalties: [{{code: KIT, name: Kit missing, article: "7.4", time: "0:30:00"}}]
categories:
  - {{code: W, name: Women, gender: F}}
team_kinds:
  - {{code: pair, name: Pairs, size: 2, time: last}}
stages:
  - number: 1
    date: {FIRST}
    distance_km: 46
    start: {{mode: mass, at: "08:00"}}
    controls: [{{code: START, km: 0}}, {{code: HUT, km: 20}}, {{code: FINISH, km: 46}}]
  - number: 2
    date: {FIRST + timedelta(days=1)}
    distance_km: 30
    start: {{mode: mass, at: "08:00"}}
    controls: [{{code: START, km: 0}}, {{code: FINISH, km: 30}}]
  - number: 3
    date: {FIRST + timedelta(days=2)}
    distance_km: 25
    start: {{mode: mass, at: "08:00"}}
    controls: [{{code: START, km: 0}}, {{code: FINISH, km: 25}}]
classifications:
  - {{code: gc, name: General classification, of: solo}}
  - {{code: gc-women, name: Women, of: solo, category: W}}
  - {{code: pairs, name: Pairs, of: team, kind: pair}}
"""

TEAMS = {1: "Ibex", 2: "Ibex", 3: "Marmot", 4: "Marmot"}


def entries_file() -> str:
    """Sixty runners, of whom four are two teams."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["Bib", "First name", "Last name", "Gender", "Date of birth", "Nation", "Team"])
    for bib in range(1, RUNNERS + 1):
        born = date(1970 + bib % 30, 1 + bib % 12, 1 + bib % 28)
        gender = "F" if bib % 3 == 0 else "M"
        row = [bib, f"Given{bib}", f"Family{bib}", gender, born, "SUI", TEAMS.get(bib, "")]
        writer.writerow(row)
    return out.getvalue()


def finish(stage: int, bib: int) -> str:
    """The time of day: by bib, half a minute apart, two hours after the gun and later."""
    seconds = 10 * 3600 + stage * 600 + bib * 30
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


class Api:
    """The timekeeper's program."""

    def __init__(self, server: Server, key: str) -> None:
        self._address = f"{server.url}/api/v1/races/{SLUG}/passings"
        self._key = key

    def finish(self, stage: int, bibs: range) -> None:
        passings = [
            {
                "id": f"s{stage}-{bib}",
                "stage": stage,
                "control": "FINISH",
                "bib": str(bib),
                "time": finish(stage, bib),
            }
            for bib in bibs
        ]
        request = urllib.request.Request(
            self._address,
            data=json.dumps({"passings": passings}).encode(),
            headers={"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert json.load(answer)["accepted"] == len(bibs)


def board(page: Page, code: str = "gc") -> list[dict[str, str]]:
    """A board as its CSV has it."""
    answer = page.request.get(f"{DESK}/export?board={code}&format=csv")
    assert answer.ok
    return list(csv.DictReader(io.StringIO(answer.text())))


def rule(page: Page, kind: str, **fields: str) -> None:
    """Make a ruling by its form, by way of what it would change."""
    page.goto(f"{DESK}/rulings")
    page.get_by_role("link", name=kind).click()
    form = page.locator("form.ruling_form")
    for label, value in fields.items():
        field = form.get_by_label(label, exact=False).first
        if field.evaluate("e => e.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    form.get_by_role("button", name="See what it changes").click()
    expect(page.get_by_text("Nothing is recorded yet.")).to_be_visible()
    page.locator(".supposed .btn.main").click()
    expect(page.locator("p.message[role=status]")).to_be_visible()


def reverse(page: Page, why: str) -> None:
    """Take back what was ruled last."""
    page.goto(f"{DESK}/rulings")
    last = page.locator(".rulings_list li").first
    last.locator("summary").first.click()
    last.get_by_label("Why").fill(why)
    last.get_by_role("button", name="See what it changes").click()
    page.locator(".supposed .btn.main").click()
    expect(page.locator(".rulings_list li").first).to_contain_text(
        f"Reversed by {DIRECTOR.lower()}"
    )


def publish(page: Page, stage: int, kind: str, reason: str = "") -> None:
    """Issue a number, looked at first."""
    page.goto(f"{DESK}/publish")
    of_stage = page.locator(f'input[name="stage"][value="{stage}"]')
    row = page.locator("ul.pub_list li").filter(has=of_stage)
    if reason:
        row.locator(f"#why-{stage}").fill(reason)
    row.locator(f"button[value={kind}]").click()
    page.get_by_role("button", name="Issue number").click()
    expect(page.get_by_text(f"is public: stage {stage}")).to_be_visible()


def sign_in(page: Page) -> None:
    page.goto("/desk")
    page.get_by_label("Name").fill(DIRECTOR)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def create(page: Page) -> None:
    """The race, with nobody in it: from nothing, then its definition as it is to be."""
    page.goto("/desk/new")
    page.get_by_label("Name", exact=True).fill("Three Days")
    page.get_by_label("Short name").fill(SLUG)
    page.get_by_label("First day").fill(str(FIRST))
    page.get_by_label("Time zone").fill("Europe/Zurich")
    page.get_by_role("button", name="Make the race").click()
    expect(page.get_by_text("The race is made.")).to_be_visible()
    page.get_by_role("link", name="As text").click()
    text = page.get_by_label("The definition")
    text.fill(RACE.replace("FINISH, km: 46", "FINISH, km: far"))
    page.get_by_role("button", name="See what it changes").click()
    page.get_by_role("link", name="Line ").first.click()
    selected = text.evaluate("t => t.value.slice(t.selectionStart, t.selectionEnd)")
    assert "km: far" in selected
    text.fill(RACE)
    page.get_by_role("button", name="See what it changes").click()
    page.get_by_role("button", name="Take it as version 2").click()
    expect(page.get_by_text("Version 2 is the definition now.")).to_be_visible()


def enter(page: Page, tmp_path: Path) -> None:
    """The sixty, from a file."""
    file = tmp_path / "entries.csv"
    file.write_text(entries_file(), encoding="utf-8")
    page.goto(f"{DESK}/entries")
    page.get_by_role("link", name="Import a file").first.click()
    page.get_by_label("The file").set_input_files(file)
    page.get_by_role("button", name="Look at it").click()
    page.get_by_role("button", name=f"Take {RUNNERS}").click()
    expect(page.get_by_text(f"Took {RUNNERS} entries")).to_be_visible()


def race(page: Page, server: Server, database: Database) -> list[dict[str, str]]:
    """Three days are run; the standings after them."""
    # The race: one finisher by the station's page, the others by a program.
    with database.writing() as session:
        made = make_token(session, SLUG, scope=TokenScope.DIRECTOR, label="Reader", at=BEFORE)
    api = Api(server, made.plain)
    page.goto("/station/form")
    page.get_by_label("The station’s key").fill(station_key(database, "FINISH", slug=SLUG))
    page.get_by_role("button", name="Open the station").click()
    page.get_by_label("Bib", exact=True).fill("1")
    page.get_by_text("Time, note").click()
    page.get_by_label("Time from paper, instead of now").fill(finish(1, 1))
    page.get_by_role("button", name="Record").click()
    expect(page.locator(".entered")).to_contain_text("1")
    api.finish(1, range(2, RUNNERS + 1))
    for stage in (2, 3):
        api.finish(stage, range(1, RUNNERS + 1))
    run = board(page)
    assert [line["bib"] for line in run] == [str(n) for n in range(1, RUNNERS + 1)]
    assert [line["name"] for line in board(page, "pairs")] == ["Ibex", "Marmot"]
    return run


def test_from_nothing_to_official_results(
    context: BrowserContext, server: Server, database: Database, tmp_path: Path
) -> None:
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", lambda dialog: wrong.append(f"dialog: {dialog.message}"))
    sign_in(page)
    create(page)
    enter(page, tmp_path)
    assert len(board(page)) == RUNNERS

    run = race(page, server, database)

    # 2:10:30 + 2:20:30 + 2:30:30, and half an hour by article 7.4.
    assert run[0]["time"] == "7:01:30"
    rule(page, "Give a penalty", Stage="1", Bibs="1", Article="KIT", Reason="No whistle")
    penalised = {line["bib"]: line for line in board(page)}
    assert penalised["1"]["time"] == "7:31:30"
    assert penalised["1"]["penalty"] == "0:30:00"
    assert penalised["2"]["rank"] == "1"

    rule(page, "Cancel a stage", Stage="2", Reason="Storm")
    assert {line["bib"]: line["time"] for line in board(page)}["2"] == "4:42:00"
    reverse(page, "It was run after all")
    assert {line["bib"]: line for line in board(page)} == penalised

    rule(page, "Disqualify", Bibs="2", Stage="3", Reason="Took a lift")
    assert {line["bib"]: line["status"] for line in board(page)}["2"] == "dsq"
    rule(page, "Lift a disqualification", Bibs="2", Stage="3", Reason="It was another")
    assert {line["bib"]: line for line in board(page)} == penalised

    publish(page, 3, "provisional")
    publish(page, 3, "official", "No protest came; the prize-giving is at four")
    page.goto(f"/races/{SLUG}")
    expect(page.locator("main")).to_contain_text("Official")
    publish(page, 3, "reopened", "A protest from an earlier day")
    reverse_penalty = page.locator(".rulings_list li").filter(has_text="No whistle")
    page.goto(f"{DESK}/rulings")
    reverse_penalty.locator("summary").first.click()
    reverse_penalty.get_by_label("Why").fill("The whistle was found")
    reverse_penalty.get_by_role("button", name="See what it changes").click()
    page.locator(".supposed .btn.main").click()
    publish(page, 3, "provisional")
    publish(page, 3, "official", "Nobody protested")
    final = board(page)
    assert [line["rank"] for line in final] == [str(n) for n in range(1, RUNNERS + 1)]
    assert final == run

    files = taken_home(page)
    check_files(files, [line["time"] for line in final])
    assert wrong == []


def taken_home(page: Page) -> dict[str, bytes]:
    """Every file of the page of files, by its address."""
    page.goto(f"{DESK}/files")
    links = page.locator("main a.btn").evaluate_all("all => all.map(a => a.href)")
    files = {}
    for link in links:
        answer = page.request.get(urljoin(page.url, link))
        assert answer.ok, f"{link}: {answer.status} {answer.text()[:300]}"
        files[link.partition(DESK)[2]] = answer.body()
    for form in ("workbook", "racefile"):
        # A long one is made while the page says how far it is.
        page.locator(f"form:has(input[name=form][value={form}]) button").click()
        made = page.locator("#made li").first.get_by_role("link", name="Take it")
        made.wait_for(timeout=60_000)
        address = urljoin(page.url, made.get_attribute("href") or "")
        files[f"/files/{form}"] = page.request.get(address).body()
    return files


def check_files(files: dict[str, bytes], times: list[str]) -> None:
    """Each opened by a reader of its own, and holding what the board has."""
    kinds = {address: content for address, content in files.items() if "/files/" in address}
    assert {address.rpartition("/")[2] for address in kinds} >= {
        *("workbook", "racefile", "json", "itra", "ultrasignup", "runsignup", "athlinks", "duv"),
        "iof",
    }

    def of(form: str) -> bytes:
        return files[f"/files/{form}"]

    workbook = openpyxl.load_workbook(io.BytesIO(of("workbook")))
    told = {cell.value for sheet in workbook for row in sheet.iter_rows() for cell in row}
    assert set(times) <= told

    (itra,) = openpyxl.load_workbook(io.BytesIO(of("itra"))).worksheets
    rows = list(itra.iter_rows(values_only=True))
    assert rows[0][:7] == (
        *("Ranking", "Time", "Family name", "First name", "Gender", "Birthdate", "Nationality"),
    )
    assert len(rows) == RUNNERS + 1
    assert [str(row[1]).removeprefix("0") for row in rows[1:]] == times
    assert rows[1][2:7] == ("Family1", "Given1", "M", "1971-02-02", "SUI")

    for form in ("ultrasignup", "runsignup", "athlinks", "duv"):
        lines = list(csv.reader(io.StringIO(of(form).decode())))
        assert len(lines) == RUNNERS + 1, form
        assert len({len(line) for line in lines}) == 1, form

    spec = find_spec("ooresults")
    assert spec is not None
    assert spec.origin is not None
    schema = xmlschema.XMLSchema(Path(spec.origin).with_name("schema") / "IOF.xsd")
    schema.validate(io.BytesIO(of("iof")))

    assert len(json.loads(of("json"))["boards"]["gc"]["3"]) == RUNNERS
    again = racefile.loads(of("racefile").decode(), name="again")
    assert len(again.entries) == RUNNERS
    assert len(again.passings) == 3 * RUNNERS

    sheets = {address: content for address, content in files.items() if "/print/" in address}
    assert any("bulletin" in address for address in sheets)
    for address, content in sheets.items():
        text = "".join(one.extract_text() for one in PdfReader(io.BytesIO(content)).pages)
        assert "Three Days" in text, address
    for address, content in files.items():
        if "export?" in address and "format=csv" in address:
            assert list(csv.DictReader(io.StringIO(content.decode()))), address
