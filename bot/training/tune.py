"""``./gjj tune``: learn the sentence encoder's adapter from the training questions; rarely needed, about half an hour.

Each question is drawn towards the prototypes of its topic, its home (service card, FAQ, dialogue intent) and its aspect, and
away from the others; part of the questions are seen with the slips people make (``noise``). ``keep`` holds vectors
near those of the base model, so that an FAQ added tomorrow still finds its neighbours.
"""
from __future__ import annotations

import argparse
import random
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Iterator, List, Sequence, Tuple

import numpy as np

from bot.nlu.arrays import Floats, Ints
from bot.nlu.encoder import base_model, build
from bot.nlu.encoder.adapter import ADAPTER
from bot.nlu.encoder.sentence_encoder import MAX_TOKENS
from bot.nlu.encoder.tokenizer import Tokenizer
from bot.nlu.topic_model import Example


@dataclass(frozen=True)
class Recipe:
    """Knobs of the tuning, chosen on the project's own held-out questions."""

    rank: int = 16
    epochs: float = 2.0
    batch: int = 32
    rate: float = 1e-3
    warm_up: float = 0.06
    """Share of the steps in which the rate rises."""
    dropout: float = 0.1
    scale: float = 20.0
    """Cosine → score; the inverse of the softmax's temperature."""
    smoothing: float = 0.1
    home_weight: float = 0.5
    aspect_weight: float = 0.3
    keep: float = 0.3
    noisy: float = 0.35
    """Share of the questions that are seen with a slip."""
    seed: int = 0


Batch = Tuple[Ints, Ints, Floats]
"""Rows of the examples, padded tokens, mask."""


def batches(texts: Sequence[str], tokenizer: Tokenizer, recipe: Recipe, rng: random.Random) -> Iterator[Batch]:
    """One pass over ``texts`` in random order; a batch holds texts of similar length."""
    from bot.nlu.normalize import normalize

    from .noise import KINDS

    kinds = list(KINDS.values())

    def seen(text: str) -> List[int]:
        if rng.random() < recipe.noisy:
            text = normalize(rng.choice(kinds)(text, rng)) or text  # as the pipeline would hand it over
        return tokenizer(text, MAX_TOKENS)

    order = list(range(len(texts)))
    rng.shuffle(order)
    stretch = recipe.batch * 20
    for start in range(0, len(order), stretch):
        rows = sorted(((i, seen(texts[i])) for i in order[start : start + stretch]), key=lambda pair: len(pair[1]))
        groups = [rows[i : i + recipe.batch] for i in range(0, len(rows), recipe.batch)]
        rng.shuffle(groups)
        for group in groups:
            longest = max(len(tokens) for _, tokens in group)
            padded = np.zeros((len(group), longest), dtype=np.int32)
            mask = np.zeros((len(group), longest), dtype=np.float32)
            for row, (_, tokens) in enumerate(group):
                padded[row, : len(tokens)] = tokens
                mask[row, : len(tokens)] = 1
            yield np.array([i for i, _ in group]), padded, mask


def tune(examples: Sequence[Example], recipe: Recipe, out: Path) -> None:
    """Learn an adapter from ``examples`` and write it to ``out``; progress goes to stderr."""
    import tensorflow as tf

    from .trainable_encoder import TrainableEncoder

    tf.random.set_seed(recipe.seed)
    rng = random.Random(recipe.seed)
    base = base_model.read(base_model.packed_file())
    kept = build.kept(base)
    tokenizer = Tokenizer([base.pieces[i] for i in kept], base.scores[kept], base.replaced)
    encoder = TrainableEncoder(base, kept, recipe.rank, recipe.dropout, recipe.seed)
    texts = [example.text for example in examples]

    forward = tf.function(
        lambda tokens, mask: encoder(tokens, mask, training=False),
        input_signature=[tf.TensorSpec((None, None), tf.int32), tf.TensorSpec((None, None), tf.float32)],
    )
    plain = replace(recipe, noisy=0.0)
    before = np.zeros((len(texts), base.width), dtype=np.float32)
    for rows, tokens, mask in batches(texts, tokenizer, plain, random.Random(recipe.seed)):
        before[rows] = forward(tokens, mask).numpy()
    center = before.mean(axis=0)

    tasks = [_Task([e.topic for e in examples], 1.0), _Task([e.home for e in examples], recipe.home_weight),
             _Task([e.aspect for e in examples], recipe.aspect_weight)]
    prototypes = [tf.Variable(task.means(before - center).T) for task in tasks]
    learned = [*encoder.trainable_variables, *prototypes]
    optimizer = tf.keras.optimizers.legacy.Adam(recipe.rate, beta_2=0.98)

    @tf.function(input_signature=[  # type: ignore[untyped-decorator]
        tf.TensorSpec((None, None), tf.int32), tf.TensorSpec((None, None), tf.float32),
        tf.TensorSpec((None, len(tasks)), tf.int32), tf.TensorSpec((None, base.width), tf.float32),
    ])
    def step(tokens: tf.Tensor, mask: tf.Tensor, labels: tf.Tensor, original: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            vectors = encoder(tokens, mask, training=True)
            loss = recipe.keep * tf.reduce_mean(tf.reduce_sum((vectors - original) ** 2, -1))
            centred = tf.math.l2_normalize(vectors - center, -1)
            for task, prototype, label in zip(tasks, prototypes, tf.unstack(labels, axis=1)):
                scores = recipe.scale * tf.matmul(centred, tf.math.l2_normalize(prototype, 0))
                wanted = tf.one_hot(label, task.size) * (1 - recipe.smoothing) + recipe.smoothing / task.size
                miss = -tf.reduce_sum(wanted * tf.nn.log_softmax(scores), -1)
                counted = tf.cast(label >= 0, tf.float32)
                loss += task.weight * tf.reduce_sum(miss * counted) / (tf.reduce_sum(counted) + 1e-6)
        gradients, _ = tf.clip_by_global_norm(tape.gradient(loss, learned), 1.0)
        optimizer.apply_gradients(zip(gradients, learned))
        return loss

    steps = int(recipe.epochs * len(texts) / recipe.batch)
    done = 0
    started = time.monotonic()
    smooth = 0.0
    while done < steps:
        for rows, tokens, mask in batches(texts, tokenizer, recipe, rng):
            rising = (done + 1) / (recipe.warm_up * steps)
            optimizer.learning_rate.assign(recipe.rate * min(1.0, rising) * max(0.02, (1 + np.cos(np.pi * done / steps)) / 2))
            labels = np.stack([task.labels[rows] for task in tasks], axis=1)
            loss = float(step(tokens, mask, labels, before[rows]))
            smooth = loss if not done else 0.98 * smooth + 0.02 * loss
            done += 1
            if done % 50 == 0 or done == steps:
                left = (time.monotonic() - started) / done * (steps - done)
                print(f"  第 {done}/{steps} 步，损失 {smooth:.3f}，约还要 {left / 60:.0f} 分钟", file=sys.stderr, flush=True)
            if done % 400 == 0:
                encoder.adapter().save(out)
            if done == steps:
                break
    encoder.adapter().save(out)


class _Task:
    """One way of sorting the questions: class numbers, −1 where a question has no class."""

    def __init__(self, names: Sequence[str], weight: float):
        classes = {name: number for number, name in enumerate(sorted({name for name in names if name}))}
        self.labels = np.array([classes.get(name, -1) for name in names], dtype=np.int32)
        self.size = len(classes)
        self.weight = weight

    def means(self, vectors: Floats) -> Floats:
        """Mean direction of each class, float32 (size, width)."""
        sums = np.zeros((self.size, vectors.shape[1]), dtype=np.float32)
        known = self.labels >= 0
        np.add.at(sums, self.labels[known], vectors[known])
        means: Floats = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
        return means


def training_examples() -> List[Example]:
    """Every training question as the pipeline sees it: normalised, FAQs included."""
    from rasa.shared.importers.importer import TrainingDataImporter

    from bot.knowledge.base import load
    from bot.nlu.normalize import normalize
    from bot.nlu.topic_classifier import example_of
    from bot.settings import ROOT

    from .train import NLU_PATHS

    importer = TrainingDataImporter.load_from_config(
        str(ROOT / "config.yml"), str(ROOT / "domain.yml"), [str(ROOT / path) for path in NLU_PATHS]
    )
    base = load()
    found = [example_of(base, message) for message in importer.get_nlu_data().intent_examples]
    return [Example(normalize(e.text) or "…", e.home, e.aspect, e.topic) for e in found]


def main(arguments: List[str]) -> int:
    parser = argparse.ArgumentParser(prog="./gjj tune", description="重新微调句向量编码器；之后要运行 ./gjj train")
    parser.add_argument("--out", type=Path, default=ADAPTER, help="微调结果写到哪里（默认替换现用的）")
    parser.add_argument("--epochs", type=float, default=Recipe.epochs, help="训练问句过几遍")
    parser.add_argument("--keep", type=float, default=Recipe.keep, help="多大程度上保持原来的向量")
    args = parser.parse_args(arguments)
    from bot.quiet import quiet_libraries

    quiet_libraries()
    examples = training_examples()
    print(f"{len(examples)} 个问句", file=sys.stderr)
    tune(examples, Recipe(epochs=args.epochs, keep=args.keep), args.out)
    print(f"已写入 {args.out}；运行 ./gjj train 用上它。", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
