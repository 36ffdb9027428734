"""What can be read and refers to nothing wrong, and still can't be meant."""

from __future__ import annotations

from itertools import pairwise

from timing.core.definition import Measure, Of, StartMode
from timing.core.times import DAY, TimeOfDay, format_duration, format_time_of_day
from timing.racefile.faults import Path, quoted
from timing.racefile.known import Typed
from timing.racefile.references import References
from timing.racefile.report import Report


def check_likely_mistakes(data: Typed, references: References) -> None:
    """Report definitions in which somebody could never be, or something never happen."""
    report = references.report
    _check_repeated_stages(data, report)
    _check_first_stage(data, report)
    for index, stage in enumerate(data.get("stages", ())):
        _check_waves(stage.get("start", {}), ("stages", index, "start", "waves"), report)
        _check_cutoff_order(stage, ("stages", index, "controls"), report)
    _check_classifications(data, report)


def _check_repeated_stages(data: Typed, report: Report) -> None:
    for part in ("divisions", "classifications"):
        for index, item in enumerate(data.get(part, ())):
            seen: set[int] = set()
            for n, number in enumerate(item.get("stages", ())):
                if number in seen:
                    report.at_path(
                        (part, index, "stages", n), f"stage {number} is there twice", "keep one"
                    )
                seen.add(number)


def _check_first_stage(data: Typed, report: Report) -> None:
    """Before the first stage nobody has a rank or a gap to start by (Rules 3.1)."""
    numbered = [(s["number"], i) for i, s in enumerate(data.get("stages", ())) if "number" in s]
    if not numbered or len(numbered) != len(data.get("stages", ())):
        return
    number, index = min(numbered)
    start = data["stages"][index].get("start", {})
    path: Path = ("stages", index, "start")
    before = f"before stage {number} nobody has a rank"
    if start.get("mode") is StartMode.CHASE:
        report.at_path(path, before, "start it as mass, waves or interval with order: bibs")
    for wave_index, wave in enumerate(start.get("waves", ())):
        for who_index, who in enumerate(wave.get("who", ())):
            if "rank" in who and "board" not in who:
                report.at_path(
                    (*path, "waves", wave_index, "who", who_index, "rank"),
                    before,
                    "name them by bibs, category or division",
                )


def _check_waves(start: Typed, path: Path, report: Report) -> None:
    """The first wave that takes a runner has them: behind one for everyone nobody is left."""
    waves = start.get("waves", ())
    for index, wave in enumerate(waves[:-1]):
        if (
            "code" in wave
            and "at" in wave
            and not wave.get("who")
            and waves[index + 1].get("code") != wave["code"]
        ):
            report.at_path(
                (*path, index + 1),
                f"nobody is left for it: wave {quoted(wave['code'])} above takes everyone",
                "put the wave for everyone last, or say who is in it",
            )
            return


def _check_cutoff_order(stage: Typed, path: Path, report: Report) -> None:
    """Along the course a limit for the same people is never earlier than the one before."""
    before: dict[tuple[object, ...], tuple[int, str, str]] = {}
    for index, control in enumerate(stage.get("controls", ())):
        for key, name in (("cutoffs", "cutoff"), ("cutoffs_out", "cutoff_out")):
            here: set[tuple[object, ...]] = set()
            for n, cutoff in enumerate(control.get(key, ())):
                measured = _limit(cutoff)
                if measured is None or not cutoff.get("hard", True):
                    continue
                measure, limit, shown = measured
                who = (
                    measure,
                    *(cutoff.get(part) for part in ("division", "category", "wave", "lap")),
                )
                # Of several at one control only the first for them counts.
                if who in here:
                    continue
                here.add(who)
                earlier = before.get(who)
                if earlier is not None and limit < earlier[0]:
                    report.at_path(
                        (*path, index, name, n, measure),
                        f"{shown} is before the cut-off of {earlier[2]} at {earlier[1]}",
                        "correct one of them",
                    )
                before[who] = (limit, shown, quoted(str(control.get("code", "the one above"))))


def _limit(cutoff: Typed) -> tuple[str, int, str] | None:
    """The measure, its size, and how it is written; None for a speed or a share."""
    at: TimeOfDay | None = cutoff.get("at")
    if at is not None:
        return "at", (at.day or 0) * DAY + at.ms, format_time_of_day(at)
    for measure in ("elapsed", "elapsed_gun"):
        if measure in cutoff:
            return measure, cutoff[measure], format_duration(cutoff[measure])
    return None


def _check_classifications(data: Typed, report: Report) -> None:
    of_teams = {
        c.get("code")
        for c in data.get("categories", ())
        if "team_gender" in c or "combined_age" in c
    }
    for index, classification in enumerate(data.get("classifications", ())):
        path: Path = ("classifications", index)
        category = classification.get("category")
        if category in of_teams and classification.get("of", Of.SOLO) is Of.SOLO:
            report.at_path(
                (*path, "category"),
                f"{quoted(str(category))} is a category of teams: nobody alone is in it",
                "write of: team, or name another category",
            )
        if classification.get("measure") is Measure.POINTS:
            _check_table(classification, path, report)


def _check_table(classification: Typed, path: Path, report: Report) -> None:
    for control, points in classification.get("points", ()):
        if any(b > a for a, b in pairwise(points)):
            report.at_path(
                (*path, "points", control),
                "a later place has more points than the one before it",
                "write the points of the first place first",
            )
