"""A sentence in, the pieces of the vocabulary out."""
from __future__ import annotations

import numpy as np
import pytest

from bot.nlu.encoder.tokenizer import Tokenizer, usable

PIECES = {"<s>": 0, "</s>": 0, "<unk>": 0, "▁": -3, "公": -8, "积": -8, "金": -7, "公积金": -9, "提": -6, "提取": -7, "取": -6, "2": -5, "26": -6, ",": -4}


@pytest.fixture
def tokenizer():
    return Tokenizer(list(PIECES), np.array(list(PIECES.values()), dtype=np.float32), {"，": ",", "　": " "})


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("公积金提取", ["▁", "公积金", "提取"]),
        ("提公积金", ["▁", "提", "公积金"]),
        ("26，取", ["▁", "26", ",", "取"]),
        ("提　　取", ["▁", "提", "▁", "取"]),
        ("提鱻取", ["▁", "提", "<unk>", "取"]),
        ("", ["▁"]),
    ],
)
def test_the_most_probable_pieces(tokenizer, text, pieces):
    assert [tokenizer.pieces[i] for i in tokenizer(text, 99)] == ["<s>", *pieces, "</s>"]


def test_a_long_text_is_cut_with_both_ends_kept(tokenizer):
    assert [tokenizer.pieces[i] for i in tokenizer("提" * 50, 5)] == ["<s>", "▁", "提", "提", "</s>"]


@pytest.mark.parametrize(("piece", "kept"), [("▁公积金", True), ("app", True), ("2026", False), ("housing", False), ("한국", False), ("？", True)])
def test_only_pieces_that_chinese_text_uses(piece, kept):
    assert usable(piece) is kept
