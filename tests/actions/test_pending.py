"""Is a message the reply to the question that was asked?"""
from __future__ import annotations

from typing import Optional, Tuple

import pytest

from actions.memory import Focus, Memory, Pending
from actions.message import Message
from actions.pending import declines, find_reply
from tests.actions.talk import TODAY, Talk, latest, pressed, shape
from tests.knowledge import small
from tests.knowledge.small import ask, remind


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return small.base(
        tmp_path_factory.mktemp("small"), {"ask": [ask("X01-Q1", 3)], "remind": [remind("X01-R1", 5, {"words": ["绝不会出现"]})]},
        loan={"ask": [ask("X02-Q1", 3, answers=[
            {"value": "yes", "title": "有", "reply": "有的说法", "remind": "X01-R1"},
            {"value": "no", "title": "没有", "reply": "没有的说法", "service": "rent", "aspect": "amount"},
        ])]},
    )


def reply(base, text: str, turns_later: int = 1) -> Optional[Tuple[str, bool]]:
    """Value of the reply found and whether something follows from it."""
    memory = Memory(turns=5 + turns_later, pending=Pending("X01-Q1", 5), focus=Focus("rent"))
    found = find_reply(base, memory, Message.read(base, memory, latest(text), TODAY))
    return (found.value, found.consequence is not None) if found else None


@pytest.mark.parametrize(
    "text, value",
    [
        # by the words of the reply, by the fact, by yes and no
        ("有一套", "yes"), ("我没得房", "no"), ("我有房", "yes"), ("没有房", "no"),
        ("是的", "yes"), ("是", "yes"), ("对", "yes"), ("对的", "yes"), ("嗯", "yes"), ("有", "yes"), ("有的", "yes"), ("有啊", "yes"), ("没错", "yes"),
        ("是的,谢谢", "yes"), ("好", "yes"),
        ("没有", "no"), ("没", "no"), ("没有呢", "no"), ("不是", "no"), ("还没", "no"), ("没得", "no"), ("冇", "no"), ("不是,我爸有", "no"),
        # none of these is a reply
        ("是不是都要带身份证", None), ("对了,贷款怎么办", None), ("对了 还有个事", None), ("好的,谢谢", None), ("好,谢谢你", None), ("嗯,麻烦了", None),
        ("没有听懂", None), ("有什么条件", None), ("那要带什么", None), ("不用了", None), ("谢谢", None), ("", None),
    ],
)
def test_reply(base, text, value):
    assert reply(base, text) == ((value, True) if value else None)


@pytest.mark.parametrize("turns_later, expected", [(1, ("yes", True)), (2, ("yes", True)), (3, None)])
def test_a_question_may_be_answered_two_turns_later(base, turns_later, expected):
    assert reply(base, "有一套", turns_later) == expected


def test_without_a_pending_question_nothing_is_a_reply(base):
    memory = Memory(turns=1)
    assert find_reply(base, memory, Message.read(base, memory, latest("是的"), TODAY)) is None


def test_a_question_whose_rule_was_removed(base):
    memory = Memory(turns=2, pending=Pending("X09-Q9", 1))
    assert find_reply(base, memory, Message.read(base, memory, latest("是的"), TODAY)) is None


def test_a_button_of_another_conversation_is_an_error(base):
    with pytest.raises(KeyError):
        Message.read(base, Memory(), pressed("c1-1"), TODAY)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("不用了", True), ("不用了,谢谢", True), ("不需要", True), ("算了", True), ("算了吧", True), ("别问了", True), ("别再说了", True), ("不必了", True),
        ("没别的了", True), ("没有其他问题", True), ("没什么", True), ("没啥事了", True), ("别的没有", True), ("就这样吧", True), ("就这些", True), ("没事了", True),
        ("我打算了解一下租房提取", False), ("我算了一下要还二十年", False), ("我们夫妻分别提取", False), ("特别说明一下", False), ("名下没有其他房子", False),
        ("没有什么房子", False), ("好的", False), ("没有", False),
        ("不用了我已经问过别人了你不必再说了谢谢你啊麻烦", False),
    ],
)
def test_declining(base, text, expected):
    assert declines(Message.read(base, Memory(), latest(text), TODAY)) is expected


# --- whole turns ------------------------------------------------------------------------------------------------


def asked(base, home="rent") -> Talk:
    t = Talk(base)
    assert t.say("怎么办", (f"{home}/overview", 0.9))[-1].kind == "question"
    return t


def test_by_button(base):
    t = asked(base)
    assert [r.text for r in t.press("没房")] == ["没房的说法"]
    assert t.memory.profile == {"has_house": "no", "first_home": "yes"}
    assert t.memory.pending is None and t.memory.ignored == 0


def test_in_own_words_with_what_follows_from_it(base):
    t = asked(base)
    assert shape(t.say("我没得房")) == [("answer", "rent/overview")]
    assert t.memory.profile == {"has_house": "no", "first_home": "yes"}


def test_two_turns_later(base):
    t = asked(base)
    t.say("法规是哪部", ("faq_law", 0.9))
    assert t.memory.ignored == 1
    assert [r.text for r in t.say("有一套")] == ["有房的说法"]
    assert t.memory.ignored == 0


def test_a_reply_with_another_question_gets_both_answers(base):
    t = asked(base)
    replies = t.say("没有,能提多少", ("rent/amount", 0.8))
    assert [r.text.split("\n")[0] for r in replies] == ["没房的说法", "租房能提多少的说法"]


def test_a_reply_that_leads_to_another_card(base):
    t = asked(base, "loan")
    replies = t.press("没有")
    assert shape(replies)[0] == ("answer", "rent/amount")
    assert replies[0].text.startswith("没有的说法\n租房能提多少的说法")
    assert t.memory.focus == Focus("rent", "amount")


def test_a_reply_that_calls_for_a_reminder(base):
    assert shape(asked(base, "loan").press("有")) == [("answer", "loan/overview"), ("reminder", "X01-R1")]


def test_an_old_button_still_answers_its_question(base):
    t = asked(base)
    button = t.replies[-1].buttons[1].id
    for _ in range(4):
        t.say("法规是哪部", ("faq_law", 0.9))
    assert [r.text for r in t.hear(pressed(button))] == ["没房的说法"]
