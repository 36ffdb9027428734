"""docs/monitoring.md names the figures that there are."""

import re
from pathlib import Path

from flask.testing import FlaskClient

from tests.serving import bearer, settings_for
from timing.core.times import HOUR
from timing.db.engines import Database
from timing.live.tend_health import file_of, write_health
from timing.operations.kept_backups import back_up_to
from timing.web.application import create_app
from timing.web.installation import now

PAGE = Path(__file__).parents[2] / "docs" / "monitoring.md"
TOKEN = "a-made-up-token-of-forty-characters-okay"


def test_every_figure_is_described_and_no_other(filled: Database, tmp_path: Path) -> None:
    variables = {"BIVOUAC_METRICS_TOKEN": TOKEN, "BIVOUAC_INSTANCE": str(tmp_path)}
    client: FlaskClient = create_app(settings_for(filled, **variables)).test_client()
    back_up_to(tmp_path / "backups", filled, now() - HOUR)
    write_health(file_of(tmp_path), [], now())
    text = client.get("/metrics", headers=bearer(TOKEN)).text
    told = set(re.findall(r"^# TYPE (bivouac_\w+)", text, re.MULTILINE))
    described = set(re.findall(r"^\| `(bivouac_\w+)`", PAGE.read_text(), re.MULTILINE))
    assert described == {name for name in told if not name.endswith("_created")}
