"""The content as the console sees it: always what the files say now."""
from __future__ import annotations

import asyncio
import fcntl
import os
import threading
from contextlib import asynccontextmanager
from pathlib import Path
from typing import AsyncIterator, Dict, List, Mapping, Optional, Tuple

from bot.knowledge.base import DATA, KnowledgeBase, load
from bot.knowledge.check import everything
from bot.knowledge.errors import ContentError, Problem
from bot.knowledge.faq_store import read_text, replace_files

from .refusal import Refused

WAIT_SECONDS = 5.0
"""For another administrator's write; one takes well under a second."""
FOLDERS = ("services", "faq", "policy", "profile")


class Library:
    """One data folder. Reading is cached by the files' stamps; blocking, so call it in a thread."""

    def __init__(self, data: Path = DATA):
        self.data = data
        self._lock = threading.Lock()
        self._stamp: Optional[Tuple[Tuple[str, int, int], ...]] = None
        self._base: Optional[KnowledgeBase] = None
        self.trouble: List[Problem] = []
        """Mistakes that keep the newest files from being read; the content before them is shown."""

    def base(self) -> KnowledgeBase:
        """What the files say, or their last readable state; raises ContentError when they never were."""
        with self._lock:
            stamp = self._fingerprint()
            if stamp != self._stamp:
                try:
                    self._base, self.trouble = load(self.data), []
                except ContentError as error:
                    if self._base is None:
                        raise
                    self.trouble = error.problems
                self._stamp = stamp
            assert self._base is not None
            return self._base

    def sound(self, changed: Mapping[Path, str]) -> KnowledgeBase:
        """The content with ``changed`` texts in place, checked as ./gjj config check does; raises :class:`Refused`.

        Mistakes that the present content has as well (a fact that expired today) are no reason to refuse.
        """
        before = self.base()
        if self.trouble:
            raise Refused(*(f"现有内容有错，先改好再来：{problem}" for problem in self.trouble))
        try:
            after = load(self.data, changed)
        except ContentError as error:
            raise Refused(*map(str, error.problems)) from None
        known = set(everything(before, self.data))
        problems = [str(problem) for problem in everything(after, self.data) if problem not in known]
        if problems:
            raise Refused(*problems)
        return after

    def write(self, texts: Mapping[Path, str]) -> None:
        """Put the files in place, all or none; raises OSError."""
        before: Dict[Path, str] = {path: read_text(path) for path in texts}
        replace_files(texts, before)

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Hold the folder against every other writer: other requests, other gateways on the same disk, the terminal."""
        handle = os.open(self.data / "faq", os.O_RDONLY)  # the folder ./gjj faq holds too
        try:
            await self._acquire(handle)
            yield
        finally:
            os.close(handle)

    async def _acquire(self, handle: int) -> None:
        for _ in range(int(WAIT_SECONDS / 0.05)):
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                await asyncio.sleep(0.05)
        raise Refused("别人正在保存内容，请过几秒再试")

    def _fingerprint(self) -> Tuple[Tuple[str, int, int], ...]:
        stats = []
        for folder in FOLDERS:
            with os.scandir(self.data / folder) as entries:
                for entry in entries:
                    if entry.name.endswith(".yml") and not entry.name.startswith("."):
                        stat = entry.stat()
                        stats.append((entry.path, stat.st_mtime_ns, stat.st_size))
        return tuple(sorted(stats))
