"""What a warm trainer does while it waits: everything about today's questions that tomorrow's training would compute again.

Normalising a question and parsing it with spaCy depends on the question alone; together that is half of a training. Both are
remembered for the life of the process, which ends with its one training.
"""
from __future__ import annotations

import functools
from typing import Any, Callable, Dict, List, Tuple

_BATCH = 200


def remember() -> None:
    """From now on normalised texts, parsed texts and the spaCy pipeline are kept. Once in a process."""
    from rasa.nlu.utils.spacy_utils import SpacyNLP

    from bot.nlu import normalizer

    if hasattr(normalizer.normalize, "cache_info"):
        return
    normalizer.normalize = functools.lru_cache(maxsize=None)(normalizer.normalize)
    SpacyNLP.load_model = staticmethod(functools.lru_cache(maxsize=None)(SpacyNLP.load_model))  # type: ignore[method-assign]
    docs: Dict[str, Any] = {}

    def parsed(model: Any, texts: List[str]) -> List[Any]:
        missing = [text for text in dict.fromkeys(texts) if text not in docs]
        docs.update(zip(missing, model.pipe(missing, batch_size=50)))
        return [docs[text] for text in texts]

    def samples(model: Any, numbered: List[Tuple[int, str]]) -> List[Tuple[int, Any]]:
        return [(number, doc) for (number, _), doc in zip(numbered, parsed(model, [text for _, text in numbered]))]

    def one(self: Any, model: Any, text: str) -> Any:
        return parsed(model, [self._preprocess_text(text)])[0]

    SpacyNLP._process_content_bearing_samples = staticmethod(samples)  # type: ignore[method-assign,assignment]
    SpacyNLP._doc_for_text = one  # type: ignore[method-assign]


def rehearse(interrupted: Callable[[], bool]) -> None:
    """Compute what :func:`remember` keeps, until ``interrupted``: the training then computes the rest itself."""
    from rasa.nlu.utils.spacy_utils import SpacyNLP

    from actions.actions import live
    from bot.nlu import normalizer

    live().current()
    spacy = SpacyNLP.load_model(_pipeline())
    texts = _texts()
    for start in range(0, len(texts), _BATCH):
        if interrupted():
            return
        batch = [(normalizer.normalize(text) or "…").lower() for text in texts[start:start + _BATCH]]
        SpacyNLP._process_content_bearing_samples(spacy.model, list(enumerate(batch)))


def _pipeline() -> str:
    import msgspec

    from bot.settings import ROOT

    config = msgspec.yaml.decode((ROOT / "config.yml").read_bytes())
    return next(str(part["model"]) for part in config["pipeline"] if part["name"] == "SpacyNLP")


def _texts() -> List[str]:
    """Training questions, then the questions a release is examined with."""
    from rasa.shared.nlu.constants import TEXT

    from bot.knowledge.base import load
    from bot.settings import ROOT

    from . import evaluate
    from .importer import FaqImporter, FileImporter
    from .rasa_tools import NLU_PATHS
    from .run import HELD_OUT

    files = FileImporter(str(ROOT / "config.yml"), str(ROOT / "domain.yml"), [str(ROOT / path) for path in NLU_PATHS])
    trained = [message.get(TEXT) for importer in (files, FaqImporter()) for message in importer.get_nlu_data().nlu_examples]
    asked = [row.question.lstrip("/／ ") for path in sorted(HELD_OUT.glob("*.tsv")) for row in evaluate.read(path, load())]
    return list(dict.fromkeys(text for text in [*trained, *asked] if text))
