"""Writing changed FAQ files: one administrator at a time, whole files or nothing."""
from __future__ import annotations

import fcntl
import os
import re
from contextlib import contextmanager
from pathlib import Path
from typing import Dict, Iterator, List, Mapping, Optional

from . import faq_text
from .faq import Faq
from .faq_text import TextError

MOST_RECORDS = 100
"""Of one file: an edited answer is read again with its whole file, and that must not take long."""
_ID = re.compile(r"^[ -]*id:", re.MULTILINE)


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the folder against other administrators; raises :class:`TextError` when somebody else is writing."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise TextError("别人正在修改常见问题，请过几秒再试") from None
    try:
        yield
    finally:
        os.close(handle)


class Changes:
    """Pending changes of the files in ``folder``; nothing is on disk before :meth:`write`."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._before: Dict[Path, str] = {}
        self._counts: Dict[Path, int] = {}
        self._added: Dict[Path, List[Faq]] = {}
        self._changed: Dict[Path, Dict[str, Dict[str, object]]] = {}
        self._texts: Optional[Dict[Path, str]] = None

    def add(self, faq: Faq) -> Path:
        """Append ``faq`` to the file of its topic, or to that topic's next file once it is full."""
        number = 1
        while True:
            path = self._folder / (f"{faq.topic}.yml" if number == 1 else f"{faq.topic}_{number}.yml")
            added = self._added.setdefault(path, [])
            if self._records(path) + len(added) < MOST_RECORDS:
                added.append(faq)
                return path
            number += 1

    def change(self, path: Path, ident: str, values: Dict[str, object]) -> None:
        """Replace fields of a record of the file ``path``."""
        self._changed.setdefault(path, {}).setdefault(ident, {}).update(values)

    def texts(self) -> Dict[Path, str]:
        """What every file that changes will say, with all of :meth:`add` and :meth:`change`; raises :class:`TextError`."""
        if self._texts is not None:
            return self._texts
        found: Dict[Path, str] = {}
        for path in [*self._changed, *(path for path in self._added if path not in self._changed)]:
            text = self._read(path)
            try:
                text = faq_text.change(text, self._changed[path]) if path in self._changed else text
                text = faq_text.append(text, self._added[path]) if self._added.get(path) else text
            except TextError as error:
                raise TextError(f"data/faq/{path.name} {error}") from None
            if text != self._before[path]:
                found[path] = text
        self._texts = found
        return found

    def write(self) -> List[Path]:
        """Put every changed file in place; on an error all files are as before. Raises TextError, OSError."""
        texts = self.texts()
        replace_files(texts, self._before)
        return list(texts)

    def _records(self, path: Path) -> int:
        """How many records the file holds; their ids stand on lines of their own."""
        if path not in self._counts:
            self._counts[path] = len(_ID.findall(self._read(path)))
        return self._counts[path]

    def _read(self, path: Path) -> str:
        if path not in self._before:
            self._before[path] = read_text(path)
        return self._before[path]


def read_text(path: Path) -> str:
    """The file's text, empty when there is none; raises :class:`TextError` for anything but UTF-8."""
    try:
        # Bytes, not text mode: a file with Windows line ends is handed to the checks as it is.
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError:
        raise TextError(f"data/{path.parent.name}/{path.name} 不是 UTF-8 文字，请先另存为 UTF-8") from None


def replace_files(texts: Mapping[Path, str], before: Mapping[Path, str]) -> None:
    """Put the files in place, all of them or (on an OSError, raised on) none; ``before`` is what they say now, empty = no file."""
    ready: Dict[Path, Path] = {}
    done: List[Path] = []
    try:
        for path, text in texts.items():
            ready[path] = _beside(path, text)
        for path in texts:
            os.replace(ready.pop(path), path)
            done.append(path)
    except OSError:
        for temporary in ready.values():
            temporary.unlink(missing_ok=True)
        for path in done:
            if before[path]:
                os.replace(_beside(path, before[path]), path)
            else:
                path.unlink(missing_ok=True)
        raise


def _beside(path: Path, text: str) -> Path:
    """A synced file next to ``path`` with its mode; the name is none that the loader reads."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with open(temporary, "wb") as file:
            file.write(text.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    return temporary
