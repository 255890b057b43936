"""Terms of the trade explained to those who need it."""
from __future__ import annotations

import pytest

from actions.memory import Memory
from actions.plain_words import explained
from tests.actions.talk import Talk

TEXT = "账户先封存，受理以后联网核查。"


@pytest.mark.parametrize("moods", [[], ["angry"], ["worried"]])
def test_nobody_else_is_lectured(moods):
    assert explained(Memory(moods=moods), TEXT) == TEXT


@pytest.mark.parametrize("mood", ["confused", "elderly"])
def test_two_terms_at_a_time_and_each_once(mood):
    memory = Memory(moods=[mood])
    assert explained(memory, TEXT) == TEXT + "\n（封存就是暂停缴存，钱还在您名下。）\n（受理就是窗口收下您的材料，开始办了。）"
    assert explained(memory, TEXT) == TEXT + "\n（联网核查就是窗口自己上网查，不用您去开证明。）"
    assert explained(memory, TEXT) == TEXT


def test_what_the_text_explains_itself_is_left_alone():
    assert explained(Memory(moods=["confused"]), "封存就是暂停缴存。") == "封存就是暂停缴存。"


def test_an_old_citizen_is_answered_with_the_terms_explained(shipped):
    talk = Talk(shipped)
    reply = talk.say("我今年72岁了,不太会弄,租房提取怎么办流程", ("wd_rent/steps", 0.9))[0]
    assert "（受理就是窗口收下您的材料，开始办了。）" in reply.text
