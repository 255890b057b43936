"""The simulation against what queueing theory knows exactly."""
from random import Random

import pytest

from bench.capacity_plan import Measured, assumptions, peak_rate, plan
from bench.queueing import Talk, arrivals, simulate


def test_one_server_half_busy_waits_as_theory_says():
    """M/D/1 at half load waits half a service time on average."""
    starts = arrivals(lambda _: 5.0, 5.0, 20_000, Random(1))
    seconds = simulate(starts, Talk(1, 1), [0.1], 1, 1e9, Random(2)).seconds
    assert sum(seconds) / len(seconds) == pytest.approx(0.1 + 0.05, rel=0.03)


def test_nobody_waits_among_many_servers():
    outcome = simulate([0.1 * n for n in range(100)], Talk(1, 1), [0.05], 3, 4, Random(1))
    assert outcome.seconds == pytest.approx([0.05] * 100) and not outcome.refused


def test_overload_refuses_and_the_rest_waits_no_longer_than_patience():
    outcome = simulate([0.01 * n for n in range(10_000)], Talk(1, 1), [0.1], 1, 4, Random(1))
    assert outcome.refused > 8_000 and max(outcome.seconds) <= 4.1 + 1e-6


def test_a_conversation_has_so_many_turns_on_average():
    outcome = simulate([float(n) for n in range(3000)], Talk(4, 1), [0.001], 10, 4, Random(1))
    assert len(outcome.seconds) / 3000 == pytest.approx(4, rel=0.05)


def test_arrivals_follow_the_rate():
    found = arrivals(lambda t: 10.0 if t < 100 else 1.0, 10.0, 200, Random(1))
    early = sum(t < 100 for t in found)
    assert early == pytest.approx(1000, rel=0.1) and len(found) - early == pytest.approx(100, rel=0.3)


def test_the_news_is_the_peak_and_a_larger_place_needs_more():
    given = assumptions()
    measured = Measured([0.02], 0.002, 2500, 6000, 1.2e9, 1e8)
    usual, _, news = given["days"]
    assert peak_rate(1e6, given, news) > 5 * peak_rate(1e6, given, usual)
    county, province = (plan(people, given, news, measured) for people in (3e5, 7e7))
    assert county.workers == 2 < province.workers and province.p95 <= given["goal_p95_seconds"] and not province.refused


def test_conversations_that_fill_a_node_are_spread_and_every_copy_is_paid_for():
    given = {**assumptions(), "redis_node_gb": 16, "core_price_month": 80, "memory_price_month": 25}
    usual = given["days"][0]
    nation = plan(1.4e9, given, usual, Measured([0.001], 0.0001, 2500, 6000, 1e9, 1e8))
    assert nation.redis_bytes == pytest.approx(1.4e9 * 0.5 / 365 * 4 * 7 * 2500)
    assert nation.redis_masters == 9  # 134 GB, 16 GB each
    assert nation.cores == nation.workers + 2 + 18
    assert nation.memory_bytes == pytest.approx(nation.workers * 1e9 + 2e8 + 2 * nation.redis_bytes)
    assert nation.price_month == pytest.approx(nation.cores * 80 + nation.memory_bytes / 1e9 * 25)
