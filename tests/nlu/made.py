"""Small made-up training data for the tests of this folder."""
from __future__ import annotations

from typing import Dict, List

import numpy as np
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.sentence_featurizer import ORIGIN
from bot.nlu.topic_model import Example

THEMES: Dict[str, List[str]] = {
    "wd_rent": ["租房怎么提取", "房租能提吗", "租房子取公积金", "租房提取办理", "在外租房能取吗", "租房提取怎么办"],
    "wd_retire": ["退休怎么提取", "退休能取吗", "退休取公积金", "退休提取办理", "我退休了能取吗", "退休提取怎么办"],
    "intent:greet": ["你好", "您好", "早上好", "下午好", "你好啊", "您好呀"],
}


def vectors(texts: List[str], size: int = 16) -> np.ndarray:
    """Made-up sentence vectors: hashed characters, so that similar texts have similar vectors."""
    rows = np.zeros((len(texts), size), dtype=np.float32)
    for row, text in zip(rows, texts):
        for character in text:
            row[ord(character) % size] += 1
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def examples() -> List[Example]:
    """Three topics; the cards with two aspects."""
    found = []
    for home, texts in THEMES.items():
        for i, text in enumerate(texts):
            aspect = "" if home.startswith("intent:") else ("steps", "conditions", "overview")[i % 3]
            found.append(Example(text, home, aspect, home if not aspect else f"withdraw_{home[3:]}"))
    return found


def featurized(text: str, intent: str = "", home: str = "", aspect: str = "") -> Message:
    """A message as it reaches the topic classifier: with a sentence vector and word vectors."""
    message = Message.build(text, intent or None, intent_metadata={"home": home, "aspect": aspect} if home else None)
    add_features(message)
    return message


def add_features(message: Message) -> Message:
    vector = vectors([message.get(TEXT)])
    for origin in (ORIGIN, "SpacyFeaturizer"):
        message.add_features(Features(vector, FEATURE_TYPE_SENTENCE, TEXT, origin))
    return message
