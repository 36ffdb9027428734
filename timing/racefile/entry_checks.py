"""Checks of entries and teams: bibs, chips, references (Rules 8; 13, duplicate bibs)."""

from __future__ import annotations

from datetime import date

from timing.racefile.definition_checks import items
from timing.racefile.faults import Path, quoted
from timing.racefile.known import Codes, Given, Typed
from timing.racefile.references import References


def check_entries(data: Typed, references: References, given: Given) -> None:
    """Report every identity, bib and chip given twice, and what refers to nothing."""
    report, known = references.report, references.known
    entries = list(items(data, ("entries",)))
    references.unique(((e.get("bib"), (*p, "bib")) for p, e in entries), "bib")
    references.unique(((e.get("id"), (*p, "id")) for p, e in entries), "id")
    by_bib = {e.get("bib"): (*p, "bib") for p, e in reversed(entries) if "id" not in e}
    for path, entry in entries:
        if "id" in entry and entry["id"] in by_bib:
            line = report.line_of(by_bib[entry["id"]])
            report.at_path(
                (*path, "id"),
                f"id {quoted(entry['id'])} is the bib, and so the id, of the entry in line {line}",
                "choose another id",
            )
    references.unique(
        ((chip, (*p, "chips")) for p, e in entries for chip in dict.fromkeys(e.get("chips", ()))),
        "chip",
    )
    starts_on = _first_day(data)
    for path, entry in entries:
        references.division(entry.get("division"), (*path, "division"))
        references.code(entry.get("team"), known.teams, "team", (*path, "team"))
        if "division" not in entry:
            _check_only(known.divisions, (*path, "division"), references, given)
        born = entry.get("born")
        if born is not None and starts_on is not None and born >= starts_on:
            report.at_path(
                (*path, "born"), f"born on {born}, after the race began", "correct the year"
            )


def check_teams(data: Typed, references: References, given: Given) -> None:
    """Report every team given twice, and what refers to nothing."""
    known = references.known
    references.unique(((t.get("code"), p) for p, t in items(data, ("teams",), "code")), "team")
    for path, team in items(data, ("teams",)):
        references.code(team.get("kind"), known.kinds, "team kind", (*path, "kind"))
        if "kind" not in team and known.kinds != frozenset():
            _check_only(known.kinds, (*path, "kind"), references, given)
        elif "kind" not in team:
            references.report.at_path((*path, "kind"), "is missing", "the race has no team_kinds")
        for number, bib in team.get("legs", ()):
            leg = (*path, "legs", str(number))
            references.stage(number, leg)
            if known.bibs is not None and bib not in known.bibs:
                references.report.at_path(
                    leg, f"there is no entry with bib {quoted(bib)}", "name a member's bib"
                )


def _check_only(codes: Codes, path: Path, references: References, given: Given) -> None:
    """Report a code left out where there are several to choose from."""
    if codes is not None and len(codes) > 1 and not given(path):
        references.report.at_path(path, "is missing", f"name one of {', '.join(sorted(codes))}")


def _first_day(data: Typed) -> date | None:
    """The race's first day, by default its first stage's; None if neither can be read."""
    numbered = [stage for stage in data.get("stages", ()) if {"number", "date"} <= stage.keys()]
    first: Typed = min(numbered, key=lambda stage: stage["number"], default={})
    found: date | None = data.get("race", {}).get("starts_on", first.get("date"))
    return found
