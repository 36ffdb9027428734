"""Logs: a line of JSON for each event where a race is served, readable lines elsewhere.

What a line may hold is what helps whoever keeps an installation running: no names, keys, addresses
or bodies. Lines written for a request carry its id.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog

from timing.settings import Environment, Settings


def configure_logs(settings: Settings) -> None:
    """Log to standard error what is serious enough by the settings, that of libraries too."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            *_BEGINNING,
            *_ending(is_production=settings.environment is Environment.PRODUCTION),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )
    if settings.environment is Environment.PRODUCTION:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(json_formatter())
        # Libraries have nothing to say that matters and is less than a warning.
        logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def json_formatter() -> logging.Formatter:
    """Writes what libraries log, as lines of JSON like ours."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_logger_name,
            *_BEGINNING,
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *_ending(is_production=True),
        ],
    )


def gunicorn_logging(settings: Settings) -> dict[str, Any]:
    """What gunicorn is told, so that its lines are like ours where a race is served."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": f"{__name__}.json_formatter"}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "json",
                "stream": "ext://sys.stderr",
            }
        },
        "root": {"level": "WARNING", "handlers": ["stderr"]},
        "loggers": {
            "gunicorn.error": {
                "level": settings.log_level.upper(),
                "handlers": ["stderr"],
                "propagate": False,
            }
        },
    }


_BEGINNING: tuple[structlog.typing.Processor, ...] = (
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso"),
)


def _ending(*, is_production: bool) -> list[structlog.typing.Processor]:
    if is_production:
        # Without the values of variables: keys and passwords are among them.
        traces = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        return [
            structlog.processors.ExceptionRenderer(traces),
            structlog.processors.JSONRenderer(),
        ]
    return [
        structlog.dev.ConsoleRenderer(
            colors=False, exception_formatter=structlog.dev.plain_traceback
        )
    ]
