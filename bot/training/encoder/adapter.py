"""What this project learned on top of the base model: one low-rank change per matrix (LoRA), a few megabytes."""
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Tuple

import numpy as np

from bot.nlu.arrays import Floats
from bot.nlu.encoder.base_model import MATRICES, Layer

ADAPTER = Path(__file__).resolve().with_name("adapter.npz")
"""The adapter in the repository: the teacher of its student."""


@dataclass(frozen=True)
class Adapter:
    """Per layer and matrix the factors ``(in, rank)`` and ``(rank, out)`` of what is added to the base weights."""

    factors: List[Dict[str, Tuple[Floats, Floats]]]

    def merged(self, layers: List[Layer]) -> List[Layer]:
        """``layers`` with the change added; raises ValueError when they are not the layers it was learned on."""
        if len(self.factors) != len(layers):
            raise ValueError(f"adapter for {len(self.factors)} layers, base model has {len(layers)}")
        return [{**layer, **{name: layer[name] + a @ b for name, (a, b) in change.items()}} for layer, change in zip(layers, self.factors)]

    def save(self, path: Path) -> None:
        """Write the factors in half precision."""
        np.savez_compressed(path, **{
            f"{number}.{name}.{side}": factor.astype(np.float16)
            for number, layer in enumerate(self.factors) for name, pair in layer.items() for side, factor in zip("ab", pair)
        })

    @classmethod
    def load(cls, path: Path) -> "Adapter":
        """Read what :meth:`save` wrote; raises OSError, KeyError or ValueError."""
        with np.load(path) as stored:
            depth = 1 + max(int(key.split(".")[0]) for key in stored.files)
            return cls([
                {name: (stored[f"{n}.{name}.a"].astype(np.float32), stored[f"{n}.{name}.b"].astype(np.float32)) for name in MATRICES}
                for n in range(depth)
            ])
