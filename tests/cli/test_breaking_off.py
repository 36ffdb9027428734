"""Ctrl-C in the middle of an export leaves nothing that looks like a file."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run


def interrupted(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    "case",
    [
        ("timing.exports.workbook.to_xlsx", "all.xlsx"),
        ("timing.exports.pdf.subprocess.run", "bulletin.pdf"),
        ("pathlib.Path.replace", "all.xlsx"),
        ("pathlib.Path.replace", "all.json"),
        ("pathlib.Path.replace", "all.zip"),
        ("zipfile.ZipFile.writestr", "all.zip"),
    ],
)
def test_breaking_off_leaves_no_half_file_and_what_was_there_before(
    run: Run,
    two_days: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    case: tuple[str, str],
) -> None:
    where, name = case
    form = "site" if name.endswith("zip") else name.rpartition(".")[2]
    out = tmp_path / name
    out.write_bytes(b"of yesterday")
    monkeypatch.setattr(where, interrupted)
    result = run("export", two_days, "--format", form, "--out", out)
    assert result.exit_code == 1
    assert "Aborted" in result.output
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert out.read_bytes() == b"of yesterday"
