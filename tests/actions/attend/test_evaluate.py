"""Three-valued conditions: what is known decides, what nobody said leaves a test undecided."""
from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product

import msgspec
import pytest

from actions.attend.evaluate import Known, conjunction, disjunction, evaluate, explain, in_season
from bot.knowledge.condition import Condition
from bot.knowledge.policy import Season
from tests.knowledge import small

T, F, U = True, False, None


@pytest.fixture(scope="module")
def known(tmp_path_factory) -> Known:
    """Has no house, has paid seven months; asked about the rent amount in this turn."""
    return Known(
        base=small.base(tmp_path_factory.mktemp("small")), today=date(2026, 11, 22),
        profile={"has_house": "no", "paid_months": 7.0, "since": "2026-09"}, text="房东要押金", said=["我在吉首租房", "房东要押金"],
        moods=["worried"], offered=["X01-R1"], service="rent", aspect="amount", topic="topic_rent",
    )


def truth(yaml: str, known: Known):
    return evaluate(msgspec.yaml.decode(yaml.encode(), type=Condition), known)


@pytest.mark.parametrize("values, both, either", [
    ((T, T), T, T), ((T, F), F, T), ((T, U), U, T), ((F, T), F, T), ((F, F), F, F), ((F, U), F, U), ((U, T), U, T), ((U, F), F, U), ((U, U), U, U),
    ((), T, F),
])
def test_kleene_and_or(values, both, either):
    assert (conjunction(values), disjunction(values)) == (both, either)


LEAF = {T: "{fact: {has_house: ['no']}}", F: "{fact: {has_house: ['yes']}}", U: "{fact: {hurry: ['yes']}}"}


@pytest.mark.parametrize("value, expected", [(T, F), (F, T), (U, U)])
def test_kleene_not(known, value, expected):
    assert truth(f"not: {LEAF[value]}", known) is expected


@pytest.mark.parametrize("a, b", list(product([T, F, U], repeat=2)))
def test_conditions_combine_by_kleene_logic(known, a, b):
    assert truth(f"all: [{LEAF[a]}, {LEAF[b]}]", known) is conjunction([a, b])
    assert truth(f"any: [{LEAF[a]}, {LEAF[b]}]", known) is disjunction([a, b])
    both = f"all: [{LEAF[a]}]\nany: [{LEAF[b]}]"
    assert truth(both, known) is conjunction([a, b])


@pytest.mark.parametrize(
    "yaml, expected",
    [
        ("{}", T),
        # facts
        ("fact: {has_house: ['no']}", T), ("fact: {has_house: [no]}", T), ("fact: {has_house: [yes]}", F), ("fact: {has_house: ['yes', 'no']}", T),
        ("fact: {has_house: [known]}", T), ("fact: {has_house: [unknown]}", F), ("fact: {has_house: [unknown, 'no']}", T),
        ("fact: {hurry: ['yes']}", U), ("fact: {hurry: [unknown]}", T), ("fact: {hurry: [known]}", U), ("fact: {hurry: [unknown, 'yes']}", T),
        ("fact: {has_house: ['no'], hurry: ['yes']}", U), ("fact: {has_house: ['yes'], hurry: ['yes']}", F),
        # ranges, both bounds included
        ("fact: {paid_months: {min: 7}}", T), ("fact: {paid_months: {min: 7.5}}", F), ("fact: {paid_months: {max: 7}}", T),
        ("fact: {paid_months: {max: 6}}", F), ("fact: {paid_months: {min: 3, max: 12}}", T), ("fact: {paid_months: [known]}", T),
        ("fact: {since: [known]}", T), ("fact: {since: {min: 1}}", U),
        # where we are
        ("service: [rent, loan]", T), ("service: [loan]", F), ("aspect: [amount]", T), ("aspect: [overview]", F), ("topic: [topic_rent]", T), ("topic: [law]", F),
        # words
        ("words: [押金]", T), ("words: [租房]", F), ("words_ever: [租房]", T), ("words_ever: [买房, '房东.押金']", T), ("words_ever: [买房, '押金.房东']", F), ("words_ever: ['在{local}']", T),
        ("words_ever: ['在{out}']", F),
        # the rest
        ("mood: [worried]", T), ("mood: [sad]", F), ("configured: [cap]", F), ("unconfigured: [cap]", T), ("unconfigured: [cap, branches]", T),
        ("offered: [X01-R1]", T), ("offered: [X01-R2]", F), ("season: [june]", F),
        ("undecidable: true", U), ("{undecidable: true, words: [租房]}", F), ("any: [{undecidable: true}, {words: [押金]}]", T),
        ("{service: [rent], words: [押金], fact: {has_house: ['no']}}", T),
        ("not: {any: [{words: [租房]}, {fact: {hurry: ['yes']}}]}", U),
    ],
)
def test_conditions(known, yaml, expected):
    assert truth(yaml, known) is expected


def test_a_configured_figure_counts_while_it_is_in_force(tmp_path):
    files = small.content()
    files["policy/center.yml"]["keys"]["cap"].update(value=9, effective_from=date(2026, 12, 1))
    base = small.load(small.write(tmp_path, files))
    before = Known(base, date(2026, 11, 30), {}, "", (), (), ())
    assert [truth("configured: [cap]", before), truth("unconfigured: [cap]", before)] == [F, T]
    after = replace(before, today=date(2026, 12, 1))
    assert [truth("configured: [cap]", after), truth("configured: [cap, branches]", after), truth("unconfigured: [cap]", after)] == [T, F, F]


JUNE = Season(name="六月", start="06-01", end="06-30")
TURN = Season(name="岁末年初", start="12-15", end="01-10")
SPRING = Season(name="春节前后", lunar_new_year_days=15)


@pytest.mark.parametrize(
    "season, day, expected",
    [
        (JUNE, date(2026, 5, 31), F), (JUNE, date(2026, 6, 1), T), (JUNE, date(2026, 6, 30), T), (JUNE, date(2026, 7, 1), F),
        (TURN, date(2026, 12, 14), F), (TURN, date(2026, 12, 15), T), (TURN, date(2027, 1, 10), T), (TURN, date(2027, 1, 11), F),
        # lunar new year: 17 February 2026, 6 February 2027
        (SPRING, date(2026, 2, 1), F), (SPRING, date(2026, 2, 2), T), (SPRING, date(2026, 2, 17), T), (SPRING, date(2026, 3, 4), T), (SPRING, date(2026, 3, 5), F),
        (SPRING, date(2027, 1, 21), F), (SPRING, date(2027, 1, 22), T), (SPRING, date(2027, 2, 21), T), (SPRING, date(2027, 2, 22), F),
    ],
)
def test_seasons(season, day, expected):
    assert in_season(season, day) is expected


def test_explain_shows_every_leaf_with_its_truth(known):
    condition = msgspec.yaml.decode(b"any: [{words: [x]}, {not: {fact: {hurry: ['yes']}}}]", type=Condition)
    assert explain(condition, known) == [(".any[0].words ['x']", F), (".any[1].not.fact hurry=未知 ∈ yes", U)]
