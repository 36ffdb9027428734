"""What is put on a server: units, container files, and what they say of this project."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from timing.cli import main
from timing.settings import SETTINGS

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
KNOWN = {setting.variable for setting in SETTINGS}
WORK = r"timing (?P<command>[a-z-]+)"


class _Lists(dict[str, Any]):
    """systemd's keys may be there several times."""

    def __setitem__(self, key: str, value: Any) -> None:
        if isinstance(value, list) and key in self:
            self[key].extend(value)
        else:
            super().__setitem__(key, value)


def unit(path: Path) -> configparser.RawConfigParser:
    read = configparser.RawConfigParser(strict=False, dict_type=_Lists, delimiters=("=",))
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read(path)
    return read


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_unit_runs_a_command_that_there_is_as_somebody_without_rights(path: Path) -> None:
    service = dict(unit(path)["Service"])
    match = re.search(WORK, service["ExecStart"])
    assert match is not None
    assert match["command"] in main.list_commands(None)  # type: ignore[arg-type]
    assert service["User"] == "bivouac"
    assert service["NoNewPrivileges"] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert service["ProtectHome"] == "yes"
    assert service["PrivateTmp"] == "yes"
    assert service["CapabilityBoundingSet"] == ""
    assert service["Restart"] == "always"


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_systemd_takes_a_unit(path: Path, tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("no systemd here")
    text = path.read_text()
    for program in re.findall(r"/opt/bivouac/\.venv/bin/timing", text):
        text = text.replace(program, "/bin/true")
    (tmp_path / path.name).write_text(text.replace("/opt/bivouac", "/"))
    done = subprocess.run(
        [analyze, "verify", "--man=no", str(tmp_path / path.name)],
        capture_output=True,
        text=True,
        check=False,
    )
    said = [line for line in done.stderr.splitlines() if path.name in line]
    assert said == [], done.stderr


def variables(text: str) -> set[str]:
    return set(re.findall(r"\b(BIVOUAC_[A-Z_]+|PORT)\b", text))


@pytest.mark.parametrize(
    "name",
    [
        "settings.example",
        "Dockerfile",
        "systemd/bivouac-serve.service",
        "systemd/bivouac-tend.service",
    ],
)
def test_every_variable_is_a_setting(name: str) -> None:
    assert variables((DEPLOY / name).read_text()) <= KNOWN


def compose() -> Any:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def test_the_containers_run_the_commands_that_there_are_with_settings_that_there_are() -> None:
    services = compose()["services"]
    assert set(services) == {"database", "migrate", "serve", "tend", "web"}
    for name in ("migrate", "serve", "tend"):
        service = services[name]
        assert service["command"][1] in main.list_commands(None)  # type: ignore[arg-type]
        assert set(service["environment"]) <= KNOWN
        assert service["cap_drop"] == ["ALL"]
        assert service["read_only"] is True
        for needed in service["depends_on"]:
            assert needed in services


def test_no_secret_stands_in_a_file_and_every_one_that_is_asked_for_is_in_the_example() -> None:
    text = (DEPLOY / "compose.yaml").read_text()
    example = (DEPLOY / "compose.env.example").read_text()
    asked = set(re.findall(r"\$\{([A-Z_]+):\?", text))
    assert asked == {"POSTGRES_PASSWORD", "BIVOUAC_SECRET_KEY", "BIVOUAC_CERTIFICATES"}
    given = dict(re.findall(r"^([A-Z_]+)=(.*)$", example, re.MULTILINE))
    assert asked <= set(given)
    assert not any(
        value for name, value in given.items() if re.search("SECRET|PASSWORD|TOKEN", name)
    )
    settings = (DEPLOY / "settings.example").read_text()
    assert re.findall(r"^#?BIVOUAC_\w*(?:SECRET\w*|TOKEN)=(.+)$", settings, re.MULTILINE) == []


def test_the_image_installs_what_is_pinned_and_runs_as_nobody_special() -> None:
    text = (DEPLOY / "Dockerfile").read_text()
    assert "--require-hashes --requirement requirements.txt" in text
    assert re.search(r"^USER bivouac$", text, re.MULTILINE)
    assert "HEALTHCHECK" in text
    root = DEPLOY.parent
    for line in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE):
        for copied in line.split():
            assert (root / copied).exists(), copied


def test_nginx_of_the_containers_passes_on_to_the_server() -> None:
    text = (DEPLOY / "compose-nginx.conf").read_text()
    targets = set(re.findall(r"proxy_pass http://(\w+):(\d+);", text))
    assert targets == {("serve", "8000")}
