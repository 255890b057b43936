"""What is added to an answer: reminders, then one question with buttons; or what follows from a known answer."""
from __future__ import annotations

from tests.actions.talk import Talk, shape
from tests.knowledge import small
from tests.knowledge.small import ask, remind

RENT = ("rent/overview", 0.9)


def talk(tmp_path, *pieces, **more) -> Talk:
    return Talk(small.base(tmp_path, {"ask": [p for p in pieces if "fills" in p], "remind": [p for p in pieces if "fills" not in p]}, **more))


def test_answer_then_reminder_then_question(tmp_path):
    t = talk(tmp_path, ask("X01-Q1", 3), remind("X01-R1", 2))
    replies = t.say("租房能提吗", RENT)
    assert shape(replies) == [("answer", "rent/overview"), ("reminder", "X01-R1"), ("question", "X01-Q1")]
    assert [r.id for r in replies] == ["m1.1", "m1.2", "m1.3"]
    question = replies[-1]
    assert (question.text, question.why, question.level, question.service) == ("X01-Q1问", "X01-Q1因", 3, "rent")
    assert [b.title for b in question.buttons] == ["有房", "没房"]
    assert [(s.title, s.article) for s in question.sources] == [("某条例", "第一条")]
    assert t.memory.offered == ["X01-R1", "X01-Q1"] and t.memory.pending.rule == "X01-Q1"


def test_said_once_only(tmp_path):
    t = talk(tmp_path, remind("X01-R1", 2))
    t.say("租房能提吗", RENT)
    assert shape(t.say("租房能提吗", RENT)) == [("answer", "rent/overview")]


def test_a_units_clerk_hears_the_wording_for_units(tmp_path):
    t = talk(tmp_path, remind("X01-R1", 2, text_unit="给单位的说法"))
    assert t.say("我们公司想问租房", RENT)[-1].text == "给单位的说法"
    t = talk(tmp_path, remind("X01-R1", 2, text_unit="给单位的说法"))
    assert t.say("想问租房", RENT)[-1].text == "X01-R1提醒"


def test_a_known_answer_is_followed_up_instead_of_asked(tmp_path):
    t = talk(tmp_path, ask("X01-Q1", 3))
    replies = t.say("我没有房,租房能提吗", RENT)
    assert [r.text for r in replies] == ["租房总的说法", "没房的说法"]
    assert t.memory.offered == ["X01-Q1"] and t.memory.pending is None


def test_what_was_said_turns_ago_is_neither_asked_nor_followed_up_again(tmp_path):
    t = talk(tmp_path, loan={"ask": [ask("X02-Q1", 3)]})
    t.say("我没有房,租房能提吗", RENT)
    assert shape(t.say("贷款呢", ("loan/overview", 0.9))) == [("answer", "loan/overview")]


def test_the_reminder_of_a_known_answer_is_given_too(tmp_path):
    follows = [{"value": "no", "title": "没房", "reply": "没房的说法", "remind": "X01-R1"}]
    t = talk(tmp_path, ask("X01-Q1", 3, answers=follows), remind("X01-R1", 5, {"words": ["绝不会出现"]}))
    assert shape(t.say("我没有房,租房能提吗", RENT)) == [("answer", "rent/overview"), ("answer", "rent/overview"), ("reminder", "X01-R1")]


def test_another_card_is_offered_by_a_button_not_opened(tmp_path):
    follows = [{"value": "no", "title": "没房", "reply": "没房的说法", "service": "loan"}]
    t = talk(tmp_path, ask("X01-Q1", 3, answers=follows))
    replies = t.say("我没有房,租房能提吗", RENT)
    assert [(r.text, [b.title for b in r.buttons]) for r in replies] == [("租房总的说法", []), ("没房的说法", ["贷款"])]
    assert shape(t.press("贷款")) == [("answer", "loan/overview")]


def test_strong_feelings_leave_room_for_one(tmp_path):
    t = talk(tmp_path, ask("X01-Q1", 3), remind("X01-R1", 2), remind("X01-R2", 2))
    replies = t.say("我好难过,租房能提吗", RENT)
    assert shape(replies) == [("answer", "rent/overview"), ("reminder", "X01-R1")]
    assert replies[0].text == "请多保重。\n租房总的说法"


def test_in_a_hurry_nothing_is_added(tmp_path):
    t = talk(tmp_path, remind("X01-R1", 1))
    assert shape(t.say("赶时间,租房能提吗", RENT)) == [("answer", "rent/overview")]
    assert t.silence == "市民赶时间或只问这一件"


def test_two_ignored_questions_are_the_last(tmp_path):
    t = talk(tmp_path, ask("X01-Q1", 3), ask("X01-Q2", 3), remind("X01-R1", 3))
    assert t.say("租房能提吗", RENT)[-1].rule == "X01-Q1"
    assert t.say("租房能提吗", RENT)[-1].rule == "X01-Q2" and t.memory.ignored == 1
    assert shape(t.say("租房能提吗", RENT)) == [("answer", "rent/overview")] and t.memory.ignored == 2
    assert t.silence == "连续两次没理会追问"


def test_after_the_hand_over_nothing_is_added(tmp_path):
    t = talk(tmp_path, remind("X01-R1", 1))
    t.say("转人工", ("intent:human", 0.9))
    assert shape(t.say("租房能提吗", RENT)) == [("answer", "rent/overview")]
