"""docs/cli.md names every command and option, and its examples are run."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tests.cli.conftest import Run
from timing.cli import main
from timing.cli.results import FOUND_SOMETHING

DOCUMENT = Path(__file__).parents[2] / "docs" / "cli.md"
TEXT = DOCUMENT.read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```console\n\$ timing (.*)\n((?:.*\n)*?)```", TEXT)
(RACE,) = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)


def commands(group: click.Group, path: str = "timing") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


COMMANDS = dict(commands(main))


def section(name: str) -> str:
    """What the documentation has to say about a command of the first level."""
    parts = re.split(r"^## ", TEXT, flags=re.MULTILINE)
    (found,) = [part for part in parts if f"`{name}`" in part.partition("\n")[0]]
    return found


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_described_with_its_options(name: str) -> None:
    first = " ".join(name.split()[:2])
    told = section(first)

    assert f"`{name}" in told
    for parameter in COMMANDS[name].params:
        if isinstance(parameter, click.Option) and "--race" not in parameter.opts:
            assert any(f"{option}" in told for option in parameter.opts), parameter.opts


def test_no_command_is_described_that_is_not_there() -> None:
    described = set(re.findall(r"`(timing [a-z]+(?: [a-z][a-z-]*)?)", TEXT))

    groups = {"timing race", "timing token", "timing director", "timing db", "timing webhook"}
    known = set(COMMANDS) | groups | {"timing node", "timing home", "timing print", "timing reader"}
    known |= {"timing person"}
    assert {name for name in described if name not in known} == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_what_it_does(name: str) -> None:
    told = COMMANDS[name].get_short_help_str(200)

    assert told.endswith(".")
    assert told[0].isupper()


def test_a_race_of_the_database_is_taken_wherever_a_file_is() -> None:
    of_files = {
        name
        for name, command in COMMANDS.items()
        if any(
            isinstance(p, click.Argument) and p.name in ("file", "files") for p in command.params
        )
    }
    of_races = {
        name
        for name, command in COMMANDS.items()
        if any("--race" in p.opts for p in command.params)
        # A reader goes on for as long as the race does: it belongs to one that is held.
        and not name.startswith("timing reader ")
    }

    assert of_files - {"timing race add", "timing race import"} == of_races - {"timing sync"}
    assert of_races


@pytest.mark.parametrize(("words", "expected"), EXAMPLES)
def test_an_example_gives_what_it_says(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str, expected: str
) -> None:
    (tmp_path / "race.yaml").write_text(RACE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    result = run(*shlex.split(words))

    shown = re.sub(r"; [0-9a-f]{32}\]", "; …]", result.stdout)
    assert result.exit_code == (FOUND_SOMETHING if words.startswith("diff") else 0)
    assert shown == expected
