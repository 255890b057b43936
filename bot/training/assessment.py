"""What a release answered to every question it was examined with; kept with the release, so that two can be compared later."""
from __future__ import annotations

from typing import Dict, List, Sequence, Tuple

import msgspec

FILE = "evaluation.json"
HELD_OUT, CENTER = "held_out", "center"
"""Questions shipped with the product; questions the center wants answered right for good."""


class Answered(msgspec.Struct, frozen=True):
    """One labelled question: the ``right`` topics (first choice first), the topics found (best first) and the best one's score."""

    question: str
    right: List[str]
    found: List[str]
    score: float = 0.0
    kind: str = HELD_OUT

    @property
    def ok(self) -> bool:
        return bool(self.found) and self.found[0] in self.right

    @property
    def near(self) -> bool:
        """Whether a right topic is among the first three."""
        return bool(set(self.right) & set(self.found[:3]))


class Probe(msgspec.Struct, frozen=True):
    """An FAQ's own wording, and the home it led to. ``fresh``: the release in service was not trained on it."""

    faq: str
    wording: str
    found: str
    fresh: bool = False

    @property
    def ok(self) -> bool:
        return self.found == self.faq


class Turn(msgspec.Struct, frozen=True):
    """One turn of a scenario dialogue: what was missing and what should not have been said."""

    dialogue: str
    number: int
    said: str
    missing: List[str] = []
    wrong: List[str] = []

    @property
    def ok(self) -> bool:
        return not self.missing and not self.wrong


class Assessment(msgspec.Struct, frozen=True):
    """Everything a release was examined with."""

    answered: List[Answered] = []
    probes: List[Probe] = []
    turns: List[Turn] = []

    def of(self, kind: str) -> List[Answered]:
        return [one for one in self.answered if one.kind == kind]

    def topics(self) -> Dict[str, Tuple[int, int]]:
        """How many held-out questions of each topic are right, and how many there are."""
        found: Dict[str, Tuple[int, int]] = {}
        for one in self.of(HELD_OUT):
            right, n = found.get(one.right[0], (0, 0))
            found[one.right[0]] = (right + one.ok, n + 1)
        return found

    def confusions(self) -> List[Tuple[str, str, List[str]]]:
        """``(wanted, got, questions)`` of the held-out questions answered wrongly, most frequent first."""
        found: Dict[Tuple[str, str], List[str]] = {}
        for one in self.of(HELD_OUT):
            if not one.ok:
                found.setdefault((one.right[0], one.found[0] if one.found else ""), []).append(one.question)
        return sorted(((w, g, q) for (w, g), q in found.items()), key=lambda item: (-len(item[2]), item[0], item[1]))

    def encoded(self) -> bytes:
        return msgspec.json.encode(self)


def decode(raw: bytes) -> Assessment:
    """Raises msgspec.DecodeError."""
    return msgspec.json.decode(raw, type=Assessment)


class Change(msgspec.Struct, frozen=True):
    """A question that two releases answer differently."""

    question: str
    right: List[str]
    before: str
    after: str
    kind: str = HELD_OUT


class TopicChange(msgspec.Struct, frozen=True):
    """Share of a topic's ``n`` common questions that each release answers rightly."""

    topic: str
    n: int
    before: float
    after: float


class Comparison(msgspec.Struct, frozen=True):
    """What got better and worse, over the questions both were asked."""

    common: int
    before: float
    """Share right, 0–1."""
    after: float
    better: List[Change]
    worse: List[Change]
    topics: List[TopicChange]
    """Those that changed, worst first."""


def compare(before: Assessment, after: Assessment) -> Comparison:
    """``after`` against ``before``; questions that only one of them was asked are left out."""
    old = {(one.kind, one.question): one for one in before.answered}
    pairs = [(old[one.kind, one.question], one) for one in after.answered if (one.kind, one.question) in old]
    # The labels of today count for both: a question whose right answer was corrected since is no change of the model.
    judged = [(msgspec.structs.replace(a, right=b.right), b) for a, b in pairs]

    def changes(wanted: bool) -> List[Change]:
        return [
            Change(b.question, b.right, a.found[0] if a.found else "", b.found[0] if b.found else "", b.kind)
            for a, b in judged if a.ok != b.ok and b.ok is wanted]

    topics: Dict[str, List[Tuple[bool, bool]]] = {}
    for a, b in judged:
        if b.kind == HELD_OUT:
            topics.setdefault(b.right[0], []).append((a.ok, b.ok))
    by_topic = [
        TopicChange(topic, len(oks), _share([a for a, _ in oks]), _share([b for _, b in oks])) for topic, oks in topics.items()]
    return Comparison(
        len(judged), _share([a.ok for a, _ in judged]), _share([b.ok for _, b in judged]), changes(True), changes(False),
        sorted((t for t in by_topic if t.before != t.after), key=lambda t: (t.after - t.before, t.topic)),
    )


def _share(values: Sequence[bool]) -> float:
    return sum(values) / len(values) if values else 0.0
