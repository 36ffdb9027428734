"""Checks across the parts of a definition: codes, references, order (Rules 2 to 9)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from timing.core.definition import Measure, Of, StageKind, StartMode, TeamTime, TeamTimeKind
from timing.core.laps import ends_at_line, lap_end, passages
from timing.core.times import DAY, Duration, TimeOfDay, format_time_of_day
from timing.racefile.classifications import FINISH_POINTS
from timing.racefile.faults import Path, quoted
from timing.racefile.known import Given, KnownStage, Typed, controls_of, known_stage
from timing.racefile.references import References
from timing.racefile.stages import OWN_MAPPING


def check_definition(data: Typed, references: References, given: Given) -> None:
    """Report everything in the definition that contradicts itself or refers to nothing."""
    for part, what in (
        ("divisions", "division"),
        ("categories", "category"),
        ("team_kinds", "team kind"),
        ("classifications", "classification"),
        ("jerseys", "jersey"),
    ):
        references.unique(
            ((item.get("code"), path) for path, item in items(data, (part,), "code")), what
        )
    _check_rules(data, references)
    _check_divisions(data, references)
    _check_categories(data, references)
    _check_team_kinds(data, references)
    _check_stages(data, references, given)
    _check_classifications(data, references, given)
    for path, jersey in items(data, ("jerseys",)):
        references.board(jersey.get("board"), (*path, "board"))
        references.stage(jersey.get("first_stage"), (*path, "from"))


def items(data: Typed, path: Path, key: str = "") -> Iterator[tuple[Path, Typed]]:
    """The items of a list, each with its path, or that of its ``key``."""
    for index, item in enumerate(data.get(str(path[-1]), ())):
        yield ((*path, index, key) if key else (*path, index)), item


def _check_rules(data: Typed, references: References) -> None:
    rules = data.get("race", {}).get("rules", {})
    outcome = rules.get("cutoff", {}).get("outcome")
    if outcome is not None and outcome.division:
        references.division(outcome.division, ("race", "rules", "cutoff", "outcome", "move"))
    _check_ties(rules, ("race", "rules"), references)
    table = ("race", "rules", "penalties")
    references.unique(((p.get("code"), path) for path, p in items(rules, table, "code")), "code")


def _check_ties(part: Typed, path: Path, references: References) -> None:
    for index, link in enumerate(part.get("ties", ())):
        for n, stage in enumerate(link.stages):
            references.stage(stage, (*path, "ties", index, "fractions", n))


def _check_divisions(data: Typed, references: References) -> None:
    ladder = {d.get("code"): d.get("moves_to") for d in data.get("divisions", ())}
    for path, division in items(data, ("divisions",)):
        if division.get("stages") == []:
            references.report.at_path(
                (*path, "stages"),
                "a division without stages",
                "name those it runs, or leave stages out for all",
            )
        for n, stage in enumerate(division.get("stages", ())):
            references.stage(stage, (*path, "stages", n))
        target = division.get("moves_to")
        references.division(target, (*path, "moves_to"))
        if target is not None and _leads_back(division.get("code"), ladder):
            references.report.at_path(
                (*path, "moves_to"),
                f"leads back to {quoted(str(division.get('code')))}",
                "a ladder goes down only: leave moves_to out at its end",
            )


def _leads_back(code: str | None, ladder: dict[str | None, str | None]) -> bool:
    seen: set[str] = set()
    step = ladder.get(code)
    while step is not None and step not in seen:
        if step == code:
            return True
        seen.add(step)
        step = ladder.get(step)
    return False


def _check_categories(data: Typed, references: References) -> None:
    merging = {c.get("code"): c.get("merges_into") for c in data.get("categories", ())}
    for path, category in items(data, ("categories",)):
        target = category.get("merges_into")
        references.category(target, (*path, "merges_into"))
        if target is None:
            continue
        if target == category.get("code"):
            references.report.at_path(
                (*path, "merges_into"), "merges into itself", "name the wider category"
            )
        elif _leads_back(category.get("code"), merging):
            references.report.at_path(
                (*path, "merges_into"),
                f"leads back to {quoted(str(category.get('code')))}",
                "leave merges_into out of the widest category",
            )
            # One fault, though each of the circle leads back to itself.
            merging[category.get("code")] = None


def _check_team_kinds(data: Typed, references: References) -> None:
    for path, kind in items(data, ("team_kinds",)):
        time, size = kind.get("time", TeamTime(kind=TeamTimeKind.LAST)), kind.get("size")
        _check_separation(kind.get("separation", {}), (*path, "separation"), references)
        if size is None:
            continue
        if time.kind is TeamTimeKind.SUM and size[0] != size[1]:
            references.report.at_path(
                (*path, "time"),
                "the sum of all needs teams of one size: it would favour small ones",
                f"write {{best: {size[0]}}}, or one size",
            )
        minimum = kind.get("minimum", 0)
        if minimum:
            _check_minimum(minimum, time, size, (*path, "minimum"), references)
        if time.n > size[1]:
            references.report.at_path(
                (*path, "time"),
                f"asks for {time.n} members where a team has at most {size[1]}",
                f"write at most {size[1]}",
            )


def _check_separation(separation: Typed, path: Path, references: References) -> None:
    stages = references.known.stages.values()
    for code, _ in separation.get("at", ()):
        points = [stage.points for stage in stages]
        controls = [stage.controls for stage in stages]
        if None not in points and None not in controls:
            known = frozenset[str]().union(*(codes or () for codes in (*points, *controls)))
            references.code(code, known, "control", (*path, "at", code))
    outcome = separation.get("outcome")
    if separation.get("then_out") and outcome is not None and not outcome.penalty:
        references.report.at_path(
            (*path, "then"), "there is no penalty before it", "write outcome: out"
        )


def _check_minimum(
    minimum: int, time: TeamTime, size: tuple[int, int], path: Path, references: References
) -> None:
    """A team that lives on with fewer is never the faster for it (Rules 8.5)."""
    if minimum > size[1]:
        references.report.at_path(
            path,
            f"a team of at most {size[1]} never has {minimum} members",
            f"write at most {size[1]}",
        )
    elif time.kind is TeamTimeKind.SUM and minimum < size[0]:
        references.report.at_path(
            path,
            "the sum of fewer members is less: a team would be faster for one who is missing",
            f"leave it out, or write time: {{best: {minimum}}}",
        )
    elif minimum < time.n:
        references.report.at_path(
            path,
            f"its time needs {time.n} members",
            f"write at least {time.n}, or leave it out",
        )


# Stages --------------------------------------------------------------------------------


def _check_stages(data: Typed, references: References, given: Given) -> None:
    report = references.report
    references.unique(
        ((stage.get("number"), path) for path, stage in items(data, ("stages",), "number")),
        "stage",
    )
    if data.get("stages") == []:
        report.at_path(("stages",), "a race without stages", "give at least one")
    dated = [
        (stage["number"], stage["date"], path)
        for path, stage in items(data, ("stages",), "date")
        if "number" in stage and "date" in stage
    ]
    dated.sort(key=lambda item: item[0])
    starts_on = data.get("race", {}).get("starts_on")
    if starts_on is not None and dated and dated[0][1] < starts_on:
        number, day, path = dated[0]
        report.at_path(
            path,
            f"stage {number} on {day} is before the race starts, on {starts_on}",
            "correct its date or starts_on",
        )
    for (before, earlier, _), (number, day, path) in pairwise(dated):
        if day < earlier and before < number:
            report.at_path(
                path,
                f"stage {number} on {day} is before stage {before} on {earlier}",
                "correct one of the dates",
            )
    for path, stage in items(data, ("stages",)):
        check_stage(stage, path, references, given)


def check_stage(stage: Typed, path: Path, references: References, given: Given) -> None:
    """Report what in a stage contradicts itself or refers to nothing."""
    known = known_stage(stage, path, given)
    if stage.get("kind") is StageKind.REST:
        for key in ("start", "controls", "courses", "bonuses", "neutral", "timed", "profile"):
            if key in stage:
                references.report.at_path(
                    (*path, key), "a rest day has none", f"remove {key}, or kind: rest"
                )
        return
    _check_start(stage.get("start", {}), (*path, "start"), references)
    _check_bonuses(stage, (*path, "bonuses"), references, known)
    _check_profile(stage, (*path, "profile"), references)
    if "controls" in stage:
        _check_controls(stage, (*path, "controls"), references, known)
    controls = controls_of(stage, path, given) or []
    order = _running_order(controls, stage.get("laps", 1))
    _check_sections(stage, path, references, known)
    for division, course in stage.get("courses", ()):
        _check_course(division, course, (*path, "courses", division), references, order)


def _check_sections(stage: Typed, path: Path, references: References, known: KnownStage) -> None:
    """Sections go forward, one after the other, and are neutral or timed (Rules 4.7)."""
    if stage.get("neutral") and stage.get("timed"):
        references.report.at_path(
            (*path, "timed"), "stands beside neutral", "keep the one that is easier to say"
        )
    for key in ("neutral", "timed"):
        last = -1
        for section_path, section in items(stage, (*path, key)):
            ends = [section.get("start"), section.get("end")]
            for end, name in zip(ends, ("from", "to"), strict=True):
                references.one_point(end, known, (*section_path, name))
            if any(end not in known.order for end in ends):
                continue
            start, end = (known.order.index(str(code)) for code in ends)
            if start >= end or start < last:
                references.report.at_path(
                    section_path,
                    f"from {ends[0]} to {ends[1]} is out of the order of the course",
                    "name the earlier control first, and let no section begin within another",
                )
            last = max(last, end)


def _running_order(controls: list[Typed], laps: int) -> list[str | None]:
    """The codes that a division's course may name, in order: of a lap, then of each passage."""
    codes = [control.get("code") for control in controls]
    known = [code for code in codes if code is not None]
    if laps == 1 or len(known) < len(codes):
        return codes
    places = [(code, c.get("place", "")) for code, c in zip(known, controls, strict=True)]
    passed = passages(known, laps, end_at_line=ends_at_line(places))
    return [*codes, *(p.code for p in passed if p.code not in known)]


def _check_bonuses(stage: Typed, path: Path, references: References, known: KnownStage) -> None:
    if known.points is None:
        return
    for code, table in stage.get("bonuses", ()):
        references.code(code, known.points | {FINISH_POINTS}, "control", (*path, code))
        if not table:
            references.report.at_path(
                (*path, code), f"no bonuses for {code}", "give them by place, or leave it out"
            )


def _check_profile(stage: Typed, path: Path, references: References) -> None:
    points = stage.get("profile")
    if points is not None and len(points) < 2:
        references.report.at_path(
            path, "draws no line", "give two points at least, or leave profile out"
        )
    for index, (before, here) in enumerate(pairwise(points or ()), start=1):
        if here[0] <= before[0]:
            references.report.at_path(
                (*path, index),
                f"km {kilometres(here[0])} is not after km {kilometres(before[0])} of the one"
                " before",
                "put the points in the order of the course",
            )


def _check_start(start: Typed, path: Path, references: References) -> None:
    references.unique(
        ((w.get("code"), p) for p, w in items(start, (*path, "waves"), "code")), "wave"
    )
    for wave_path, wave in items(start, (*path, "waves")):
        for who_path, who in items(wave, (*wave_path, "who")):
            references.board(who.get("board"), (*who_path, "board"))
            references.division(who.get("division"), (*who_path, "division"))
            references.category(who.get("category"), (*who_path, "category"))
    opens, closes = start.get("opens"), start.get("closes")
    if opens is not None and closes is not None and _at(closes) <= _at(opens):
        references.report.at_path(
            (*path, "close"),
            f"closes at {format_time_of_day(closes)}, not after it opens at "
            f"{format_time_of_day(opens)}",
            f'for the next day write "+1 {format_time_of_day(closes)}"',
        )


def _at(time: TimeOfDay) -> Duration:
    """From the midnight in which the stage's date begins."""
    return (time.day or 0) * DAY + time.ms


def _check_controls(stage: Typed, path: Path, references: References, known: KnownStage) -> None:
    report, controls = references.report, stage["controls"]
    references.unique(((c.get("code"), p) for p, c in items(stage, path, "code")), "control")
    if len(controls) < 2:
        report.at_path(path, f"{len(controls)} controls", "give a start and a finish at least")
        return
    first = controls[0].get("distance_m")
    if first:
        report.at_path(
            (*path, 0, "km"),
            f"the first control is at km {kilometres(first)}",
            "the start is at km 0",
        )
    for index in range(1, len(controls)):
        here, before = (controls[i].get("distance_m") for i in (index, index - 1))
        if here is not None and before is not None and here < before:
            report.at_path(
                (*path, index, "km"),
                f"km {kilometres(here)} is before km {kilometres(before)} of the control above",
                "put controls in the order of the course",
            )
    _check_laps(stage, path, references)
    for control_path, control in items(stage, path):
        for key in ("rest", "earliest_out"):
            if key in control and not control.get("in_out"):
                references.report.at_path(
                    (*control_path, key),
                    "there is no out here",
                    "write in_out: true" if key == "rest" else "write earliest, or in_out: true",
                )
        if "cutoffs_out" in control and not control.get("in_out"):
            report.at_path(
                (*control_path, "cutoff_out"),
                "there is no out here",
                "write cutoff, or in_out: true",
            )
        for key, name in (("cutoffs", "cutoff"), ("cutoffs_out", "cutoff_out")):
            for index, cutoff in enumerate(control.get(key, ())):
                _check_cutoff(
                    cutoff, (*control_path, name, index), references, known, stage.get("start", {})
                )


def _check_laps(stage: Typed, path: Path, references: References) -> None:
    """No control is called like an end of a lap, and cut-offs are of laps that there are."""
    laps = stage.get("laps", 1)
    ends = {lap_end(lap) for lap in range(1, laps + 1)} if laps > 1 else set()
    for control_path, control in items(stage, path):
        code = control.get("code")
        if code in ends:
            references.report.at_path(
                (*control_path, "code"),
                f"{quoted(code)} is the end of a lap",
                "choose another code",
            )
        for key, name in (("cutoffs", "cutoff"), ("cutoffs_out", "cutoff_out")):
            for index, cutoff in enumerate(control.get(key, ())):
                if cutoff.get("lap", 0) > (laps if laps > 1 else 0):
                    references.report.at_path(
                        (*control_path, name, index, "lap"),
                        f"there is no lap {cutoff['lap']}",
                        f"the stage has {laps} laps" if laps > 1 else "leave lap out",
                    )


def kilometres(metres: int) -> str:
    """``31.4`` of 31,400 metres."""
    whole, rest = divmod(metres, 1000)
    return f"{whole}.{rest:03d}".rstrip("0") if rest else str(whole)


def _check_cutoff(
    cutoff: Typed, path: Path, references: References, known: KnownStage, start: Typed
) -> None:
    references.division(cutoff.get("division"), (*path, "division"))
    references.category(cutoff.get("category"), (*path, "category"))
    references.wave(cutoff.get("wave"), known, (*path, "wave"))
    outcome = cutoff.get("outcome")
    if outcome is not None and outcome.division:
        references.division(outcome.division, (*path, "outcome", "move"))
    at = cutoff.get("at")
    begins = _earliest_start(start, cutoff.get("wave"))
    if at is not None and begins is not None and _at(at) < _at(begins):
        shown = format_time_of_day(at)
        references.report.at_path(
            (*path, "at"),
            f"{shown} is before the start at {format_time_of_day(begins)}",
            f'for the next day write "+1 {shown}"' if at.day is None else "correct one of them",
        )


def _earliest_start(start: Typed, wave: str | None) -> TimeOfDay | None:
    mode = start.get("mode", StartMode.MASS)
    if mode is StartMode.WAVES:
        guns = [w["at"] for w in start.get("waves", ()) if "at" in w]
        own = [w["at"] for w in start.get("waves", ()) if "at" in w and w.get("code") == wave]
        return min(own or guns, key=_at, default=None)
    inner = start.get(OWN_MAPPING.get(mode, ""), start)
    found: TimeOfDay | None = inner.get(
        {StartMode.MASS: "at", StartMode.WINDOW: "opens"}.get(mode, "first")
    )
    return found


def _check_course(
    division: str,
    course: Iterable[str],
    path: Path,
    references: References,
    order: list[str | None],
) -> None:
    report = references.report
    references.division(division, path)
    codes = list(course)
    if len(codes) < 2:
        report.at_path(path, f"a course of {len(codes)} controls", "give its start and its finish")
    if None in order:
        return
    known = frozenset(code for code in order if code is not None)
    for index, code in enumerate(codes):
        references.code(code, known, "control", (*path, index))
    places = [order.index(code) for code in codes if code in known]
    if any(b <= a for a, b in pairwise(places)):
        report.at_path(
            path, "controls out of the order of the course", "name each once, in its order"
        )


# Classifications -----------------------------------------------------------------------


def _check_classifications(data: Typed, references: References, given: Given) -> None:
    divisions = {d.get("code"): d for d in data.get("divisions", ())}
    for path, classification in items(data, ("classifications",)):
        references.division(classification.get("division"), (*path, "division"))
        references.category(classification.get("category"), (*path, "category"))
        references.code(
            classification.get("kind"), references.known.kinds, "team kind", (*path, "kind")
        )
        if not given((*path, "kind")):
            _check_kind(classification, path, references)
        run = divisions.get(classification.get("division"), {}).get("stages")
        for n, number in enumerate(classification.get("stages", ())):
            is_known = references.stage(number, (*path, "stages", n)) is not None
            if is_known and run and number not in run:
                references.report.at_path(
                    (*path, "stages", n),
                    f"its division does not run stage {number}",
                    "leave it out",
                )
        if classification.get("stages") == []:
            references.report.at_path(
                (*path, "stages"), "no stages", "name some, or leave stages out for all"
            )
        _check_points(classification, path, references)
        for segment_path, segment in items(classification, (*path, "segments")):
            stage = references.stage(segment.get("stage"), (*segment_path, "stage"))
            references.one_point(segment.get("start"), stage, (*segment_path, "from"))
            references.one_point(segment.get("end"), stage, (*segment_path, "to"))
        board = classification.get("exclude", {}).get("board")
        references.board(board, (*path, "exclude", "board"))
        if board is not None and board == classification.get("code"):
            references.report.at_path(
                (*path, "exclude", "board"), "excludes its own", "name another board"
            )
        _check_ties(classification, path, references)


def _check_kind(classification: Typed, path: Path, references: References) -> None:
    kinds = references.known.kinds
    is_of_teams = classification.get("of") is Of.TEAM
    if is_of_teams and kinds is not None and len(kinds) != 1:
        references.report.at_path(
            (*path, "kind"),
            "is missing",
            f"name one of {', '.join(sorted(kinds))}" if kinds else "the race has no team_kinds",
        )


def _check_points(classification: Typed, path: Path, references: References) -> None:
    if classification.get("measure") is not Measure.POINTS:
        return
    stages = references.known.stages.values()
    if any(stage.points is None for stage in stages):
        return
    points: frozenset[str] = frozenset().union(
        {FINISH_POINTS}, *(stage.points or () for stage in stages)
    )
    for code, _ in classification.get("points", ()):
        references.code(code, points, "control", (*path, "points", code))
