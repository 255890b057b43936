"""From the figures of a form to what is said: one module per form, each with ``result(sum) -> Result``."""
from __future__ import annotations

from typing import Callable, Dict

from . import borrow, combo, payment, prepay, when, withdraw
from .made import Result, Sum

RESULTS: Dict[str, Callable[[Sum], Result]] = {
    "payment": payment.result, "combo": combo.result, "prepay": prepay.result, "borrow": borrow.result, "withdraw": withdraw.result,
    "when": when.result,
}
"""By form id."""

__all__ = ["RESULTS", "Result", "Sum"]
