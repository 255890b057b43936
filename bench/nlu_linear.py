"""Rasa's logistic regression behind featurizers that are not Rasa's own: the simplest candidates of ``./gjj bench nlu``."""
from __future__ import annotations

from typing import List, Type

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.classifiers.logistic_regression_classifier import LogisticRegressionClassifier


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearTopics(LogisticRegressionClassifier):
    """Takes whatever features the pipeline has; Rasa insists on a featurizer of its own class."""

    @classmethod
    def required_components(cls) -> List[Type]:
        return []
