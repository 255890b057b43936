"""Rasa component: every message and every training example goes through :func:`bot.nlu.normalize.normalize`."""
from __future__ import annotations

from typing import Any, Dict, List, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from .normalize import normalize as normalize  # bot.training.rehearsal puts one that remembers in its place


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class TextNormalizer(GraphComponent):
    """First in the pipeline: rewrites the text that all later components see."""

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> GraphComponent:
        return cls()

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        # Annotated entities would lose their offsets; the project's training data has none (spaCy finds them).
        for message in training_data.training_examples:
            self._rewrite(message)
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            self._rewrite(message)
        return messages

    @staticmethod
    def _rewrite(message: Message) -> None:
        text = message.get(TEXT)
        if text:
            # Never empty: featurizers and spaCy need one token ("…" is what an emoji-only message becomes).
            message.set(TEXT, normalize(text) or "…", add_to_output=True)
