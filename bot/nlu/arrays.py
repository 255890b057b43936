"""What arrays hold, for signatures; their shapes stand beside each of them."""
from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.integer[Any]]
"""Indices and labels."""
