"""Teaching a release a few wordings: its model is loaded, extended and packed again; the rest of it stays byte for byte."""
from __future__ import annotations

import gzip
import io
import tarfile
import tempfile
from pathlib import Path
from typing import Dict, List, Tuple

from bot.knowledge.base import KnowledgeBase
from bot.nlu.extension import Texts, extend
from bot.nlu.topic_classifier import TopicClassifier, _dense as dense
from bot.nlu.topic_model import Example, TopicModel

from .learning import Lesson, sample
from .reader import BATCH, Reader

OTHERS = 600
"""Training questions that hold the new homes in check."""


def learn(reader: Reader, base: KnowledgeBase, lesson: Lesson, folder: Path) -> Path:
    """The model file in ``folder``; ``reader`` has loaded the lesson's model and answers with the extended one afterwards.

    Raises bot.nlu.extension.CannotExtend.
    """
    part = reader.part(TopicClassifier)
    others = [(text, faq.id, faq.topic) for faq in base.faqs.values() for text in (faq.question, *faq.similar)]
    known = set(lesson.new)
    others = sample([one for one in others if one not in known], OTHERS // 2) + sample(_card_questions(base), OTHERS // 2)
    part._model = extend(part._model, _texts(reader, lesson.new), _texts(reader, others), _texts(reader, lesson.gone))
    return _repacked(lesson.model, part._model, folder)


def _card_questions(base: KnowledgeBase) -> List[Tuple[str, str, str]]:
    from bot.settings import ROOT

    from . import question_file

    found = []
    for path in sorted((ROOT / "data" / "nlu").rglob("*.yml")):
        for question in question_file.read(path) or ():
            home = ((question.get("metadata") or {}).get("intent") or {}).get("home") or f"intent:{question.get('intent')}"
            found.append((question.get("text"), home, ""))
    return found


def _texts(reader: Reader, wordings: List[Tuple[str, str, str]]) -> Texts:
    import numpy as np

    messages = [message for start in range(0, len(wordings), BATCH) for message in reader.messages([text for text, _, _ in wordings[start:start + BATCH]])]
    if not messages:
        return Texts([], np.zeros((0, 1), np.float32), np.zeros((0, 1), np.float32))
    sentence, words = dense(messages)
    return Texts([Example(message.get("text"), home, "", topic) for message, (_, home, topic) in zip(messages, wordings)], sentence, words)


def _repacked(packed: Path, model: TopicModel, folder: Path) -> Path:
    with tempfile.TemporaryDirectory(dir=folder) as name:
        model.save(Path(name))
        saved: Dict[str, bytes] = {path.name: path.read_bytes() for path in Path(name).iterdir()}
    result = folder / "model.tar.gz"
    with tarfile.open(packed, "r:gz") as old, gzip.open(result, "wb", compresslevel=1) as raw, tarfile.open(fileobj=raw, mode="w") as new:
        for info in old:
            content = old.extractfile(info).read() if info.isreg() else b""  # type: ignore[union-attr]
            content = saved.get(Path(info.name).name, content)
            info.size = len(content)
            new.addfile(info, io.BytesIO(content))
    return result
