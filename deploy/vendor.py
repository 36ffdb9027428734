"""Fetch third-party browser code and type at pinned versions, and keep what is used of it.

``npm pack`` fetches each package; its SHA-512 must be the one written here. Only the files named
are written, with the package's licences, each package into a folder of its own that is replaced
whole. Needs npm, and only when a version or a list changes: the files are kept in git.
"""

import base64
import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

PROJECT = Path(__file__).resolve().parent.parent
SITE = PurePosixPath("static/vendor")
TESTS = PurePosixPath("tests/vendor")


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One npm package: what exactly is fetched, and which of its files are kept where."""

    name: str
    version: str
    sha512: str
    """Of the packed file, in base64, as ``npm view NAME dist.integrity`` prints it."""
    folder: PurePosixPath
    files: tuple[str, ...]
    licences: tuple[str, ...] = ("LICENSE",)


def sofia_sans(width: str) -> tuple[str, ...]:
    """The upright letters, all weights in one file, one file for each script."""
    scripts = ("latin", "latin-ext", "cyrillic", "cyrillic-ext", "greek")
    return tuple(f"files/sofia-sans-{width}-{script}-wght-normal.woff2" for script in scripts)


def lucide(*names: str) -> tuple[str, ...]:
    """Icons by name."""
    return tuple(f"icons/{name}.svg" for name in names)


PACKAGES = (
    Package(
        name="@fontsource-variable/sofia-sans-semi-condensed",
        version="5.3.0",
        sha512="qeDC2S6tUo5QLFmgxN3XWwQZaIyM6eN11rZWXR2J4KjXMw+0PaWUXNObgt85yEThwb7P76xAzgDkWXOIkrzyHw==",
        folder=SITE / "sofia-sans-semi-condensed",
        files=sofia_sans("semi-condensed"),
    ),
    Package(
        name="@fontsource-variable/sofia-sans-extra-condensed",
        version="5.3.0",
        sha512="WYzOY6O+GXeQ5j7mYP44yDMbAJlL7uJ9YucBgENcxKGuC2pOimhFDbX318W8ydtv6kUle40rrCXaAPsYFrJINg==",
        folder=SITE / "sofia-sans-extra-condensed",
        files=sofia_sans("extra-condensed"),
    ),
    Package(
        name="lucide-static",
        version="1.62.0",
        sha512="WBZA/m2PvkFpMGHDtsBck5P2A9G4ehLlYu4GwwICcmEm1BvYVgj00lCDxKRWLlbMlOibLaiwdQ88G5pHkSWgwA==",
        folder=SITE / "lucide",
        files=lucide(
            "check",
            "chevron-right",
            "clock",
            "copy",
            "delete",
            "download",
            "flag",
            "hand-helping",
            "list",
            "log-out",
            "menu",
            "moon",
            "pencil",
            "play",
            "plus",
            "printer",
            "radio-tower",
            "search",
            "share-2",
            "sliders-horizontal",
            "star",
            "sun",
            "triangle-alert",
            "undo-2",
            "user-x",
            "wifi-off",
            "x",
        ),
    ),
    Package(
        name="qr",
        version="0.7.0",
        sha512="/VrrACmOAwZVipuRITwfEwOL5oAMEHH5PTmBWaGtlTom2Thxaa+rhmna4zU9PRN2uLw2wdccbkHOLGZb1Q9SdA==",
        folder=SITE / "qr",
        files=("index.js", "decode.js"),
        licences=("LICENSE", "LICENSE-MIT"),
    ),
    Package(
        name="idb",
        version="8.0.4",
        sha512="jd0ITCrN+Zah4J7R/Z2jnR3W7A4BXDAjmo62MwWuSjxCiueUAf7X5rbodEdidWzeknwXHmLpdZkoiiCppNi30Q==",
        folder=SITE / "idb",
        files=("build/index.js",),
    ),
    Package(
        name="uplot",
        version="1.6.32",
        sha512="KIMVnG68zvu5XXUbC4LQEPnhwOxBuLyW1AHtpm6IKTXImkbLgkMy+jabjLgSLMasNuGGzQm/ep3tOkyTxpiQIw==",
        folder=SITE / "uplot",
        files=("dist/uPlot.iife.min.js", "dist/uPlot.min.css"),
    ),
    Package(
        name="axe-core",
        version="4.14.1",
        sha512="FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
        folder=TESTS / "axe-core",
        files=("axe.min.js",),
        licences=("LICENSE", "LICENSE-3RD-PARTY.txt"),
    ),
)


def fetch(package: Package, into: Path) -> Path:
    """The packed file, checked. Raises ValueError if it isn't what was pinned."""
    subprocess.run(
        ["npm", "pack", "--silent", "--ignore-scripts", f"{package.name}@{package.version}"],
        cwd=into,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    (packed,) = into.glob("*.tgz")
    digest = base64.b64encode(hashlib.sha512(packed.read_bytes()).digest()).decode()
    if digest != package.sha512:
        raise ValueError(f"{package.name} {package.version} has the SHA-512 {digest}")
    return packed


def unpacked(package: Package, packed: Path, folder: Path) -> list[Path]:
    """Write the licences and the files that are used, by their bare names; where they are."""
    written = []
    with tarfile.open(packed) as archive:
        for name in (*package.licences, *package.files):
            content = archive.extractfile(f"package/{name}")
            if content is None:
                raise ValueError(f"{package.name} {package.version} has no file {name}")
            written.append(folder / PurePosixPath(name).name)
            written[-1].write_bytes(content.read())
    return written


def keep(package: Package, packed: Path) -> None:
    """Write what is used, and nothing else, where it is kept."""
    folder = PROJECT / package.folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    unpacked(package, packed, folder)


def main() -> None:
    """Fetch and keep every package."""
    for package in PACKAGES:
        with tempfile.TemporaryDirectory() as directory:
            keep(package, fetch(package, Path(directory)))
        print(f"{package.folder}: {len(package.files)} files of {package.name} {package.version}")


if __name__ == "__main__":
    main()
