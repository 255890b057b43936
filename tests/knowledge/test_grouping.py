"""Messages in → groups that mean the same."""
from __future__ import annotations

import pytest

from bot.knowledge.grouping import Said, groups

RENT = [("wd_rent", "materials", "withdraw_rent", 0.5)]
LOAN = [("loan_new_home", "amount", "loan_amount", 0.5)]
OUT = [("intent:out_of_scope", "", "out_of_scope", 0.9), ("wd_rent", "materials", "withdraw_rent", 0.03)]


def grouped(*messages):
    return [[said.text for said in group] for group in groups([Said(str(i), text, guesses) for i, (text, guesses) in enumerate(messages)])]


def test_other_words_for_the_same_belong_together():
    found = grouped(("租房提取要带哪些材料", RENT), ("租屋取钱拿哪样东西", RENT), ("最多贷得到好多", LOAN))
    assert sorted(map(len, found)) == [1, 2] and {"租房提取要带哪些材料", "租屋取钱拿哪样东西"} == set(found[0])


def test_the_same_words_without_a_guess_belong_together():
    assert grouped(("凤凰古城门票好多钱", []), ("凤凰古城门票多少钱", []), ("怎么办居住证", [])) == [["凤凰古城门票好多钱", "凤凰古城门票多少钱"], ["怎么办居住证"]]


def test_what_is_out_of_scope_is_told_apart_by_its_words_alone():
    assert len(grouped(("凤凰古城门票好多钱", OUT), ("明天会不会下雨", OUT), ("怎么办居住证", OUT))) == 3


def test_every_message_is_in_exactly_one_group_whatever_the_order():
    messages = [("租房提取要带哪些材料", RENT), ("", []), ("？？？", []), ("最多贷得到好多", LOAN), ("贷款最多能贷多少", LOAN), ("租房要带什么", RENT)]
    found = grouped(*messages)
    assert sorted(text for group in found for text in group) == sorted(text for text, _ in messages)
    assert {frozenset(group) for group in found} == {frozenset(group) for group in grouped(*messages[::-1])}


@pytest.mark.parametrize("count", [0, 1])
def test_few_messages(count):
    assert len(groups([Said("1", "租房能提吗")] * count)) == count
