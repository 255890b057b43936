"""Loan sums against exact fractions worked out another way, and against published figures."""
from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings, strategies as st

from actions.calculators.money import short, span, yuan
from actions.calculators.prepayment import prepay
from actions.calculators.repayment import affordable, equal_payment, equal_principal, level_payment

D = Decimal
LOANS = dict(
    principal=st.integers(1000, 10_000_000).map(D), yearly=st.integers(500, 24000).map(lambda n: D(n) / 1000), months=st.integers(2, 360)
)


def exact_payment(principal: Decimal, yearly: Decimal, months: int) -> Fraction:
    """The level payment from the present value of an annuity, in exact fractions: no formula shared with the code."""
    rate = Fraction(yearly) / 1200
    worth, discount = Fraction(0), Fraction(1)
    for _ in range(months):
        discount /= 1 + rate
        worth += discount
    return Fraction(principal) / worth


@pytest.mark.parametrize(
    "principal, yearly, months, payment",
    [
        (200_000, "7.5", 180, "1854.02"),  # the example in the manual of numpy_financial.pmt
        # The table of payments per 10,000元 that centers handed out while the rate was 3.25 %.
        (10_000, "3.25", 120, "97.72"), (10_000, "3.25", 180, "70.27"), (10_000, "3.25", 240, "56.72"), (10_000, "3.25", 300, "48.73"), (10_000, "3.25", 360, "43.52"),
        (120_000, "0", 120, "1000.00"),
    ],
)
def test_level_payments_known_from_elsewhere(principal, yearly, months, payment):
    assert level_payment(D(principal), D(yearly), months) == D(payment)


@settings(max_examples=40, deadline=None)
@given(**{**LOANS, "months": st.integers(2, 60)})
def test_level_payment_is_the_annuity_to_the_fen(principal, yearly, months):
    exact = exact_payment(principal, yearly, months)
    assert abs(Fraction(level_payment(principal, yearly, months)) - exact) <= Fraction(1, 200)


@settings(max_examples=60, deadline=None)
@given(**LOANS)
@pytest.mark.parametrize("repay", [equal_payment, equal_principal])
def test_every_loan_is_repaid_to_the_fen(repay, principal, yearly, months):
    plan = repay(principal, yearly, months)
    assert sum(i.principal for i in plan.instalments) == principal and plan.instalments[-1].owed == 0
    owed = principal
    for one in plan.instalments:
        assert one.interest == (owed * yearly / 1200).quantize(D("0.01"), "ROUND_HALF_UP")
        owed -= one.principal
        assert one.owed == owed >= 0
    assert plan.paid == principal + plan.interest and plan.months <= months


def test_equal_principal_falls_by_the_interest_on_one_share():
    plan = equal_principal(D(300_000), D("2.6"), 240)
    assert (plan.first, plan.instalments[1].paid, plan.last) == (D("1900.00"), D("1897.29"), D("1252.71"))
    # Sum of an arithmetic series: the interest of equal principal is principal × rate × (months + 1) ÷ 2.
    assert plan.interest == D("78325.20") and abs(plan.interest - D(300_000) * D("2.6") / 1200 * 241 / 2) < 1


@settings(max_examples=40, deadline=None)
@given(payment=st.integers(100, 50000).map(D), yearly=LOANS["yearly"], months=st.integers(12, 360))
def test_what_a_payment_carries_costs_no_more_than_it(payment, yearly, months):
    principal = affordable(payment, yearly, months)
    assert exact_payment(principal, yearly, months) <= payment < exact_payment(principal + 1, yearly, months) if months <= 60 else level_payment(principal, yearly, months) <= payment


@pytest.mark.parametrize("method", ["payment", "principal"])
def test_paying_early_saves_more_with_the_shorter_term(method):
    sums = prepay(D(250_000), D("2.6"), 180, D(100_000), method)
    assert sums.saved_by_shorter > sums.saved_by_lower > 0 and sums.relief > 0
    assert sums.before.months == sums.lower.months == 180 and sums.shorter.months < 180


def test_a_prepayment_by_hand():
    sums = prepay(D(1200), D("12"), 3, D(600), "payment")  # 1 per cent a month
    assert [i.paid for i in sums.before.instalments] == [D("408.03"), D("408.03"), D("408.02")]
    assert [i.paid for i in sums.shorter.instalments] == [D("408.03"), D("199.95")]
    assert [i.paid for i in sums.lower.instalments] == [D("204.01"), D("204.01"), D("204.02")]
    assert (sums.months_saved, sums.saved_by_shorter) == (1, D("16.10"))


@settings(max_examples=40, deadline=None)
@given(**LOANS, share=st.integers(1, 99))
def test_the_shorter_term_never_costs_more(principal, yearly, months, share):
    sums = prepay(principal, yearly, months, (principal * share / 100).quantize(D("0.01")), "payment")
    assert sums.shorter.interest <= sums.before.interest and sums.shorter.months <= sums.before.months


@pytest.mark.parametrize("amount", [0, 1000, 1001])
def test_only_a_part_can_be_prepaid(amount):
    with pytest.raises(ValueError):
        prepay(D(1000), D("2.6"), 12, D(amount), "payment")


@pytest.mark.parametrize(
    "said, words", [(yuan(D("1604.355")), "1,604.36元"), (yuan(D(1900)), "1,900元"), (short(D(300_000)), "30万元"), (short(D("355000")), "35.5万元"),
                    (short(D("264307.79")), "264,307.79元"), (short(D(600)), "600元"), (span(240), "20年"), (span(18), "1年6个月"), (span(8), "8个月"), (span(0), "0个月")]
)
def test_how_amounts_and_terms_are_said(said, words):
    assert said == words
