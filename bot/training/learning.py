"""When only FAQ wordings changed since the release in service: what it has to learn and to forget instead of a full training."""
from __future__ import annotations

from pathlib import Path
from typing import Any, List, NamedTuple, Optional, Tuple

import msgspec

from bot import clock
from bot.knowledge.base import KnowledgeBase

from . import content
from .releases import ReleaseError, Releases, basis
from .taught import wordings_taught

MOST = 300
"""Wordings learned since the last full training; then the next one is full again."""


class Lesson(NamedTuple):
    """``new`` and ``gone``: (wording, FAQ id, topic). ``learned``: how many wordings since the last full training, with these."""

    release: str
    model: Path
    new: List[Tuple[str, str, str]]
    gone: List[Tuple[str, str, str]]
    learned: int


def lesson(base: KnowledgeBase, releases: Releases, data: Path) -> Optional[Lesson]:
    """None when a full training is needed: other things changed, too much was learned, or it is not known what the release knows."""
    ident = releases.current_id()
    if ident is None:
        return None
    try:
        release = releases.get(ident)
        if release.basis != basis() or release.questions != content.questions_digest(data):
            return None
        before = wordings_taught(content.unpack(releases.read(ident, content.FILE)), release.created[:10])
        model = releases.model_path(ident)
    except (ReleaseError, msgspec.DecodeError, ValueError):
        return None
    now = {(text, faq.id, faq.topic) for faq in base.faqs.values() if faq.in_force(clock.today()) for text in (faq.question, *faq.similar)}
    new, gone = sorted(now - before), sorted(before - now)
    learned = release.learned + len(new) + len(gone)
    return Lesson(ident, model, new, gone, learned) if 0 < learned <= MOST and (new or gone) else None


def sample(everything: List[Any], count: int) -> List[Any]:
    """``count`` of them, spread evenly."""
    if len(everything) <= count:
        return list(everything)
    return [everything[number * len(everything) // count] for number in range(count)]
