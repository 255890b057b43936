"""When nothing more is said."""
from __future__ import annotations

import pytest

from actions.attend.silence import reason_for_silence
from actions.memory import Memory, Turn
from tests.knowledge import small


def memory(text="租房能提吗", answered=(("rent", "overview"),), reminders=(), quiet="", **fields) -> Memory:
    return Memory(turn=Turn(text=text, answered=[list(a) for a in answered], reminders=list(reminders), quiet=quiet), **fields)


PLACE = "只问电话、地址、上下班时间或办理进度"


@pytest.mark.parametrize(
    "state, reason",
    [
        (memory(), ""),
        (memory(answered=()), "这一轮没有回答事项"),
        (memory(answered=(), reminders=["X01-R1"]), ""),
        (memory(quiet="只是再说一遍"), "只是再说一遍"),
        (memory(handed_off=True), "已经转人工"),
        (memory(profile={"hurry": "yes"}), "市民赶时间或只问这一件"),
        (memory(ignored=1), ""),
        (memory(ignored=2), "连续两次没理会追问"),
        (memory(text="在哪里办", answered=[("rent", "place")]), PLACE),
        (memory(text="办到哪一步了", answered=[("rent", "status")]), PLACE),
        (memory(text="在哪里办,能提多少", answered=[("rent", "place"), ("rent", "amount")]), ""),
    ],
)
def test_reason(tmp_path, state, reason):
    assert reason_for_silence(small.base(tmp_path), state) == reason
