"""Replies as plain text: what a citizen reads in a channel without buttons, and what may be answered."""
import pytest

from bot.gateway.channels.plain_text import Spoken, chosen, parts
from tests.gateway import canned


def test_answer_question_reminder_with_numbers():
    spoken = Spoken(canned.RENT)
    assert spoken.text.startswith("租房可以提取公积金，不用等买房。")
    assert "依据：《住房公积金管理条例》第二十四条；《提取住房公积金支付房租办法》第三条" in spoken.text
    assert "您和爱人都有公积金吗？\n（夫妻双方都可以提取，合起来能多提一份；都有账户时要一起带结婚证明。）\n回复 1：两个人都有\n回复 2：只有我有\n回复 3：先不说" in spoken.text
    assert spoken.choices == {"1": "ask:C08-Q1:yes", "2": "ask:C08-Q1:no", "3": "ask:C08-Q1:skip"}


def test_choices_of_several_replies_are_numbered_through():
    assert list(Spoken([*canned.RENT, *canned.CLARIFY]).choices) == ["1", "2", "3", "4", "5", "6"]


def test_a_form_offers_letters_because_it_asks_for_figures():
    spoken = Spoken(canned.FORM)
    assert spoken.text.endswith("回复 A：不算了") and spoken.choices == {"A": "form:cancel"}
    assert chosen("1", spoken.choices) == ""


def test_tables_become_lines():
    assert "· 五年以上：首套 2.6%，第二套 3.075%" in Spoken(canned.LOAN).text


@pytest.mark.parametrize("typed", ["2", "２", " 2。", "二", "2、", "（2）"])
def test_ways_to_say_two(typed):
    assert chosen(typed, {"1": "a", "2": "b"}) == "b"


@pytest.mark.parametrize("typed", ["3", "22", "二套房", "", "2个人", "第二"])
def test_other_words_are_messages(typed):
    assert chosen(typed, {"1": "a", "2": "b"}) == ""


def test_long_texts_are_cut_between_lines():
    lines = [f"第{n}条：{'材料' * 20}" for n in range(30)]
    cut = parts("\n".join(lines), 600)
    assert all(len(piece.encode()) <= 600 for piece in cut)
    assert "\n".join(cut).split("\n") == lines


def test_a_line_longer_than_allowed_loses_no_character():
    text = "金" * 1000
    cut = parts(text, 100)
    assert "".join(cut) == text and all(len(piece.encode()) <= 100 for piece in cut)
