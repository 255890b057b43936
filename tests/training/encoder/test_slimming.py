"""Leaving out what is missed least: exact where something can be spared without loss."""
from __future__ import annotations

import re

import numpy as np
import pytest

from bot.training.encoder.slimming import Size, Texts, _reduced, slimmed
from tests.training.encoder.conftest import HEADS, INNER, PIECES, WIDTH


def test_inputs_that_repeat_others_are_left_out_and_the_map_is_as_good_as_before():
    rng = np.random.default_rng(0)
    real = rng.normal(size=(500, 4))
    inputs = np.hstack([real, real[:, :2] + real[:, 2:]]).astype(np.float32)
    before = rng.normal(size=(6, 3)).astype(np.float32)
    wanted = inputs @ before + 7
    kept, (matrix, bias) = _reduced(inputs, wanted, before, 1, 4, 1, 1e-9)
    assert len(kept) == 4 and len(matrix) == 4
    assert inputs[:, kept] @ matrix + bias == pytest.approx(wanted, abs=1e-3)


def test_a_group_goes_as_a_whole_and_the_useless_one_goes_first():
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(400, 6)).astype(np.float32)
    before = rng.normal(size=(6, 3)).astype(np.float32)
    before[2:4] = 0
    kept, (matrix, _) = _reduced(inputs, inputs @ before, before, 2, 2, 1, 1e-9)
    assert kept.tolist() == [0, 2]
    assert matrix == pytest.approx(before[[0, 1, 4, 5]], abs=1e-3)


@pytest.fixture(scope="module")
def tiny(base):
    rng = np.random.default_rng(3)
    return base, Texts(base, list(range(PIECES)), [rng.integers(PIECES, size=rng.integers(3, 9)).tolist() for _ in range(300)])


def test_with_nothing_left_out_the_encoder_stays_what_it_is(tiny):
    base, texts = tiny
    for slim, layer in zip(slimmed(base, base.layers, texts, Size(layers=2, heads=HEADS, units=INNER)), base.layers):
        assert slim["fo.w"] == pytest.approx(layer["fo.w"], abs=0.02) and slim["ao.w"] == pytest.approx(layer["ao.w"], abs=0.02)
        assert (slim["k.w"] == layer["k.w"]).all()


def test_each_layer_keeps_as_much_as_was_asked_for(tiny, capsys):
    base, texts = tiny
    for slim, layer in zip(slimmed(base, base.layers, texts, Size(layers=2, heads=2, units=6, at_once=4)), base.layers):
        for name in "qkv":
            assert slim[f"{name}.w"].shape == (WIDTH, 2 * WIDTH // HEADS) and slim[f"{name}.b"].shape == (2 * WIDTH // HEADS,)
        assert slim["fi.w"].shape == (WIDTH, 6) and slim["ao.w"].shape == (2 * WIDTH // HEADS, WIDTH) and slim["fo.w"].shape == (6, WIDTH)
        assert {*slim["fi.b"]} <= {*layer["fi.b"]}
    assert "2/2" in capsys.readouterr().err


def test_two_layers_become_one_that_is_nearer_to_both_than_either_alone(tiny, capsys):
    base, texts = tiny
    (both,) = slimmed(base, base.layers, texts, Size(layers=1, heads=HEADS, units=INNER, at_once=2))
    assert both["fi.w"].shape == (WIDTH, INNER) and both["q.w"].shape == (WIDTH, WIDTH)
    offered = {*base.layers[0]["fi.b"], *base.layers[1]["fi.b"]}
    assert {*both["fi.b"]} <= offered
    assert float(re.findall(r"余弦 ([\d.]+)", capsys.readouterr().err)[-1]) > 0.5
