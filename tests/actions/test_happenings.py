"""Chinese sentences in → what the center is told about each turn."""
from __future__ import annotations

import pytest

from actions.attend.usefulness import Forgetful
from actions.handoff import Desk, NoOrders
from actions.happenings import Unheeded, Watch, Watched, happening
from actions.memory import Memory
from actions.message import Message
from actions.respond import respond
from tests.actions.talk import TODAY, latest, pressed
from tests.actions.test_handoff import HUMAN, Ledger

RENT = ("wd_rent/materials", 0.9)
OOS = ("intent:out_of_scope", 0.9)


@pytest.fixture
def ask(shipped):
    """``ask("租房能提吗", ("wd_rent/overview", 0.9))`` → the happening of that turn; memory stays between turns."""
    Desk.orders = Ledger()
    memory = Memory()

    def one(message, *readings):
        nonlocal memory
        raw = message if isinstance(message, dict) else latest(message, *readings, ident=f"m{memory.turns + 1}")
        before, read = memory.order, Message.read(shipped, memory, raw, TODAY)
        replies = respond(shipped, memory, read)
        told = happening("c1", memory, read, raw, replies, before)
        memory = Memory.from_slots({"memory": memory.as_slot()})
        one.buttons = {b.title: b.id for reply in replies for b in reply.buttons}
        return told

    yield one
    Desk.orders = NoOrders()


@pytest.mark.parametrize(
    "text, readings, hit, learn",
    [
        ("租房提取要带什么材料", [RENT], "direct", ""),
        ("租房那个东西要些什么来着", [("wd_rent/materials", 0.45)], "direct", "unsure"),
        ("租房还是买房能提", [("wd_rent/overview", 0.17), ("wd_new_home/overview", 0.16)], "clarified", "clarified"),
        ("拆迁补偿款能放公积金吗", [("wd_rent/overview", 0.05)], "unanswered", "unanswered"),
        ("明天天气怎么样", [OOS], "declined", "declined"),
        ("你好呀", [("intent:greet", 0.95)], "chat", ""),
    ],
)
def test_how_well_it_was_understood(ask, text, readings, hit, learn):
    told = ask(text, *readings)
    assert (told.hit, told.learn, told.turn, told.message) == (hit, learn, 1, "m1")
    assert told.text == text


def test_an_answer_tells_what_was_asked_for(ask):
    told = ask("租房提取要带什么材料", RENT)
    assert (told.answered, told.topics) == ([("wd_rent", "materials")], ["withdraw_rent"])


def test_the_button_pressed_after_asking_back_names_the_turn_and_the_meaning(ask):
    ask("租房还是买房能提", ("wd_rent/overview", 0.17), ("wd_new_home/overview", 0.16))
    title = next(title for title in ask.buttons if "租房" in title)
    told = ask(pressed(ask.buttons[title], "m2"))
    assert (told.picked, told.hit, told.text, told.learn) == ((1, "wd_rent.overview"), "direct", "", "")


def test_a_bare_wish_for_a_person_is_learnt_from_by_what_was_said_before(ask):
    ask("我的贷款为什么被拒了", ("loan_new_home/conditions", 0.9))
    told = ask("转人工", HUMAN)
    assert (told.hit, told.reason, told.learn, told.text) == ("handed", "wish", "handed", "我的贷款为什么被拒了")
    again = ask("我要人工客服", HUMAN)
    assert (again.hit, again.reason, again.learn) == ("chat", "", "")


def test_a_wish_that_gives_its_reason_is_learnt_from_itself(ask):
    assert ask("转人工，我家宅基地翻建的贷款没批", HUMAN).text == "转人工，我家宅基地翻建的贷款没批"


def test_two_misses_are_a_handoff_and_asking_for_the_order_is_none(ask):
    ask("嗯嗯呃那个啥", ("wd_rent/overview", 0.05))
    told = ask("就是那个那个嘛", ("wd_rent/overview", 0.05))
    assert (told.hit, told.reason, told.learn) == ("unanswered", "misses", "unanswered")
    assert (ask("我的工单怎么样了", RENT).hit, ask("我的工单怎么样了", RENT).reason) == ("chat", "")


def test_outcomes_are_told_besides_being_learnt():
    class Ears(Unheeded):
        heard = []

        def outcome(self, rule, accepted):
            self.heard.append((rule, accepted))

    Watch.happenings = Ears()
    try:
        Watched(Forgetful()).record("C08-Q1", "overview", True)
        assert Ears.heard == [("C08-Q1", True)]
    finally:
        Watch.happenings = Unheeded()
