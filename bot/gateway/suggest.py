"""Questions offered while the citizen types, read from the knowledge files and refreshed when those change."""
from __future__ import annotations

import time
import unicodedata
from pathlib import Path
from typing import Callable, Dict, List, Optional, Sequence, Tuple

import yaml

from bot.gateway.logs import LOGGER

MOST = 5
RECHECK_SECONDS = 2.0
_OVERLAP_NEEDED = 0.6

QuestionSource = Callable[[], List[str]]
"""Gives every question that may be offered. Called often: it must be cheap when nothing changed."""


class QuestionFiles:
    """Questions from ``data/faq/*.yml`` (enabled records) and ``data/services/*.yml``; a :data:`QuestionSource`.

    A file that cannot be read keeps its last good questions, so an editor's half-saved file takes nothing away.
    """

    def __init__(self, data_dir: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._dir = data_dir
        self._clock = clock
        self._checked: Optional[float] = None
        self._files: Dict[Path, Tuple[Tuple[int, int], List[str]]] = {}
        self._questions: List[str] = []

    def __call__(self) -> List[str]:
        now = self._clock()
        if self._checked is None or now - self._checked >= RECHECK_SECONDS:
            self._checked = now
            self._refresh()
        return self._questions

    def _refresh(self) -> None:
        known = self._files
        self._files = {}
        for kind in ("services", "faq"):
            for path in sorted((self._dir / kind).glob("*.yml")):
                entry = self._load(kind, path, known.get(path))
                if entry is not None:
                    self._files[path] = entry
        if self._files != known:
            self._questions = list(dict.fromkeys(q for _, questions in self._files.values() for q in questions))

    @staticmethod
    def _load(kind: str, path: Path, known):
        try:
            status = path.stat()
            stamp = (status.st_mtime_ns, status.st_size)
            if known is not None and known[0] == stamp:
                return known
            parsed = yaml.load(path.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        except (OSError, UnicodeDecodeError, yaml.YAMLError):
            LOGGER.warning("question file unreadable", extra={"path": path.name})
            return known
        return stamp, (_card_questions(parsed) if kind == "services" else _faq_questions(parsed))


def _card_questions(card: object) -> List[str]:
    if not isinstance(card, dict):
        return []
    name = card.get("short") or card.get("name")
    return [f"{name}怎么办理？"] if isinstance(name, str) and name else []


def _faq_questions(records: object) -> List[str]:
    if not isinstance(records, list):
        return []
    return [record["question"] for record in records
            if isinstance(record, dict) and isinstance(record.get("question"), str) and record.get("enabled", True)]


class QuestionBank:
    """Ranks the questions of one source against what was typed so far."""

    def __init__(self, source: QuestionSource) -> None:
        self._source = source
        self._seen: Optional[List[str]] = None
        self._normal: List[Tuple[str, str]] = []

    def suggest(self, typed: str, most: int = MOST) -> List[str]:
        """Up to ``most`` questions, closest first; nothing for fewer than two characters."""
        wanted = normal(typed)
        if len(wanted) < 2:
            return []
        scored = [(score(wanted, plain), -len(plain), question) for question, plain in self._all()]
        scored = [item for item in scored if item[0] > 0]
        scored.sort(reverse=True)
        return [question for _, _, question in scored[:most]]

    def _all(self) -> Sequence[Tuple[str, str]]:
        questions = self._source()
        if questions is not self._seen:
            self._seen, self._normal = questions, [(question, normal(question)) for question in questions]
        return self._normal


def normal(text: str) -> str:
    """Half width, lower case, letters and digits only."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).lower() if c.isalnum())


def score(wanted: str, question: str) -> float:
    """Between 0 (unrelated) and 3: as a beginning, inside, or by shared character pairs."""
    if question.startswith(wanted):
        return 3.0
    if wanted in question:
        return 2.0
    pairs = {wanted[i:i + 2] for i in range(len(wanted) - 1)}
    shared = sum(pair in question for pair in pairs) / len(pairs)
    letters = sum(c in question for c in set(wanted)) / len(set(wanted))
    value = 0.5 * shared + 0.5 * letters
    return value if value >= _OVERLAP_NEEDED and shared > 0 else 0.0
