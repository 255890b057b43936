"""Structured logs on standard error: one JSON object a line, never chat text, tokens or personal data.

Attack: log injection and leaking through logs. Only fixed templates and named fields are written; messages of
exceptions and arguments of other libraries' log calls may quote what a citizen sent, so they are left out.
"""
from __future__ import annotations

import logging
import sys
import warnings

from aiohttp.multipart import BadContentDispositionHeader, BadContentDispositionParam

from bot.log_lines import line

FIELDS = ("request_id", "method", "route", "status", "ms", "worker", "code", "count", "path", "client")
"""The only extra fields that reach a log line."""

LOGGER = logging.getLogger("gjj.gateway")
ACCESS = logging.getLogger("gjj.access")
"""One line a request; kept apart from events and from the console's audit, see :func:`bot.gateway.access_log.keep_apart`."""


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return line(record, str(record.msg), FIELDS)


def configure_logging(level: int = logging.INFO) -> None:
    """Send every logger's lines to standard error in the format above."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    leave_out_warnings()


def leave_out_warnings() -> None:
    """Attack: headers of forms that aiohttp warns of in the sender's own words, each of which Python would print and keep for ever."""
    for category in (BadContentDispositionHeader, BadContentDispositionParam):
        warnings.simplefilter("ignore", category)
