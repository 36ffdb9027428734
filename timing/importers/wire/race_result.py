"""RACE RESULT decoders over TCP 3601: asked for passings by number, so nothing can be missed."""

from __future__ import annotations

import re
from datetime import date

from timing.core.times import Instant, local_instants
from timing.importers.race_result import file_number, race_result_read
from timing.importers.reads import clock_ms
from timing.importers.wire.lines import ReaderLine

PROTOCOL = "1.6"
AT_ONCE = 200
"""Passings asked for in one request."""

_ASKED_AGAIN = 2
_ROW = re.compile(r"\d+;", re.ASCII)


class RaceResultLine(ReaderLine):
    """``PASSINGS`` says how many there are; those after the last one taken are asked for.

    Position: ``file`` and ``next``. A decoder that was cleared counts from 1 in a new file.
    """

    ends = b"\n"
    quiet_seconds = 30.0

    _asked: range | None = None
    _came: set[int]
    _tries = 0

    def opened(self) -> bytes:
        """Ask which protocol it speaks."""
        self._came = set()
        self.gaps = self._number("gaps")
        return b"GETPROTOCOL\r\n"

    def quiet(self) -> bytes:
        """Ask how many passings there are, unless an answer is under way."""
        return b"" if self._asked is not None else b"PASSINGS\r\n"

    def _line(self, line: str, at: Instant) -> None:
        command, _, rest = line.partition(";")
        if command == "GETPROTOCOL":
            self._say(f"SETPROTOCOL;{PROTOCOL}\r\n")
        elif command == "SETPROTOCOL":
            self._say("GETSTATUS\r\nPASSINGS\r\n")
        elif command == "GETSTATUS":
            self._status(rest, at)
        elif command == "PASSINGS":
            self._counted(rest)
        elif _ROW.match(line.removeprefix("#P;")):
            self._row(line)
        elif not line and self._asked is not None:
            self._ended(self._asked)
        elif line:
            self._note(f"the decoder says “{line[:60]}”")

    def _status(self, rest: str, at: Instant) -> None:
        """Where it tells its clock: how far that is off. It is shown, and not applied."""
        parts = rest.split(";")
        try:
            day, ms = date.fromisoformat(parts[0]), clock_ms(parts[1])
        except (ValueError, IndexError):
            return
        found = local_instants(day, ms, self._zone)
        self.offset_ms = at - found[0] if found else None

    def _counted(self, rest: str) -> None:
        parts = rest.split(";")
        if not parts[0].isascii() or not parts[0].isdigit() or len(parts[0]) > 9:
            return
        count = int(parts[0])
        following = self._number("next") or 1
        file = parts[1] if len(parts) > 1 and parts[1].isdigit() else ""
        is_new_file = bool(file) and "file" in self.position and self.position["file"] != int(file)
        if is_new_file or count < following - 1:
            self._begin_anew("the decoder has begun a new file: all of it is fetched")
            following = 1
        self._ask(following, count)

    def _ask(self, following: int, count: int) -> None:
        if count < following:
            self._asked = None
            return
        self._asked = range(following, min(count, following + AT_ONCE - 1) + 1)
        self._came = set()
        self._say(f"{following}:{len(self._asked)}\r\n")

    def _row(self, line: str) -> None:
        number = int(line.removeprefix("#P;").partition(";")[0][:15])
        file = file_number(line)
        if self._asked is None:
            # Pushed unasked: it will be asked for by its number, in its turn.
            return
        if file is not None and self.position.setdefault("file", file) != file:
            self._begin_anew("the decoder has begun a new file: all of it is fetched")
            self.position["file"] = file
            self._say("PASSINGS\r\n")
            return
        if number in self._asked and number not in self._came:
            self._came.add(number)
            self._take(line, race_result_read)

    def _ended(self, asked: range) -> None:
        missing = [n for n in asked if n not in self._came]
        self._asked = None
        if missing and self._tries < _ASKED_AGAIN:
            self._tries += 1
            self._note(f"{len(missing)} of {len(asked)} passings did not come: asked for again")
            self.position["next"] = missing[0]
            self._ask(missing[0], asked[-1])
            return
        if missing:
            self.gaps += len(missing)
            self.position["gaps"] = self.gaps
            self._note(f"gap: the decoder does not give passings {missing[0]} to {missing[-1]}")
        self._tries = 0
        self.position["next"] = asked[-1] + 1
        self._say("PASSINGS\r\n")

    def _begin_anew(self, told: str) -> None:
        self._note(told)
        self._asked = None
        self.position.pop("file", None)
        self.position["next"] = 1
