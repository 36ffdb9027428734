"""The command that keeps snapshots, and the process that minds time and can do so as well."""

import threading
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.live.waiting import eventually
from timing.cli.tend import tasks_of
from timing.db.engines import Database
from timing.live.kept_files import CURRENT, Folder
from timing.settings import read_settings


@pytest.mark.usefixtures("kept")
def test_a_language_that_pages_do_not_speak_is_refused(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIVOUAC_SNAPSHOTS_LANGUAGES", "en,xx")
    for words in (("snapshots",), ("tend", "--snapshots")):
        refused = run(*words)
        assert refused.exit_code == 2
        assert 'no language "xx"' in refused.stderr


def test_whoever_minds_time_keeps_snapshots_where_it_is_asked_to(
    kept: Database, tmp_path: Path
) -> None:
    environ = {
        "BIVOUAC_DATABASE_URL": kept.url.render_as_string(hide_password=False),
        "BIVOUAC_INSTANCE": str(tmp_path),
    }
    settings = read_settings(environ, serving=False)
    assert "snapshots" not in [task.name for task in tasks_of(settings)]
    (task,) = [t for t in tasks_of(settings, snapshots=True) if t.name == "snapshots"]
    until = threading.Event()
    thread = threading.Thread(target=task.run, args=(until,))
    thread.start()
    try:
        assert eventually((settings.snapshots / CURRENT / "+.html").is_file)
    finally:
        until.set()
        thread.join()
    Folder(settings.snapshots).close()  # let go of
