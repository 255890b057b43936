"""Writing changed FAQ files: one administrator at a time, whole files or nothing."""
from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from pathlib import Path
from typing import Dict, Iterator, List

from . import faq_text
from .faq import Faq
from .faq_text import TextError


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
        self._texts: Dict[Path, str] = {}
        self._before: Dict[Path, str] = {}

    def add(self, faq: Faq) -> Path:
        """Append ``faq`` to the file of its topic."""
        path = self._folder / f"{faq.topic}.yml"
        text = self._read(path)
        self._texts[path] = self._named(path, lambda: faq_text.append(text, faq))
        return path

    def change(self, path: Path, ident: str, values: Dict[str, object]) -> None:
        """Replace fields of a record of the file ``path``."""
        text = self._read(path)
        self._texts[path] = self._named(path, lambda: faq_text.change(text, ident, values))

    def write(self) -> List[Path]:
        """Put every changed file in place; on an error all files are as before. Raises OSError."""
        changed = {path: text for path, text in self._texts.items() if text != self._before[path]}
        ready = {}
        done: List[Path] = []
        try:
            for path, text in changed.items():
                ready[path] = _beside(path, text)
            for path in changed:
                os.replace(ready.pop(path), path)
                done.append(path)
        except OSError:
            for temporary in ready.values():
                temporary.unlink(missing_ok=True)
            for path in done:
                self._put_back(path)
            raise
        return list(changed)

    def _read(self, path: Path) -> str:
        if path not in self._texts:
            try:
                # Bytes, not text mode: a file with Windows line ends is handed to the checks as it is.
                self._before[path] = path.read_bytes().decode("utf-8")
            except FileNotFoundError:
                self._before[path] = ""
            except UnicodeDecodeError:
                raise TextError(f"data/faq/{path.name} 不是 UTF-8 文字，请先另存为 UTF-8") from None
            self._texts[path] = self._before[path]
        return self._texts[path]

    def _named(self, path: Path, edit) -> str:  # type: ignore[no-untyped-def]
        try:
            return edit()
        except TextError as error:
            raise TextError(f"data/faq/{path.name} {error}") from None

    def _put_back(self, path: Path) -> None:
        if self._before[path]:
            os.replace(_beside(path, self._before[path]), path)
        else:
            path.unlink(missing_ok=True)


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
