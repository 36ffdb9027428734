"""How the application is served: gunicorn with gevent, so that open streams cost no threads."""

import os
import resource
import signal
from typing import Any

from timing.live.logs import gunicorn_logging
from timing.settings import Environment, read_settings

_settings = read_settings(os.environ)

bind = f"{_settings.host}:{_settings.port}"
if _settings.certificate is not None:
    certfile = str(_settings.certificate)
    keyfile = str(_settings.certificate_key)
workers = _settings.workers
worker_class = "gevent"
# Open streams are connections too, and whichever worker is quicker takes the next: one of them
# must have room for nearly all.
worker_connections = 10_000
loglevel = _settings.log_level.value
if _settings.environment is Environment.PRODUCTION:
    logconfig_dict = gunicorn_logging(_settings)
proc_name = "bivouac"

# Each worker opens the database and its books itself: neither survives a fork.
preload_app = False
# The control socket would be a file in the home of whoever serves.
control_socket_disable = True

keepalive = 15  # seconds
timeout = 60  # seconds without a sign of life, then a worker is replaced
graceful_timeout = 10  # seconds; streams end by themselves within one

# Each connection is an open file; the system allows more than it gives unasked.
_files, _most_files = resource.getrlimit(resource.RLIMIT_NOFILE)
if _files < (_wanted := 2 * worker_connections):
    if _most_files != resource.RLIM_INFINITY:
        _wanted = min(_wanted, _most_files)
    resource.setrlimit(resource.RLIMIT_NOFILE, (_wanted, _most_files))

limit_request_line = 4_094
limit_request_fields = 64
limit_request_field_size = 8_190


_metrics_folder = _settings.instance / "metrics"
if _settings.metrics_token:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(_metrics_folder)


def on_starting(server: Any) -> None:  # noqa: ANN401 - gunicorn brings no types
    """Begin to count from nothing: what an earlier start counted is no part of this one."""
    del server
    if _settings.metrics_token:
        _metrics_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in _metrics_folder.glob("*.db"):
            left.unlink()


def child_exit(server: Any, worker: Any) -> None:  # noqa: ANN401 - gunicorn brings no types
    """What a worker has open and waiting ends with it; what it counted stays counted."""
    del server
    for left in _metrics_folder.glob(f"gauge_live*_{worker.pid}.db"):
        left.unlink(missing_ok=True)


def when_ready(server: Any) -> None:  # noqa: ANN401 - gunicorn brings no types
    """Let Ctrl-C end the workers in order, as SIGTERM does, rather than kill and complain."""
    server.handle_int = server.handle_term


def post_worker_init(worker: Any) -> None:  # noqa: ANN401 - gunicorn brings no types
    """Let the worker follow the database, and end its streams when it is told to end."""
    from timing.web.application import serve  # noqa: PLC0415 - not before gevent has patched

    serve(worker.wsgi, lambda: worker.alive)
    # Ctrl-C reaches every process of a terminal; the master then tells its workers by itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
