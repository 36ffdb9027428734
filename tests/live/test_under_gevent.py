"""All of it under gevent too, where threads are greenlets and locks are gevent's."""

import os
import subprocess
import sys

import pytest

HERE = "tests/live"
INSIDE = "BIVOUAC_TESTS_UNDER_GEVENT"

_RUN = """
from gevent import monkey
monkey.patch_all()
import sys
import pytest
sys.exit(pytest.main(sys.argv[1:]))
"""


@pytest.mark.skipif(INSIDE in os.environ, reason="this is the run under gevent")
def test_everything_holds_under_gevent() -> None:
    run = subprocess.run(
        [sys.executable, "-c", _RUN, "-q", "-p", "no:cacheprovider", HERE],
        env={**os.environ, INSIDE: "yes"},
        capture_output=True,
        text=True,
        check=False,
        timeout=250,
    )
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-2000:]
