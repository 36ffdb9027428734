"""The documentation as a site: it builds without a warning, and asks for nothing from elsewhere."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.prerequisites import PROJECT


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    # Not --quiet: mkdocs counts only the warnings that it tells.
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_every_page_is_there_and_its_pictures_are(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > 50
    for page in pages:
        for source in re.findall(r'<img [^>]*?src="([^"]+)"', page.read_text(encoding="utf-8")):
            assert (page.parent / source).resolve().is_file(), (page.name, source)


def test_no_page_asks_for_anything_from_elsewhere(site: Path) -> None:
    asking = r'<(?:script|link|img|iframe|source)\b[^>]*?(?:src|href)="((?:https?:)?//[^"]+)"'
    for page in site.rglob("*.html"):
        found = re.findall(asking, page.read_text(encoding="utf-8"))
        assert found == [], page.name
    for style in site.rglob("*.css"):
        text = style.read_text(encoding="utf-8")
        assert re.findall(r"url\(['\"]?((?:https?:)?//[^)]+)", text) == [], style.name
