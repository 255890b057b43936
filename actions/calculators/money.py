"""Amounts of money: how they are rounded and how they are said.

Rounding rule, the same everywhere: each amount that is paid is rounded to the fen, half up, in the month it falls due; the
last instalment takes up what rounding left over, so that the principal is repaid to the fen.
"""
from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

FEN = Decimal("0.01")
WAN = Decimal(10000)


def fen(amount: Decimal) -> Decimal:
    """``amount`` in yuan rounded to the fen, half up."""
    return amount.quantize(FEN, ROUND_HALF_UP)


def yuan(amount: Decimal) -> str:
    """1604.38元; whole yuan without decimals, thousands separated."""
    rounded = fen(amount)
    return f"{rounded:,.0f}元" if rounded == rounded.to_integral_value() else f"{rounded:,.2f}元"


def short(amount: Decimal) -> str:
    """30万元, 35.5万元 where that is exact; else as :func:`yuan`."""
    if amount >= WAN:
        whole = (amount / WAN).normalize()
        if whole == whole.quantize(Decimal("0.0001")):
            return f"{whole:f}万元"
    return yuan(amount)


def span(months: int) -> str:
    """20年, 1年6个月 or 8个月."""
    years, rest = divmod(months, 12)
    return "".join((f"{years}年" if years else "", f"{rest}个月" if rest or not years else ""))
