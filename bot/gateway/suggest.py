"""Questions offered while the citizen types, read from the knowledge files and refreshed when those change."""
from __future__ import annotations

import time
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Dict, List, Optional, Set, Tuple

import yaml

from bot.gateway.logs import LOGGER

MOST = 5
RECHECK_SECONDS = 2.0
_OVERLAP_NEEDED = 0.6
_SIMILAR_WEIGHT = 0.9
_TROUBLES = ("困难", "少缴", "咨询", "复核")
"""Endings of card names that are no procedure one applies for."""

@dataclass(frozen=True)
class Question:
    """A question that may be offered, and other ways people put it, which also find it."""

    text: str
    similar: Tuple[str, ...] = ()


QuestionSource = Callable[[], List[Question]]
"""Gives every question that may be offered: the same list object as long as nothing changed. Called often."""
Loaded = Tuple[Tuple[int, int], List[Question]]
"""Time and size of a file, and the questions in it."""


class QuestionFiles:
    """Questions from ``data/faq/*.yml`` (enabled records) and ``data/services/*.yml``; a :data:`QuestionSource`.

    A file that cannot be read keeps its last good questions, so an editor's half-saved file takes nothing away.
    """

    def __init__(self, data_dir: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._dir = data_dir
        self._clock = clock
        self._checked: Optional[float] = None
        self._files: Dict[Path, Loaded] = {}
        self._questions: List[Question] = []

    def __call__(self) -> List[Question]:
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
            self._questions = list({question.text: question for _, questions in self._files.values() for question in questions}.values())

    @staticmethod
    def _load(kind: str, path: Path, known: Optional[Loaded]) -> Optional[Loaded]:
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


def _card_questions(card: object) -> List[Question]:
    if not isinstance(card, dict):
        return []
    name = card.get("short") or card.get("name")
    if not isinstance(name, str) or not name:
        return []
    return [Question(name + ("怎么办？" if name.endswith(_TROUBLES) else "怎么办理？"))]


def _faq_questions(records: object) -> List[Question]:
    if not isinstance(records, list):
        return []
    return [Question(record["question"], tuple(text for text in record.get("similar") or () if isinstance(text, str)))
            for record in records
            if isinstance(record, dict) and isinstance(record.get("question"), str) and record.get("enabled", True)]


class QuestionBank:
    """Ranks the questions of one source against what was typed so far."""

    def __init__(self, source: QuestionSource) -> None:
        self._source = source
        self._seen: Optional[List[Question]] = None
        self._phrasings: List[Tuple[str, str, float]] = []
        self._by_pair: Dict[str, List[int]] = {}

    def suggest(self, typed: str, most: int = MOST) -> List[str]:
        """Up to ``most`` questions, closest first; nothing for fewer than two characters."""
        wanted = normal(typed)
        if len(wanted) < 2:
            return []
        self._index()
        pairs = _pairs(wanted)
        shared = Counter(number for pair in pairs for number in self._by_pair.get(pair, ()))
        best: Dict[str, Tuple[float, int]] = {}
        for number, count in shared.items():
            text, plain, weight = self._phrasings[number]
            value = weight * score(wanted, plain, count / len(pairs))
            if value > 0:
                best[text] = max(best.get(text, (0.0, 0)), (value, -len(plain)))
        return sorted(best, key=lambda text: best[text], reverse=True)[:most]

    def _index(self) -> None:
        """Read every phrasing once, by the character pairs it holds."""
        questions = self._source()
        if questions is self._seen:
            return
        self._seen = questions
        self._phrasings = [(question.text, normal(text), 1.0 if text == question.text else _SIMILAR_WEIGHT)
                           for question in questions for text in (question.text, *question.similar)]
        self._by_pair = {}
        for number, (_, plain, _) in enumerate(self._phrasings):
            for pair in _pairs(plain):
                self._by_pair.setdefault(pair, []).append(number)


def normal(text: str) -> str:
    """Half width, lower case, letters and digits only."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).lower() if c.isalnum())


def score(wanted: str, plain: str, shared: float) -> float:
    """Between 0 (unrelated) and 3: as a beginning, inside, or by characters and ``shared`` (0–1) character pairs."""
    if plain.startswith(wanted):
        return 3.0
    if wanted in plain:
        return 2.0
    letters = sum(c in plain for c in set(wanted)) / len(set(wanted))
    value = 0.5 * shared + 0.5 * letters
    return value if value >= _OVERLAP_NEEDED else 0.0


def _pairs(text: str) -> Set[str]:
    return {text[i:i + 2] for i in range(len(text) - 1)}
