"""The finished encoder, built from the installed base model and the student of the repository."""
from __future__ import annotations

import numpy as np
import pytest

from bot.nlu.encoder import base_model, build
from bot.nlu.encoder.sentence_encoder import GRAPH, META, TABLES, SentenceEncoder
from bot.nlu.encoder.student import STUDENT


@pytest.fixture(scope="module")
def encoder():
    return SentenceEncoder.load(build.ensure())


def test_vectors_have_length_one_and_do_not_depend_on_their_neighbours(encoder):
    texts = ["租房提取要带什么", "我想提前还一部分公积金贷款，该怎么办理？", "好", ""]
    together = encoder.embed(texts)
    assert together.shape == (4, 384) and together.dtype == np.float32
    assert np.linalg.norm(together, axis=1) == pytest.approx([1, 1, 1, 1])
    assert np.vstack([encoder.embed([text]) for text in texts]) == pytest.approx(together, abs=1e-5)


@pytest.mark.parametrize(
    ("asked", "same", "other"),
    [
        ("租房能提公积金吗", "在外面租房子住，公积金取得出来不", "公积金贷款逾期了怎么办"),
        ("离职以后公积金怎么取", "我辞工了，里头的钱咋个拿出来", "我们公司新招了人怎么开户"),
        ("多久到账", "几天能打到卡里", "要带什么材料"),
    ],
)
def test_the_same_question_in_other_words_is_nearer_than_another_question(encoder, asked, same, other):
    a, b, c = encoder.embed([asked, same, other])
    assert a @ b > a @ c


@pytest.mark.parametrize("text", ["公" * 5000, "\x00\ud800", "😀🀄", "SELECT * FROM t;", "한국어 русский"])
def test_any_text_has_a_vector(encoder, text):
    assert np.isfinite(encoder.embed([text])).all()


def test_the_folder_is_named_after_what_it_was_built_from(encoder):
    assert encoder.ident == build.ident(STUDENT) and build.ensure().name == f"encoder-{encoder.ident}"


@pytest.mark.parametrize("file", [GRAPH, TABLES, META])
def test_half_an_encoder_is_refused(tmp_path, file):
    for name in (GRAPH, TABLES, META):
        content = (build.ensure() / name).read_bytes()
        (tmp_path / name).write_bytes(content[:1000] if name == file else content)
    with pytest.raises((OSError, ValueError)):
        SentenceEncoder.load(tmp_path)


def test_another_file_is_not_taken_for_the_base_model(tmp_path):
    (tmp_path / "model.bin").write_bytes(b"PK\x03\x04" + bytes(100))
    with pytest.raises(ValueError, match="not a packed e5 model"):
        base_model.read(tmp_path / "model.bin")
