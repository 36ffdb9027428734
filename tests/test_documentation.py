"""docs/README.md leads to every page beside it, and the site has a place for each."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
GUIDES = {"volunteers", "timekeepers", "directors", "administrators", "developers"}


def test_the_documentation_s_first_page_leads_to_every_other_and_nowhere_else() -> None:
    rows = re.findall(r"^\| \[.*?\]\((.*?)\)", (DOCS / "README.md").read_text(), re.MULTILINE)
    pages = {page.name for page in DOCS.glob("*.md")} - {"README.md"}
    guides = {f"guides/{name}.md" for name in GUIDES}

    assert sorted(rows) == sorted(pages | guides | {"decisions/README.md"})


def named(nav: Any) -> Iterator[str]:
    if isinstance(nav, str):
        yield nav
    elif isinstance(nav, dict):
        for within in nav.values():
            yield from named(within)
    else:
        for one in nav:
            yield from named(one)


def test_every_page_has_one_place_on_the_site() -> None:
    nav = yaml.safe_load((ROOT / "mkdocs.yml").read_text())["nav"]
    pages = [str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md")]

    assert sorted(named(nav)) == sorted(pages)


def test_there_is_a_guide_for_each_reader_with_a_picture() -> None:
    for name in GUIDES:
        text = (DOCS / "guides" / f"{name}.md").read_text()
        pictures = re.findall(r"!\[[^\]]+\]\(\.\./(pictures/[\w-]+\.png)\)", text)
        assert pictures, name
        assert [one for one in pictures if not (DOCS / one).is_file()] == [], name


def test_pictures_are_few_enough_to_be_cloned() -> None:
    assert sum(path.stat().st_size for path in (DOCS / "pictures").iterdir()) < 2_500_000
