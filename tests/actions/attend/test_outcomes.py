"""What became of what was offered, as experience learns it."""
from __future__ import annotations

from typing import List, Tuple

import pytest

from actions.attend.speak import attend
from actions.message import Message
from actions.respond import respond
from tests.actions.talk import Talk
from tests.knowledge import small
from tests.knowledge.small import ask, remind

RENT = ("rent/overview", 0.9)


class Notebook:
    def __init__(self) -> None:
        self.found: List[Tuple[str, str, bool]] = []

    def counts(self, rule, situation):
        from actions.attend.usefulness import Counts

        return Counts(), Counts()

    def record(self, rule, situation, accepted):
        self.found.append((rule, situation, accepted))


class Learning(Talk):
    """A talk whose outcomes are noted."""

    def hear(self, message):
        memory = self.memory
        self.replies = list(respond(self.base, memory, Message.read(self.base, memory, message, self.today)))
        extra, self.verdicts, self.silence = attend(self.base, memory, Message.of_turn(memory, self.today), self.notebook)
        self.slot = memory.as_slot()
        self.replies += extra
        return self.replies


def talk(tmp_path, *pieces) -> Learning:
    made = Learning(small.base(tmp_path, {"ask": [p for p in pieces if "fills" in p], "remind": [p for p in pieces if "fills" not in p]}))
    made.notebook = Notebook()
    return made


def test_a_question_replied_to_by_button_is_accepted(tmp_path):
    t = talk(tmp_path, ask("X01-Q1", 3))
    t.say("租房能提吗", RENT)
    t.press("没房")
    assert t.notebook.found == [("X01-Q1", "overview", True)]


def test_a_question_replied_to_two_turns_later_is_accepted(tmp_path):
    t = talk(tmp_path, ask("X01-Q1", 3))
    t.say("租房能提吗", RENT)
    t.say("要交钱吗", ("rent/amount", 0.9))
    t.say("我没有房", ("intent:affirm", 0.2))
    assert t.notebook.found == [("X01-Q1", "overview", True)]


def test_a_question_nobody_replies_to_is_passed_over_after_two_turns(tmp_path):
    t = talk(tmp_path, ask("X01-Q1", 3))
    t.say("租房能提吗", RENT)
    t.say("要交钱吗", ("rent/amount", 0.9))
    assert t.notebook.found == []
    t.say("租房能提吗", RENT)
    assert t.notebook.found == [("X01-Q1", "overview", False)]


@pytest.mark.parametrize("words, expected", [("谢谢提醒,我知道了", True), ("不用了", False), ("那多久", None), ("不知道了", None)])
def test_a_reminder(tmp_path, words, expected):
    t = talk(tmp_path, remind("X01-R1", 2))
    t.say("租房能提吗", RENT)
    t.say(words, ("intent:thanks", 0.9))
    t.say("租房能提吗", RENT)
    assert t.notebook.found == ([] if expected is None else [("X01-R1", "overview", expected)])


def test_a_units_clerk_and_strong_feelings_are_situations_of_their_own(tmp_path):
    t = talk(tmp_path, ask("X01-Q1", 3))
    t.say("我们公司的人好难过,租房能提吗", RENT)
    t.press("有房")
    assert t.notebook.found == [("X01-Q1", "overview+unit+strong", True)]
