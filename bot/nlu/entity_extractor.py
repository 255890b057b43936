"""Rasa component: entities of the message as spaCy found them when it read the text; Rasa's own extractor reads every text anew."""
from __future__ import annotations

from typing import List

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.constants import SPACY_DOCS
from rasa.nlu.extractors.spacy_entity_extractor import SpacyEntityExtractor
from rasa.nlu.utils.spacy_utils import SpacyModel
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False, model_from="SpacyNLP")
class EntityExtractor(SpacyEntityExtractor):
    """Normalised text is lower case already, so that the document has what the text has. Clauses go without: nobody asks for theirs."""

    def process(self, messages: List[Message], model: SpacyModel) -> List[Message]:
        for message in messages:
            document = message.get(SPACY_DOCS[TEXT])
            if document is not None and message.get("clause") is None:
                found = self.filter_irrelevant_entities(self.add_extractor_name(self._extract_entities(document)), self._config["dimensions"])
                message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
        return messages
