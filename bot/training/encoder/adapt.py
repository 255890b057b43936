"""The teacher: the base model learns the training questions, as one low-rank change per matrix.

Each question is drawn towards the prototypes of its topic, its home (service card, FAQ, dialogue intent) and its aspect, and
away from the others; part of the questions are seen with the slips people make (``noise``). ``keep`` holds vectors
near those of the base model, so that an FAQ added tomorrow still finds its neighbours.
"""
from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Sequence

from bot.nlu.arrays import Floats, Ints
from bot.nlu.encoder import base_model, build
from bot.nlu.encoder.sentence_encoder import MAX_TOKENS
from bot.nlu.encoder.tokenizer import Tokenizer
from bot.nlu.topic_model import Example

from ..noise import seen
from .loop import learn, missed, vectors
from .tasks import Task, labelled


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

    before = vectors(encoder, [tokenizer(text, MAX_TOKENS) for text in texts], recipe.batch, rng)
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
            found = encoder(tokens, mask, training=True)
            loss = recipe.keep * tf.reduce_mean(tf.reduce_sum((found - original) ** 2, -1))
            loss += missed(tf.math.l2_normalize(found - center, -1), tasks, prototypes, labels, recipe.scale, recipe.smoothing)
        gradients, _ = tf.clip_by_global_norm(tape.gradient(loss, learned), 1.0)
        optimizer.apply_gradients(zip(gradients, learned))
        return loss

    def taken(rows: Ints, tokens: Ints, mask: Floats) -> Dict[str, float]:
        return {"损失": float(step(tokens, mask, labelled(tasks, rows), before[rows]))}

    def hear() -> List[List[int]]:
        return [tokenizer(seen(text, recipe.noisy, rng), MAX_TOKENS) for text in texts]

    learn(len(texts), hear, optimizer, taken, recipe, rng, lambda: encoder.adapter().save(out))
    encoder.adapter().save(out)
