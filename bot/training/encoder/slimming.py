"""Where the student of ``distil`` starts: which attention heads and inner units the tuned encoder can do without, in two minutes.

On the training questions an encoder is asked for far less than it can say. Layer by layer (or two at once), whatever is missed least is left
out (the optimal brain surgeon's rule), and the matrix behind is solved anew by least squares so that the thin layer, fed by the
thin layers before it, adds what the whole layer of the whole encoder adds. No gradients are needed, and the student has little left to learn.
"""
from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Dict, List, Tuple

import numpy as np
from scipy.special import erf

from bot.nlu.arrays import Floats, Ints
from bot.nlu.encoder.base_model import BaseModel, Layer

EPSILON = 1e-12


@dataclass(frozen=True)
class Size:
    """What is kept, chosen on the project's own held-out questions. ``heads`` and ``units``: of each layer."""

    layers: int = 8
    heads: int = 6
    units: int = 512
    at_once: int = 32
    """Units left out between two looks at what the others are worth."""
    ridge: float = 1e-3
    """Pull towards the weights as they were, relative to the mean square of the inputs."""
    questions: int = 2500
    longest: int = 40
    """Tokens of a question that are looked at."""


class Texts:
    """Embedded texts, those of one length together: ``(texts, tokens, width)`` flattened to ``(tokens, width)``."""

    def __init__(self, base: BaseModel, kept: List[int], tokens: List[List[int]]):
        by_length: Dict[int, List[List[int]]] = {}
        for numbers in tokens:
            by_length.setdefault(len(numbers), []).append(numbers)
        words = base.words[kept]
        self.shapes = [(len(group), length) for length, group in sorted(by_length.items())]
        embedded = [words[np.array(group)] + base.positions[:length] for length, group in sorted(by_length.items())]
        self.first = _normalised(np.concatenate([e.reshape(-1, base.width) for e in embedded]), *base.norm).astype(np.float32)

    def context(self, x: Floats, layer: Layer, heads: int) -> Floats:
        """What the heads of ``layer`` gather from ``x``, before the matrix behind them."""
        out = np.empty((len(x), layer["v.w"].shape[1]), dtype=np.float32)
        q, k, v = (x @ layer[f"{name}.w"] + layer[f"{name}.b"] for name in "qkv")
        start = 0
        for texts, length in self.shapes:
            rows = slice(start, start + texts * length)
            start = rows.stop
            a, b, c = (part[rows].reshape(texts, length, heads, -1).transpose(0, 2, 1, 3) for part in (q, k, v))
            scores = a @ b.transpose(0, 1, 3, 2) / np.float32(np.sqrt(a.shape[-1]))
            share = np.exp(scores - scores.max(axis=-1, keepdims=True))
            share /= share.sum(axis=-1, keepdims=True)
            out[rows] = (share @ c).transpose(0, 2, 1, 3).reshape(texts * length, -1)
        return out

    def means(self, x: Floats) -> Floats:
        """Unit vectors of the texts, one row each, shortest texts first."""
        start, found = 0, []
        for texts, length in self.shapes:
            found.append(x[start : start + texts * length].reshape(texts, length, -1).mean(axis=1))
            start += texts * length
        vectors = np.concatenate(found)
        units: Floats = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return units


def slimmed(base: BaseModel, layers: List[Layer], texts: Texts, size: Size) -> List[Layer]:
    """``layers`` made fewer and thin with the activations of ``texts``; progress goes to stderr.

    Neighbouring layers that become one offer their heads and units together; the first layers are the most alike.
    """
    whole = thin = texts.first
    found: List[Layer] = []
    for numbers in np.array_split(np.arange(len(layers)), min(size.layers, len(layers))):
        group = [layers[number] for number in numbers]
        last = group[-1]
        for layer in group:
            attended = whole + texts.context(whole, layer, base.heads) @ layer["ao.w"] + layer["ao.b"]
            between = _normalised(attended, layer["aln.w"], layer["aln.b"])
            left = between + _inner(between, layer) @ layer["fo.w"] + layer["fo.b"]
            whole = _normalised(left, layer["oln.w"], layer["oln.b"])
        gathered = np.hstack([texts.context(thin, layer, base.heads) for layer in group])
        heads, attention = _reduced(
            gathered, attended - thin, np.vstack([layer["ao.w"] for layer in group]), base.width // base.heads, size.heads, 1, size.ridge)
        columns = np.arange(base.width * len(group)).reshape(base.heads * len(group), -1)[heads].ravel()
        thin = _normalised(thin + gathered[:, columns] @ attention[0] + attention[1], last["aln.w"], last["aln.b"])
        gathered = np.hstack([_inner(thin, layer) for layer in group])
        units, inner = _reduced(gathered, left - thin, np.vstack([layer["fo.w"] for layer in group]), 1, size.units, size.at_once, size.ridge)
        thin = _normalised(thin + gathered[:, units] @ inner[0] + inner[1], last["oln.w"], last["oln.b"])
        kept = {**dict.fromkeys("qkv", columns), "fi": units}
        found.append({
            **last, "ao.w": attention[0], "ao.b": attention[1], "fo.w": inner[0], "fo.b": inner[1],
            **{f"{name}.w": np.hstack([layer[f"{name}.w"] for layer in group])[:, chosen] for name, chosen in kept.items()},
            **{f"{name}.b": np.concatenate([layer[f"{name}.b"] for layer in group])[chosen] for name, chosen in kept.items()},
        })
        alike = float((texts.means(thin) * texts.means(whole)).sum(axis=1).mean())
        print(f"  瘦身：第 {len(found)}/{size.layers} 层，与原来的余弦 {alike:.3f}", file=sys.stderr, flush=True)
    return found


def _reduced(inputs: Floats, wanted: Floats, before: Floats, group: int, kept: int, at_once: int, ridge: float) -> Tuple[Ints, Tuple[Floats, Floats]]:
    """Which ``kept`` groups of ``inputs`` columns suffice to make ``wanted``, and the affine map that does; it leans towards ``before``."""
    input_mean, wanted_mean = inputs.mean(axis=0), wanted.mean(axis=0)
    centred = inputs - input_mean
    square = (centred.T @ centred).astype(np.float64) / len(inputs)
    pull = ridge * np.trace(square) / len(square)
    square[np.diag_indices_from(square)] += pull
    cross = (centred.T @ (wanted - wanted_mean)).astype(np.float64) / len(inputs) + pull * before
    inverse = np.linalg.inv(square)
    weights = inverse @ cross
    left = np.arange(len(square)).reshape(-1, group)
    alive = np.arange(len(left))
    while len(alive) > kept:
        blocks = left[alive]
        if group == 1:
            losses = (weights[blocks[:, 0]] ** 2).sum(axis=1) / inverse[blocks[:, 0], blocks[:, 0]]
        else:
            losses = np.array([np.sum(weights[b] * np.linalg.solve(inverse[np.ix_(b, b)], weights[b])) for b in blocks])
        gone = np.sort(np.argsort(losses)[: min(at_once, len(alive) - kept)])
        out = blocks[gone].ravel()
        factor = np.linalg.solve(inverse[np.ix_(out, out)], np.hstack([weights[out], inverse[out]]))
        column = inverse[:, out].copy()
        weights -= column @ factor[:, : weights.shape[1]]
        inverse -= column @ factor[:, weights.shape[1] :]
        alive = np.delete(alive, gone)
    columns = left[alive].ravel()
    matrix = np.linalg.solve(square[np.ix_(columns, columns)], cross[columns])
    return alive, (matrix.astype(np.float32), (wanted_mean - input_mean[columns] @ matrix).astype(np.float32))


def _inner(x: Floats, layer: Layer) -> Floats:
    y = x @ layer["fi.w"] + layer["fi.b"]
    activated: Floats = (y * (erf(y / np.float32(np.sqrt(2))) + 1) / 2).astype(np.float32)
    return activated


def _normalised(x: Floats, gain: Floats, bias: Floats) -> Floats:
    x = x - x.mean(axis=-1, keepdims=True)
    scaled: Floats = (x / np.sqrt((x * x).mean(axis=-1, keepdims=True) + EPSILON) * gain + bias).astype(np.float32)
    return scaled
