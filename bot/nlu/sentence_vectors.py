"""Sentence vectors kept on disk: a vector depends on the text and the encoder alone, so a retrain embeds only new sentences."""
from __future__ import annotations

import hashlib
import os
import sys
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Dict, List, Sequence

import numpy as np

from .arrays import Floats
from .encoder.sentence_encoder import SentenceEncoder


class VectorCache:
    """Vectors by text, in one ``.npz`` file; the file is replaced atomically, one of another encoder or an unreadable one is ignored."""

    def __init__(self, path: Path, encoder: SentenceEncoder):
        self._path = path
        self._encoder = encoder
        self._vectors: Dict[str, Floats] = {}
        try:
            with np.load(path) as stored:
                if str(stored["encoder"]) == encoder.ident:
                    self._vectors = dict(zip(stored["keys"].tolist(), stored["vectors"].astype(np.float32)))
        except FileNotFoundError:
            pass
        except (zipfile.BadZipFile, EOFError, KeyError, ValueError) as error:
            # Everything in it can be computed again; a damaged file must not stop a training.
            print(f"  句向量缓存 {path} 读不了（{error}），重新计算", file=sys.stderr)

    def embed(self, texts: Sequence[str], progress: bool = False, batch: int = 256) -> Floats:
        """Vectors of ``texts``, float32 (texts, width); each sentence is computed once in its life. ``progress`` prints to stderr."""
        keys = [self._key(t) for t in texts]
        missing: Dict[str, str] = {k: t for k, t in zip(keys, texts) if k not in self._vectors}
        order: List[str] = sorted(missing, key=lambda k: len(missing[k]))  # texts of one length share a batch
        chunks = [order[i : i + batch] for i in range(0, len(order), batch)]
        started = shown = time.monotonic()
        done = 0
        with ThreadPoolExecutor(os.cpu_count()) as pool:  # the encoder works outside Python's lock
            for chunk, vectors in zip(chunks, pool.map(lambda chunk: self._encoder.embed([missing[k] for k in chunk]), chunks)):
                self._vectors.update(zip(chunk, vectors))
                done += len(chunk)
                if progress and time.monotonic() - shown > 5:
                    shown = time.monotonic()
                    left = (shown - started) / done * (len(order) - done)
                    print(f"  句向量 {done}/{len(order)}，约还要 {left:.0f} 秒", file=sys.stderr, flush=True)
        if order:
            self._save()
        return np.stack([self._vectors[k] for k in keys]) if keys else np.zeros((0, self._encoder.width), np.float32)

    def _save(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._path.with_suffix(".tmp.npz")
        np.savez(
            temporary,
            encoder=np.array(self._encoder.ident),
            keys=np.array(list(self._vectors)),
            vectors=np.stack(list(self._vectors.values())).astype(np.float16),
        )
        temporary.replace(self._path)

    @staticmethod
    def _key(text: str) -> str:
        return hashlib.sha256(text.encode()).hexdigest()[:24]
