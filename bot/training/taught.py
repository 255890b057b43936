"""Which FAQs the release in service does not fully know yet: those with a wording it was not taught."""
from __future__ import annotations

import threading
from datetime import date
from typing import AbstractSet, Dict, FrozenSet, List, Mapping, Optional, Set, Tuple

import msgspec

from bot import clock
from bot.knowledge.faq import Faq

from . import content
from .releases import ReleaseError, Releases

Lesson = Tuple[str, str, str]
"""Wording, FAQ id, topic."""


def wordings_taught(files: Mapping[str, bytes], day: str) -> Set[Lesson]:
    """The wordings a release was trained on: of its content's FAQs those in force on its day (ISO). Raises DecodeError, ValueError."""
    found: Set[Lesson] = set()
    for name, raw in files.items():
        if name.startswith("faq/"):
            for faq in msgspec.yaml.decode(raw, type=List[Faq]):
                if faq.in_force(date.fromisoformat(day)):
                    found.update((text, faq.id, faq.topic) for text in (faq.question, *faq.similar))
    return found


class Taught:
    """Reads a release's content once. Blocking, so call it in a thread."""

    def __init__(self, releases: Releases) -> None:
        self._releases = releases
        self._lock = threading.Lock()
        self._known: Tuple[Optional[str], Optional[AbstractSet[Lesson]]] = (None, None)

    def waiting(self, faqs: Mapping[str, Faq]) -> FrozenSet[str]:
        """Ids of FAQs in force that wait for a training; none when it is not known what the release in service was taught."""
        taught = self._taught()
        if taught is None:
            return frozenset()
        day = clock.today()
        return frozenset(faq.id for faq in faqs.values() if faq.in_force(day)
                         and any((text, faq.id, faq.topic) not in taught for text in (faq.question, *faq.similar)))

    def _taught(self) -> Optional[AbstractSet[Lesson]]:
        with self._lock:
            ident = self._releases.current_id()
            if ident != self._known[0]:
                self._known = ident, self._read(ident) if ident else None
            return self._known[1]

    def _read(self, ident: str) -> Optional[AbstractSet[Lesson]]:
        try:
            files: Dict[str, bytes] = content.unpack(self._releases.read(ident, content.FILE))
            return wordings_taught(files, self._releases.get(ident).created[:10])
        except (ReleaseError, msgspec.DecodeError, ValueError):
            return None
