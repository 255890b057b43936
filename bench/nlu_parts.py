"""Components that only ``./gjj bench nlu`` needs: the simplest classifier, and a stand-in where the sentence vectors are taken out."""
from __future__ import annotations

from typing import Any, Dict, List, Text, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.logistic_regression_classifier import LogisticRegressionClassifier
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.sentence_featurizer import ORIGIN

WIDTH = 384
"""Of the sentence vectors, multilingual-e5-small."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearTopics(LogisticRegressionClassifier):
    """Rasa's logistic regression on whatever features the pipeline has; Rasa insists on a featurizer of its own class."""

    @classmethod
    def required_components(cls) -> List[Type[Any]]:
        return []


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class NoSentenceVectors(GraphComponent):
    """Zeros where the sentence vector would be, at no cost."""

    @classmethod
    def create(
        cls, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> GraphComponent:
        return cls()

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            if message.get(TEXT):
                message.add_features(Features(np.zeros((1, WIDTH), dtype=np.float32), FEATURE_TYPE_SENTENCE, TEXT, ORIGIN))
        return messages
