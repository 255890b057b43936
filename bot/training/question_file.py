"""Files of training questions, read in a hundredth of the time Rasa takes for its schema, and questions that are cheap to copy.

Rasa merges the questions a dozen times on their way into training; each time it copies every one deeply and hashes its JSON.
"""
from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Dict, List, Optional

import msgspec
from rasa.shared.nlu.constants import INTENT, METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message

BULLET = "- "
MARKUP = "["
"""Rasa's annotation of entities; a file with any is left to Rasa."""


class Question(Message):
    """A training question; what it is called and copied by is its text and label, which nobody changes in place."""

    def fingerprint(self) -> str:
        return hashlib.blake2b(repr((self.get(TEXT), self.get(INTENT), self.get(METADATA))).encode(), digest_size=16).hexdigest()

    def __deepcopy__(self, memo: Dict[int, Any]) -> "Question":
        return Question(self.data, set(self.output_properties), self.time, list(self.features))


class _Block(msgspec.Struct, forbid_unknown_fields=True):
    intent: str
    examples: str
    metadata: Optional[Dict[str, Optional[str]]] = None


class _File(msgspec.Struct, forbid_unknown_fields=True):
    nlu: List[_Block]
    version: str = ""


def read(path: Path) -> Optional[List[Message]]:
    """Questions of a file that holds nothing else; None for any other file, which is for Rasa to read or to complain about."""
    try:
        file = msgspec.yaml.decode(path.read_bytes(), type=_File)
    except (msgspec.MsgspecError, ValueError):
        return None
    found: List[Message] = []
    for block in file.nlu:
        for line in block.examples.splitlines():
            if not line.startswith(BULLET) or MARKUP in line or "/" in block.intent:
                return None
            found.append(Question.build(line[len(BULLET) :].strip(), block.intent, intent_metadata=block.metadata))
    return found
