"""The worker's log: one JSON object a line, in the gateway's form, with the id of the request it belongs to.

Only our own loggers' messages are written out; other libraries' may quote what a citizen said, so of theirs the template is.
"""
from __future__ import annotations

import logging
import sys
from contextvars import ContextVar

from bot.log_lines import line

REQUEST: "ContextVar[str]" = ContextVar("request", default="")
"""The gateway's id of the request being answered; tasks and the threads of actions inherit it."""
OURS = ("bot.", "actions.", "__main__")
FIELDS = ("status", "ms", "stages", "count", "release")
"""The only extra fields that reach a line."""


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        event = record.getMessage() if record.name.startswith(OURS) else str(record.msg)
        return line(record, event, FIELDS, **({"request_id": REQUEST.get()} if REQUEST.get() else {}))


def configure_logging(level: int = logging.INFO) -> None:
    """Send every logger's lines to standard error in the form above."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
