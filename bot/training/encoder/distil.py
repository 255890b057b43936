"""The second half of ``./gjj tune``: a thin student learns to give the tuned encoder's vectors at a fourth of the cost.

The student starts from what ``slimming`` leaves of the teacher. It sees the training questions, pieces of them, and both with the
slips people make, and is drawn to the vector the teacher gives the *clean* text: what a dropped or wrong character leaves of a
question is read as the question most likely meant. The labels pull a little as well, as in ``adapt``.
"""
from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy as np

from bot.nlu.arrays import Floats, Ints
from bot.nlu.encoder import base_model, build, student
from bot.nlu.encoder.sentence_encoder import MAX_TOKENS
from bot.nlu.encoder.tokenizer import Tokenizer
from bot.nlu.topic_model import Example

from ..noise import seen
from .adapter import Adapter
from .loop import learn, missed, vectors
from .slimming import Size, Texts, slimmed
from .tasks import Task, labelled


@dataclass(frozen=True)
class Course:
    """Knobs of the distillation, chosen on the project's own held-out questions."""

    epochs: float = 6.0
    batch: int = 64
    rate: float = 4e-4
    warm_up: float = 0.03
    likeness: float = 10.0
    """What a miss of the teacher's direction counts; the labels' misses count ``labels``."""
    labels: float = 0.3
    scale: float = 20.0
    smoothing: float = 0.1
    pieces: float = 0.5
    """Pieces of questions for each question; they have no label."""
    noisy: float = 0.6
    """Share of what is seen with one of ``slips``; a slip named twice is made twice as often."""
    slips: Tuple[str, ...] = ("typos", "homophones", "homophones", "dropped", "dropped", "dropped", "pinyin", "doubled", "fillers", "unpunctuated")
    seed: int = 0


AGAIN = Course(epochs=3.0, labels=1.0, rate=2e-4)
"""What a student learns that is not new: it has the teacher's vectors already and minds the labels more."""


def distil(examples: Sequence[Example], adapter: Path, size: Size, course: Course, out: Path, start: Optional[Path] = None) -> None:
    """Learn a student of the encoder with ``adapter`` from ``examples`` and write it to ``out``; progress goes to stderr.

    It starts from the student in ``start``, or else from the teacher made as thin as ``size`` says.
    """
    import tensorflow as tf

    from .transformer import StudentEncoder, Transformer

    tf.random.set_seed(course.seed)
    rng = random.Random(course.seed)
    base = base_model.read(base_model.packed_file())
    kept = build.kept(base)
    tokenizer = Tokenizer([base.pieces[i] for i in kept], base.scores[kept], base.replaced)
    layers = Adapter.load(adapter).merged(base.layers)
    questions = [example.text for example in examples]
    texts = [*questions, *(piece(rng.choice(questions), rng) for _ in range(int(course.pieces * len(questions))))]
    away = vectors(Transformer(base, kept, layers), [tokenizer(text, MAX_TOKENS) for text in texts], course.batch, rng)
    center = away[: len(questions)].mean(axis=0)
    away -= center
    away /= np.linalg.norm(away, axis=1, keepdims=True)

    def heard(text: str, longest: int = MAX_TOKENS) -> List[int]:
        return tokenizer(seen(text, course.noisy, rng, course.slips), longest)

    if start is None:
        sample = rng.sample(questions, min(size.questions, len(questions)))
        pupil = StudentEncoder(base, kept, slimmed(base, layers, Texts(base, kept, [heard(text, size.longest) for text in sample]), size))
    else:
        pupil = StudentEncoder(base, kept, student.load(start))
    unlabelled = [""] * (len(texts) - len(questions))
    tasks = [
        Task([*names, *unlabelled], weight)
        for names, weight in (([e.topic for e in examples], 1.0), ([e.home for e in examples], 0.5), ([e.aspect for e in examples], 0.3))
    ]
    optimizer = tf.keras.optimizers.legacy.Adam(course.rate, beta_2=0.98)
    step = _step(pupil, optimizer, tasks, [tf.Variable(task.means(away).T) for task in tasks], center, course)

    def taken(rows: Ints, tokens: Ints, mask: Floats) -> Dict[str, float]:
        unlike, wrong = step(tokens, mask, labelled(tasks, rows), away[rows])
        return {"与老师差": float(unlike), "标签损失": float(wrong)}

    learn(len(texts), lambda: [heard(text) for text in texts], optimizer, taken, course, rng)
    student.save(pupil.layers(), out)


def _step(pupil: Any, optimizer: Any, tasks: Sequence[Task], prototypes: List[Any], center: Floats, course: Course) -> Any:
    """One step of learning: padded tokens, mask, labels per task, directions of the teacher → how unlike those, and the labels' loss."""
    import tensorflow as tf

    learned = [*pupil.trainable_variables, *prototypes]

    @tf.function(input_signature=[  # type: ignore[untyped-decorator]
        tf.TensorSpec((None, None), tf.int32), tf.TensorSpec((None, None), tf.float32),
        tf.TensorSpec((None, len(tasks)), tf.int32), tf.TensorSpec((None, len(center)), tf.float32),
    ])
    def step(tokens: tf.Tensor, mask: tf.Tensor, labels: tf.Tensor, target: tf.Tensor) -> Tuple[tf.Tensor, tf.Tensor]:
        with tf.GradientTape() as tape:
            centred = tf.math.l2_normalize(pupil(tokens, mask, training=True) - center, -1)
            unlike = tf.reduce_mean(1 - tf.reduce_sum(centred * target, -1))
            wrong = missed(centred, tasks, prototypes, labels, course.scale, course.smoothing)
            loss = course.likeness * unlike + course.labels * wrong
        gradients, _ = tf.clip_by_global_norm(tape.gradient(loss, learned), 1.0)
        optimizer.apply_gradients(zip(gradients, learned))
        return unlike, wrong

    return step


def piece(text: str, rng: random.Random) -> str:
    """A stretch of ``text`` of at least three characters, or all of it when it is no longer than that."""
    if len(text) <= 4:
        return text
    length = rng.randint(3, min(len(text), 24))
    start = rng.randint(0, len(text) - length)
    return text[start : start + length]
