"""Repaying a loan month by month: equal payments (等额本息) and equal principal (等额本金)."""
from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Callable, Dict, List

from .money import fen

PRECISION = 40
"""Digits while compounding; enough that the fen never depends on it."""


@dataclass(frozen=True)
class Instalment:
    """One month: what is paid (``principal`` + ``interest``) and what is still owed after it."""

    principal: Decimal
    interest: Decimal
    owed: Decimal

    @property
    def paid(self) -> Decimal:
        return self.principal + self.interest


@dataclass(frozen=True)
class Plan:
    """All instalments of one loan, first month first."""

    instalments: List[Instalment]

    @property
    def months(self) -> int:
        return len(self.instalments)

    @property
    def first(self) -> Decimal:
        return self.instalments[0].paid

    @property
    def last(self) -> Decimal:
        return self.instalments[-1].paid

    @property
    def interest(self) -> Decimal:
        """Total interest in yuan."""
        return sum((i.interest for i in self.instalments), Decimal(0))

    @property
    def paid(self) -> Decimal:
        """Principal and interest together."""
        return sum((i.paid for i in self.instalments), Decimal(0))

    def owed_after(self, months: int) -> Decimal:
        """Principal still owed when ``months`` instalments have been paid."""
        return self.instalments[months - 1].owed


def monthly_rate(yearly: Decimal) -> Decimal:
    """Per month as a fraction, from per cent per year: 年利率 ÷ 12."""
    with localcontext() as context:
        context.prec = PRECISION
        return yearly / 1200


def level_payment(principal: Decimal, yearly: Decimal, months: int) -> Decimal:
    """The monthly payment of an equal-payment loan, to the fen. ``yearly`` is per cent; 0 is allowed."""
    with localcontext() as context:
        context.prec = PRECISION
        rate = monthly_rate(yearly)
        if not rate:
            return fen(principal / months)
        growth = (1 + rate) ** months
        return fen(principal * rate * growth / (growth - 1))


def equal_payment(principal: Decimal, yearly: Decimal, months: int) -> Plan:
    """等额本息: the same payment every month."""
    return pay_down(principal, yearly, level_payment(principal, yearly, months), months)


def pay_down(principal: Decimal, yearly: Decimal, payment: Decimal, most_months: int) -> Plan:
    """Pay ``payment`` each month until nothing is owed; the last instalment is what remains, at the latest in ``most_months``."""
    rate, owed = monthly_rate(yearly), principal
    instalments: List[Instalment] = []
    while owed > 0:
        interest = fen(owed * rate)
        share = payment - interest
        if share >= owed or len(instalments) + 1 == most_months:
            share = owed
        owed -= share
        instalments.append(Instalment(share, interest, owed))
    return Plan(instalments)


def equal_principal(principal: Decimal, yearly: Decimal, months: int) -> Plan:
    """等额本金: the same share of the principal every month, and interest on what is still owed."""
    return pay_share(principal, yearly, fen(principal / months), months)


def pay_share(principal: Decimal, yearly: Decimal, share: Decimal, most_months: int) -> Plan:
    """Repay ``share`` of the principal each month; the last instalment is what remains, at the latest in ``most_months``."""
    rate, owed = monthly_rate(yearly), principal
    instalments: List[Instalment] = []
    while owed > 0:
        interest = fen(owed * rate)
        part = owed if share >= owed or len(instalments) + 1 == most_months else share
        owed -= part
        instalments.append(Instalment(part, interest, owed))
    return Plan(instalments)


METHODS: Dict[str, Callable[[Decimal, Decimal, int], Plan]] = {"payment": equal_payment, "principal": equal_principal}
"""``payment`` 等额本息, ``principal`` 等额本金."""


def affordable(payment: Decimal, yearly: Decimal, months: int) -> Decimal:
    """The largest principal whose level payment is at most ``payment``, in whole yuan, rounded down."""
    with localcontext() as context:
        context.prec = PRECISION
        rate = monthly_rate(yearly)
        if not rate:
            return (payment * months).to_integral_value(rounding="ROUND_FLOOR")
        growth = (1 + rate) ** months
        return (payment * (growth - 1) / (rate * growth)).to_integral_value(rounding="ROUND_FLOOR")
