"""A trained topic model that learns a few new FAQ wordings without being trained again.

The hidden units stay as they are; a new home gets one more output. Its weights are the least-squares answer to two wishes: on
its own wordings it is above the likeliest home, on other training questions it is far below. Topics that the new wordings
belong to are raised on them in the same way, and left alone on the others. The new wordings vote as nearest questions like
all others. What comes out is examined like any training, and trained anew when it fails.
"""
from __future__ import annotations

from dataclasses import dataclass, replace
from typing import List, Sequence, Tuple

import numpy as np

from .arrays import Floats, Ints
from .network import Network
from .topic_model import Example, TopicModel, _features as joined

ABOVE, BELOW = 1.5, 6.0
"""Wished distance of the new output from the highest other one, on its own wordings and on other questions."""
RIDGE = 1.0
SAME = 0.999
"""Similarity from which a kept question is the very wording that is to be forgotten."""


class CannotExtend(ValueError):
    """The change needs a full training."""


@dataclass(frozen=True)
class Texts:
    """Training questions with the features the model reads: one row each."""

    examples: Sequence[Example]
    sentence: Floats
    words: Floats

    def __len__(self) -> int:
        return len(self.examples)


def extend(model: TopicModel, new: Texts, others: Texts, gone: Texts) -> TopicModel:
    """``model`` with the wordings ``new`` learned and ``gone`` forgotten; ``others`` are questions that must stay what they are.

    Raises :class:`CannotExtend` for a topic the model does not know.
    """
    unknown = sorted({example.topic for example in new.examples} - set(model.topics))
    if unknown:
        raise CannotExtend(f"模型还不认识主题 {unknown[0]}")
    model = _without(model, gone)
    if not len(new):
        return model
    homes = [*model.homes, *dict.fromkeys(e.home for e in new.examples if e.home not in model.homes)]
    networks = [_with_topics(model, _with_outputs(model, network, homes[len(model.homes):], new, others), new, others) for network in model.networks]
    places = {topic: list(pairs) for topic, pairs in model.places.items()}
    for example in new.examples:
        if (example.home, example.aspect) not in places[example.topic]:
            places[example.topic].append((example.home, example.aspect))
    located = model.axes.apply(new.sentence).astype(np.float16).astype(np.float32)
    return replace(
        model, homes=homes, places=places, networks=networks, neighbours=np.vstack([model.neighbours, located]),
        neighbour_topics=_longer(model.neighbour_topics, [model.topics.index(e.topic) for e in new.examples]),
        neighbour_homes=_longer(model.neighbour_homes, [homes.index(e.home) for e in new.examples]))


def _without(model: TopicModel, gone: Texts) -> TopicModel:
    """The networks remember a forgotten wording; its vote as a nearest question, which decides between FAQs, is taken away."""
    if not len(gone):
        return model
    located = model.axes.apply(gone.sentence)
    kept = np.ones(len(model.neighbours), dtype=bool)
    for row, example in zip(located, gone.examples):
        if example.home in model.homes:
            kept &= ~((model.neighbours @ row > SAME) & (model.neighbour_homes == model.homes.index(example.home)))
    return replace(
        model, neighbours=model.neighbours[kept], neighbour_topics=model.neighbour_topics[kept], neighbour_homes=model.neighbour_homes[kept])


def _with_outputs(model: TopicModel, network: Network, homes: List[str], new: Texts, others: Texts) -> Network:
    """``network`` with one more output for each of ``homes``, behind the outputs of the homes it has."""
    if not homes:
        return network
    first, last = len(model.topics), len(model.topics) + len(model.homes)
    mine, theirs = _units(model, network, new), _units(model, network, others)
    columns: List[Tuple[Floats, float]] = []
    for home in homes:
        own = np.array([example.home == home for example in new.examples])
        rest = np.vstack([theirs, mine[~own]])
        highest = [(units @ network.output + network.output_bias)[:, first:last].max(axis=1) for units in (mine[own], rest)]
        columns.append(_solve(mine[own], highest[0] + ABOVE, rest, highest[1] - BELOW))
    output = np.insert(network.output, [last] * len(columns), np.stack([weights for weights, _ in columns], axis=1), axis=1)
    bias = np.insert(network.output_bias, [last] * len(columns), [value for _, value in columns])
    return replace(network, output=output.astype(np.float32), output_bias=bias.astype(np.float32))


def _with_topics(model: TopicModel, network: Network, new: Texts, others: Texts) -> Network:
    """``network`` whose topics are the likeliest on the new wordings that belong to them."""
    mine, theirs = _units(model, network, new), _units(model, network, others)
    output, bias = network.output.copy(), network.output_bias.copy()
    scores = (mine @ output + bias)[:, : len(model.topics)]
    for topic in sorted({example.topic for example in new.examples}):
        column = model.topics.index(topic)
        own = np.array([example.topic == topic for example in new.examples])
        lacking = np.maximum(0, np.delete(scores[own], column, axis=1).max(axis=1) + ABOVE - scores[own, column])
        if lacking.any():
            rest = np.vstack([theirs, mine[~own]])
            weights, value = _solve(mine[own], lacking, rest, np.zeros(len(rest)))
            output[:, column] += weights.astype(np.float32)
            bias[column] += np.float32(value)
    return replace(network, output=output, output_bias=bias)


def _solve(mine: Floats, wished: Floats, theirs: Floats, unwished: Floats) -> Tuple[Floats, float]:
    """Ridge regression of the wished outputs; the few own wordings weigh as much as all others together."""
    units = np.hstack([np.vstack([mine, theirs]), np.ones((len(mine) + len(theirs), 1))]).astype(np.float64)
    target = np.concatenate([wished, unwished])
    weight = np.concatenate([np.full(len(mine), max(1.0, len(theirs) / max(1, len(mine)))), np.ones(len(theirs))])
    left = units.T @ (units * weight[:, None]) + RIDGE * np.eye(units.shape[1])
    solved = np.linalg.solve(left, units.T @ (weight * target))
    return solved[:-1], float(solved[-1])


def _units(model: TopicModel, network: Network, texts: Texts) -> Floats:
    """What the hidden units say of ``texts``."""
    if not len(texts):
        return np.zeros((0, network.hidden.shape[1]), np.float32)
    lsa = model.ngrams.transform([example.text for example in texts.examples]) @ model.projection
    features = joined(model.hyper, lsa, model.axes.apply(texts.sentence), texts.words)
    return np.maximum(features @ network.hidden + network.hidden_bias, 0)


def _longer(labels: Ints, more: List[int]) -> Ints:
    return np.concatenate([labels, np.array(more, dtype=labels.dtype)])
