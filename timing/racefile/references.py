"""Asking whether what is referred to exists, and saying so where it does not."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from timing.racefile.faults import Path, did_you_mean, quoted
from timing.racefile.known import Codes, Known, KnownStage
from timing.racefile.report import Report


class References:
    """What the document declares, and where to say that something is not among it."""

    def __init__(self, known: Known, report: Report) -> None:
        self.known = known
        self.report = report

    def code(self, code: str | None, among: Codes, what: str, path: Path) -> None:
        """A code that must be among the known ones; none given, or unknown which, is fine."""
        if code is None or among is None or code in among:
            return
        remedy = did_you_mean(code, sorted(among)) if among else f"the race has no {what}"
        self.report.at_path(path, f"there is no {what} {quoted(code)}", remedy)

    def division(self, code: str | None, path: Path) -> None:
        """A division's code."""
        self.code(code, self.known.divisions, "division", path)

    def category(self, code: str | None, path: Path) -> None:
        """A category's code."""
        self.code(code, self.known.categories, "category", path)

    def board(self, code: str | None, path: Path) -> None:
        """A classification's code."""
        self.code(code, self.known.boards, "classification", path)

    def penalty(self, code: str | None, path: Path) -> None:
        """A code of the penalty table, which has the time."""
        known = self.known.penalties
        if code is None or known is None or code in known:
            return
        remedy = "give a time"
        if known:
            remedy = f"{did_you_mean(code, sorted(known))}, or {remedy}"
        self.report.at_path(path, f"the penalty table has no code {quoted(code)}", remedy)

    def stage(self, number: int | None, path: Path) -> KnownStage | None:
        """A stage's number; the stage, where there is one."""
        if number is None:
            return None
        fault = self.stage_fault(number)
        if fault:
            self.report.at_path(path, *fault)
        return self.known.stages.get(number)

    def stage_fault(self, number: int) -> tuple[str, str] | None:
        """Why nothing can refer to the stage, with the remedy; None if it is there."""
        if number in self.known.stages or not self.known.all_stages:
            return None
        numbers = ", ".join(map(str, sorted(self.known.stages))) or "none"
        return f"there is no stage {number}", f"the race has {numbers}"

    def wave(self, code: str | None, stage: KnownStage | None, path: Path) -> None:
        """A wave of the stage."""
        if stage is not None:
            self.code(code, stage.waves, "wave", path)

    def point(self, code: str | None, stage: KnownStage | None, path: Path) -> None:
        """What a passing can name: a control, the in or out of one, or a place."""
        fault = None if code is None or stage is None else point_fault(code, stage)
        if fault:
            self.report.at_path(path, *fault)

    def one_point(self, code: str | None, stage: KnownStage | None, path: Path) -> None:
        """A point that is passed once, not a place that several are at (Rules 4.9)."""
        self.point(code, stage, path)
        if code is None or stage is None or stage.points is None:
            return
        if code in stage.places and code not in stage.points:
            one = next((p for p in sorted(stage.points) if p.endswith(f":{code}")), "")
            self.report.at_path(
                path,
                f"{quoted(code)} is passed more than once",
                f"name one passage, like {one}" if one else "name one of its controls",
            )

    def control(self, code: str | None, stage: KnownStage | None, path: Path) -> None:
        """A control, with or without saying whether its in or its out."""
        if stage is not None and code not in stage.in_out:
            self.point(code, stage, path)

    def unique(self, values: Iterable[tuple[Hashable | None, Path]], what: str) -> None:
        """Each value once; a second one is told where the first stands."""
        first: dict[Hashable, Path] = {}
        for value, path in values:
            if value is None:
                continue
            if value in first:
                line = self.report.line_of(first[value])
                self.report.at_path(
                    path,
                    f"{what} {quoted(str(value))} given twice, first in line {line}",
                    "change or remove one of them",
                )
            else:
                first[value] = path


def point_fault(code: str, stage: KnownStage) -> tuple[str, str] | None:
    """Why no passing of the stage can name ``code``, with the remedy; None if it can."""
    if stage.points is None or code in stage.points or code in stage.places:
        return None
    if code in stage.in_out:
        return (
            f"{quoted(code)} has an in and an out",
            f"did you mean {code}.in or {code}.out?",
        )
    return f"there is no control {quoted(code)}", did_you_mean(code, sorted(stage.points))
