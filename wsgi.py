"""The application for a WSGI server: ``gunicorn --config config/gunicorn.conf.py wsgi:app``."""

import os

from timing.live.logs import configure_logs
from timing.settings import read_settings
from timing.web.application import create_app

settings = read_settings(os.environ)
configure_logs(settings)
app = create_app(settings)
