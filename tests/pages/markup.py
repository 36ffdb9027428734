"""What is wrong with a document's markup: unbalanced tags, ids twice, labels for nothing."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser

from timing.pages.static_files import INLINE_STYLES, inline_style

_STYLES = frozenset(str(inline_style(name)) for name in INLINE_STYLES)
"""What the policy of pages takes as a style element."""

_STYLE = re.compile("<style.*?</style>", re.DOTALL)


def without_styles(text: str) -> str:
    """A document without its style elements, which hold nothing that is said."""
    return _STYLE.sub("", text)


_VOID = frozenset({"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
_SHAPES = frozenset({"path", "circle", "line", "rect", "use", "polygon", "polyline", "ellipse"})
_POINTERS = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "form")
_BLOCKS = frozenset({"div", "ul", "ol", "table", "section", "form", "p", "h1", "h2", "h3", "dl"})


class Markup(HTMLParser):
    """Reads a document and gathers ``faults``, its ``headings`` and its ``text``."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.ids: Counter[str] = Counter()
        self.references: set[str] = set()
        self.headings: Counter[str] = Counter()
        self.links: list[str] = []
        self.text: list[str] = []
        self._open: list[str] = []
        self.faults += ["<style> inline" for s in _STYLE.findall(text) if s not in _STYLES]
        self.feed(without_styles(text))
        self.close()
        self.faults += [f"<{tag}> is never closed" for tag in self._open]
        self.faults += [f"the id {i!r} stands {n} times" for i, n in self.ids.items() if n > 1]
        self.faults += [
            f"{r!r} is referred to, and not there" for r in self.references - set(self.ids)
        ]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if len(given) < len(attrs):
            self.faults.append(f"<{tag}> has an attribute twice")
        self._note(tag, given)
        if tag in _BLOCKS and "p" in self._open:
            self.faults.append(f"<{tag}> inside <p>")
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._note(tag, dict(attrs))
        if tag not in _SHAPES and tag not in _VOID:
            self.faults.append(f"<{tag}/> closes itself")

    def _note(self, tag: str, given: dict[str, str | None]) -> None:
        if given.get("id"):
            self.ids[str(given["id"])] += 1
        if tag in ("h1", "h2", "h3"):
            self.headings[tag] += 1
        if tag == "a" and given.get("href"):
            self.links.append(str(given["href"]))
        if "style" in given or any(name.startswith("on") for name in given):
            self.faults.append(f"<{tag}> has a style or a handler of its own")
        if tag == "script" and not given.get("src") and "type" not in given:
            self.faults.append(f"<{tag}> inline")
        self.references |= {
            name for key in _POINTERS for name in (given.get(key) or "").split() if tag != "output"
        }
        href = given.get("href") or ""
        if tag in ("use", "a") and href.startswith("#"):
            self.references.add(href[1:])

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1] != tag:
            self.faults.append(f"</{tag}> closes {self._open[-1:]}")
            return
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    @property
    def words(self) -> str:
        """The document's text, blanks made one."""
        return " ".join("".join(self.text).split())


def faults(text: str) -> list[str]:
    """Everything wrong with a page: its markup, its one h1, its language and title."""
    markup = Markup(text)
    found = list(markup.faults)
    if not text.startswith("<!doctype html>"):
        found.append("no doctype")
    if markup.headings["h1"] != 1:
        found.append(f"{markup.headings['h1']} h1")
    if '<html lang="' not in text:
        found.append("no language")
    return found
