"""What ``./gjj bench nlu`` compares: Rasa's default Chinese pipeline, the shipped one, and the shipped one with parts taken out."""
from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Callable, Dict, List, Mapping, Sequence

import yaml

from bot.settings import ROOT

Pipeline = List[Dict[str, Any]]
NORMALIZER = "bot.nlu.normalizer.TextNormalizer"
SENTENCE = "bot.nlu.sentence_featurizer.SentenceVectorFeaturizer"
CLASSIFIER = "bot.nlu.topic_classifier.TopicClassifier"
LINEAR = "bench.nlu_parts.LinearTopics"
NO_SENTENCE = "bench.nlu_parts.NoSentenceVectors"
ENTITIES = "bot.nlu.entity_extractor.EntityExtractor"
SPELLING = "bot.nlu.spelling_corrector.SpellingCorrector"
SPACY = ("SpacyNLP", "SpacyTokenizer", "SpacyFeaturizer", ENTITIES)


@dataclass(frozen=True)
class Candidate:
    """``by_topic``: learns one intent for each topic; otherwise the project's intents with home and aspect."""

    title: str
    by_topic: bool
    pipeline: Callable[[], Pipeline]


def shipped() -> Pipeline:
    """The pipeline of config.yml."""
    pipeline: Pipeline = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))["pipeline"]
    return pipeline


def stock(epochs: int) -> Pipeline:
    """Rasa's default pipeline with its Chinese tokenizer, without the parts for entities and retrieval, of which the data has none."""
    return [
        {"name": "JiebaTokenizer"},
        {"name": "CountVectorsFeaturizer"},
        {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
        {"name": "DIETClassifier", "epochs": epochs, "constrain_similarities": True},
        {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
    ]


def _vectors_only() -> Pipeline:
    return [{"name": NORMALIZER}, {"name": SENTENCE, "tuned": False}, {"name": LINEAR}]


def _untuned() -> Pipeline:
    return [{**c, "tuned": False} if c["name"] == SENTENCE else c for c in shipped()]


def _ngrams_only() -> Pipeline:
    return [
        {"name": NORMALIZER},
        {"name": "JiebaTokenizer"},
        {"name": "CountVectorsFeaturizer", "analyzer": "char", "min_ngram": 1, "max_ngram": 3},
        {"name": LINEAR},
    ]


def changed(drop: Sequence[str] = (), swap: Mapping[str, str] = MappingProxyType({}), **hyper: float) -> Callable[[], Pipeline]:
    """The shipped pipeline without the components in ``drop``, with those in ``swap`` replaced, and other knobs of the classifier."""

    def pipeline() -> Pipeline:
        parts = [{**c, "name": swap.get(c["name"], c["name"])} for c in shipped() if c["name"] not in drop]
        return [{**c, "hyper": {**c.get("hyper", {}), **hyper}} if c["name"] == CLASSIFIER and hyper else c for c in parts]

    return pipeline


def candidates(stock_epochs: int) -> Dict[str, Candidate]:
    """By name, in the order of the report; the first is what the others are measured against."""
    return {
        "stock": Candidate(f"Rasa 默认中文流程（DIET {stock_epochs} 轮）", True, lambda: stock(stock_epochs)),
        "shipped": Candidate("本项目", False, shipped),
        "untuned": Candidate("句向量不微调", False, _untuned),
        "no-vectors": Candidate("去掉句向量", False, changed(swap={SENTENCE: NO_SENTENCE}, neighbour_share=0)),
        "no-ngrams": Candidate("去掉字 1–3 元", False, changed(ngram_weight=0)),
        "no-words": Candidate("去掉 spaCy 词向量", False, changed(drop=SPACY)),
        "no-spelling": Candidate("不改错字", False, changed(drop=[SPELLING])),
        "no-neighbours": Candidate("去掉相似问句投票", False, changed(neighbour_share=0)),
        "vectors": Candidate("只有句向量（不微调）+ 逻辑回归", True, _vectors_only),
        "ngrams": Candidate("只有字 1–3 元 + 逻辑回归", True, _ngrams_only),
    }
