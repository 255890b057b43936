"""The shape of conditions: what decodes, and every node with its path."""
from __future__ import annotations

import msgspec
import pytest

from bot.knowledge.condition import Condition, Range


def condition(yaml: str) -> Condition:
    return msgspec.yaml.decode(yaml.encode(), type=Condition)


def test_an_empty_condition():
    assert condition("{}") == Condition()


def test_facts_as_values_or_as_a_range():
    c = condition("fact: {marriage: [married, unknown], loan_years_left: {min: 10}}")
    assert c.fact == {"marriage": ["married", "unknown"], "loan_years_left": Range(min=10)}


@pytest.mark.parametrize("yaml", ["fcat: {}", "fact: {a: {minimum: 1}}", "words: 假合同", "any: {words: [a]}", "not: [{words: [a]}]"])
def test_anything_else_is_refused(yaml):
    with pytest.raises(msgspec.ValidationError):
        condition(yaml)


def test_walk_yields_every_node_with_its_path():
    c = condition("any: [{words: [a]}, {not: {words: [b]}}]\nall: [{words: [c]}]")
    assert [path for path, _ in c.walk("$.when")] == ["$.when", "$.when.all[0]", "$.when.any[0]", "$.when.any[1]", "$.when.any[1].not"]
