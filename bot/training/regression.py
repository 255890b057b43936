"""The questions the center wants answered right for good: data/regression/*.tsv, checked by every training."""
from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import List

import msgspec

from bot import clock
from bot.knowledge.base import DATA, KnowledgeBase
from bot.state.masking import mask

FOLDER = "regression"
OWN = "center.tsv"
COLUMNS = ("question", "topic", "also", "author", "added")
LONGEST = 200


class RegressionError(ValueError):
    """The question cannot be kept; the message is a Chinese sentence."""


class Question(msgspec.Struct, frozen=True):
    """``topic`` is the right one, ``also`` further right ones separated by commas."""

    question: str
    topic: str
    also: str = ""
    author: str = ""
    added: str = ""


def files(data: Path = DATA) -> List[Path]:
    return sorted((data / FOLDER).glob("*.tsv"))


def questions(data: Path = DATA) -> List[Question]:
    """Those kept by :func:`add`, oldest first."""
    try:
        with (data / FOLDER / OWN).open(encoding="utf-8", newline="") as file:
            return [Question(**{c: row.get(c) or "" for c in COLUMNS}) for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]
    except FileNotFoundError:
        return []


def add(base: KnowledgeBase, question: str, topic: str, author: str, data: Path = DATA) -> Question:
    """Keep ``question`` (masked) with its right topic; raises :class:`RegressionError`. The same question again changes its topic."""
    text = " ".join(mask(question).split())
    if not text or len(text) > LONGEST:
        raise RegressionError(f"问句要有内容，且不超过 {LONGEST} 个字")
    if topic not in base.topics.topics:
        raise RegressionError(f"没有“{topic}”这个主题")
    new = Question(text, topic, "", author, clock.today().isoformat())
    _write(data, [*(q for q in questions(data) if q.question != text), new])
    return new


def remove(question: str, data: Path = DATA) -> None:
    """Raises :class:`RegressionError` when it is not there."""
    kept = questions(data)
    if all(q.question != question for q in kept):
        raise RegressionError("没有这一句，可能已经被别人删掉了")
    _write(data, [q for q in kept if q.question != question])


def _write(data: Path, rows: List[Question]) -> None:
    path = data / FOLDER / OWN
    path.parent.mkdir(exist_ok=True)
    temporary = path.with_name(f".{OWN}.{os.getpid()}.tmp")
    lines = ["\t".join(COLUMNS), *("\t".join(" ".join(getattr(row, c).split()) for c in COLUMNS) for row in rows)]
    with temporary.open("w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
