"""Bring the catalogues of languages up to date with the texts in code and templates.

Texts that went are dropped, new ones stand empty until somebody translates them; a test fails as
long as one does. What only resembles an earlier text is not guessed from it.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from timing.pages.languages import CATALOGUES, LANGUAGES
from timing.pages.static_files import PROJECT, TEMPLATES

_PYTHON = {"mark": None, "mark_many": (1, 2), "translate": None, "translate_many": (1, 2)}
_JINJA = {"_": None, "gettext": None, "ngettext": (1, 2)}
_ENGLISH_ONLY = ("desk", "review", "station", "camp", "api", "print/")
"""What the names of templates begin with whose pages speak English."""


_FOLDERS = ("pages", "exports", "web", "cli")
"""Where the package has texts for visitors."""


def messages() -> Catalog:
    """Every text of the public pages, with the files that it stands in."""
    catalogue = Catalog(project="Bivouac", fuzzy=False, charset="utf-8")
    for place, text, comments in sorted(_texts(), key=lambda found: found[0]):
        catalogue.add(text, locations=[(place, 0)], auto_comments=comments)
    return catalogue


def _texts() -> Iterator[tuple[str, str | tuple[str, ...], list[str]]]:
    files = (file for folder in _FOLDERS for file in (PROJECT / "timing" / folder).rglob("*.py"))
    for file in sorted(files):
        with file.open("rb") as code:
            for _, text, comments, _ in extract("python", code, _PYTHON, ("Translators:",)):
                yield str(file.relative_to(PROJECT)), text, comments
    options = {"extensions": "jinja2.ext.i18n", "trimmed": "true", "silent": "false"}
    for file in sorted(TEMPLATES.rglob("*.html")):
        if str(file.relative_to(TEMPLATES)).startswith(_ENGLISH_ONLY):
            continue
        with file.open("rb") as template:
            for _, text, comments, _ in extract(
                "jinja2.ext:babel_extract", template, _JINJA, ("Translators:",), options
            ):
                yield str(file.relative_to(PROJECT)), text, comments


def main() -> None:
    """Rewrite every catalogue, and say how many texts still wait."""
    template = messages()
    CATALOGUES.mkdir(exist_ok=True)
    for language in LANGUAGES[1:]:
        path = CATALOGUES / f"{language.code}.po"
        before = Catalog(locale=language.code)
        if path.exists():
            with path.open("rb") as file:
                before = read_po(file, locale=language.code)
        made = Catalog(
            locale=language.code,
            header_comment=f"# {language.name}: the texts of public pages. See docs/languages.md.",
            fuzzy=False,
            charset="utf-8",
        )
        for message in template:
            if message.id:
                known = before.get(message.id)
                made.add(
                    message.id,
                    known.string if known is not None else None,
                    locations=message.locations,
                    auto_comments=message.auto_comments,
                )
        packed = io.BytesIO()
        write_po(packed, made, width=100, omit_header=False, include_lineno=False)
        written = packed.getvalue().decode().splitlines()
        lines = [line for line in written if not line.startswith(_OF_THE_TOOL)]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        waiting = sum(not _is_translated(message) for message in made if message.id)
        print(f"{language.name}: {len(made)} texts, {waiting} to translate")


_OF_THE_TOOL = (
    '"Project-Id-Version',
    '"Report-Msgid-Bugs-To',
    '"POT-Creation-Date',
    '"PO-Revision-Date',
    '"Last-Translator',
    '"Language-Team',
    '"Generated-By',
)
"""Fields of a catalogue's head that say nothing here, and would change it each day."""


def _is_translated(message: Message) -> bool:
    forms = message.string
    return all(forms) if isinstance(forms, list | tuple) and forms else bool(forms)


if __name__ == "__main__":
    main()
