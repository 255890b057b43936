"""The layers the product runs: fewer heads and inner units than the base model has, learned by distillation, eight bits a weight."""
from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Dict, List

import numpy as np

from bot.nlu.arrays import Floats

from .base_model import MATRICES, VECTORS, Layer

STUDENT = Path(__file__).resolve().with_name("student.npz")
"""The student in the repository; ``./gjj tune`` learns a new one."""


def save(layers: List[Layer], path: Path) -> None:
    """Write ``layers``: matrices in int8 with one scale per output, as the graph has them, vectors in float32."""
    arrays: Dict[str, Floats] = {}
    for number, layer in enumerate(layers):
        for name in MATRICES:
            scale = np.maximum(np.abs(layer[name]).max(axis=0), 1e-12) / 127
            arrays[f"{number}.{name}"] = np.round(layer[name] / scale).astype(np.int8)
            arrays[f"{number}.{name}.scale"] = scale.astype(np.float32)
        arrays.update({f"{number}.{name}": layer[name].astype(np.float32) for name in VECTORS})
    np.savez_compressed(path, **arrays)


def load(path: Path) -> List[Layer]:
    """Read what :func:`save` wrote, float32; raises OSError, KeyError or ValueError."""
    try:
        with np.load(path) as stored:
            arrays = dict(stored)
    except (zipfile.BadZipFile, EOFError) as error:
        raise ValueError(f"{path}: not a whole student ({error})") from error
    return [_layer(arrays, number) for number in range(1 + max(int(key.split(".")[0]) for key in arrays))]


def _layer(arrays: Dict[str, Floats], number: int) -> Layer:
    matrices = {name: arrays[f"{number}.{name}"] * arrays[f"{number}.{name}.scale"] for name in MATRICES}
    return {**matrices, **{name: arrays[f"{number}.{name}"] for name in VECTORS}}
