"""Rasa component: dense sentence features from the project's sentence encoder."""
from __future__ import annotations

import shutil
from collections import OrderedDict
from threading import Lock
from typing import Any, Dict, List, Optional, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.settings import Settings

from .arrays import Floats
from .encoder.sentence_encoder import SentenceEncoder
from .sentence_vectors import VectorCache

ORIGIN = "SentenceVectorFeaturizer"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class SentenceVectorFeaturizer(GraphComponent):
    """Adds one sentence feature per message.

    Training stores the encoder inside the model: a release that is rolled back to finds the encoder it was made with.
    ``cache_size``: sentences kept in memory at run time; people ask the same short questions all day. ``tuned``: the
    project's student; without it the encoder is plain multilingual-e5-small.
    """

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        return {"cache_size": 4096, "tuned": True}

    @staticmethod
    def required_packages() -> List[Text]:
        return ["onnxruntime"]

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
        self, config: Dict[Text, Any], storage: ModelStorage, resource: Resource, encoder: Optional[SentenceEncoder] = None
    ) -> None:
        self._size = int(config["cache_size"])
        self._tuned = bool(config.get("tuned", True))
        self._storage = storage
        self._resource = resource
        self._encoder = encoder
        self._cache: "OrderedDict[str, Floats]" = OrderedDict()
        self._lock = Lock()

    def train(self, training_data: TrainingData) -> Resource:
        from .encoder import build  # needs the onnx package, which serving does not

        finished = build.ensure(self._tuned)
        with self._storage.write_to(self._resource) as folder:
            shutil.copytree(finished, folder, dirs_exist_ok=True)
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
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, SentenceEncoder.load(folder))

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        messages = [m for m in training_data.training_examples if m.get(TEXT)]
        cache = VectorCache(Settings.from_env().var_dir / "cache" / "sentence-vectors.npz", self._trained())
        for message, vector in zip(messages, cache.embed([m.get(TEXT) for m in messages], progress=True)):
            self._add(message, vector)
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        texts = [m.get(TEXT) for m in messages]
        with self._lock:  # a worker reads several messages at once, each in a thread
            known = {t: self._cache[t] for t in texts if t in self._cache}
        missing = [t for t in dict.fromkeys(texts) if t and t not in known]
        known.update(zip(missing, self._trained().embed(missing)))
        for message, text in zip(messages, texts):
            if text:
                self._add(message, known[text])
        with self._lock:
            for text, vector in known.items():
                self._cache[text] = vector
                self._cache.move_to_end(text)
            while len(self._cache) > self._size:
                self._cache.popitem(last=False)
        return messages

    def _trained(self) -> SentenceEncoder:
        if self._encoder is None:
            raise RuntimeError("SentenceVectorFeaturizer was neither trained nor loaded")
        return self._encoder

    @staticmethod
    def _add(message: Message, vector: Floats) -> None:
        message.add_features(Features(vector.reshape(1, -1), FEATURE_TYPE_SENTENCE, TEXT, ORIGIN))
