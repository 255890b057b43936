"""What the teacher and the student learn alike: the way through the questions, and what a missed label costs."""
from __future__ import annotations

import random
import sys
import time
from typing import Any, Callable, Dict, List, Protocol, Sequence

import numpy as np

from bot.nlu.arrays import Floats, Ints

from .batches import batches
from .tasks import Task

SHOW_EVERY = 50
"""Steps from one line of progress to the next."""
KEEP_EVERY = 400


class Pace(Protocol):
    """``epochs``: times that every text is seen; ``warm_up``: share of the steps in which the rate rises, before it falls along a cosine."""

    @property
    def epochs(self) -> float: ...
    @property
    def batch(self) -> int: ...
    @property
    def rate(self) -> float: ...
    @property
    def warm_up(self) -> float: ...


Step = Callable[[Ints, Ints, Floats], Dict[str, float]]
"""Rows, padded tokens, mask → the losses by name."""


def learn(
    count: int, hear: Callable[[], List[List[int]]], optimizer: Any, step: Step, pace: Pace, rng: random.Random,
    keep: Callable[[], None] = lambda: None,
) -> None:
    """``step`` through what ``hear`` gives anew for every epoch, ``count`` tokenized texts; progress goes to stderr.

    ``keep`` is called now and then, so that what was learned survives an interruption.
    """
    done, steps = 0, int(pace.epochs * count / pace.batch)
    started = time.monotonic()
    smooth: Dict[str, float] = {}
    while done < steps:
        for rows, tokens, mask in batches(hear(), pace.batch, rng):
            if done == steps:
                break
            rising = (done + 1) / (pace.warm_up * steps)
            optimizer.learning_rate.assign(pace.rate * min(1.0, rising) * max(0.02, (1 + np.cos(np.pi * done / steps)) / 2))
            losses = step(rows, tokens, mask)
            smooth = {name: 0.99 * smooth.get(name, loss) + 0.01 * loss for name, loss in losses.items()}
            done += 1
            if done % SHOW_EVERY == 0 or done == steps:
                left = (time.monotonic() - started) / done * (steps - done)
                shown = "，".join(f"{name} {loss:.4f}" for name, loss in smooth.items())
                print(f"  第 {done}/{steps} 步，{shown}，约还要 {left / 60:.0f} 分钟", file=sys.stderr, flush=True)
            if done % KEEP_EVERY == 0:
                keep()


def vectors(encoder: Any, tokens: List[List[int]], size: int, rng: random.Random) -> Floats:
    """What ``encoder`` gives for texts, float32 (texts, width)."""
    import tensorflow as tf

    forward = tf.function(
        lambda padded, mask: encoder(padded, mask, training=False),
        input_signature=[tf.TensorSpec((None, None), tf.int32), tf.TensorSpec((None, None), tf.float32)],
    )
    found = np.zeros((len(tokens), encoder.width), dtype=np.float32)
    for rows, padded, mask in batches(tokens, size, rng):
        found[rows] = forward(padded, mask).numpy()
    return found


def missed(centred: Any, tasks: Sequence[Task], prototypes: Sequence[Any], labels: Any, scale: float, smoothing: float) -> Any:
    """Loss of the labels: unit vectors ``centred`` against the prototypes of each task's classes; ``labels`` (texts, tasks), −1 unknown.

    ``scale``: cosine → score, the inverse of the softmax's temperature.
    """
    import tensorflow as tf

    total = 0.0
    for task, prototype, label in zip(tasks, prototypes, tf.unstack(labels, axis=1)):
        scores = scale * tf.matmul(centred, tf.math.l2_normalize(prototype, 0))
        wanted = tf.one_hot(label, task.size) * (1 - smoothing) + smoothing / task.size
        miss = -tf.reduce_sum(wanted * tf.nn.log_softmax(scores), -1)
        counted = tf.cast(label >= 0, tf.float32)
        total += task.weight * tf.reduce_sum(miss * counted) / (tf.reduce_sum(counted) + 1e-6)
    return total
