"""Training and examining with Rasa; imports it only when told to prepare."""
from __future__ import annotations

import gc
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterator, Optional, Tuple

from bot.knowledge.base import KnowledgeBase
from bot.settings import ROOT, Settings

from .assessment import Answered, Assessment, Probe
from .learning import Lesson
from .priority import threads
from .rehearsal import rehearse, remember
from .run import Questions, Tell

if TYPE_CHECKING:
    from .reader import Reader

NLU_PATHS = ("data/nlu", "data/rules", "data/stories")
KEPT_TOPICS = 3


class RasaTools:
    """See :class:`bot.training.run.Tools`."""

    def __init__(self) -> None:
        self._loaded: "Optional[Tuple[Path, Reader]]" = None  # a model that has just learned, still in memory

    def prepare(self) -> None:
        # Rasa's cache knows nothing of changed component code; a stale model is worse than a minute of training.
        os.environ["RASA_MAX_CACHE_SIZE"] = "0"
        os.environ.setdefault("OMP_NUM_THREADS", str(threads()))
        os.environ["LOG_LEVEL"] = "ERROR"  # Rasa's progress bars of the dialogue policies last milliseconds each
        from bot.quiet import quiet_libraries

        quiet_libraries()
        import rasa.model_training  # noqa: F401

        import bot.nlu.topic_classifier
        import bot.worker.agent  # noqa: F401

        remember()

    def rehearse(self, interrupted: Callable[[], bool]) -> None:
        rehearse(interrupted)

    def train(self, folder: Path, tell: Tell) -> Path:
        self.prepare()
        from rasa.engine.training.hooks import TrainingHook
        from rasa.model_training import train

        # With its cache switched off, Rasa would still fingerprint every message after every component: half of the time.
        def begun(hook: TrainingHook, node_name: str, execution_context: Any, config: Any, received_inputs: Any) -> Dict[str, Any]:
            tell("train", -1.0, _title(node_name))
            return {}

        TrainingHook.on_before_node = begun  # type: ignore[method-assign,assignment]
        TrainingHook.on_after_node = lambda self, *args, **kwargs: None  # type: ignore[method-assign]
        with _without_collections():
            result = train(
                domain=str(ROOT / "domain.yml"), config=str(ROOT / "config.yml"), training_files=[str(ROOT / path) for path in NLU_PATHS],
                output=str(folder), force_training=True, fixed_model_name="model",
            )
        if result.code != 0 or not result.model:
            raise RuntimeError("训练没有成功，日志里有原因。")
        return Path(result.model)

    def learn(self, lesson: Lesson, base: KnowledgeBase, folder: Path, tell: Tell) -> Optional[Path]:
        self.prepare()
        from bot.nlu.extension import CannotExtend

        from .pupil import learn
        from .reader import Reader

        tell("train", -1.0, "载入在用的版本")
        reader = Reader(lesson.model, _vectors())
        tell("train", -1.0, f"学 {len(lesson.new)} 个问法")
        try:
            model = learn(reader, base, lesson, folder)
        except CannotExtend:
            return None
        self._loaded = (model, reader)
        return model

    def examine(self, model: Path, base: KnowledgeBase, questions: Questions, tell: Tell) -> Assessment:
        from .play import play
        from .reader import Reader

        loaded = self._loaded
        reader = loaded[1] if loaded is not None and loaded[0] == model else Reader(model, _vectors())
        self._loaded = None
        texts = [question for _, question, _ in questions.rows] + [wording for _, wording, _ in questions.probes]
        readings = reader.readings(base, texts, lambda share: tell("examine", 0.8 * share, f"{len(texts)} 句"))
        answered = [
            Answered(question, right, [r.topic for r in found[:KEPT_TOPICS]], round(found[0].score, 4) if found else 0.0, kind)
            for (kind, question, right), found in zip(questions.rows, readings)]
        probes = [
            Probe(faq, wording, found[0].home if found else "", fresh)
            for (faq, wording, fresh), found in zip(questions.probes, readings[len(questions.rows):])]
        tell("examine", 0.85, "示范对话")
        return Assessment(answered, probes, play(reader.agent, questions.dialogues))


_TITLES: Dict[str, str] = {
    "nlu_training_data_provider": "读训练问句", "SpacyTokenizer": "分词", "SentenceVectorFeaturizer": "句向量", "TopicClassifier": "主题分类器",
    "RulePolicy": "对话规则", "TextNormalizer": "归一化",
}


@contextmanager
def _without_collections() -> Iterator[None]:
    """All questions live until training ends: Python would look through their million objects again and again and free nothing."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _vectors() -> Path:
    return Settings.from_env().var_dir / "cache" / "question-vectors.npz"


def _title(node: str) -> str:
    return next((title for part, title in _TITLES.items() if part in node), "")
