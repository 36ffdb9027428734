"""Make the fonts that sheets are printed with, and the list of the letters they have.

Typst reads no WOFF2 and takes one file for each weight of a family. So the site's own type is set
to two weights, and its files for single scripts are put together; the same is done with Noto's,
fetched as `deploy.vendor` fetches, for names in scripts that the site's type lacks. Needs npm, and
only when a version or a list changes: the fonts are kept in git.
"""

import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from fontTools.merge import Merger
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

from deploy.vendor import PROJECT, SITE, Package, fetch, unpacked

FONTS = PROJECT / "templates" / "print" / "fonts"
SOFIA = {
    "SofiaSansSemiCondensed": (
        PROJECT / SITE / "sofia-sans-semi-condensed",
        {"Regular": 400, "Bold": 700},
    ),
    "SofiaSansExtraCondensed": (PROJECT / SITE / "sofia-sans-extra-condensed", {"ExtraBold": 800}),
}
"""The site's type: for reading, and for headlines and figures that are read from afar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noto:
    """A family of Noto: its npm package, and which of its scripts are kept."""

    package: str
    sha512: str
    scripts: tuple[str, ...]

    @property
    def packed(self) -> Package:
        """What is fetched of it."""
        name = self.package.removeprefix("@fontsource/")
        return Package(
            name=self.package,
            version="5.3.0",
            sha512=self.sha512,
            folder=SITE / name,
            files=tuple(f"files/{name}-{script}-400-normal.woff2" for script in self.scripts),
        )


NOTO = {
    "NotoSans": Noto(
        package="@fontsource/noto-sans",
        sha512="fBCog2PY7DiVVTEEqtI/Qdinx/knobHYfoGpjFXdfBX5RoJaBp1Prw2G75p0OIsdlMZg3cLo0c+YbIUYOxnQJw==",
        scripts=("latin-ext", "vietnamese", "greek-ext", "cyrillic", "cyrillic-ext"),
    ),
    "NotoSansArabic": Noto(
        package="@fontsource/noto-sans-arabic",
        sha512="i3t6GR0LOReyJVEk+YfYCnxv53wuIelg7Y9NGNvOq4Diq/EP0YszaGXkQwfQNigLjfO4POrLaPGM0sNliGYk7A==",
        scripts=("arabic",),
    ),
    "NotoSansArmenian": Noto(
        package="@fontsource/noto-sans-armenian",
        sha512="ot9KkRsd2hDXGIMZQeRSvtsw1uoFIBIS+yL7ZLDHY8GpT2LJz7FaCxGT07Iudu0yNTlSEYNLLAbKcy2ZUIjzUA==",
        scripts=("armenian",),
    ),
    "NotoSansDevanagari": Noto(
        package="@fontsource/noto-sans-devanagari",
        sha512="7khYmipS/5KAUUmrO1DKir8yL8XI00d0+ZE9BqbS8XF1jzObv6CpPOk3UeYxF+Pvi8bx9bBvprBCOcbx/eQWTQ==",
        scripts=("devanagari",),
    ),
    "NotoSansGeorgian": Noto(
        package="@fontsource/noto-sans-georgian",
        sha512="+a+N1mvCugsggDb5eKPKcwDXQQtbaV+x9/Zo2/p2c9yAZeib+qD2ftbezbPAoLvBf4MP+F8BdDwHdrlnNRSdng==",
        scripts=("georgian",),
    ),
    "NotoSansHebrew": Noto(
        package="@fontsource/noto-sans-hebrew",
        sha512="7owtzuw9D+ipt0g8mcBGOm7MS/mv/REKsjSwEUe749UUsrnG54TSmusNn7oxv2GxbUORAzADLQ8ggdtt7oKkpg==",
        scripts=("hebrew",),
    ),
    "NotoSansThai": Noto(
        package="@fontsource/noto-sans-thai",
        sha512="ngqUyvDukkZUHypQbUJvUdAeYa2aYZsyeDTsdqMudf7GK2F2TK19OZ5kbo+37qsBtkNpmAMhEObQnWnzPqzKUw==",
        scripts=("thai",),
    ),
}


def opened(path: Path) -> TTFont:
    """A font whose date stays as it is when it is written."""
    return TTFont(path, recalcTimestamp=False)


def merged(fonts: Iterable[TTFont], folder: Path) -> TTFont:
    """One font with the letters of all; ``folder`` is for what lies between."""
    paths = []
    for number, font in enumerate(fonts):
        font.flavor = None
        paths.append(str(folder / f"{number}.ttf"))
        font.save(paths[-1])
    font = Merger().merge(paths) if len(paths) > 1 else opened(Path(paths[0]))
    font.recalcTimestamp = False
    font["head"].modified = opened(Path(paths[0]))["head"].modified
    return font


def sofia(source: Path, style: str, weight: int, folder: Path) -> TTFont:
    """The site's type in one weight."""
    scripts = ("latin", "latin-ext", "cyrillic", "cyrillic-ext", "greek")
    names = [f"{source.name}-{script}-wght-normal.woff2" for script in scripts]
    variable = [opened(source / name) for name in names]
    font = merged((instantiateVariableFont(one, {"wght": weight}) for one in variable), folder)
    font["OS/2"].usWeightClass = weight
    for name in font["name"].names:
        name.string = str(name).replace("Regular", style)
    return font


def ranges(letters: Iterable[int]) -> Iterator[tuple[int, int]]:
    """First and last of each run of code points."""
    first = last = None
    for letter in sorted(letters):
        if last is not None and first is not None and letter != last + 1:
            yield first, last
            first = letter
        first = letter if first is None else first
        last = letter
    if first is not None and last is not None:
        yield first, last


def keep(name: str, font: TTFont) -> list[tuple[int, int]]:
    """Write a font; the letters it has."""
    font.save(FONTS / f"{name}.ttf")
    return list(ranges(font.getBestCmap()))


def main() -> None:
    """Make every font, the licences and the list of letters anew."""
    shutil.rmtree(FONTS, ignore_errors=True)
    FONTS.mkdir(parents=True)
    letters: dict[str, list[tuple[int, int]]] = {}
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        for family, (source, weights) in SOFIA.items():
            for style, weight in weights.items():
                name = f"{family}-{style}"
                letters[name] = keep(name, sofia(source, style, weight, folder))
            shutil.copy(source / "LICENSE", FONTS / f"{family}-LICENSE.txt")
        for family, noto in NOTO.items():
            with tempfile.TemporaryDirectory() as fetched:
                files = unpacked(noto.packed, fetch(noto.packed, Path(fetched)), folder)
                name = f"{family}-Regular"
                licence, *fonts = files
                letters[name] = keep(name, merged(map(opened, fonts), folder))
                shutil.copy(licence, FONTS / f"{family}-LICENSE.txt")
    rows = ",\n".join(f'  "{name}": {json.dumps(runs)}' for name, runs in letters.items())
    (FONTS / "letters.json").write_text(f"{{\n{rows}\n}}\n", encoding="utf-8")
    print(f"{FONTS.relative_to(PROJECT)}: {len(letters)} fonts")


if __name__ == "__main__":
    main()
