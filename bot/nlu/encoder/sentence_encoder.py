"""Runs a built encoder: text in, unit vector out; about 2 ms of one core for a question of twenty characters."""
from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Dict, List, Sequence

import numpy as np

from bot.nlu.arrays import Floats, Ints

from .tokenizer import Tokenizer

GRAPH = "encoder.onnx"
TABLES = "encoder.npz"
META = "encoder.json"
MAX_TOKENS = 256
"""A text is read up to here; a token holds one to three Chinese characters."""
MAX_BATCH = 32


class SentenceEncoder:
    """See module docstring; thread-safe. ``ident`` names the weights: vectors of different encoders do not compare."""

    def __init__(self, ident: str, width: int, tokenizer: Tokenizer, tables: Dict[str, Floats], graph: Path, threads: int):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self.ident = ident
        self.width = width
        self._tokenizer = tokenizer
        self._tables = tables
        try:
            self._session = onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's errors have no common class
            raise ValueError(f"{graph}: not a whole graph ({error})") from error

    @classmethod
    def load(cls, folder: Path, threads: int = 1) -> "SentenceEncoder":
        """Load what :func:`bot.nlu.encoder.build.build` wrote; raises OSError or ValueError when it is not whole."""
        meta = json.loads((folder / META).read_text(encoding="utf-8"))
        try:
            with np.load(folder / TABLES) as stored:
                tables = {name: stored[name] for name in stored.files}
        except (zipfile.BadZipFile, EOFError) as error:
            raise ValueError(f"{folder}: not a whole encoder ({error})") from error
        tokenizer = Tokenizer(meta["pieces"], tables.pop("scores"), meta["replaced"])
        return cls(meta["ident"], meta["width"], tokenizer, tables, folder / GRAPH, threads)

    def embed(self, texts: Sequence[str]) -> Floats:
        """Vectors of ``texts``, float32 (texts, width), each of length 1. An empty text has a vector too."""
        tokens = [self._tokenizer(text, MAX_TOKENS) for text in texts]
        vectors = np.zeros((len(tokens), self.width), dtype=np.float32)
        for rows in _same_length(tokens):
            x = self._embedded(np.array([tokens[row] for row in rows]))
            vectors[rows] = self._session.run(None, {"x": x})[0]
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        scaled: Floats = vectors / np.where(norms == 0, 1, norms)
        return scaled

    def _embedded(self, tokens: Ints) -> Floats:
        t = self._tables
        x = t["words"][tokens] * t["word_scales"][tokens][..., None] + t["positions"][: tokens.shape[1]]
        x = x - x.mean(axis=-1, keepdims=True)
        x = x / np.sqrt((x * x).mean(axis=-1, keepdims=True) + 1e-12)
        located: Floats = (x * t["gain"] + t["bias"]).astype(np.float32)
        return located


def _same_length(tokens: List[List[int]]) -> List[List[int]]:
    """Rows grouped so that a batch needs no padding: padding would change the int8 scale of its neighbours."""
    by_length: Dict[int, List[int]] = {}
    for row, numbers in enumerate(tokens):
        by_length.setdefault(len(numbers), []).append(row)
    return [rows[i : i + MAX_BATCH] for rows in by_length.values() for i in range(0, len(rows), MAX_BATCH)]
