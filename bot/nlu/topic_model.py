"""The light classifier behind :class:`TopicClassifier`: which home (service card, FAQ or dialogue intent), which aspect.

Three views of a sentence – sentence vector (e5), averaged word vectors (spaCy) and character 1–3-grams reduced by LSA –
feed two multinomial logistic regressions (home, aspect). Nearest training questions by sentence vector vote as well.
Pure numpy at run time; trains in seconds.
"""
from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Optional, Sequence, Tuple

import numpy as np
from scipy import sparse

Array = np.ndarray


@dataclass(frozen=True)
class Hyper:
    """Knobs, chosen on the project's own held-out questions (``bench/nlu_search.py``)."""

    ngram_weight: float = 1.0
    word_weight: float = 0.4
    lsa_dimensions: int = 300
    c_home: float = 12.0
    c_aspect: float = 6.0
    neighbours: int = 8
    neighbour_temperature: float = 0.03
    neighbour_share: float = 0.35
    """Share of the nearest-question vote in the final home probability."""


@dataclass(frozen=True)
class Reading:
    """What one sentence may mean: probabilities by home and by aspect, each summing to 1."""

    homes: Dict[str, float]
    aspects: Dict[str, float]


class NGrams:
    """Character 1–3-gram TF-IDF, sublinear, L2-normalised; vocabulary limited to grams seen in two sentences."""

    def __init__(self, vocabulary: Dict[str, int], idf: Array):
        self.vocabulary = vocabulary
        self.idf = idf

    @classmethod
    def fit(cls, texts: Sequence[str]) -> "NGrams":
        counts: Dict[str, int] = {}
        for text in texts:
            for gram in set(_grams(text)):
                counts[gram] = counts.get(gram, 0) + 1
        grams = sorted(g for g, n in counts.items() if n >= 2)
        idf = np.array([np.log((1 + len(texts)) / (1 + counts[g])) + 1 for g in grams], dtype=np.float32)
        return cls({g: i for i, g in enumerate(grams)}, idf)

    def transform(self, texts: Sequence[str]) -> sparse.csr_matrix:
        data: List[float] = []
        columns: List[int] = []
        rows = [0]
        for text in texts:
            found: Dict[int, int] = {}
            for gram in _grams(text):
                i = self.vocabulary.get(gram)
                if i is not None:
                    found[i] = found.get(i, 0) + 1
            index = list(found)
            values = (1 + np.log(np.array([found[i] for i in index], dtype=np.float32))) * self.idf[index] if index else np.zeros(0)
            norm = float(np.linalg.norm(values)) or 1.0
            columns.extend(index)
            data.extend((values / norm).tolist())
            rows.append(len(columns))
        return sparse.csr_matrix((data, columns, rows), shape=(len(texts), len(self.vocabulary)), dtype=np.float32)


def _grams(text: str) -> List[str]:
    padded = f"^{text}$"
    return [padded[i : i + n] for n in (1, 2, 3) for i in range(len(padded) - n + 1)]


@dataclass
class TopicModel:
    """Trained model; ``predict`` needs the sentence vectors and word vectors of the texts."""

    hyper: Hyper
    ngrams: NGrams
    projection: Array  # (grams, lsa_dimensions)
    homes: List[str]
    aspects: List[str]
    home_weights: Array  # (features + 1, homes)
    aspect_weights: Array
    neighbours: Array  # (examples, 384) float16, sentence vectors of the training questions
    neighbour_homes: Array  # (examples,) index into homes

    @classmethod
    def fit(
        cls,
        texts: Sequence[str],
        sentence: Array,
        words: Array,
        homes: Sequence[str],
        aspects: Sequence[Optional[str]],
        hyper: Hyper = Hyper(),
        seed: int = 7,
    ) -> "TopicModel":
        """Train on parallel sequences; ``aspects`` is None where a home has none (dialogue, FAQ)."""
        from sklearn.decomposition import TruncatedSVD

        ngrams = NGrams.fit(texts)
        matrix = ngrams.transform(texts)
        svd = TruncatedSVD(min(hyper.lsa_dimensions, matrix.shape[1] - 1), random_state=seed).fit(matrix)
        projection = svd.components_.T.astype(np.float32)
        home_names = sorted(set(homes))
        aspect_names = sorted({a for a in aspects if a})
        features = _features(hyper, matrix @ projection, sentence, words)
        index = {h: i for i, h in enumerate(home_names)}
        labels = np.array([index[h] for h in homes])
        with_aspect = np.array([i for i, a in enumerate(aspects) if a])
        aspect_labels = np.array([aspect_names.index(aspects[i]) for i in with_aspect])  # type: ignore[arg-type]
        return cls(
            hyper,
            ngrams,
            projection,
            home_names,
            aspect_names,
            _regression(features, labels, len(home_names), hyper.c_home, seed),
            _regression(features[with_aspect], aspect_labels, len(aspect_names), hyper.c_aspect, seed),
            sentence.astype(np.float16),
            labels.astype(np.int32),
        )

    def predict(self, texts: Sequence[str], sentence: Array, words: Array) -> List[Reading]:
        """One :class:`Reading` per text."""
        features = _features(self.hyper, self.ngrams.transform(texts) @ self.projection, sentence, words)
        home = _softmax(_linear(features, self.home_weights))
        share = self.hyper.neighbour_share
        if share:
            home = (1 - share) * home + share * self._vote(sentence)
        aspect = _softmax(_linear(features, self.aspect_weights))
        return [
            Reading(dict(zip(self.homes, h.tolist())), dict(zip(self.aspects, a.tolist()))) for h, a in zip(home, aspect)
        ]

    def _vote(self, sentence: Array) -> Array:
        similarity = sentence @ self.neighbours.astype(np.float32).T
        count = min(self.hyper.neighbours, similarity.shape[1])
        nearest = np.argpartition(-similarity, count - 1, axis=1)[:, :count]
        votes = np.zeros((len(sentence), len(self.homes)), dtype=np.float32)
        for row, columns in enumerate(nearest):
            weights = np.exp((similarity[row, columns] - similarity[row, columns].max()) / self.hyper.neighbour_temperature)
            np.add.at(votes[row], self.neighbour_homes[columns], weights / weights.sum())
        return votes

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        meta = {
            "hyper": self.hyper.__dict__,
            "homes": self.homes,
            "aspects": self.aspects,
            "grams": list(self.ngrams.vocabulary),
        }
        (folder / "topic-model.json").write_text(json.dumps(meta, ensure_ascii=False), encoding="utf-8")
        np.savez(
            folder / "topic-model.npz",
            idf=self.ngrams.idf,
            projection=self.projection,
            home_weights=self.home_weights,
            aspect_weights=self.aspect_weights,
            neighbours=self.neighbours,
            neighbour_homes=self.neighbour_homes,
        )

    @classmethod
    def load(cls, folder: Path) -> "TopicModel":
        """Load what :meth:`save` wrote; raises OSError or ValueError – never returns an untrained model."""
        meta = json.loads((folder / "topic-model.json").read_text(encoding="utf-8"))
        with np.load(folder / "topic-model.npz") as arrays:
            return cls(
                Hyper(**meta["hyper"]),
                NGrams({g: i for i, g in enumerate(meta["grams"])}, arrays["idf"]),
                arrays["projection"],
                meta["homes"],
                meta["aspects"],
                arrays["home_weights"],
                arrays["aspect_weights"],
                arrays["neighbours"],
                arrays["neighbour_homes"],
            )


def rank(reading: Reading, limit: int = 10) -> List[Tuple[str, str, float]]:
    """``(home, aspect, score)`` by falling score; aspect is "" for dialogue intents and FAQs ("faq_…" ids)."""
    best = sorted(reading.homes.items(), key=lambda item: -item[1])[:limit]
    pairs: List[Tuple[str, str, float]] = []
    for home, p in best:
        if home.startswith(("intent:", "faq_")):
            pairs.append((home, "", p))
        else:
            pairs.extend((home, aspect, p * q) for aspect, q in reading.aspects.items())
    return sorted(pairs, key=lambda item: -item[2])[:limit]


def _features(hyper: Hyper, lsa: Array, sentence: Array, words: Array) -> Array:
    parts = [sentence, _unit(words) * hyper.word_weight, _unit(np.asarray(lsa)) * hyper.ngram_weight]
    return np.hstack(parts).astype(np.float32)


def _unit(matrix: Array) -> Array:
    norms = np.linalg.norm(matrix, axis=1, keepdims=True)
    return matrix / np.where(norms == 0, 1, norms)


def _linear(features: Array, weights: Array) -> Array:
    return features @ weights[:-1] + weights[-1]


def _softmax(scores: Array) -> Array:
    scores = scores - scores.max(axis=1, keepdims=True)
    e = np.exp(scores)
    return e / e.sum(axis=1, keepdims=True)


def _regression(features: Array, labels: Array, classes: int, c: float, seed: int) -> Array:
    from sklearn.linear_model import LogisticRegression

    # Classes differ tenfold in size (a rare card has 50 questions, out-of-scope 700); the square root keeps the
    # large ones from swallowing the small without giving a rare card the prior of a common one.
    counts = np.bincount(labels, minlength=classes)
    weight = {i: float(np.sqrt(counts.mean() / n)) for i, n in enumerate(counts) if n}
    model = LogisticRegression(C=c, max_iter=300, class_weight=weight, random_state=seed).fit(features, labels)
    coefficients, intercept = model.coef_, model.intercept_
    if classes == 2:
        coefficients, intercept = np.vstack([-coefficients, coefficients]), np.concatenate([-intercept, intercept])
    return np.vstack([coefficients.T, intercept]).astype(np.float32)
