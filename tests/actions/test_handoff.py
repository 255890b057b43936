"""To a person: on wish, after two misses, on anger and complaint; the order's number and its state."""
from __future__ import annotations

import dataclasses
from datetime import date
from typing import Dict, List, Optional

import msgspec
import pytest

from actions.handoff import Desk, Draft, NoOrders, OrderState
from tests.actions.talk import TODAY, Talk

HUMAN = ("intent:human", 0.95)
UNCLEAR = ("wd_rent/overview", 0.05)


class Ledger:
    """Work orders of this test; ``broken`` keeps none."""

    def __init__(self) -> None:
        self.drafts: List[Draft] = []
        self.states: Dict[str, OrderState] = {}
        self.broken = False

    def open(self, draft: Draft) -> str:
        if self.broken:
            return ""
        self.drafts.append(draft)
        number = f"261122-{len(self.drafts):04d}"
        self.states[number] = OrderState(number, "open", TODAY)
        return number

    def state(self, conversation: str, number: str) -> Optional[OrderState]:
        return self.states.get(number)


@pytest.fixture
def ledger():
    Desk.orders = made = Ledger()
    yield made
    Desk.orders = NoOrders()


@pytest.fixture
def talk(shipped) -> Talk:
    return Talk(shipped)


def test_a_wish_makes_an_order_with_what_was_said_and_known(talk, ledger):
    talk.say("我在吉首租商品房，能提公积金吗", ("wd_rent/overview", 0.9))
    (reply,) = talk.say("帮我转人工", HUMAN)
    assert (reply.kind, reply.topic) == ("handoff", "human_agent")
    assert "12329" in reply.text and "编号261122-0001" in reply.text and "没有正式公布的数" in reply.text
    (draft,) = ledger.drafts
    assert (draft.reason, draft.matter, draft.said) == ("wish", talk.base.cards["wd_rent"].name, ["我在吉首租商品房，能提公积金吗", "帮我转人工"])
    meaning = talk.base.profile["rent_kind"].meaning
    assert draft.profile[meaning] == talk.base.profile["rent_kind"].values["market"].title


def test_the_same_order_is_named_again(talk, ledger):
    talk.say("转人工", HUMAN)
    assert "261122-0001已经记着了，正在等工作人员接手" in talk.say("我要人工", HUMAN)[0].text and len(ledger.drafts) == 1
    ledger.states["261122-0001"] = OrderState("261122-0001", "done", TODAY)
    assert "编号261122-0002" in talk.say("我要人工", HUMAN)[0].text


def test_without_a_place_for_orders_there_is_still_12329(talk, ledger):
    ledger.broken = True
    reply = talk.say("转人工", HUMAN)[0]
    assert "12329" in reply.text and "工单" not in reply.text and talk.memory.order == ""


def test_configured_branches_are_told_with_their_hours(shipped, ledger):
    branch = {"name": "甲管理部", "address": "甲路1号", "phone": "0743-0000000", "hours": "工作日9:00—17:00"}
    setting = msgspec.structs.replace(shipped.center["branches"], value=[branch], document="例文件", effective_from=date(2026, 1, 1), filled_by="甲", checked_by="乙")
    talk = Talk(dataclasses.replace(shipped, center={**shipped.center, "branches": setting}))
    text = talk.say("转人工", HUMAN)[0].text
    assert "甲管理部，电话0743-0000000，工作日9:00—17:00（依据例文件）" in text and "没有正式公布" not in text


def test_two_misses_make_an_order_and_clear_questions_go_on(talk, ledger):
    assert [r.kind for r in talk.say("嘟嘟嘟", UNCLEAR)] == ["decline"] and ledger.drafts == []
    assert [r.kind for r in talk.say("嘟嘟嘟嘟", UNCLEAR)] == ["decline", "handoff"] and ledger.drafts[0].reason == "misses"
    talk.say("嘟嘟嘟嘟嘟", UNCLEAR)
    assert len(ledger.drafts) == 1
    assert talk.say("租房提取要带什么", ("wd_rent/materials", 0.9))[0].kind == "answer" and talk.silence != "已经转人工"


@pytest.mark.parametrize(
    "text, reading, reason",
    [("你们窗口态度太差了，我要投诉", ("service_complaint/overview", 0.9), "complaint"), ("太气人了，租房提取到底怎么办", ("wd_rent/overview", 0.9), "anger")],
)
def test_anger_and_complaints_are_answered_and_offered_a_person(talk, ledger, text, reading, reason):
    talk.say(text, reading)
    assert talk.replies[0].kind == "answer" and ledger.drafts == []
    talk.press("请工作人员处理")
    assert talk.replies[0].kind == "handoff" and "编号261122-0001" in talk.replies[0].text and ledger.drafts[0].reason == reason


@pytest.mark.parametrize("text", ["我的工单怎么样了", "工单办得怎么样", "帮我查一下工单", "工单处理好了吗", "我的工单呢"])
@pytest.mark.parametrize(
    "state, words", [("open", "正在等工作人员接手"), ("taken", "工作人员正在处理"), ("done", "已经办结。\n工作人员说：请带身份证来窗口")]
)
def test_the_citizen_asks_for_the_state(talk, ledger, text, state, words):
    talk.say("转人工", HUMAN)
    ledger.states["261122-0001"] = OrderState("261122-0001", state, TODAY, "请带身份证来窗口" if state == "done" else "")
    (reply,) = talk.say(text, UNCLEAR)
    assert (reply.kind, reply.text.startswith("工单261122-0001（11月22日记下）：" + words)) == ("handoff", True)


def test_asking_without_an_order_and_without_redis(talk, ledger):
    assert "还没有工单" in talk.say("我的工单怎么样了", UNCLEAR)[0].text
    talk.say("转人工", HUMAN)
    ledger.states.clear()
    assert "这会儿查不到工单261122-0001" in talk.say("我的工单怎么样了", UNCLEAR)[0].text
