"""The field: invented entries and teams, and how they run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from timing.core.categories import age_on
from timing.core.courses import stages_of
from timing.core.definition import Members, Of, Race, TeamGender, TeamKind, TeamTimeKind
from timing.core.entries import Entry, Team
from timing.simulator.chance import stream
from timing.simulator.names import draw_club, draw_name, draw_nation, draw_team_name
from timing.simulator.traits import FieldSpeed, Traits, draw_traits, field_speed

_WOMEN = 0.3
_IN_A_CLUB = 0.35
_FULL_RACE = 0.6
_SEEDED = 0.05
_LEAST_SEEDED = 10
_MANY_DRAWS = 8


class ImpossibleField(ValueError):
    """A number of entries and teams that the race's team kinds don't allow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """An entry together with how it runs."""

    entry: Entry
    traits: Traits


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrants:
    """Everyone who entered: ``runners`` in the order of their bibs, and the teams."""

    runners: tuple[Runner, ...]
    teams: tuple[Team, ...] = ()


@dataclass(slots=True)
class _Unit:
    """A soloist, or the members of one team, on the way to getting their bibs."""

    members: list[Runner]
    division: str
    kind: TeamKind | None = None

    def known_form(self, chance: Random) -> float:
        """How fast an organiser who seeds the field thinks the weakest is."""
        return min(m.traits.speed for m in self.members) * chance.gauss(1, 0.06)


def draw_field(race: Race, *, entries: int, teams: int, seed: int) -> Entrants:
    """``entries`` competitors of whom some make up ``teams`` teams; else ImpossibleField."""
    sizes = _team_sizes(race, entries, teams, stream(seed, race.slug, "teams"))
    people = _People(race, seed)
    solo = [people.soloist() for _ in range(entries - sum(size for _, size in sizes))]
    together = [people.team(kind, size) for kind, size in sizes]
    return _with_bibs(race, _seeded(race, solo, seed), _seeded(race, together, seed), seed)


def runs_together(kind: TeamKind) -> bool:
    """Whether a team of that kind has reason to stay together on the way (Rules 8.3, 8.4)."""
    return kind.separation is not None or kind.time.kind in (
        TeamTimeKind.LAST,
        TeamTimeKind.TOGETHER,
    )


def _team_sizes(race: Race, entries: int, teams: int, chance: Random) -> list[tuple[TeamKind, int]]:
    if not teams:
        return []
    if not race.team_kinds:
        raise ImpossibleField("the race has no team kinds, so there can be no teams")
    weights = [1 / (1 + n) ** 0.5 for n in range(len(race.team_kinds))]
    kinds = chance.choices(race.team_kinds, weights, k=teams)
    spare = entries - sum(kind.size[0] for kind in kinds)
    if spare < 0:
        raise ImpossibleField(
            f"{teams} teams need at least {entries - spare} entries, {entries} are too few"
        )
    sizes = []
    for kind in kinds:
        more = chance.randint(0, min(spare, kind.size[1] - kind.size[0]))
        spare -= more
        sizes.append((kind, kind.size[0] + more))
    return sizes


@dataclass(slots=True)
class _People:
    """Draws people one after the other, each from a stream of its own."""

    race: Race
    seed: int
    speed: FieldSpeed = field(init=False)
    drawn: int = 0
    drawn_teams: int = 0
    names: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.speed = field_speed(self.race, self.seed)

    def soloist(self) -> _Unit:
        runner, chance = self._runner()
        return _Unit(members=[runner], division=_draw_division(self.race, None, chance))

    def team(self, kind: TeamKind, size: int) -> _Unit:
        self.drawn_teams += 1
        chance = stream(self.seed, self.race.slug, "team", self.drawn_teams)
        genders = _genders(kind.gender, size, chance)
        members = [self._runner(gender)[0] for gender in genders]
        if kind.combined_age is not None:
            members = _aged(members, kind.combined_age, self.race.starts_on)
        division = _draw_division(self.race, kind, chance)
        return _Unit(members=members, division=division, kind=kind)

    def _runner(self, gender: str = "") -> tuple[Runner, Random]:
        self.drawn += 1
        chance = stream(self.seed, self.race.slug, "person", self.drawn)
        by_chance = "F" if chance.random() < _WOMEN else "M"
        gender = gender or by_chance
        nation = draw_nation(chance, self.race.timezone)
        name = draw_name(chance, nation, gender)
        for _ in range(_MANY_DRAWS):
            if name not in self.names:
                break
            name = draw_name(chance, nation, gender)
        self.names.add(name)
        club = draw_club(chance, nation) if chance.random() < _IN_A_CLUB else ""
        born = _birth_date(chance, self.race.starts_on)
        traits = draw_traits(
            chance, field=self.speed, gender=gender, age=age_on(born, self.race.starts_on)
        )
        entry = Entry(
            id="",
            bib="",
            name=name,
            gender=gender,
            born=born,
            nationality=nation.code,
            residence=nation.code,
            club=club,
        )
        return Runner(entry=entry, traits=traits), chance


def _birth_date(chance: Random, starts_on: date) -> date:
    age = min(74.0, max(19.5, chance.gauss(43, 9.5)))
    born = starts_on - timedelta(days=round(age * 365.25))
    # So that a birthday exists in every year: teams move theirs to be of an age (8.2).
    return born.replace(day=min(28, born.day))


def _genders(wanted: TeamGender | None, size: int, chance: Random) -> list[str]:
    mix = wanted or chance.choices(tuple(TeamGender), (45, 15, 40))[0]
    match mix:
        case TeamGender.MEN:
            return ["M"] * size
        case TeamGender.WOMEN:
            return ["F"] * size
        case TeamGender.MIXED:
            rest = ["F" if chance.random() < _WOMEN else "M" for _ in range(size - 2)]
            return ["M", "F", *rest][:size]


def _aged(
    members: Sequence[Runner], bounds: tuple[int | None, int | None], starts_on: date
) -> list[Runner]:
    """The members as much older, or younger, as their team's combined age asks for (8.2)."""
    least, most = bounds
    total = sum(age_on(m.entry.born, starts_on) for m in members if m.entry.born)
    if least is not None and total < least:
        years = -((total - least) // len(members))
    elif most is not None and total > most:
        years = (most - total) // len(members)
    else:
        return list(members)
    return [_older(member, years) for member in members]


def _older(runner: Runner, years: int) -> Runner:
    born = runner.entry.born
    if born is None:
        return runner
    return replace(runner, entry=replace(runner.entry, born=born.replace(year=born.year - years)))


def _draw_division(race: Race, kind: TeamKind | None, chance: Random) -> str:
    """The full race, mostly; a team's is one that some classification ranks its kind in."""
    codes = [d.code for d in race.divisions]
    if kind is not None:
        ranked_in = {
            c.division
            for c in race.classifications
            if c.of is Of.TEAM and c.kind in ("", kind.code)
        }
        if ranked_in and "" not in ranked_in:
            codes = [code for code in codes if code in ranked_in]
    if not codes:
        return ""
    full = max(codes, key=lambda code: len(stages_of(race, code)))
    weights = [
        _FULL_RACE if code == full else (1 - _FULL_RACE) / max(1, len(codes) - 1) for code in codes
    ]
    return chance.choices(codes, weights)[0]


def _seeded(race: Race, units: Sequence[_Unit], seed: int) -> list[_Unit]:
    """The best of those known first, as organisers number their fields; the rest as entered."""
    chance = stream(seed, race.slug, "seeding", len(units))
    order = sorted(range(len(units)), key=[-u.known_form(chance) for u in units].__getitem__)
    first = order[: max(_LEAST_SEEDED, round(_SEEDED * len(units)))]
    chosen = set(first)
    return [units[n] for n in (*first, *(n for n in range(len(units)) if n not in chosen))]


def _with_bibs(race: Race, solo: list[_Unit], together: list[_Unit], seed: int) -> Entrants:
    chance = stream(seed, race.slug, "bibs")
    salt = chance.getrandbits(24)
    runners: list[Runner] = []
    teams: list[Team] = []
    names: set[str] = set()
    for unit in (*solo, *together):
        code = ""
        bibs = [str(len(runners) + n) for n in range(1, len(unit.members) + 1)]
        if unit.kind is not None:
            code = f"T{len(teams) + 1}"
            name = draw_team_name(chance, names)
            names.add(name)
            legs = _relay_legs(race, unit, bibs)
            teams.append(Team(code=code, name=name, kind=unit.kind.code, legs=legs))
        for member, bib in zip(unit.members, bibs, strict=True):
            entry = replace(
                member.entry,
                id=f"e{bib}",
                bib=bib,
                division=unit.division,
                team=code,
                chips=(_chip(len(runners), salt),),
            )
            runners.append(replace(member, entry=entry))
    return Entrants(runners=tuple(runners), teams=tuple(teams))


def _chip(n: int, salt: int) -> str:
    # An odd factor maps the numbers below 2**24 one to one, so no two chips are the same.
    return f"{(n * 0x9E37B1 + salt) % 2**24:06X}"


def _relay_legs(race: Race, unit: _Unit, bibs: Sequence[str]) -> tuple[tuple[int, str], ...]:
    if unit.kind is None or unit.kind.time.kind is not TeamTimeKind.RELAY:
        return ()
    numbers = stages_of(race, unit.division)
    return tuple((number, bibs[n % len(bibs)]) for n, number in enumerate(numbers))


def ranked_alone(race: Race, entrants: Entrants) -> frozenset[str]:
    """The ids of the entries that solo boards show (Rules 8.6)."""
    team_only = {k.code for k in race.team_kinds if k.members is Members.TEAM_ONLY}
    hidden = {t.code for t in entrants.teams if t.kind in team_only}
    return frozenset(r.entry.id for r in entrants.runners if r.entry.team not in hidden)
