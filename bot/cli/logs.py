"""Log files of the child processes: appended, and rotated by size when the system starts."""
from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

LARGEST = 10 * 1024 * 1024
"""Bytes; a larger file is rotated away at the next start."""
KEEP = 3


def open_log(folder: Path, name: str) -> BinaryIO:
    """``folder/name.log`` for appending, after rotation; unbuffered and readable by the owner only."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{name}.log"
    if path.exists() and path.stat().st_size > LARGEST:
        for number in range(KEEP, 1, -1):
            older = folder / f"{name}.log.{number - 1}"
            if older.exists():
                older.replace(folder / f"{name}.log.{number}")
        path.replace(folder / f"{name}.log.1")
    file = open(path, "ab", buffering=0)
    path.chmod(0o600)
    return file


def last_lines(folder: Path, name: str, count: int = 3) -> str:
    """The end of a log, for the sentence that says why a process did not start."""
    path = folder / f"{name}.log"
    if not path.exists():
        return ""
    with open(path, "rb") as file:
        file.seek(max(0, path.stat().st_size - 4000))
        lines = [line for line in file.read().decode("utf-8", "replace").splitlines() if line.strip()]
    return "\n".join(line[:300] for line in lines[-count:])
