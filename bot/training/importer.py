"""Training data importers: files are read once, and FAQ records become training examples without an NLU file, rule or intent."""
from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List, Optional, Text, Union

from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.importers.utils import training_data_from_paths
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.common import cached_method

from bot import clock
from bot.knowledge.base import load

from . import question_file
from .question_file import Question


class FileImporter(RasaFileImporter):
    """Rasa's own importer of files, which asks for the same questions three times; files of nothing but questions are read quickly."""

    @cached_method
    def get_nlu_data(self, language: Optional[Text] = "en") -> TrainingData:
        questions: List[Message] = []
        others: List[Text] = []
        for name in self._nlu_files:
            found = question_file.read(Path(name))
            if found is None:
                others.append(name)
            else:
                questions.extend(found)
        data = TrainingData(questions)
        return data.merge(training_data_from_paths(others, language or "en")) if others else data


class FaqImporter(TrainingDataImporter):
    """Contributes only NLU examples; stands beside Rasa's own file importer in config.yml."""

    def __init__(
        self,
        config_file: Optional[Text] = None,
        domain_path: Optional[Text] = None,
        training_data_paths: Optional[Union[List[Text], Text]] = None,
    ):
        self._config_file = config_file

    def get_domain(self) -> Domain:
        return Domain.empty()

    def get_stories(self, exclusion_percentage: Optional[int] = None) -> StoryGraph:
        return StoryGraph([])

    def get_conversation_tests(self) -> StoryGraph:
        return StoryGraph([])

    def get_config(self) -> Dict[Text, Any]:
        return {}

    def get_config_file_for_auto_config(self) -> Optional[Text]:
        return self._config_file

    def get_nlu_data(self, language: Optional[Text] = "en") -> TrainingData:
        day = clock.today()
        messages = [
            Question.build(text, "ask", intent_metadata={"home": faq.id, "aspect": None})
            for faq in load().faqs.values()
            if faq.in_force(day)
            for text in dict.fromkeys([faq.question, *faq.similar])
        ]
        return TrainingData(messages)
