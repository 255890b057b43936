"""A month and a half of an ordinary center: counts by day as a worker writes them, the same on every run."""
from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta

from bot.state import day_counts

ASKED = [("wd_rent.overview", 9), ("wd_rent.materials", 8), ("wd_after_leave.conditions", 7), ("loan_new_home.amount", 7), ("wd_new_home.overview", 6), ("query_certificate.amount", 6),
         ("faq_account_number.overview", 5), ("loan_prepay.overview", 4), ("transfer_in.overview", 3), ("wd_retire.overview", 3), ("flexible_join.overview", 2), ("wd_elevator.overview", 1)]
RULES = [("C08-Q1", 40, .5), ("C08-R2", 30, .3), ("C12-R1", 22, .6), ("C12-Q1", 12, .2)]
HOURS = [0, 0, 0, 0, 0, 0, 1, 2, 8, 14, 13, 8, 5, 6, 11, 12, 10, 6, 3, 3, 4, 3, 1, 0]


def counts_of(day: date, source: random.Random) -> "Counter[str]":
    """One day: quiet at weekends, and a queue in the middle of the month."""
    busy = (0.35 if day.weekday() > 4 else 1.0) * (1.3 if 12 <= day.day <= 18 else 1.0)
    talks = round(busy * source.uniform(52, 74))
    c = Counter({"conversations": talks, "messages": round(talks * 2.7)})
    person, still_open = round(talks * source.uniform(.05, .09)), round(talks * source.uniform(.04, .09))
    c.update({"outcome:person": person, "outcome:open": still_open, "outcome:self": talks - person - still_open - round(talks * .06)})
    asked = round(talks * 1.9)
    clarified, missed, aside = round(asked * .08), round(asked * source.uniform(.02, .05)), round(asked * .06)
    c.update({"hit:direct": asked - clarified - missed - aside, "hit:clarified": clarified, "hit:unanswered": missed, "hit:declined": aside, "hit:handed": person, "hit:chat": round(talks * .6)})
    c.update({"level:basic": round(talks * .42), "level:satisfied": round(talks * .33), "level:beyond": round(talks * .13), "level:moved": round(talks * .04)})
    for stars, share in ((5, .16), (4, .09), (3, .03), (2, .01), (1, .01)):
        c[f"stars:{stars}"] = round(talks * share * source.uniform(.6, 1.4))
    c.update({"up:all": round(talks * .2), "down:all": round(talks * .03), "cases": int(source.random() < .12)})
    for place, weight in ASKED:
        rising = 1 + max(0, (day - date(2026, 11, 8)).days) * .12 if place == "wd_elevator.overview" else 1
        c[f"asked:{place}"] = round(asked * weight / 62 * source.uniform(.7, 1.3) * rising)
    for rule, weight, share in RULES:
        offered = round(talks * weight / 150)
        c.update({f"offered:{rule}": offered, f"accepted:{rule}": round(offered * share), f"passed:{rule}": round(offered * (1 - share) * .7)})
    for hour, weight in enumerate(HOURS):
        c[f"hour:{hour}"] = round(c["messages"] * weight / sum(HOURS))
    c.update({"handed:wish": round(person * .6), "handed:misses": round(person * .25), "handed:complaint": person - round(person * .6) - round(person * .25)})
    c.update({"waited:n": person, "waited:seconds": person * 640, "waited:5": round(person * .4), "waited:15": round(person * .3), "waited:60": person - round(person * .4) - round(person * .3)})
    return c


def days(last: date, count: int = 60) -> "dict[str, Counter[str]]":
    source = random.Random(7)
    first = last - timedelta(days=count - 1)
    return {(first + timedelta(days=n)).isoformat(): counts_of(first + timedelta(days=n), source) for n in range(count)}


async def seed(redis, last: date) -> None:
    """Write them; raises RedisError."""
    await day_counts.add(redis, days(last))
