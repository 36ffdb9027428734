import re
import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.race_samples import EVENING, RACE, RULINGS, passing
from timing.core.document import Document
from timing.core.records import Assign, Observation, Ruling, StartCorrection, Status, Void
from timing.core.statuses import RulingStatus
from timing.db.engines import Database
from timing.db.reading import UnknownRace
from timing.operations.races import add_race
from timing.operations.record import append
from timing.operations.tokens import (
    NewToken,
    Token,
    TokenScope,
    UnknownToken,
    find_key,
    find_token,
    make_token,
    may_record,
    may_rule,
    revoke_token,
    tokens_of_race,
)

SLUG = RACE.slug
STATION, DIRECTOR = TokenScope.STATION, TokenScope.DIRECTOR


NOTHING_ASKED = Session()
"""Connected to nothing: what works with it asks no database."""


@pytest.fixture
def raced(database: Database) -> Database:
    with database.writing() as session:
        add_race(session, Document(race=RACE), at=EVENING, by="director")
    return database


def station(stage: int | None = None, controls: tuple[str, ...] = ()) -> Token:
    return Token(
        id=1,
        public="K7QM",
        slug=SLUG,
        scope=STATION,
        label="Hut",
        stage=stage,
        controls=controls,
        created=EVENING,
    )


def made(
    database: Database,
    scope: TokenScope = STATION,
    *,
    stage: int | None = None,
    controls: tuple[str, ...] = (),
) -> NewToken:
    with database.writing() as session:
        return make_token(
            session, SLUG, scope=scope, label="Hut", stage=stage, controls=controls, at=EVENING
        )


def found(database: Database, plain: str) -> Token | None:
    with database.reading() as session:
        return find_token(session, plain)


def test_a_token_is_found_by_what_its_bearer_was_given(raced: Database) -> None:
    new = made(raced, stage=2, controls=("HUT", "FINISH"))

    assert found(raced, new.plain) == new.token
    assert new.token.slug == SLUG
    assert (new.token.stage, new.token.controls) == (2, ("HUT", "FINISH"))
    assert (new.token.created, new.token.revoked) == (EVENING, None)


def test_the_database_does_not_hold_what_the_bearer_sends(raced: Database) -> None:
    secret = made(raced, DIRECTOR).plain.partition(".")[2]
    key = made(raced).plain
    with raced.reading() as session:
        rows = repr(session.execute(text("SELECT * FROM tokens")).all())

    assert len(secret) >= 43  # 256 bits in base 64
    assert secret not in rows
    assert key[:4] in rows  # its name, which is no secret
    assert key[5:9] not in rows
    assert key not in rows
    assert key.replace("-", "") not in rows


def test_no_two_tokens_are_alike(raced: Database) -> None:
    assert made(raced, DIRECTOR).plain[4:] != made(raced, DIRECTOR).plain[4:]
    assert made(raced).plain[4:] != made(raced).plain[4:]


def test_a_stations_key_is_sixteen_characters_in_groups_and_names_itself(raced: Database) -> None:
    new = made(raced)

    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}", new.plain)
    assert new.plain.startswith(f"{new.token.public}-")


def test_a_key_may_be_typed_as_hands_write_it(raced: Database) -> None:
    new = made(raced)
    plain = new.plain.replace("-", "")
    typed = [
        plain,
        plain.lower(),
        f" {new.plain.lower()} ",
        new.plain.replace("-", " "),
        plain.replace("0", "O").replace("1", "l"),
        plain.replace("0", "o").replace("1", "I"),
    ]

    assert [found(raced, text) for text in typed] == [new.token] * len(typed)


def test_what_is_not_quite_a_token_is_none(raced: Database) -> None:
    one, other = made(raced, DIRECTOR).plain, made(raced, DIRECTOR).plain
    key = made(raced).plain
    secret = one.partition(".")[2]
    wrong = [
        "",
        ".",
        secret,
        f".{secret}",
        f"99.{secret}",
        f"{other.partition('.')[0]}.{secret}",
        one[:-1],
        f"{one}=",
        f"{one}.",
        f" {one}",
        f"-{one}",
        f"{'9' * 5000}.{secret}",
        f"\N{ARABIC-INDIC DIGIT ONE}.{secret}",
        "1.\udc80",
        "1.\x00",
        key[:-1],
        f"{key}0",
        key[:-1] + ("0" if key[-1] != "0" else "2"),
        f"{key[:4]}.{key[5:]}",
        f"{made(raced).plain[:4]}{key[4:]}",
    ]

    assert [plain for plain in wrong if found(raced, plain)] == []
    assert found(raced, one)
    assert found(raced, key)


def test_a_key_of_former_times_is_its_number_and_its_secret(raced: Database) -> None:
    with raced.writing() as session:
        token = make_token(session, SLUG, scope=DIRECTOR, label="Old", at=EVENING)
        session.execute(text("UPDATE tokens SET public = CAST(id AS TEXT)"))

    assert found(raced, f"{token.token.id}.{token.plain.partition('.')[2]}")


def test_a_revoked_token_opens_nothing_and_stays_listed(raced: Database) -> None:
    new, other = made(raced), made(raced, DIRECTOR)
    with raced.writing() as session:
        revoke_token(session, new.token.id, at=EVENING + 1)
        revoke_token(session, new.token.id, at=EVENING + 2)

    assert found(raced, new.plain) is None
    with raced.reading() as session:
        known = find_key(session, new.plain)
    assert known == replace(new.token, revoked=EVENING + 1)
    assert found(raced, other.plain) == other.token
    with raced.reading() as session:
        assert tokens_of_race(session, SLUG) == (
            replace(new.token, revoked=EVENING + 1),
            other.token,
        )
        assert tokens_of_race(session, "elsewhere") == ()


def test_tokens_of_nothing_are_refused(raced: Database) -> None:
    with raced.writing() as session:
        with pytest.raises(UnknownRace):
            make_token(session, "elsewhere", scope=STATION, label="Hut", at=EVENING)
        with pytest.raises(UnknownToken, match="404"):
            revoke_token(session, 404, at=EVENING)


@pytest.mark.parametrize(
    ("stage", "controls", "allowed"),
    [
        (None, (), {"1 HUT", "1 HUT.in", "1 HUT.out", "1 FINISH", "2 HUT", "2 FINISH"}),
        (1, (), {"1 HUT", "1 HUT.in", "1 HUT.out", "1 FINISH"}),
        (None, ("HUT",), {"1 HUT", "1 HUT.in", "1 HUT.out", "2 HUT"}),
        (1, ("HUT.in",), {"1 HUT.in"}),
        (2, ("FINISH",), {"2 FINISH"}),
        (3, ("FINISH",), set()),
    ],
)
def test_a_station_records_at_its_own_controls_only(
    stage: int | None, controls: tuple[str, ...], allowed: set[str]
) -> None:
    token = station(stage, controls)
    places = ["1 HUT", "1 HUT.in", "1 HUT.out", "1 FINISH", "2 HUT", "2 FINISH"]

    assert {
        place
        for place in places
        if may_record(token, passing(1, stage=int(place[0]), control=place[2:]))
    } == allowed


def test_a_director_records_and_rules_whatever_it_is() -> None:
    token = replace(station(), scope=DIRECTOR)

    assert may_record(token, passing(1, stage=9, control="NOWHERE"))
    assert all(may_rule(NOTHING_ASKED, token, ruling, RACE) for ruling in RULINGS)


def withdrawal(**changes: object) -> Ruling:
    values: dict[str, object] = {
        "id": "x",
        "by": "Hut",
        "at": EVENING,
        "status": RulingStatus.WITHDRAWN,
        "bibs": ("12",),
        "stage": 1,
    }
    return Status(**{**values, **changes})  # type: ignore[arg-type]


def observation(**changes: object) -> Ruling:
    values: dict[str, object] = {
        "id": "x",
        "by": "Hut",
        "at": EVENING,
        "kind": "help given",
        "bibs": ("12",),
        "stage": 1,
        "control": "HUT.in",
    }
    return Observation(**{**values, **changes})  # type: ignore[arg-type]


def start(**changes: object) -> Ruling:
    values: dict[str, object] = {"id": "x", "by": "Hut", "at": EVENING, "stage": 1, "to": EVENING}
    return StartCorrection(**{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("stage", "controls", "ruling", "allowed"),
    [
        (1, ("HUT",), withdrawal(), True),
        (1, ("HUT",), withdrawal(control="HUT.in"), True),
        (1, ("HUT",), withdrawal(control="FINISH"), False),
        (1, ("HUT",), withdrawal(stage=2), False),
        (None, (), withdrawal(stage=2), True),
        (None, (), withdrawal(stage=None), False),
        (None, (), withdrawal(bibs=(), team="T1"), False),
        (None, (), withdrawal(status=RulingStatus.DSQ), False),
        (None, (), withdrawal(status=RulingStatus.REINSTATED), False),
        (1, ("HUT",), observation(), True),
        (1, ("HUT",), observation(control="FINISH"), False),
        (1, ("HUT",), observation(stage=2), False),
        (None, (), observation(stage=None), False),
        (1, (), start(), True),
        (1, (), start(wave="elite"), True),
        (1, ("START",), start(), True),
        (1, ("HUT",), start(), False),
        (2, (), start(), False),
        (None, (), start(stage=9), False),
        (None, (), start(bibs=("12",)), False),
        (None, (), RULINGS[0], False),
        (None, (), RULINGS[1], False),
    ],
)
def test_a_station_reports_what_it_sees_and_starts_its_stage_and_rules_nothing_else(
    stage: int | None, controls: tuple[str, ...], ruling: Ruling, *, allowed: bool
) -> None:
    assert may_rule(NOTHING_ASKED, station(stage, controls), ruling, RACE) is allowed


def device_id(device: int, number: int) -> str:
    """An id of the protocol's form: a device's origin, then a number."""
    raw = bytearray(device.to_bytes(10) + number.to_bytes(6))
    raw[6] = raw[6] & 0x0F | 0x80
    raw[8] = raw[8] & 0x3F | 0x80
    return str(uuid.UUID(bytes=bytes(raw)))


def test_a_station_corrects_what_it_recorded_itself_and_nothing_else(raced: Database) -> None:
    own, other = made(raced).token, made(raced).token
    with raced.writing() as session:
        append(session, SLUG, [passing(1)], received=EVENING, token_id=own.id)
        append(session, SLUG, [passing(2)], received=EVENING, token_id=other.id)
        append(session, SLUG, [passing(3)], received=EVENING)
        # Under one id, its own and one that came from elsewhere with other content.
        append(session, SLUG, [passing(4)], received=EVENING, token_id=own.id)
        append(session, SLUG, [passing(4, bib="9")], received=EVENING, keep_conflicting=True)
        # Its own record and then a void of it may be undone too.
        append(session, SLUG, (), [withdrawal(id="w1")], received=EVENING, token_id=own.id)

    records = ("p1", "p2", "p3", "p4", "p404", "w1")
    with raced.reading() as session:

        def allowed(make: Callable[[str], Ruling], *with_it: str) -> set[str]:
            return {
                name
                for name in records
                if may_rule(session, own, make(name), RACE, with_it=with_it)
            }

        assert allowed(void) == {"p1", "w1"}
        assert allowed(lambda r: Assign(id="a", by="Hut", at=EVENING, record=r, bib="9")) == {
            "p1",
            "w1",
        }
        assert allowed(lambda r: withdrawal(supersedes=(r,))) == {"p1", "w1"}
        assert allowed(lambda r: void("p1", supersedes=(r,))) == {"p1", "w1"}
        # What it writes with it is its own, if it is new.
        assert allowed(void, "p404", "p2", "p3") == {"p1", "w1", "p404"}


def void(record: str, *, id_: str = "v", **changes: object) -> Ruling:
    values: dict[str, object] = {"id": id_, "by": "Hut", "at": EVENING, "record": record}
    return Void(**{**values, **changes})  # type: ignore[arg-type]


def test_a_device_corrects_what_it_left_at_another_installation(raced: Database) -> None:
    own = made(raced, stage=1, controls=("HUT",)).token
    ids = [device_id(7, number) for number in range(4)]
    others = device_id(8, 0)
    with raced.writing() as session:
        synced = [
            replace(passing(1, stage=1, control="HUT"), id=ids[0]),
            replace(passing(2, stage=1, control="FINISH"), id=ids[1]),
            replace(passing(3, stage=1, control="HUT"), id=others),
        ]
        append(session, SLUG, synced, [void(ids[0], id_=ids[2])], received=EVENING)

    with raced.reading() as session:
        assert may_rule(session, own, void(ids[0], id_=ids[3]), RACE)
        assert may_rule(session, own, void(ids[2], id_=ids[3]), RACE)  # brings it back
        assert not may_rule(session, own, void(ids[1], id_=ids[3]), RACE)  # another's control
        assert not may_rule(session, own, void(others, id_=ids[3]), RACE)  # another device's
        assert not may_rule(session, own, void(ids[0], id_="v"), RACE)
