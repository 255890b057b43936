"""The access log has files of its own: a day each, readable by the owner only, removed when they are too old.

Apart from events (standard error, ``gateway.log``) and from the console's audit, because each is kept for another time and
read by other people.
"""
from __future__ import annotations

import logging
import os
from datetime import date, timedelta
from io import TextIOWrapper
from logging.handlers import TimedRotatingFileHandler
from pathlib import Path
from typing import List

from bot.gateway.logs import ACCESS, LOGGER, JsonFormatter

NAME = "access.log"
MOST_BYTES = 1024 ** 3
"""Of one day. Attack: filling the disk with requests; the rest of such a day goes unwritten, and an event says so."""


class DailyFile(TimedRotatingFileHandler):
    """``access.log`` of today, ``access.log.2026-11-22`` before; those older than ``days`` go at start and at midnight."""

    def __init__(self, folder: Path, days: int) -> None:
        self._days = days
        self._full = False
        super().__init__(folder / NAME, when="midnight", backupCount=1, encoding="utf-8")
        for old in self.getFilesToDelete():
            os.remove(old)

    def emit(self, record: logging.LogRecord) -> None:
        if self.stream is None or self.stream.tell() < MOST_BYTES or self.shouldRollover(record):
            self._full = False
            super().emit(record)
        elif not self._full:
            self._full = True
            LOGGER.error("access log of the day is full")

    def getFilesToDelete(self) -> List[str]:
        oldest = date.today() - timedelta(days=self._days)
        return [str(path) for path in Path(self.baseFilename).parent.glob(NAME + ".*") if _day(path) < oldest]

    def _open(self) -> TextIOWrapper:
        return open(self.baseFilename, "a", encoding="utf-8", opener=lambda path, flags: os.open(path, flags, 0o600))


def keep_apart(folder: Path, days: int) -> logging.Handler:
    """Write the access log to ``folder`` from now on, and nowhere else. Raises OSError when the folder cannot be written."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handler = DailyFile(folder, days)
    handler.setFormatter(JsonFormatter())
    ACCESS.handlers[:] = [handler]
    ACCESS.setLevel(logging.INFO)
    ACCESS.propagate = False
    return handler


def _day(path: Path) -> date:
    try:
        return date.fromisoformat(path.suffix[1:])
    except ValueError:
        return date.max
