"""Structured logs on standard error: one JSON object a line, never chat text, tokens or personal data.

Attack: log injection and leaking through logs. Only fixed templates and named fields are written; messages of
exceptions and arguments of other libraries' log calls may quote what a citizen sent, so they are left out.
"""
from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import datetime, timezone

FIELDS = ("request_id", "method", "route", "status", "ms", "worker", "code", "count", "path", "client")
"""The only extra fields that reach a log line."""

LOGGER = logging.getLogger("gjj.gateway")
ACCESS = logging.getLogger("gjj.access")
"""One line a request; kept apart from events and from the console's audit, see :func:`bot.gateway.access_log.keep_apart`."""


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": str(record.msg),
        }
        line.update((name, record.__dict__[name]) for name in FIELDS if name in record.__dict__)
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            line["where"] = [f"{frame.filename}:{frame.lineno} {frame.name}"
                             for frame in traceback.extract_tb(record.exc_info[2])[-8:]]
        return json.dumps(line, ensure_ascii=False)


def configure_logging(level: int = logging.INFO) -> None:
    """Send every logger's lines to standard error in the format above."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
