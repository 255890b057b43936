"""Content that follows the files: re-read when one of them changes."""
from __future__ import annotations

import time
from pathlib import Path
from typing import Optional, Tuple

from .base import DATA, KnowledgeBase, load
from .check import check
from .errors import ContentError


class LiveKnowledge:
    """The knowledge base that follows the files: an edited answer is live within ``interval`` seconds.

    A broken edit never takes the service down: the last good content stays and ``last_error`` tells why. Broken is
    also what only the cross-checks see (an unknown fact, a pattern that does not compile): it would fail in a chat.
    """

    def __init__(self, data: Path = DATA, interval: float = 0.5):
        self._data = data
        self._interval = interval
        self._stamp = self._fingerprint()
        self._checked = time.monotonic()
        self._base = load(data)
        check(self._base)  # compiles every pattern now rather than in the first conversation
        self.last_error: Optional[Exception] = None

    def current(self) -> KnowledgeBase:
        """The newest valid content."""
        now = time.monotonic()
        if now - self._checked >= self._interval:
            self._checked = now
            try:
                stamp = self._fingerprint()
                if stamp != self._stamp:
                    self._base = self._reload()
                    self._stamp = stamp
                    self.last_error = None
            except OSError as error:
                self.last_error = error  # an editor is replacing the file: read it at the next look
            except ContentError as error:
                self._stamp = stamp
                self.last_error = error
        return self._base

    def _reload(self) -> KnowledgeBase:
        """Load and check; mistakes that the present content has as well (a fact that expired today) are no reason to refuse."""
        base = load(self._data)
        problems = check(base)
        if problems:
            known = set(check(self._base))
            problems = [p for p in problems if p not in known]
        if problems:
            raise ContentError(problems)
        return base

    def _fingerprint(self) -> Tuple[Tuple[str, int, int], ...]:
        stats = []
        for folder in ("services", "faq", "policy", "profile"):
            for path in sorted((self._data / folder).glob("*.yml")):
                stat = path.stat()
                stats.append((str(path), stat.st_mtime_ns, stat.st_size))
        return tuple(stats)
