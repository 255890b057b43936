"""The split that every candidate of ``./gjj bench nlu`` gets: training questions as the importers give them, test questions from TSV files.

A split can be frozen in a file, so that a training of an hour and one of a minute are compared on the same questions
although the data has moved on.
"""
from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any, Dict, List, Sequence, Tuple

import yaml

from bot.knowledge.base import KnowledgeBase
from bot.settings import ROOT
from bot.training.evaluate import Row, read
from bot.training.train import HELD_OUT, NLU_PATHS

DIALOGUE = "dialogue_"
"""Prefix of the label of a dialogue intent where labels are topics."""
FEWEST = 3
"""Questions of each topic in a sample, where there are so many."""


@dataclass(frozen=True)
class Question:
    """A training question; ``home`` and ``aspect`` are "" where the project's data has none."""

    text: str
    intent: str
    home: str
    aspect: str
    topic: str
    """The one label that a plain intent classifier learns: topic, ``dialogue_<intent>`` or ``dialogue_fragment``."""


@dataclass(frozen=True)
class Split:
    """Training and test questions; ``tests`` by the name of their file or group."""

    train: List[Question]
    tests: Dict[str, List[Row]]

    @property
    def train_digest(self) -> str:
        return digest([asdict(q) for q in self.train])

    @property
    def test_digest(self) -> str:
        return digest(_rows(self.tests))

    def sample(self, count: int, seed: int = 0) -> "Split":
        """About ``count`` training questions, drawn with ``seed``: each topic keeps its share, and at least :data:`FEWEST`."""
        by_topic: Dict[str, List[Question]] = {}
        for question in self.train:
            by_topic.setdefault(question.topic, []).append(question)
        share, draw = count / len(self.train), Random(seed)
        kept = {q for found in by_topic.values() for q in draw.sample(found, min(len(found), max(FEWEST, round(share * len(found)))))}
        return Split([q for q in self.train if q in kept], self.tests)

    def write(self, path: Path) -> None:
        path.write_text(
            json.dumps({"train": [list(asdict(q).values()) for q in self.train], "tests": _rows(self.tests)}, ensure_ascii=False, indent=0),
            encoding="utf-8",
        )

    @classmethod
    def read(cls, path: Path) -> "Split":
        """Raises OSError or ValueError for a file that :meth:`write` did not make."""
        data = json.loads(path.read_text(encoding="utf-8"))
        tests = {name: [Row(q, topic, set(right)) for q, topic, right in rows] for name, rows in data["tests"].items()}
        return cls([Question(*fields) for fields in data["train"]], tests)


def current(base: KnowledgeBase, files: Sequence[Path]) -> Split:
    """The split of this checkout: training data now, ``tests/questions`` and every file of ``files`` as tests."""
    own = [row for path in sorted(HELD_OUT.glob("*.tsv")) for row in read(path, base)]
    return Split(_training(base), {"自有检验问句": own, **{path.name: read(path, base) for path in files}})


def _training(base: KnowledgeBase) -> List[Question]:
    from rasa.shared.importers.importer import TrainingDataImporter
    from rasa.shared.nlu.constants import METADATA, METADATA_INTENT, TEXT

    importer = TrainingDataImporter.load_from_config(
        str(ROOT / "config.yml"), str(ROOT / "domain.yml"), [str(ROOT / path) for path in NLU_PATHS]
    )
    questions: Dict[Tuple[str, str], Question] = {}
    for message in importer.get_nlu_data().intent_examples:
        meta = (message.get(METADATA) or {}).get(METADATA_INTENT) or {}
        home, aspect = meta.get("home") or "", meta.get("aspect") or ""
        question = Question(message.get(TEXT), message.get("intent"), home, aspect, _label(base, message.get("intent"), home, aspect))
        if question.text:
            questions.setdefault((question.text, question.topic), question)
    return list(questions.values())


def _label(base: KnowledgeBase, intent: str, home: str, aspect: str) -> str:
    if home in base.cards or home in base.faqs:
        return base.topic(home, aspect)
    return DIALOGUE + (intent if not home else "fragment")


def topic_of_label(label: str) -> str:
    """Evaluation topic of a label."""
    if not label.startswith(DIALOGUE):
        return label
    return {"out_of_scope": "out_of_scope", "human": "human_agent"}.get(label[len(DIALOGUE) :], "chitchat")


def write_rasa_data(split: Split, path: Path, by_topic: bool) -> None:
    """Training questions as a Rasa file: one intent for each topic, or the project's intents with home and aspect."""
    groups: Dict[Tuple[str, str, str], List[str]] = {}
    for q in split.train:
        groups.setdefault((q.topic, "", "") if by_topic else (q.intent, q.home, q.aspect), []).append(q.text)
    nlu: List[Dict[str, Any]] = []
    for (intent, home, aspect), texts in groups.items():
        entry: Dict[str, Any] = {"intent": intent, "examples": [{"text": f"{text}\n"} for text in texts]}
        if home:
            entry["metadata"] = {"home": home, "aspect": aspect or None}
        nlu.append(entry)
    path.write_text(yaml.safe_dump({"version": "3.1", "nlu": nlu}, allow_unicode=True, sort_keys=False), encoding="utf-8")


def digest(data: Any) -> str:
    """Twelve hexadecimal digits for anything JSON can hold."""
    return hashlib.sha256(json.dumps(data, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:12]


def _rows(tests: Dict[str, List[Row]]) -> Dict[str, List[Any]]:
    return {name: [[row.question, row.topic, sorted(row.right)] for row in rows] for name, rows in tests.items()}
