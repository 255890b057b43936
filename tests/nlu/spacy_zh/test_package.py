"""What is built survives the disk, and the installed package needs nothing of this repository."""
from __future__ import annotations

import json
import pickle
import subprocess
import sys
import zipfile

import pytest
import spacy

from bot.nlu.spacy_zh.build import package
from bot.nlu.spacy_zh.card import PERFORMANCE

SENTENCE = "我爱人去年在吉首买的新房，贷了30万"


def facts(doc):
    return [token.text for token in doc], [(entity.text, entity.label_, entity.kb_id_) for entity in doc.ents], doc.vector.tolist()


def test_round_trip_through_disk(sources, tmp_path):
    sources.to_disk(tmp_path)
    assert facts(spacy.load(tmp_path)(SENTENCE)) == facts(sources(SENTENCE))


def test_round_trip_through_bytes(sources):
    copy = spacy.blank("zh", config={"nlp": {"tokenizer": {"@tokenizers": "gjj.JiebaTokenizer.v1"}}})
    copy.add_pipe("gjj_entities")
    copy.add_pipe("gjj_values")
    copy.add_pipe("gjj_char_vectors")
    copy.from_bytes(sources.to_bytes())
    assert facts(copy(SENTENCE)) == facts(sources(SENTENCE))


def test_same_inputs_same_bytes(sources, tmp_path):
    for name in ("a", "b"):
        sources.to_disk(tmp_path / name)
    files = sorted(path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*") if path.is_file())
    for name in files:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


@pytest.fixture(scope="module")
def packed(sources, tmp_path_factory):
    return package(sources, tmp_path_factory.mktemp("packed"))


def test_same_inputs_same_wheel(sources, packed, tmp_path):
    """The archive that ./gjj installs, byte for byte, whenever and wherever it is packed."""
    assert package(sources, tmp_path).read_bytes() == packed.read_bytes()


def test_the_package_carries_its_card(packed):
    with zipfile.ZipFile(packed) as wheel:
        read = {name.rsplit("/", 1)[-1]: wheel.read(name).decode() for name in wheel.namelist() if name.endswith((".md", "meta.json"))}
    meta = json.loads(read["meta.json"])
    assert {source["license"] for source in meta["sources"]} == {"MIT"}
    assert meta["performance"]["token_f"] == PERFORMANCE["token_f"]
    assert f"{PERFORMANCE['token_f']:.3f}" in read["README.md"] and "{" not in read["README.md"]


def test_document_can_be_pickled(installed):
    """Rasa's training cache pickles messages, which carry documents."""
    assert pickle.loads(pickle.dumps(installed(SENTENCE))).text == SENTENCE


def test_installed_package_loads_without_the_repository(tmp_path):
    code = f"import spacy; print([e.text for e in spacy.load('zh_gjj')({SENTENCE!r}).ents])"
    done = subprocess.run([sys.executable, "-I", "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "['爱人', '去年', '吉首', '新房', '30万']", done.stderr[-500:]


def test_installed_package_is_what_the_sources_describe(sources, installed):
    for sentence in (SENTENCE, "商转公要多久", "花垣县自建房能提8万吗"):
        assert facts(installed(sentence))[:2] == facts(sources(sentence))[:2]


@pytest.mark.parametrize("name", ["gjj_entities", "gjj_values", "gjj_char_vectors"])
def test_pipeline_names(installed, name):
    assert name in installed.pipe_names
