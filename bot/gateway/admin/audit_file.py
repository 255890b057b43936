"""The audit log's copy in a file, one entry a line, oldest first; only ever appended to, but for entries past retention."""
from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Iterable, Iterator, Optional

from bot.gateway.admin.audit_entry import Entry, Unreadable

_TAIL = 256 * 1024
"""Bytes that surely hold the last line."""


class AuditFile:
    """``path`` with mode 600. Every method blocks; call them away from the event loop."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One process at a time."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with open(self.path.with_suffix(".lock"), "a", opener=_private) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def last(self) -> Optional[Entry]:
        """The last entry; a line that was cut off by a power failure does not count."""
        try:
            with open(self.path, "rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
                lines = file.read().split(b"\n")
        except FileNotFoundError:
            return None
        for line in reversed(lines[:-1]):
            try:
                return Entry.of_line(line.decode("utf-8", "replace"))
            except Unreadable:
                continue
        return None

    def append(self, entries: Iterable[Entry]) -> None:
        """Write and force to disk."""
        text = "".join(entry.line() for entry in entries)
        if text:
            with open(self.path, "a+b", opener=_private) as file:
                size = file.seek(0, os.SEEK_END)
                if size and _byte_at(file, size - 1) != b"\n":
                    text = "\n" + text  # after a half-written line
                file.write(text.encode())
                file.flush()
                os.fsync(file.fileno())

    def lines(self) -> Iterator[str]:
        """Every line that is not empty, oldest first."""
        try:
            with open(self.path, encoding="utf-8", errors="replace") as file:
                yield from (line for line in file if line.strip())
        except FileNotFoundError:
            return

    def drop(self, through: int) -> None:
        """Remove the entries up to number ``through``; all or nothing."""
        if not self.path.exists():
            return
        new = self.path.with_suffix(".new")
        with open(new, "w", encoding="utf-8", opener=_private) as file:
            file.writelines(line for line in self.lines() if not _is_old(line, through))
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, self.path)


def _is_old(line: str, through: int) -> bool:
    try:
        return Entry.of_line(line).number <= through
    except Unreadable:
        return False


def _byte_at(file: BinaryIO, place: int) -> bytes:
    file.seek(place)
    return file.read(1)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
