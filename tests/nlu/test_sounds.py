"""Sounds of characters, as standard Mandarin has them and as the southwest keeps them apart."""
from __future__ import annotations

import pytest

from bot.nlu.sounds import soft_sound, sound


def test_syllables_without_tones():
    assert sound("公积金") == "gong ji jin"


@pytest.mark.parametrize(("one", "other"), [("主", "租"), ("山", "三"), ("撞", "钻"), ("你", "里"), ("证", "怎"), ("京", "金"), ("湖", "福")])
def test_sounds_that_many_speakers_do_not_keep_apart(one, other):
    assert sound(one) != sound(other) and soft_sound(one) == soft_sound(other)
