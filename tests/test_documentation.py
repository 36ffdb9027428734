"""docs/README.md leads to every page beside it."""

import re
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"


def test_the_documentation_s_first_page_leads_to_every_other_and_nowhere_else() -> None:
    rows = re.findall(r"^\| \[.*?\]\((.*?)\)", (DOCS / "README.md").read_text(), re.MULTILINE)
    pages = {page.name for page in DOCS.glob("*.md")} - {"README.md"}

    assert sorted(rows) == sorted(pages | {"decisions/README.md"})
