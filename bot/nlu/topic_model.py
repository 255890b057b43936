"""The light classifier behind :class:`TopicClassifier`: which topic, and within it which home × aspect.

Three views of a sentence – sentence vector, averaged word vectors (spaCy) and character 1–3-grams reduced by LSA –
feed small neural networks that name topic, home (service card, FAQ or dialogue intent) and aspect. The nearest
training questions by sentence vector vote for topic and home as well. Topics are few and well filled, so they decide
first; home and aspect choose inside the topic. Pure numpy at run time.

Sentence vectors of such encoders all point roughly the same way. They are centred and reduced to their principal components
first: similarity then tells questions apart, and a vote costs a tenth.
"""
from __future__ import annotations

import json
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Sequence, Tuple

import numpy as np

from .arrays import Floats, Ints
from .axes import Axes, unit
from .network import LAYERS, UNKNOWN, Jury, Network
from .ngrams import NGrams

PART = 2048
"""So many similarities are enough to see how high the best few hundred are."""


@dataclass(frozen=True)
class Hyper:
    """Knobs, chosen on the project's own held-out questions."""

    ngram_weight: float = 1.0
    word_weight: float = 0.4
    sentence_dimensions: int = 128
    lsa_dimensions: int = 200
    hidden: int = 384
    penalty: float = 1e-3
    smoothing: float = 0.1
    batch: int = 512
    rate: float = 4e-3
    epochs: int = 6
    networks: int = 3
    """Started from different seeds and averaged."""
    task_weights: Tuple[float, ...] = (1.0, 1.0, 0.6)
    """What a miss counts in training: topic, home, aspect."""
    neighbours: int = 16
    coarse_dimensions: int = 48
    coarse_neighbours: int = 256
    """So many questions, the nearest along the first axes, are compared along all of them."""
    neighbour_temperature: float = 0.08
    neighbour_share: float = 0.5
    """Share of the nearest-question vote in the final probabilities."""
    sharpness: float = 2.0
    """Exponent of the topic probabilities: networks and neighbours agree more often than their mean is sure."""


@dataclass(frozen=True)
class Example:
    """A labelled training question; ``aspect`` is "" where the home has none (dialogue, FAQ)."""

    text: str
    home: str
    aspect: str
    topic: str


@dataclass(frozen=True)
class Reading:
    """What one sentence may mean, as probabilities that each sum to 1."""

    topics: Dict[str, float]
    homes: Dict[str, float]
    aspects: Dict[str, float]


@dataclass
class TopicModel:
    """Trained model; ``predict`` needs the sentence vectors and word vectors of the texts."""

    hyper: Hyper
    axes: Axes
    ngrams: NGrams
    projection: Floats  # (grams, lsa_dimensions)
    topics: List[str]
    homes: List[str]
    aspects: List[str]
    places: Dict[str, List[Tuple[str, str]]]
    """The ``(home, aspect)`` pairs of each topic, as seen in training."""
    networks: List[Network]
    neighbours: Floats  # (examples, sentence_dimensions), the training questions on the axes
    neighbour_topics: Ints  # (examples,) index into topics
    neighbour_homes: Ints  # (examples,) index into homes

    def __post_init__(self) -> None:
        self._coarse = np.ascontiguousarray(self.neighbours[:, : self.hyper.coarse_dimensions].T)
        self._jury = Jury(self.networks)

    @classmethod
    def fit(
        cls, examples: Sequence[Example], sentence: Floats, words: Floats, hyper: Hyper = Hyper(), seed: int = 7
    ) -> "TopicModel":
        """Train on ``examples`` with their sentence vectors and word vectors (one row each)."""
        from sklearn.decomposition import TruncatedSVD
        from threadpoolctl import threadpool_limits

        texts = [e.text for e in examples]
        ngrams = NGrams.fit(texts)
        matrix = ngrams.transform(texts)
        svd = TruncatedSVD(min(hyper.lsa_dimensions, matrix.shape[1] - 1), n_iter=2, random_state=seed).fit(matrix)
        projection = _as_stored(svd.components_.T)
        axes = Axes.fit(sentence, hyper.sentence_dimensions)
        located = axes.apply(sentence)
        features = _features(hyper, matrix @ projection, located, words)
        topics, topic_labels = _index([e.topic for e in examples])
        homes, home_labels = _index([e.home for e in examples])
        aspects, known_labels = _index([e.aspect for e in examples if e.aspect])
        aspect_labels = np.full(len(examples), UNKNOWN, dtype=np.int32)
        aspect_labels[[bool(e.aspect) for e in examples]] = known_labels
        places: Dict[str, List[Tuple[str, str]]] = {}
        for topic, home, aspect in sorted({(e.topic, e.home, e.aspect) for e in examples}):
            places.setdefault(topic, []).append((home, aspect))
        labels, sizes = (topic_labels, home_labels, aspect_labels), (len(topics), len(homes), len(aspects))
        # Side by side, each on one thread: the matrices are too small for several threads to gain much on one network.
        with threadpool_limits(1), ThreadPoolExecutor(hyper.networks) as pool:
            networks = list(pool.map(lambda number: Network.fit(features, labels, sizes, hyper, seed + number), range(hyper.networks)))
        return cls(
            hyper, axes, ngrams, projection, topics, homes, aspects, places, networks, _as_stored(located), topic_labels, home_labels,
        )

    def predict(self, texts: Sequence[str], sentence: Floats, words: Floats) -> List[Reading]:
        """One :class:`Reading` per text."""
        located = self.axes.apply(sentence)
        features = _features(self.hyper, self.ngrams.reduced(texts, self.projection), located, words)
        topic, home, aspect = self._jury.predict(features, (len(self.topics), len(self.homes), len(self.aspects)))
        share = self.hyper.neighbour_share
        topic_votes, home_votes = self._votes(located)
        topic = ((1 - share) * topic + share * topic_votes) ** self.hyper.sharpness
        topic /= topic.sum(axis=1, keepdims=True)
        home = (1 - share) * home + share * home_votes
        return [
            Reading(dict(zip(self.topics, t)), dict(zip(self.homes, h)), dict(zip(self.aspects, a)))
            for t, h, a in zip(topic.tolist(), home.tolist(), aspect.tolist())
        ]

    def _votes(self, located: Floats) -> Tuple[Floats, Floats]:
        coarse = located[:, : self.hyper.coarse_dimensions] @ self._coarse
        topics = np.zeros((len(located), len(self.topics)), dtype=np.float32)
        homes = np.zeros((len(located), len(self.homes)), dtype=np.float32)
        for row, similarity in enumerate(coarse):
            near = _high(similarity, self.hyper.coarse_neighbours)
            exact = self.neighbours[near] @ located[row]
            best = _highest(exact, self.hyper.neighbours)
            weights = np.exp((exact[best] - exact[best].max()) / self.hyper.neighbour_temperature)
            weights /= weights.sum()
            np.add.at(topics[row], self.neighbour_topics[near[best]], weights)
            np.add.at(homes[row], self.neighbour_homes[near[best]], weights)
        return topics, homes

    def rank(self, reading: Reading, limit: int) -> List[Tuple[str, str, float]]:
        """The best ``(home, aspect)`` of each topic with the topic's probability, best first, at most ``limit``."""
        ranked: List[Tuple[str, str, float]] = []
        for topic, probability in sorted(reading.topics.items(), key=lambda item: -item[1])[:limit]:
            home, aspect = max(
                self.places[topic], key=lambda place: reading.homes[place[0]] * (reading.aspects[place[1]] if place[1] else 1.0)
            )
            ranked.append((home, aspect, probability))
        return ranked

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        meta = {
            "hyper": self.hyper.__dict__,
            "topics": self.topics,
            "homes": self.homes,
            "aspects": self.aspects,
            "places": self.places,
            "grams": list(self.ngrams.vocabulary),
        }
        (folder / "topic-model.json").write_text(json.dumps(meta, ensure_ascii=False), encoding="utf-8")
        np.savez(
            folder / "topic-model.npz",
            center=self.axes.center,
            components=self.axes.components,
            idf=self.ngrams.idf,
            projection=self.projection.astype(np.float16),
            neighbours=self.neighbours.astype(np.float16),
            neighbour_topics=self.neighbour_topics,
            neighbour_homes=self.neighbour_homes,
            **{f"network.{i}.{name}": getattr(network, name) for i, network in enumerate(self.networks) for name in LAYERS},
        )

    @classmethod
    def load(cls, folder: Path) -> "TopicModel":
        """Load what :meth:`save` wrote; raises OSError, KeyError or ValueError – never returns an untrained model."""
        try:
            return cls._load(folder)
        except (zipfile.BadZipFile, EOFError) as error:
            raise ValueError(f"{folder}: not a whole topic model ({error})") from error

    @classmethod
    def _load(cls, folder: Path) -> "TopicModel":
        meta = json.loads((folder / "topic-model.json").read_text(encoding="utf-8"))
        with np.load(folder / "topic-model.npz") as arrays:
            return cls(
                Hyper(**meta["hyper"]),
                Axes(arrays["center"], arrays["components"]),
                NGrams({g: i for i, g in enumerate(meta["grams"])}, arrays["idf"]),
                np.ascontiguousarray(arrays["projection"].astype(np.float32)),
                meta["topics"],
                meta["homes"],
                meta["aspects"],
                {topic: [(home, aspect) for home, aspect in places] for topic, places in meta["places"].items()},
                [Network(*(arrays[f"network.{i}.{name}"] for name in LAYERS)) for i in range(meta["hyper"]["networks"])],
                arrays["neighbours"].astype(np.float32),
                arrays["neighbour_topics"],
                arrays["neighbour_homes"],
            )


def _index(labels: Sequence[str]) -> Tuple[List[str], Ints]:
    """Sorted class names and the class number of each label."""
    names = sorted(set(labels))
    number = {name: i for i, name in enumerate(names)}
    return names, np.array([number[label] for label in labels], dtype=np.int32)


def _highest(values: Floats, count: int) -> Ints:
    """Where the ``count`` highest of ``values`` stand (all, if there are fewer), in no order."""
    count = min(count, len(values))
    return np.argpartition(values, len(values) - count)[len(values) - count :]


def _high(values: Floats, count: int) -> Ints:
    """Where about ``count`` of the highest of ``values`` stand: those above the mark that a part of ``values`` sets."""
    step = len(values) // PART
    if step < 2:
        return _highest(values, count)
    part = values[::step]
    place = len(part) - max(1, count // step)
    return np.flatnonzero(values >= np.partition(part, place)[place])


def _as_stored(matrix: Floats) -> Floats:
    """``matrix`` in the half precision of the file, as float32, row by row: a loaded model gives exactly the results of the trained one."""
    stored: Floats = np.ascontiguousarray(matrix.astype(np.float16).astype(np.float32))
    return stored


def _features(hyper: Hyper, lsa: Floats, located: Floats, words: Floats) -> Floats:
    parts = [located, unit(words) * hyper.word_weight, unit(np.asarray(lsa)) * hyper.ngram_weight]
    return np.hstack(parts).astype(np.float32)


