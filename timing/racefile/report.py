"""Everything found wrong while a document is read, and where in which file its parts stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from timing.racefile.faults import Fault, Path, RacefileError, path_text


class Report:
    """Collects errors. ``lines`` gives the line of a path, of its keys and of its items.

    Parts of the document that stand in a file beside it are found through ``files``, by their
    top-level key. What is wrong below one of the ``unread`` paths follows from what was told of
    that path already, and is not noted.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self._errors: list[RacefileError] = []
        self.lines: dict[Path, int] = {}
        self.files: dict[str, str] = {}
        self.unread: set[Path] = set()

    @property
    def errors(self) -> tuple[RacefileError, ...]:
        """What was found, in the order it was found in."""
        return tuple(self._errors)

    def line_of(self, path: Path) -> int:
        """The line of the path, or of the nearest part around it that stands in the file."""
        for length in range(len(path), 0, -1):
            line = self.lines.get(path[:length])
            if line is not None:
                return line
        return 1

    def at_line(self, line: int, message: str, remedy: str = "", *, path: Path = ()) -> None:
        """Note what is wrong in a line."""
        file = self.files.get(str(path[0]), self.file) if path else self.file
        self._errors.append(RacefileError(file, line, path_text(path), message, remedy))

    def at_path(self, path: Path, message: str, remedy: str = "") -> None:
        """Note what is wrong at a path; its line is looked up."""
        path = self._as_written(path)
        if self.unread and any(path[:length] in self.unread for length in range(len(path) + 1)):
            return
        self.at_line(self.line_of(path), message, remedy, path=path)

    def in_file(self, file: str, line: int, message: str, remedy: str = "") -> None:
        """Note what is wrong in a line of some file, this one or one beside it."""
        self._errors.append(RacefileError(file, line, "", message, remedy))

    def of_file(self, file: str, message: str, remedy: str = "") -> None:
        """Note what is wrong with a file as a whole."""
        self._errors.append(RacefileError(file, 0, "", message, remedy))

    def messages(self, messages: object, path: Path = ()) -> None:
        """Note marshmallow's messages: nested by key and index, with lists at the leaves."""
        for where, fault in faults(messages, path):
            self.at_path(where, fault.message, fault.remedy)

    def _as_written(self, path: Path) -> Path:
        """Without the index of a lone item that was written without its list."""
        steps: Path = ()
        for step in path:
            is_lone = step == 0 and (*steps, 0) not in self.lines and steps in self.lines
            if not is_lone:
                steps = (*steps, step)
        return steps


def faults(messages: object, path: Path = ()) -> Iterable[tuple[Path, Fault]]:
    """Marshmallow's messages, flat: each with its path."""
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            # What concerns a mapping as a whole stands under _schema.
            yield from faults(inner, path if key == "_schema" else (*path, _step(key)))
        return
    for message in messages if isinstance(messages, list) else [messages]:
        if isinstance(message, Mapping):
            yield from faults(message, path)
        else:
            yield path, message if isinstance(message, Fault) else Fault(str(message))


def _step(key: Any) -> str | int:  # noqa: ANN401 - marshmallow's keys are texts or indices
    return key if isinstance(key, int) else str(key)
