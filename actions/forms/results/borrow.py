"""能贷多少: what the national line on income can carry; the center's limits only where they are configured."""
from __future__ import annotations

from decimal import Decimal

from bot.knowledge.forms import common

from ...calculators.money import WAN, short, span, yuan
from ...calculators.repayment import affordable
from ..rates import rate
from .made import Result, Sum, table


def result(wanted: Sum) -> Result:
    income, months, say = wanted.amount("income"), wanted.months("term"), wanted.form.say
    used = rate(wanted.base, wanted.values, months, wanted.today)
    shares = [Decimal(str(v.value)) for v in wanted.base.facts["loan_dti"].value]
    if used is None or not wanted.base.facts["loan_dti"].usable(wanted.today):
        return Result([common().say["no_rate"]])
    payments = [income * share / 100 for share in shares]
    sums = [_thousands(affordable(payment, used.yearly, months)) for payment in payments]
    lines = [
        say["head"].format(low=shares[0], high=shares[1], income=yuan(income), term=span(months), rate=used.words),
        say["range"].format(pay_low=yuan(payments[0]), pay_high=yuan(payments[1]), low_sum=_about(sums[0]), high_sum=_about(sums[1])),
    ]
    couple = wanted.values["family"] == "couple"
    cap = wanted.limit("max_loan_family" if couple else "max_loan_single")
    if cap is not None:
        lines.append(say["family_cap" if couple else "single_cap"].format(cap=short(cap)))
        low, high = min(sums[0], cap), min(sums[1], cap)
        lines.append(say["capped"].format(sum=_about(low) if low == high else f"{_about(low)}到{_about(high)}"))
    lines += [say["honest"], wanted.disclaimer()]
    rows = [[f"{share}%", yuan(payment), _about(sum_)] for share, payment, sum_ in zip(shares, payments, sums)]
    unused = "max_loan_single" if couple else "max_loan_family"
    return Result(
        lines, facts=[*used.facts, *wanted.form.facts], local=[local for local in wanted.form.local if local.key != unused],
        hide=[] if cap is not None else ["family"],
        attachments=[table(say["table"], [say["column_share"], say["column_payment"], say["column_sum"]], rows)],
    )


def _thousands(amount: Decimal) -> Decimal:
    """Rounded down to a thousand yuan: an estimate must not look exact."""
    return amount // 1000 * 1000


def _about(amount: Decimal) -> str:
    return f"{(amount / WAN).normalize():f}万元"
