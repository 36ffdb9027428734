"""Write docs/settings.md from the settings themselves: `make settings`."""

from pathlib import Path

from timing.settings import SETTINGS, Setting

PAGE = Path(__file__).resolve().parents[1] / "docs" / "settings.md"

ABOUT = """\
# Settings

An installation is told what it may choose by environment variables, all of which are here. They are
read and checked when a command starts: every fault is told at once, in a sentence that names its
variable, and a variable that begins like ours and is none of these is a fault too, so that no
misspelling goes unnoticed. [`timing check-settings`](cli.md#timing-check-settings) looks at them
without serving anything, and at folders, files and the database they name as well.

An empty variable is as good as none. Relative paths begin where the project stands; `{instance}`
in a default is what `BIVOUAC_INSTANCE` says. There are no default secrets. Keep them
in a file that only root can read; never put them into a unit or an image.

| variable | default | meaning |
| --- | --- | --- |
"""


def page() -> str:
    """The page of all settings."""
    return ABOUT + "".join(_row(setting) for setting in SETTINGS)


def _row(setting: Setting) -> str:
    default = f"`{setting.default}`" if setting.default else ""
    if setting.development is not None:
        default += f"; `{setting.development}` in development"
    return f"| `{setting.variable}` | {default} | {setting.meaning} |\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE}: {len(SETTINGS)} settings")
