"""The teacher: the base model learns the training questions, as one low-rank change per matrix.

Each question is drawn towards the prototypes of its topic, its home (service card, FAQ, dialogue intent) and its aspect, and
away from the others; part of the questions are seen with the slips people make (``noise``). ``keep`` holds vectors
near those of the base model, so that an FAQ added tomorrow still finds its neighbours.
"""
from __future__ import annotations

import random
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Sequence

import numpy as np

from bot.nlu.encoder import base_model, build
from bot.nlu.encoder.sentence_encoder import MAX_TOKENS
from bot.nlu.encoder.tokenizer import Tokenizer
from bot.nlu.topic_model import Example

from ..noise import seen
from .batches import batches
from .tasks import Task


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


def adapt(examples: Sequence[Example], recipe: Recipe, out: Path) -> None:
    """Learn an adapter from ``examples`` and write it to ``out``; progress goes to stderr."""
    import tensorflow as tf

    from .transformer import AdaptedEncoder

    tf.random.set_seed(recipe.seed)
    rng = random.Random(recipe.seed)
    base = base_model.read(base_model.packed_file())
    kept = build.kept(base)
    tokenizer = Tokenizer([base.pieces[i] for i in kept], base.scores[kept], base.replaced)
    encoder = AdaptedEncoder(base, kept, recipe.rank, recipe.dropout, recipe.seed)
    texts = [example.text for example in examples]

    forward = tf.function(
        lambda tokens, mask: encoder(tokens, mask, training=False),
        input_signature=[tf.TensorSpec((None, None), tf.int32), tf.TensorSpec((None, None), tf.float32)],
    )
    before = np.zeros((len(texts), base.width), dtype=np.float32)
    for rows, tokens, mask in batches([tokenizer(text, MAX_TOKENS) for text in texts], recipe.batch, rng):
        before[rows] = forward(tokens, mask).numpy()
    center = before.mean(axis=0)

    tasks = [Task([e.topic for e in examples], 1.0), Task([e.home for e in examples], recipe.home_weight),
             Task([e.aspect for e in examples], recipe.aspect_weight)]
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
        heard = [tokenizer(seen(text, recipe.noisy, rng), MAX_TOKENS) for text in texts]
        for rows, tokens, mask in batches(heard, recipe.batch, rng):
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
