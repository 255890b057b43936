"""Rasa component: a message that asks several things, or tells a story and then asks, travels through the pipeline with its questions beside it.

Every later component processes a list of messages, so featurizers see the clauses too; the topic classifier reads
them off again and reports one reading per clause. The first message stays the whole text.
"""
from __future__ import annotations

from typing import Any, Dict, List, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from .clauses import clauses


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class ClauseSplitter(GraphComponent):
    """Appends one message per asking clause behind each message."""

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
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        extended: List[Message] = []
        for message in messages:
            extended.append(message)
            parts = clauses(message.get(TEXT) or "")
            extended.extend(Message(data={TEXT: part, "clause": i}) for i, part in enumerate(parts))
        return extended
