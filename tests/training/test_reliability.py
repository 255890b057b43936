"""Confidence against the share that is right, with numbers worked out by hand."""
from __future__ import annotations

import pytest

from bot.training.reliability import Bin, calibration_error, reliability


def test_answers_fall_into_bins_by_confidence():
    answers = [(0.2, False), (0.3, True), (0.9, True), (0.7, True), (0.8, False), (1.0, True)]
    low, high = reliability(answers, bins=2)
    assert (low.low, low.high, low.n, low.right) == (0.0, 0.5, 2, 0.5) and low.confidence == pytest.approx(0.25)
    assert (high.low, high.high, high.n, high.right) == (0.5, 1.0, 4, 0.75) and high.confidence == pytest.approx(0.85)


def test_empty_bins_are_left_out():
    assert reliability([(0.95, True)]) == [Bin(0.9, 1.0, 1, 0.95, 1.0)]


def test_the_error_is_weighted_by_questions():
    bins = [Bin(0.0, 0.5, 1, 0.4, 0.0), Bin(0.5, 1.0, 3, 0.8, 1.0)]
    assert calibration_error(bins) == pytest.approx((1 * 0.4 + 3 * 0.2) / 4)
    assert calibration_error([]) == 0.0
