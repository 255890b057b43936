"""Rasa component: intent classifier that reads each message as service × aspect, FAQ or dialogue intent.

Training examples carry ``metadata: {home: …, aspect: …}`` (cards), FAQ records come in through the importer, every
other intent is its own home ``intent:<name>``. At run time it sets ``intent``, ``intent_ranking`` and ``understanding``:

    {"text": normalised text, "candidates": [{"home", "aspect", "score"}, …], "clauses": [{"text", "candidates"}, …]}
"""
from __future__ import annotations

from typing import Any, Dict, List, Optional, Text, Tuple

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, METADATA, METADATA_INTENT, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.knowledge.base import KnowledgeBase, load

from .arrays import Floats
from .sentence_featurizer import ORIGIN
from .topic_model import Example, Hyper, Reading, TopicModel

ASK = "ask"
INTENT_PREFIX = "intent:"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(IntentClassifier, GraphComponent):
    """See module docstring. ``candidates``: how many readings are kept per message (top first).

    ``hyper``: fields of :class:`Hyper` that differ from their defaults.
    """

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        return {"candidates": 8, "hyper": {}}

    @staticmethod
    def required_packages() -> List[Text]:
        return ["sklearn", "scipy"]

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> GraphComponent:
        return cls(config, model_storage, resource)

    def __init__(
        self, config: Dict[Text, Any], storage: ModelStorage, resource: Resource, model: Optional[TopicModel] = None
    ) -> None:
        self._limit = int(config["candidates"])
        self._hyper = Hyper(**config.get("hyper", {}))
        self._storage = storage
        self._resource = resource
        self._model = model

    def train(self, training_data: TrainingData) -> Resource:
        examples = [m for m in training_data.intent_examples if m.get(TEXT)]
        base = load()
        sentence, words = _dense(examples)
        self._model = TopicModel.fit([example_of(base, m) for m in examples], sentence, words, self._hyper)
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> GraphComponent:
        # An unreadable model raises: an untrained classifier would answer everything wrongly and look healthy.
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, TopicModel.load(folder))

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        present = [m for m in messages if m.get(TEXT)]
        if not present or self._model is None:
            return messages
        sentence, words = _dense(present)
        readings = dict(zip(map(id, present), self._model.predict([m.get(TEXT) for m in present], sentence, words)))
        whole: Optional[Message] = None
        for message in messages:
            if id(message) not in readings:
                continue
            candidates = self._candidates(self._model, readings[id(message)])
            if message.get("clause") is None:
                whole = message
                self._set(message, candidates)
            elif whole is not None:
                whole.get("understanding")["clauses"].append({"text": message.get(TEXT), "candidates": candidates})
        return messages

    def _candidates(self, model: TopicModel, reading: Reading) -> List[Dict[Text, Any]]:
        return [{"home": h, "aspect": a, "score": round(s, 4)} for h, a, s in model.rank(reading, self._limit)]

    @staticmethod
    def _set(message: Message, candidates: List[Dict[Text, Any]]) -> None:
        intents: Dict[str, float] = {}
        for candidate in candidates:
            name = intent_of(candidate["home"])
            intents[name] = intents.get(name, 0.0) + candidate["score"]
        ranking = [
            {INTENT_NAME_KEY: name, PREDICTED_CONFIDENCE_KEY: score}
            for name, score in sorted(intents.items(), key=lambda item: -item[1])
        ]
        message.set(INTENT, ranking[0], add_to_output=True)
        message.set("intent_ranking", ranking, add_to_output=True)
        message.set(
            "understanding", {"text": message.get(TEXT), "candidates": candidates, "clauses": []}, add_to_output=True
        )


def intent_of(home: str) -> str:
    """The Rasa intent of a home: ``ask`` for everything that has content behind it."""
    return home[len(INTENT_PREFIX) :] if home.startswith(INTENT_PREFIX) else ASK


def example_of(base: KnowledgeBase, message: Message) -> Example:
    """The training example of ``message``: home and aspect from its metadata, topic from the content they lead to."""
    meta = (message.get(METADATA) or {}).get(METADATA_INTENT) or {}
    home = meta.get("home") or INTENT_PREFIX + message.get(INTENT)
    aspect = meta.get("aspect") or ""
    if home in base.cards or home in base.faqs:
        topic = base.topic(home, aspect)
    else:
        topic = home  # dialogue intents and fragments are topics of their own here
    return Example(message.get(TEXT), home, aspect, topic)


def _dense(messages: List[Message]) -> Tuple[Floats, Floats]:
    """Sentence vectors and averaged word vectors, one row per message."""
    sentence: List[Floats] = []
    words: List[Floats] = []
    for message in messages:
        by_origin = {f.origin: f.features for f in message.features if f.attribute == TEXT and f.is_dense() and f.type == "sentence"}
        sentence.append(by_origin.pop(ORIGIN)[0])
        words.append(np.concatenate([v[-1] for _, v in sorted(by_origin.items())]) if by_origin else np.zeros(1))
    return np.stack(sentence), np.stack(words)
