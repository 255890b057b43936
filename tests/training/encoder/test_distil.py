"""A student of half the size comes near its teacher; what it is shown."""
from __future__ import annotations

import random
import re
from dataclasses import replace

import numpy as np

from bot.nlu.encoder import base_model, build, student
from bot.nlu.encoder.base_model import MATRICES
from bot.nlu.topic_model import Example
from bot.training.encoder.adapter import Adapter
from bot.training.encoder.batches import batches
from bot.training.encoder.distil import AGAIN, Course, distil, piece
from bot.training.encoder.slimming import Size
from bot.training.encoder.tasks import Task

QUESTIONS = ["公积金怎么提取", "租房能提取吗", "贷款能贷多少", "买房怎么贷款", "提取要什么材料", "贷款要什么材料", "怎么办", "公积金是什么"]


def test_the_student_learns_and_goes_on_where_it_stopped(base, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(base_model, "read", lambda path: base)
    monkeypatch.setattr(build, "kept", lambda base: list(range(len(base.pieces))))
    none = [{name: (np.zeros((layer[name].shape[0], 1), np.float32), np.zeros((1, layer[name].shape[1]), np.float32)) for name in MATRICES} for layer in base.layers]
    Adapter(none).save(tmp_path / "adapter.npz")
    examples = [Example(text, f"home_{number % 3}", ("", "how", "what")[number % 3], f"topic_{number % 2}") for number, text in enumerate(QUESTIONS * 4)]
    distil(examples, tmp_path / "adapter.npz", Size(layers=2, heads=2, units=6), Course(epochs=60, batch=16, rate=3e-3), tmp_path / "student.npz")
    far = [float(found) for found in re.findall(r"与老师差 ([\d.]+)", capsys.readouterr().err)]
    assert len(far) >= 2 and far[-1] < 0.8 * far[0]
    layers = student.load(tmp_path / "student.npz")
    distil(examples, tmp_path / "adapter.npz", Size(), replace(AGAIN, epochs=20, batch=16), tmp_path / "again.npz", tmp_path / "student.npz")
    again = [float(found) for found in re.findall(r"与老师差 ([\d.]+)", capsys.readouterr().err)]
    assert again[0] < 0.8 * far[0]
    assert [layer["fi.w"].shape for layer in student.load(tmp_path / "again.npz")] == [(8, 6), (8, 6)]
    assert [layer["fi.w"].shape for layer in layers] == [(8, 6), (8, 6)] and all(np.isfinite(layer["fo.w"]).all() for layer in layers)


def test_a_piece_is_a_stretch_of_the_question():
    rng = random.Random(0)
    question = "我在吉首租房，一年能提取多少公积金，要带什么材料，多久能到账？"
    pieces = [piece(question, rng) for _ in range(50)]
    assert all(one in question and 3 <= len(one) <= 24 for one in pieces) and len({*pieces}) > 30
    assert piece("怎么办", rng) == "怎么办"


def test_every_text_is_in_one_batch_and_padding_is_masked():
    tokens = [[0, *range(3, 3 + length), 1] for length in (1, 9, 2, 5, 30, 4, 1)]
    seen = {}
    for rows, padded, mask in batches(tokens, 3, random.Random(0)):
        assert padded.shape == mask.shape and len(rows) <= 3
        for row, line, hidden in zip(rows, padded, mask):
            seen[int(row)] = line[: int(hidden.sum())].tolist()
            assert (line[int(hidden.sum()):] == 0).all()
    assert [seen[row] for row in range(len(tokens))] == tokens


def test_a_question_without_a_class_has_no_say_in_the_means():
    task = Task(["b", "", "a", "b"], 0.5)
    assert task.labels.tolist() == [1, -1, 0, 1] and task.size == 2
    means = task.means(np.array([[0, 2], [9, 9], [3, 0], [0, 4]], np.float32))
    assert means.tolist() == [[1, 0], [0, 1]]
