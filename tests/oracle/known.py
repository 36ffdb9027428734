"""What the oracle knows of a racefile; about a race that holds more it says nothing."""

from __future__ import annotations

from typing import Any

from tests.oracle.journal import Plain

_KEYS: dict[str, str] = {
    "": "format race divisions categories stages classifications entries passings rulings",
    "race": "slug name timezone starts_on rules",
    "race.rules": "precision rounding round incomplete missed_control ties equal_rank age_on cutoff"
    " start_tolerance after_out limit",
    "race.rules.cutoff": "inclusive outcome apply",
    "divisions": "code name stages",
    "categories": "code name gender age nationality residence club tags",
    "stages": "number name date kind distance_km ascent_m start controls courses",
    "stages.start": "mode basis at waves open close early",
    "stages.start.waves": "code at who",
    "stages.start.waves.who": "rank board division category bibs",
    "stages.controls": "code name km in_out mandatory manned cutoff cutoff_out source ascent_m",
    "stages.controls.cutoff": "at elapsed elapsed_gun min_speed_kmh percent_of_winner outcome hard"
    " inclusive apply division category wave",
    "stages.controls.cutoff_out": "at elapsed elapsed_gun min_speed_kmh outcome hard inclusive"
    " apply division category wave",
    "classifications": "code name of division category measure stages ties incomplete teams",
    "entries": "id bib name gender born nationality residence club tags division chips",
}
_RULINGS: dict[str, str] = {
    "penalty": "stage bib bibs wave division time code scope count served",
    "credit": "stage bib bibs wave division time code scope count extends_cutoffs",
    "bonus": "stage bib bibs time control",
    "status": "bib bibs status stage control",
    "stage_time": "stage bib bibs time place",
    "finish_order": "stage bib bibs joint",
    "start_list": "stage starts",
    "start": "stage wave bib bibs to",
    "cutoff": "stage control to elapsed division wave",
    "close": "stage control",
    "stage": "stage action result_from for_stopped",
    "bib": "bib new_bib swap_with stage",
    "chip": "bib chip stage",
    "account": "bib bibs stage control where vehicle handed_to",
    "ack": "alert bib bibs stage control",
    "release": "bib bibs team stage",
    "observation": "kind items bib bibs stage control",
    "void": "record",
    "assign": "record bib",
    "confirm": "record stage control bib bibs",
}
_ALWAYS = {"ruling", "id", "by", "at", "reason", "supersedes"}
_MODES = {"mass", "waves", "window"}
_READ = {"source", "id", "chip", "uncertainty_ms", "received", "note", "device"}


def is_known(document: Plain) -> bool:
    """Whether all that a document holds is in the oracle."""
    return _mapping("", document) and _rulings(document) and _reads(document)


def _mapping(path: str, value: Plain) -> bool:
    known = set(_KEYS[path].split())
    if path == "stages" and value.get("kind") != "rest" and "start" not in value:
        return False
    return set(value) <= known and all(
        _value(f"{path}.{key}".lstrip("."), inner) for key, inner in value.items()
    )


def _value(path: str, value: Any) -> bool:
    match path:
        case "rulings" | "passings":
            return True
        case "stages.start":
            if not isinstance(value, dict) or value.get("mode", "mass") not in _MODES:
                return False
        case "classifications.of":
            return bool(value == "solo")
        case "stages.controls.cutoff.outcome" | "stages.controls.cutoff_out.outcome":
            return not (isinstance(value, dict) and "move" in value)
        case _:
            pass
    if isinstance(value, list) and path in _KEYS:
        return all(isinstance(item, dict) and _mapping(path, item) for item in value)
    if path in _KEYS:
        return isinstance(value, dict) and _mapping(path, value)
    return True


def _rulings(document: Plain) -> bool:
    rulings = document.get("rulings", [])
    return isinstance(rulings, list) and all(
        r["ruling"] in _RULINGS
        and set(r) <= {*_RULINGS[r["ruling"]].split(), *_ALWAYS}
        and not (r.get("status") == "withdrawn" and "control" in r)
        for r in rulings
    )


def _reads(document: Plain) -> bool:
    passings = document.get("passings", "")
    return isinstance(passings, str) and all(
        word.partition("=")[0] in _READ
        for line in passings.splitlines()
        for word in line.split()
        if "=" in word and not line.startswith("#")
    )
