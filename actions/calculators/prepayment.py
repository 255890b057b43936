"""Paying back part of a loan early: what a shorter term saves, and what a lower payment saves."""
from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Callable, Optional

from .money import fen
from .repayment import METHODS, Plan, level_payment, pay_down, pay_share


@dataclass(frozen=True)
class Prepayment:
    """Three ways on from today: ``before`` without it, ``shorter`` at the old payment, ``lower`` over the old term."""

    before: Plan
    shorter: Plan
    lower: Plan

    @property
    def months_saved(self) -> int:
        return self.before.months - self.shorter.months

    @property
    def saved_by_shorter(self) -> Decimal:
        """Interest in yuan that the shorter term spares."""
        return self.before.interest - self.shorter.interest

    @property
    def saved_by_lower(self) -> Decimal:
        """Interest in yuan that the lower payment spares."""
        return self.before.interest - self.lower.interest

    @property
    def relief(self) -> Decimal:
        """How much less is paid next month with the lower payment."""
        return self.before.first - self.lower.first


def prepay(
    owed: Decimal, yearly: Decimal, months: int, amount: Decimal, method: str, instalment: Optional[Decimal] = None
) -> Prepayment:
    """``owed`` principal over ``months`` more, ``amount`` (< owed) of it paid now. ``method`` as in repayment.METHODS.

    ``instalment``: the payment (for 等额本金 the share of the principal) made until now, where it is known; else it is
    computed from what is owed. It stays with the shorter term, whose last instalment is the rest.
    """
    if not 0 < amount < owed:
        raise ValueError("amount must lie between 0 and what is owed")
    rest = owed - amount
    pay: Callable[[Decimal, Decimal, Decimal, int], Plan] = pay_down if method == "payment" else pay_share
    regular = instalment or (level_payment(owed, yearly, months) if method == "payment" else fen(owed / months))
    return Prepayment(pay(owed, yearly, regular, months), pay(rest, yearly, regular, months), METHODS[method](rest, yearly, months))
