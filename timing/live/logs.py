"""Logs: a line of JSON for each event where a race is served, readable lines elsewhere."""

from __future__ import annotations

import logging
import sys

import structlog

from timing.settings import Environment, Settings


def configure_logs(settings: Settings) -> None:
    """Log to standard error what is serious enough by the settings."""
    is_production = settings.environment is Environment.PRODUCTION
    # Without the values of variables: keys and passwords are among them.
    traces = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    last: list[structlog.typing.Processor] = (
        [
            structlog.processors.ExceptionRenderer(traces),
            structlog.processors.JSONRenderer(),
        ]
        if is_production
        else [
            structlog.dev.ConsoleRenderer(
                colors=False, exception_formatter=structlog.dev.plain_traceback
            )
        ]
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            *last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[settings.log_level.upper()]
        ),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )
