"""CSV files and spreadsheets of entries, in whatever language: columns guessed, then confirmed.

What the columns mean is a guess that a person confirms or changes, and so is whether ``3/4/1984``
is a day in April or in March. A row becomes an `EntryRow`: what it says, and what of it can't be
read, with the line and what would be right.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cache

from babel import Locale

from timing.importers.columns import TextTable
from timing.importers.nations import LANGUAGES, nation_of
from timing.importers.reads import BadFile
from timing.importers.spreadsheets import Cell

MOST_ENTRIES = 10_000
LONGEST_CELL = 2_000


class About(StrEnum):
    """What a column of a file of entries says; FIRST and LAST together are the name."""

    BIB = "bib"
    NAME = "name"
    FIRST = "first name"
    LAST = "last name"
    GENDER = "gender"
    BORN = "born"
    NATION = "nationality"
    RESIDENCE = "residence"
    CLUB = "club"
    DIVISION = "division"
    TEAM = "team"
    CHIP = "chip"
    TAGS = "tags"
    PHONE = "phone"
    EMAIL = "e-mail"
    KIN = "next of kin"
    KIN_PHONE = "phone of next of kin"
    MEDICAL = "medical"
    NOTE = "note"


CONTACTS = (About.PHONE, About.EMAIL, About.KIN, About.KIN_PHONE, About.MEDICAL, About.NOTE)
"""What is for the desk alone, and kept apart from the entry (Rules 12.2)."""

_NAMES: Mapping[About, str] = {
    About.BIB: "bib bibnumber bibno number num no nr dossard startnr startnumber dorsal racenumber"
    " startnummer pettorale numero racebib",
    About.NAME: "name fullname participant runner athlete nomcomplet nomprenom teilnehmer athlet"
    " nombrecompleto corredor nomecompleto atleta coureur laeufer",
    About.FIRST: "firstname first givenname prenom vorname nombre forename givennames nomeproprio",
    About.LAST: "lastname last surname familyname nom nomdefamille nachname familienname apellido"
    " apellidos cognome achternaam",
    About.GENDER: "gender sex sexe geschlecht genero sexo sesso geslacht mf",
    About.BORN: "born birthdate dateofbirth dob birthday birth datedenaissance naissance"
    " geburtsdatum geburtstag fechadenacimiento nacimiento datadinascita nascita geboortedatum"
    " neele geboren",
    About.NATION: "nationality nation nationalite nationalitaet nationalitat nacionalidad"
    " nazionalita country pays land pais paese noc ioc countrycode",
    About.RESIDENCE: "residence city town ville wohnort ort ciudad citta residenza domicile",
    About.CLUB: "club verein vereniging societa association sponsor",
    About.DIVISION: "division race event course distance epreuve strecke rennen carrera gara"
    " wettbewerb parcours formule",
    About.TEAM: "team teamname equipe mannschaft equipo squadra teamcode",
    About.CHIP: "chip chipcode chipid transponder epc rfid puce tagid",
    About.TAGS: "tags labels markers",
    About.PHONE: "phone telephone tel mobile telefon handy portable telefono movil cellulare"
    " phonenumber mobilephone",
    About.EMAIL: "email mail emailaddress courriel correo",
    About.KIN: "nextofkin emergencycontact emergency contact contacturgence notfallkontakt"
    " contactoemergencia contattoemergenza ice icename emergencyname personneaprevenir",
    About.KIN_PHONE: "emergencyphone emergencynumber nextofkinphone telurgence notfalltelefon"
    " icephone emergencycontactphone telephoneurgence telefonoemergencia",
    About.MEDICAL: "medical medicalnotes allergies health medizin medizinisches medico sante"
    " medicalinfo medicalconditions",
    About.NOTE: "note notes comment comments remark remarks bemerkung remarque",
}
_ABOUT = {name: about for about, names in _NAMES.items() for name in names.split()}

_GENDERS = {
    **dict.fromkeys(
        [
            "m",
            "male",
            "man",
            "men",
            "h",
            "homme",
            "hommes",
            "herr",
            "herren",
            "mann",
            "maennlich",
            "mannlich",
            "masculin",
            "masculino",
            "hombre",
            "uomo",
            "maschio",
            "maschile",
            "mr",
            "boy",
            "ذكر",
            "رجل",
        ],
        "M",
    ),
    **dict.fromkeys(
        [
            "f",
            "female",
            "woman",
            "women",
            "w",
            "weiblich",
            "frau",
            "frauen",
            "damen",
            "femme",
            "femmes",
            "feminin",
            "femenino",
            "mujer",
            "donna",
            "femmina",
            "femminile",
            "ms",
            "mrs",
            "girl",
            "انثي",
            "انثى",
            "امراة",
        ],
        "F",
    ),
    **dict.fromkeys(
        ["x", "nonbinary", "divers", "diverse", "other", "autre", "otro", "altro", "andere", "nb"],
        "X",
    ),
}


class DayOrder(StrEnum):
    """How ``3/4/1984`` is read."""

    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """A row of the file: what it says by column, and what of it can't be read."""

    line: int
    said: Mapping[About, str]
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """How the dates of a file may be read: ``sample`` is one that could be read either way."""

    order: DayOrder
    is_certain: bool
    sample: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFile:
    """The rows of a file, with how its dates were read."""

    rows: tuple[EntryRow, ...]
    dates: Dates = field(default_factory=lambda: Dates(order=DayOrder.DAY_FIRST, is_certain=True))


def guess_about(table: TextTable) -> dict[About, int]:
    """Which column says what, by its name; the first of a name counts.

    A column of names beside one of first names is one of last names.
    """
    found: dict[About, int] = {}
    for index, header in enumerate(table.header):
        about = _ABOUT.get(_plain(header))
        if about is not None:
            found.setdefault(about, index)
    if About.FIRST in found and About.NAME in found and About.LAST not in found:
        found[About.LAST] = found.pop(About.NAME)
    if About.LAST in found and About.FIRST not in found and About.NAME not in found:
        found[About.NAME] = found.pop(About.LAST)
    return found


def _plain(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold().replace("ß", "ss"))
    return "".join(sign for sign in apart if sign.isalnum())


def guess_order(table: TextTable, column: int) -> Dates:
    """Whether days or months come first in a column, told by those that can be only one."""
    can_be = {DayOrder.DAY_FIRST: False, DayOrder.MONTH_FIRST: False}
    sample = ""
    for row in table.rows:
        found = _NUMBERED.fullmatch(_text(row, column))
        if found is None:
            continue
        first, second = int(found[1]), int(found[2])
        if first > _MONTHS >= second:
            can_be[DayOrder.DAY_FIRST] = True
        elif second > _MONTHS >= first:
            can_be[DayOrder.MONTH_FIRST] = True
        elif first != second and not sample:
            sample = found[0]
    is_certain = not sample or can_be[DayOrder.DAY_FIRST] != can_be[DayOrder.MONTH_FIRST]
    is_month_first = can_be[DayOrder.MONTH_FIRST] and not can_be[DayOrder.DAY_FIRST]
    order = DayOrder.MONTH_FIRST if is_month_first else DayOrder.DAY_FIRST
    return Dates(order=order, is_certain=is_certain, sample=sample)


_MONTHS = 12
_NUMBERED = re.compile(r"(\d{1,2})[-/. ]+(\d{1,2})[-/. ]+(\d{4})", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?", re.ASCII)
_NAMED = re.compile(r"(\d{1,2})\.?\s+(?:de\s+)?([^\W\d]+)\.?,?\s+(?:de\s+)?(\d{4})")
_NAMED_FIRST = re.compile(r"([^\W\d]+)\.?\s+(\d{1,2}),?\s+(\d{4})")


def read_entries(
    table: TextTable,
    columns: Mapping[About, int],
    *,
    order: DayOrder | None = None,
    nations: Collection[str] = (),
) -> EntryFile:
    """The rows of a table, with the columns as confirmed.

    ``order`` is guessed where it is not given; ``nations`` are the codes that the race uses. Raises
    BadFile where no column has a name or a bib, or where there are over MOST_ENTRIES rows.
    """
    if not {About.NAME, About.FIRST, About.LAST, About.BIB} & set(columns):
        raise BadFile("say which column has the bib or the name")
    if len(table.rows) > MOST_ENTRIES:
        raise BadFile(f"the file has over {MOST_ENTRIES:,} rows")
    dates = Dates(order=order or DayOrder.DAY_FIRST, is_certain=True)
    if order is None and About.BORN in columns:
        dates = guess_order(table, columns[About.BORN])
    rows = tuple(
        _row(line, cells, columns, dates.order, nations)
        for line, cells in zip(table.lines, table.rows, strict=True)
    )
    return EntryFile(rows=rows, dates=dates)


def _row(
    line: int,
    cells: tuple[Cell, ...],
    columns: Mapping[About, int],
    order: DayOrder,
    nations: Collection[str],
) -> EntryRow:
    said: dict[About, str] = {}
    faults: list[str] = []
    for about, index in columns.items():
        raw: object = cells[index] if index < len(cells) else ""
        text = _text(cells, index)
        if not text:
            continue
        if len(text) > LONGEST_CELL:
            faults.append(f"{about}: over {LONGEST_CELL:,} characters; shorten it")
            continue
        match about:
            case About.GENDER:
                value = _GENDERS.get(_plain(text))
                wrong = f"gender “{text[:20]}” is not known; write M, F or X"
            case About.BORN:
                value, wrong = _born(raw, text, order)
            case About.NATION:
                value = nation_of(text, nations)
                wrong = f"“{text[:30]}” is no nation known here; write a code like SUI or CHE"
            case _:
                value, wrong = text, ""
        if value is None:
            faults.append(wrong)
        else:
            said[about] = value
    name = " ".join(said.pop(part) for part in (About.FIRST, About.LAST) if part in said)
    if name:
        said.setdefault(About.NAME, name)
    return EntryRow(line=line, said=said, faults=tuple(faults))


def _text(cells: tuple[Cell, ...], index: int) -> str:
    cell = cells[index] if index < len(cells) else ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))  # a spreadsheet's whole numbers are fractions too
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return " ".join(str(cell).split())


def _born(raw: object, text: str, order: DayOrder) -> tuple[str | None, str]:
    """A birth date as ISO date, or None with what would be right."""
    if isinstance(raw, datetime | date):
        return text, ""
    for year, month, day in _readings(text, order):
        try:
            return date(year, month, day).isoformat(), ""
        except ValueError:
            return None, f"“{text[:20]}” is no day there ever was; write it like 1984-05-02"
    return None, f"“{text[:20]}” is no date with a year of four digits; write it like 1984-05-02"


def _readings(text: str, order: DayOrder) -> Iterator[tuple[int, int, int]]:
    if found := _YEAR_FIRST.fullmatch(text):
        yield int(found[1]), int(found[2]), int(found[3])
    elif found := _NUMBERED.fullmatch(text):
        first, second, year = int(found[1]), int(found[2]), int(found[3])
        # What can be only one way is read that way, whatever the others are.
        is_month_first = second > _MONTHS >= first or (
            order is DayOrder.MONTH_FIRST and first <= _MONTHS
        )
        yield (year, first, second) if is_month_first else (year, second, first)
    elif found := _NAMED.fullmatch(text):
        if month := _month_names().get(_plain(found[2])):
            yield int(found[3]), month, int(found[1])
    elif (found := _NAMED_FIRST.fullmatch(text)) and (
        month := _month_names().get(_plain(found[1]))
    ):
        yield int(found[3]), month, int(found[2])


@cache
def _month_names() -> Mapping[str, int]:
    return {
        _plain(name): number
        for language in LANGUAGES
        for form in ("format", "stand-alone")
        for width in ("abbreviated", "wide")
        for number, name in Locale(language).months[form][width].items()
    }
