"""The understanding of one model file, for many questions at once and without a server."""
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, List, Optional, Sequence, cast

from bot.knowledge.base import KnowledgeBase
from bot.nlu.arrays import Floats

if TYPE_CHECKING:
    from actions.understanding import Reading
    from bot.nlu.encoder.sentence_encoder import SentenceEncoder
    from bot.nlu.sentence_vectors import VectorCache
    from bot.worker.agent import CounterAgent
    from bot.worker.graph import DirectRunner

BATCH = 64


class Reader:
    """Loads ``model``; ``vectors``: file in which sentence vectors are kept, so that a question is embedded once in its life."""

    def __init__(self, model: Path, vectors: Optional[Path] = None):
        from bot.quiet import quiet_libraries

        quiet_libraries()
        from bot.worker.agent import load_aside

        self.agent: "CounterAgent" = load_aside(model)
        if vectors is not None:
            _remember(self, vectors)

    def readings(self, base: KnowledgeBase, texts: Sequence[str], tell: Callable[[float], None] = lambda share: None) -> "List[List[Reading]]":
        """What the assistant would act on for each text, best first; ``tell`` gets the finished share."""
        from actions.understanding import Understanding, decide

        found = []
        for start in range(0, len(texts), BATCH):
            for parsed in self._parse(texts[start:start + BATCH]):
                found.append(decide(Understanding.from_message(base, parsed.get("understanding") or {}, None)))
            tell(len(found) / len(texts))
        return found

    def messages(self, texts: Sequence[str]) -> List[Any]:
        """Rasa's messages of ``texts`` with all features, clauses left aside."""
        from rasa.core.channels.channel import UserMessage
        from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
        from rasa.shared.core.trackers import DialogueStateTracker

        processor = self.agent.processor
        target = processor.model_metadata.nlu_target
        messages = [UserMessage(text=text.lstrip("/／ ") or "…") for text in texts]
        results = processor.graph_runner.run(
            inputs={PLACEHOLDER_MESSAGE: messages, PLACEHOLDER_TRACKER: DialogueStateTracker.from_events("reader", [])}, targets=[target])
        return [message for message in results[target] if message.get("clause") is None]

    def _parse(self, texts: Sequence[str]) -> List[Any]:
        return [message.as_dict(only_output_properties=True) for message in self.messages(texts)]

    def part(self, kind: type) -> Any:
        """The component of that class."""
        runner = cast("DirectRunner", self.agent.processor.graph_runner)
        return next(node._component for node in runner._instantiated_nodes.values() if isinstance(node._component, kind))


def _remember(reader: Reader, vectors: Path) -> None:
    from bot.nlu.sentence_featurizer import SentenceVectorFeaturizer
    from bot.nlu.sentence_vectors import VectorCache

    part = reader.part(SentenceVectorFeaturizer)
    part._encoder = _Remembering(VectorCache(vectors, part._encoder), part._encoder)


class _Remembering:
    """An encoder that looks into the file first."""

    def __init__(self, cache: "VectorCache", encoder: "SentenceEncoder"):
        self._cache = cache
        self.width = encoder.width
        self.ident = encoder.ident

    def embed(self, texts: Sequence[str]) -> Floats:
        return self._cache.embed(list(texts))
