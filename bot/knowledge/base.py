"""The knowledge base: everything under data/, decoded and indexed."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional, Tuple, Type

import msgspec

from .card import Answer, Ask, Card, Remind, Rule
from .errors import ContentError, Problem, unreadable
from .faq import Faq
from .policy import CenterFile, Fact, FactsFile, Setting, Source, TermsFile
from .profile import Mood, ProfileFact, ProfileFile
from .topics import TopicsFile

DATA = Path(__file__).resolve().parents[2] / "data"


@dataclass(frozen=True)
class KnowledgeBase:
    """All content at one moment. Look-ups by code or id; nothing here changes after loading."""

    cards: Dict[str, Card]
    faqs: Dict[str, Faq]
    facts: Dict[str, Fact]
    center: Dict[str, Setting]
    terms: TermsFile
    topics: TopicsFile
    profile: Dict[str, ProfileFact]
    moods: Dict[str, Mood]
    rules: Dict[str, Rule]
    """Every question and reminder by id."""
    rule_card: Dict[str, Card]
    """The card a rule belongs to, by rule id."""
    files: Dict[str, str]
    """Where a card, FAQ or profile fact came from: ``kind:id`` → path relative to data/."""

    def is_set(self, key: str, day: date) -> bool:
        """Whether the center has configured ``key`` for ``day``."""
        return self.center[key].is_set(day)

    def sources(self, fact_ids: List[str], day: date) -> List[Tuple[Source, Fact]]:
        """Distinct sources behind ``fact_ids``, usable facts only, in order of first mention."""
        seen: Dict[Tuple[str, str], Tuple[Source, Fact]] = {}
        for fact_id in fact_ids:
            fact = self.facts[fact_id]
            if fact.usable(day):
                for source in fact.sources:
                    seen.setdefault((source.title, source.article), (source, fact))
        return list(seen.values())

    def answer(self, code: str, aspect: str) -> Optional[Answer]:
        """The card's own answer for ``aspect``, or None when it has none."""
        return self.cards[code].answers.get(aspect)

    def card_of(self, home: str) -> str:
        """The card an answer belongs to: the card itself; for an FAQ its only related card, or the first that has its topic."""
        faq = self.faqs.get(home)
        if faq is None:
            return home if home in self.cards else ""
        same = [code for code in faq.related if faq.topic in self.cards[code].topics.values()]
        fitting = faq.related if len(faq.related) == 1 else same
        return fitting[0] if fitting else ""

    def topic(self, home: str, aspect: str) -> str:
        """Evaluation topic of a card code or FAQ id with an aspect."""
        if home in self.cards:
            return self.cards[home].topic(aspect)
        return self.faqs[home].topic


@lru_cache(maxsize=512)
def _decoded(path: Path, mtime_ns: int, size: int, kind: Any) -> Any:
    """One content file; decoding all of them takes over a second, so after an edit only the edited one is decoded again."""
    return msgspec.yaml.decode(path.read_bytes(), type=kind)


def load(data: Path = DATA, changed: Mapping[Path, str] = {}) -> KnowledgeBase:
    """Read all content; raises :class:`ContentError` with every undecodable file (cross references: see check.py).

    ``changed``: texts taken instead of what the files at these paths say, to look at an edit before it is written.
    """
    problems: List[Problem] = []
    files: Dict[str, str] = {}

    def read(path: Path, kind: Any) -> Any:
        relative = str(path.relative_to(data.parent))
        try:
            if path in changed:
                return msgspec.yaml.decode(changed[path].encode(), type=kind)
            stat = path.stat()
            return _decoded(path, stat.st_mtime_ns, stat.st_size, kind)
        except (FileNotFoundError, msgspec.DecodeError) as error:
            problems.append(unreadable(relative, error))
        return None

    def claim(index: Dict[str, Any], kind: str, key: str, value: Any, path: Path, where: str) -> None:
        name = f"{kind}:{key}"
        relative = str(path.relative_to(data.parent))
        if name in files:
            problems.append(Problem(relative, where, f"{key} 已在 {files[name]} 中定义，只能有一处"))
        else:
            files[name] = relative
            index[key] = value

    def content(folder: str) -> List[Path]:
        return sorted({*(data / folder).glob("*.yml"), *(path for path in changed if path.parent == data / folder)})

    cards: Dict[str, Card] = {}
    rules: Dict[str, Rule] = {}
    rule_card: Dict[str, Card] = {}
    ids: Dict[str, str] = {}
    for path in content("services"):
        card = read(path, Card)
        if card is None:
            continue
        claim(cards, "card", card.code, card, path, "$.code")
        claim(ids, "card id", card.id, card.code, path, "$.id")
        for name, group in (("ask", card.ask), ("remind", card.remind)):
            for i, rule in enumerate(group):
                claim(rules, "rule", rule.id, rule, path, f"$.{name}[{i}].id")
                rule_card[rule.id] = card

    faqs: Dict[str, Faq] = {}
    for path in content("faq"):
        for i, faq in enumerate(read(path, List[Faq]) or ()):
            claim(faqs, "faq", faq.id, faq, path, f"$[{i}].id")

    profile: Dict[str, ProfileFact] = {}
    moods: Dict[str, Mood] = {}
    for path in content("profile"):
        catalogue = read(path, ProfileFile)
        for name, fact in (catalogue.facts if catalogue else {}).items():
            claim(profile, "fact", name, fact, path, f"$.facts.{name}")
        for name, mood in (catalogue.moods if catalogue else {}).items():
            claim(moods, "mood", name, mood, path, f"$.moods.{name}")

    facts_file = read(data / "policy" / "facts.yml", FactsFile)
    facts: Dict[str, Fact] = {}
    for i, fact in enumerate(facts_file.facts if facts_file else ()):
        claim(facts, "policy fact", fact.id, fact, data / "policy" / "facts.yml", f"$.facts[{i}].id")
    center = read(data / "policy" / "center.yml", CenterFile)
    terms = read(data / "policy" / "terms.yml", TermsFile)
    topics = read(data / "policy" / "topics.yml", TopicsFile)
    if problems:
        raise ContentError(problems)
    return KnowledgeBase(cards, faqs, facts, center.keys, terms, topics, profile, moods, rules, rule_card, files)


def rule_kind(rule: Rule) -> str:
    """``question`` or ``reminder``: the reply kind of a rule."""
    kinds: Dict[Type[Rule], str] = {Ask: "question", Remind: "reminder"}
    return kinds[type(rule)]
