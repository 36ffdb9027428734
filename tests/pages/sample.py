"""A race to show pages with: six stages in the mountains, the fifth under way. All invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from timing.core.definition import (
    Basis,
    Broken,
    Category,
    Classification,
    Control,
    Cutoff,
    Division,
    Members,
    Of,
    Race,
    Source,
    Stage,
    Start,
    StartMode,
    TeamKind,
)
from timing.core.document import Document
from timing.core.entries import Entry, Team
from timing.core.records import Credit, Observation, Passing, Penalty, Ruling, Status
from timing.core.statuses import RulingStatus
from timing.core.times import HOUR, MINUTE, SECOND, Instant, TimeOfDay, local_instants

ZONE = ZoneInfo("Africa/Casablanca")
FIRST_DAY = date(2026, 10, 20)
NOW = "12:05:51"

PEOPLE = """\
12 Mateo Urquiola ESP M 1994
18 Dorje Thamelung NEP M 1991
3 Lhoussaine Bouizgar MAR M 1988
7 Idir Tazarine MAR M 1996
21 Jonas Brännlund SWE M 1993
26 Tomáš Vrbický CZE M 1990
33 Étienne Vauquelin FRA M 1983
9 Kenji Amanuma JPN M 1992
41 Maren Tveitdal NOR F 1995
15 Luca Morandelli ITA M 1989
64 Aline Courvoisier SUI F 1984
52 Callum Strathearn GBR M 1997
77 Wanjiru Kathambi KEN F 1992
38 Andrés Quilodrán CHI M 1987
29 Rafał Ostrzycki POL M 1994
83 Dieter Falkenrath GER M 1973
101 Hannah Oberlechner AUT F 1990
115 Gráinne Mulvihill IRL F 1988
47 Tariq Al-Mazrui OMA M 1982
58 Bruno Sacramento BRA M 1981
92 Li Wenxuan CHN M 1995
70 Nadège Kerbrat FRA F 1980
126 Samuel Whitcombe NZL M 1999
88 Ömer Karadağlı TUR M 1983
134 Ayoub Zerhouni TUN M 1998
140 Marta Figueirinhas POR F 1982
99 Petter Lundegaard DEN M 1971
153 Eva Kolesárová SVK F 1991
62 Pavel Dušánek CZE M 1986
117 Thandiwe Nkabinde RSA F 1990
44 Joaquim Fontdevila ESP M 1979
190 Oskar Wiegand GER M 1985
148 Henrik Saarelma FIN M 1978
172 Inés Barrenechea ARG F 1994
181 Kofi Boadu-Mensah GHA M 1984
163 Lorcan Devanney IRL M 1970
208 Sunniva Brekkhaug NOR F 1989
159 Yrsa Haldórs ISL F 1993
176 Beniamino Caldera ITA M 1972
193 Solène Guivarch FRA F 1987
137 Nomvula Radebe RSA F 1985
205 Radoslav Imrich SVK M 1990
188 Amparo Luzuriaga ECU F 1974
007 Ιωάννα Παπαδοπούλου GRE F 1986
7a Мария Ковалёва BUL F 1991
210 محمد العلوي MAR M 1992
"""  # noqa: RUF001 - a letter of its own

STAGES = (
    ("Tizi to Aguelmous", 34_200, 1_380, (11_000, 23_400)),
    ("Aguelmous to Tizi n’Oufra", 38_600, 1_720, (10_200, 20_100, 30_300)),
    ("Tizi n’Oufra to Azib n’Iriri", 31_400, 1_950, (12_000, 22_300)),
    ("Azib n’Iriri to Ighil Mellen", 41_000, 1_510, (10_000, 20_800, 31_500)),
    ("Ighil Mellen to Ifri n’Ouzrou", 58_200, 2_240, (10_400, 21_800, 32_500, 43_100, 51_600)),
    ("Ifri n’Ouzrou to Taznakht", 21_600, 640, (11_900,)),
)
HEIGHTS: dict[int, tuple[int, ...]] = {
    1: (1560, 1720, 1890, 1810, 2140, 2480, 2210, 2390, 2120, 1780, 1690),
    2: (1690, 1820, 2240, 2020, 2530, 2390, 2710, 2480, 2130, 2050),
    3: (2050, 2260, 2680, 2990, 2790, 2840, 3120, 2740, 2450, 2280),
    4: (2280, 2010, 1850, 2190, 2520, 2230, 2490, 2050, 1980, 1840),
    5: (1410, 1520, 1610, 1680, 1890, 2160, 2090, 1850, 1660, 1720, 2010, 2380, 2210, 1880, 1790,
        1930, 1850, 1720),
}  # fmt: skip
"""Metres above the sea, evenly along each stage. Of the last nobody has said any."""

NAMES = ("Assif Imlil", "Tizi n’Tleta", "Azib Taghia", "Adrar Ouzal", "Timzguida")


def _control(nth: int, metres: int) -> Control:
    return Control(code=f"CP{nth}", name=NAMES[nth - 1], distance_m=metres)


def _stage(number: int) -> Stage:
    name, metres, ascent, between = STAGES[number - 1]
    start, _, finish = name.partition(" to ")
    heights = HEIGHTS.get(number, ())
    cutoff = Cutoff(elapsed=16 * HOUR if number == 5 else 10 * HOUR)
    return Stage(
        number=number,
        date=FIRST_DAY + timedelta(days=number - 1),
        name=name,
        distance_m=metres,
        ascent_m=ascent,
        start=Start(
            mode=StartMode.MASS,
            basis=Basis.GUN,
            at=TimeOfDay(6 * HOUR if number == 5 else 7 * HOUR + 30 * MINUTE),
        ),
        controls=(
            Control(code="START", name=start, distance_m=0),
            *(_control(nth, at) for nth, at in enumerate(between, start=1)),
            Control(code="FINISH", name=finish, distance_m=metres, cutoffs=(cutoff,)),
        ),
        profile=tuple((nth * metres // (len(heights) - 1), m) for nth, m in enumerate(heights)),
    )


RACE = Race(
    slug="siroua-six",
    name="Siroua Six",
    timezone="Africa/Casablanca",
    starts_on=FIRST_DAY,
    divisions=(Division(code="full", name="Full race"),),
    categories=(
        Category(code="W", name="Women", gender="F"),
        Category(code="M40", name="Men 40–49", gender="M", age=(40, 49)),
        Category(code="M50", name="Men 50–59", gender="M", age=(50, 59)),
        Category(code="W40", name="Women 40–49", gender="F", age=(40, 49)),
        Category(code="MASTERS", name="Masters 40+", age=(40, None)),
    ),
    team_kinds=(
        TeamKind(
            code="pair",
            name="Pairs",
            size=(2, 2),
            members=Members.BOTH,
            broken=Broken.SOLO_RANKED,
        ),
    ),
    stages=tuple(_stage(number) for number in range(1, 7)),
    classifications=(
        Classification(code="gc", name="General classification", of=Of.SOLO, division="full"),
        Classification(code="women", name="Women", of=Of.SOLO, division="full", category="W"),
        Classification(
            code="masters", name="Masters 40+", of=Of.SOLO, division="full", category="MASTERS"
        ),
        Classification(code="pairs", name="Pairs", of=Of.TEAM, kind="pair"),
    ),
)

TEAM_NAMES = ("Vent d’Est", "Fell & Fjord", "Atlas Duo", "Los Tardígrados", "Night Shift")
TEAMS = tuple(
    Team(code=f"T{nth}", name=name, kind="pair") for nth, name in enumerate(TEAM_NAMES, start=1)
)
TEAM_OF = dict(
    zip(
        ("33", "64", "41", "52", "3", "7", "58", "140", "83", "99"),
        ("T1", "T1", "T2", "T2", "T3", "T3", "T4", "T4", "T5", "T5"),
        strict=True,
    )
)


def entries() -> tuple[Entry, ...]:
    """Forty-six runners, names in five scripts, bibs that are not numbers among them."""
    found = []
    for line in PEOPLE.splitlines():
        bib, *name, nation, gender, born = line.split()
        found.append(
            Entry(
                id=f"e{bib}",
                bib=bib,
                name=" ".join(name),
                nationality=nation,
                gender=gender,
                born=date(int(born), 6, 1),
                division="full",
                team=TEAM_OF.get(bib, ""),
            )
        )
    return tuple(found)


def instant(stage: int, text: str) -> Instant:
    """An instant on a stage's day by the race's clock."""
    hours, minutes, seconds = (int(part) for part in text.split(":"))
    ms = hours * HOUR + minutes * MINUTE + seconds * SECOND
    return local_instants(FIRST_DAY + timedelta(days=stage - 1), ms, ZONE)[0]


OUT = {"62": (5, "CP2"), "44": (3, "CP1"), "190": (1, "START"), "117": (4, "CP3")}
"""Whose race ended, on which stage, and the last control they passed."""


def _passings(until: Instant) -> tuple[Passing, ...]:
    random = Random(5)
    found = []
    for nth, entry in enumerate(entries()):
        speed = 11_650 - 95 * nth + random.randrange(-120, 120)  # metres an hour
        for stage in RACE.stages:
            gun = instant(stage.number, "06:00:00" if stage.number == 5 else "07:30:00")
            form = random.randrange(94, 107)
            out_stage, out_after = OUT.get(entry.bib, (99, ""))
            if stage.number > out_stage:
                continue
            for control in stage.controls[1:]:
                if stage.number == out_stage and (
                    out_after == "START" or control.distance_m > _metres(stage, out_after)
                ):
                    break
                took = control.distance_m * HOUR * 100 // (speed * form)
                took += random.randrange(-90, 90) * SECOND + random.randrange(SECOND)
                took += stage.ascent_m * 1200 * control.distance_m // stage.distance_m
                # Drawn whole, then cut: what is known earlier is a part of what is known later.
                if gun + took > until:
                    continue
                found.append(
                    Passing(
                        id=f"p-{entry.bib}-{stage.number}-{control.code}",
                        stage=stage.number,
                        control=control.code,
                        bib=entry.bib,
                        time=gun + took,
                        source=Source.CHIP if control.code == "FINISH" else Source.CHECKPOINT,
                        device="mat-1" if control.code == "FINISH" else control.code.lower(),
                    )
                )
    return tuple(found)


def _metres(stage: Stage, code: str) -> int:
    return next(c.distance_m for c in stage.controls if c.code == code)


def rulings() -> tuple[Ruling, ...]:
    """Penalties, a credit, and who is out."""

    def by(name: str, stage: int, at: str) -> dict[str, Any]:
        return {"id": name, "by": "director", "at": instant(stage, at)}

    return (
        Penalty(
            **by("r1", 3, "16:20:00"),
            stage=3,
            bibs=("41",),
            time=15 * MINUTE,
            code="7.4",
            reason="Survival blanket missing at the kit check",
        ),
        Credit(
            **by("r2", 2, "18:00:00"),
            stage=2,
            bibs=("126",),
            time=6 * MINUTE,
            code="9.1",
            reason="Stayed with an injured runner",
        ),
        Status(
            **by("r3", 1, "09:00:00"), status=RulingStatus.DNS, bibs=("190",), reason="", stage=1
        ),
        Status(
            **by("r4", 3, "12:00:00"),
            status=RulingStatus.DNF,
            bibs=("44",),
            stage=3,
            control="CP1",
        ),
        Status(
            **by("r5", 4, "15:00:00"),
            status=RulingStatus.OTL,
            bibs=("117",),
            stage=4,
            control="CP3",
        ),
        Status(
            **by("r6", 5, "11:14:00"),
            status=RulingStatus.DNF,
            bibs=("62",),
            stage=5,
            control="CP2",
        ),
        Observation(
            **by("r7", 5, "11:40:00"),
            kind="withdrawal",
            bibs=("205",),
            stage=5,
            control="CP3",
            reason="Knee",
        ),
    )


def odd_passings() -> tuple[Passing, ...]:
    """What a director has to look at."""
    return (
        Passing(
            id="q1", stage=5, control="CP3", bib="412", time=instant(5, "10:58:40"), device="cp3"
        ),
        Passing(
            id="q2", stage=5, control="CP3", bib="14*", time=instant(5, "11:02:58"), device="cp3"
        ),
        Passing(
            id="q3", stage=5, control="CP4", bib="44", time=instant(5, "11:33:10"), device="cp4"
        ),
    )


def siroua_six(until: str = NOW, stage: int = 5) -> Document:
    """The race as known at a time of day on a stage's day."""
    moment = instant(stage, until)
    odd = tuple(p for p in odd_passings() if isinstance(p.time, int) and p.time <= moment)
    return Document(
        race=RACE,
        entries=entries(),
        teams=TEAMS,
        passings=_passings(moment) + odd,
        rulings=tuple(r for r in rulings() if r.at <= moment),
    )


def before_the_start() -> Document:
    """The race with nothing recorded yet."""
    return replace(siroua_six(), passings=(), rulings=())
