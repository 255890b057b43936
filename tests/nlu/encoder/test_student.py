"""The student's layers come out of the file as they went in, but for the rounding to eight bits."""
from __future__ import annotations

import numpy as np
import pytest

from bot.nlu.encoder import base_model, student
from bot.nlu.encoder.base_model import MATRICES, VECTORS


def made(rng):
    layer = {name: rng.normal(size=(6, 4)).astype(np.float32) for name in MATRICES}
    return {**layer, **{name: rng.normal(size=4).astype(np.float32) for name in VECTORS}}


def test_a_weight_is_off_by_half_a_step_at_most_and_vectors_not_at_all(tmp_path):
    rng = np.random.default_rng(0)
    layers = [made(rng), made(rng)]
    student.save(layers, tmp_path / "student.npz")
    loaded = student.load(tmp_path / "student.npz")
    assert len(loaded) == 2
    for before, after in zip(layers, loaded):
        for name in MATRICES:
            assert (np.abs(after[name] - before[name]) <= np.abs(before[name]).max(axis=0) / 254 * 1.001).all()
        assert all((after[name] == before[name]).all() for name in VECTORS)


def test_saving_what_was_loaded_changes_nothing(tmp_path):
    student.save([made(np.random.default_rng(1))], tmp_path / "once.npz")
    student.save(student.load(tmp_path / "once.npz"), tmp_path / "twice.npz")
    once, twice = student.load(tmp_path / "once.npz"), student.load(tmp_path / "twice.npz")
    assert all(once[0][name] == pytest.approx(twice[0][name]) for name in once[0])


def test_a_column_of_zeros_stays_zeros(tmp_path):
    layer = made(np.random.default_rng(2))
    layer["q.w"][:, 1] = 0
    student.save([layer], tmp_path / "student.npz")
    assert (student.load(tmp_path / "student.npz")[0]["q.w"][:, 1] == 0).all()


def test_half_a_file_is_refused(tmp_path):
    student.save([made(np.random.default_rng(3))], tmp_path / "student.npz")
    (tmp_path / "half.npz").write_bytes((tmp_path / "student.npz").read_bytes()[:500])
    with pytest.raises((OSError, ValueError)):
        student.load(tmp_path / "half.npz")


def test_the_student_of_the_repository_is_thinner_than_the_base_model_in_every_layer():
    base = base_model.read(base_model.packed_file())
    layers = student.load(student.STUDENT)
    for thin, whole in zip(layers, base.layers):
        for name in ("q.w", "k.w", "v.w", "fi.w"):
            assert thin[name].shape[0] == base.width and thin[name].shape[1] < whole[name].shape[1]
        assert thin["ao.w"].shape == (thin["v.w"].shape[1], base.width) and thin["fo.w"].shape == (thin["fi.w"].shape[1], base.width)
