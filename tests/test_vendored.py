"""What came from others stands where the vendoring script puts it, with its licence."""

from pathlib import PurePosixPath

import pytest

from deploy.vendor import PACKAGES, SITE, TESTS, Package
from tests.prerequisites import PROJECT


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_a_vendored_folder_holds_exactly_what_is_listed(package: Package) -> None:
    listed = {name.rpartition("/")[2] for name in (*package.licences, *package.files)}
    assert {path.name for path in (PROJECT / package.folder).iterdir()} == listed


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_a_vendored_folder_holds_its_licence(package: Package) -> None:
    for licence in package.licences:
        assert "copyright" in (PROJECT / package.folder / licence).read_text().lower()


@pytest.mark.parametrize("place", [SITE, TESTS])
def test_no_vendored_folder_is_unlisted(place: PurePosixPath) -> None:
    folders = {path.name for path in (PROJECT / place).iterdir()}
    assert folders == {
        package.folder.name for package in PACKAGES if package.folder.parent == place
    }
