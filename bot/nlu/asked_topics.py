"""Training questions whose topic is another than that of the content which answers them (data/nlu/asked_topics.yml).

One FAQ may answer questions of several topics: what a break in contributions does is general policy, whether one can
still borrow after it is a condition of loans. The model learns the topic from what is asked and the home from what answers.
"""
from __future__ import annotations

from functools import lru_cache
from typing import Dict, List

import msgspec

from bot.settings import ROOT

from .normalize import normalize

_FILE = ROOT / "data" / "nlu" / "asked_topics.yml"


@lru_cache(maxsize=1)
def asked_topics() -> Dict[str, str]:
    """Topic by normalised question."""
    by_topic = msgspec.yaml.decode(_FILE.read_bytes(), type=Dict[str, List[str]])
    return {normalize(question): topic for topic, questions in by_topic.items() for question in questions}
