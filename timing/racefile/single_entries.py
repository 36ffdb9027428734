"""One entry or team by itself, from a form, a row or JSON, checked as a racefile's are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from marshmallow import ValidationError

from timing.core.entries import Entry, Team
from timing.racefile.competitors import EntrySchema, TeamSchema
from timing.racefile.passings import bad_record

_ENTRY = EntrySchema()
_TEAM = TeamSchema()


def load_entry(data: Mapping[str, Any]) -> Entry:
    """An entry from a mapping; BadRecord with what is wrong by key. An id left out is the bib."""
    try:
        return cast(Entry, _ENTRY.build(_ENTRY.load(data)))
    except ValidationError as error:
        raise bad_record(error) from None


def load_team(data: Mapping[str, Any]) -> Team:
    """A team from a mapping; BadRecord with what is wrong by key."""
    try:
        return cast(Team, _TEAM.build(_TEAM.load(data)))
    except ValidationError as error:
        raise bad_record(error) from None


def entry_document(entry: Entry) -> dict[str, Any]:
    """The mapping that `load_entry` reads back to the same entry, its id always said."""
    return {"id": entry.id, **cast("dict[str, Any]", _ENTRY.dump(entry))}


def team_document(team: Team) -> dict[str, Any]:
    """The mapping that `load_team` reads back to the same team."""
    return cast("dict[str, Any]", _TEAM.dump(team))
