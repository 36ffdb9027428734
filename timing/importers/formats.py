"""Every format that reads come in, by name; and which one a file probably is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from timing.importers.chronotrack import ROW, read_chronotrack
from timing.importers.columns import guess_columns, read_columns, read_table
from timing.importers.ipico import read_ipico
from timing.importers.jchip import read_jchip
from timing.importers.mylaps import read_mylaps
from timing.importers.race_result import read_race_result
from timing.importers.reads import Reading
from timing.importers.sportident import read_sportident
from timing.importers.ultra import read_ultra
from timing.importers.wiclax import read_wiclax

TABLE = "csv"
"""The format whose columns are guessed and confirmed; spreadsheets too."""

_LOOKED_AT = 4_096
_ENOUGH = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format: what it is called and how a file of it is read; that may raise BadFile."""

    name: str
    title: str
    read: Callable[[bytes], Reading]


def _read_table(content: bytes) -> Reading:
    table = read_table(content)
    return read_columns(table, guess_columns(table))


FORMATS: Mapping[str, Format] = {
    made.name: made
    for made in (
        Format(name=TABLE, title="CSV or spreadsheet", read=_read_table),
        Format(name="race-result", title="RACE RESULT", read=read_race_result),
        Format(name="ipico", title="IPICO", read=read_ipico),
        Format(name="ultra", title="RFID Timing Ultra or Joey", read=read_ultra),
        Format(name="mylaps", title="MyLaps", read=read_mylaps),
        Format(name="chronotrack", title="ChronoTrack", read=read_chronotrack),
        Format(name="jchip", title="J-Chip", read=read_jchip),
        Format(name="sportident", title="SPORTident Center", read=read_sportident),
        Format(name="wiclax", title="Wiclax", read=read_wiclax),
    )
}
"""By name, in their order of worth."""


def guess_format(content: bytes) -> str:
    """What a file probably is: the format that reads most of its first lines, else a table."""
    if content[:2] == b"PK":
        return TABLE
    beginning = content.lstrip(b"\xef\xbb\xbf \r\n\t")[:_LOOKED_AT]
    if beginning[:1] == b"{":
        return "sportident"
    text = beginning.decode("ascii", errors="replace").replace("\r\n", "\n").replace("\r", "\n")
    lines = [line for line in text.split("\n") if line.strip()][:_ENOUGH]
    if len(content) > _LOOKED_AT and len(lines) > 1:
        lines = lines[:-1]
    sample = "\n".join(lines).encode("ascii", errors="replace")
    if f"{ROW}~" in text:
        return "chronotrack"
    best, most = TABLE, 0
    for name, made in FORMATS.items():
        if name not in (TABLE, "sportident"):
            found = len(made.read(sample).reads)
            if found > most:
                best, most = name, found
    return best
