"""Rasa component: mends slips in a message as :mod:`bot.nlu.spelling` does; learns from the training questions, which stay as they are."""
from __future__ import annotations

import zipfile
from typing import Any, Dict, List, Optional, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from .character_model import CharacterModel
from .spacy_zh.vocabulary import read_jieba_dictionary
from .spelling import Spelling

MODEL = "characters.npz"
WORDS = "words.txt"
LEAST_FREQUENCY = 100
"""Of the dictionary words that count as Chinese, in jieba's counts."""
LONGEST_WORD = 4


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class SpellingCorrector(GraphComponent):
    """Behind the normaliser, in front of everything that reads the text."""

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> GraphComponent:
        return cls(model_storage, resource)

    def __init__(self, storage: ModelStorage, resource: Resource, spelling: Optional[Spelling] = None) -> None:
        self._storage = storage
        self._resource = resource
        self._spelling = spelling

    def train(self, training_data: TrainingData) -> Resource:
        words = [word for word, frequency in read_jieba_dictionary() if frequency >= LEAST_FREQUENCY and 2 <= len(word) <= LONGEST_WORD]
        model = CharacterModel.fit([m.get(TEXT) for m in training_data.nlu_examples if m.get(TEXT)], words)
        self._spelling = Spelling(model, words)
        with self._storage.write_to(self._resource) as folder:
            model.save(folder / MODEL)
            (folder / WORDS).write_text("\n".join(words), encoding="utf-8")
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
            try:
                model = CharacterModel.load(folder / MODEL)
            except (zipfile.BadZipFile, EOFError) as error:
                raise ValueError(f"{folder}: not a whole character model ({error})") from error
            return cls(model_storage, resource, Spelling(model, (folder / WORDS).read_text(encoding="utf-8").split("\n")))

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            text = message.get(TEXT)
            if text and self._spelling is not None:
                message.set(TEXT, self._spelling(text), add_to_output=True)
        return messages
