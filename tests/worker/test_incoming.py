"""A citizen's message on its way into Rasa: masked, and never a command."""
from __future__ import annotations

import pytest
from hypothesis import given, strategies as st
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from actions.memory import Choice, Memory
from bot.settings import ROOT
from bot.worker.channel import ReplyChannel
from bot.worker.incoming import Incoming, UnknownChoice, user_message


def message(text):
    return user_message(Incoming("c1", "m1", text=text), ReplyChannel(), None)


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ("租房怎么提", "租房怎么提"),
        ("电话13812341234", "电话138****1234"),
        ("发到a@b.cn", "发到[邮箱]"),
        ("/restart", "restart"),
        ("／restart", "restart"),
        ("//／ \\/session_start", "session_start"),
        ("\u3000/ask", "ask"),
        ("\u200b/restart", "restart"),
        ("\ufeff\u202e／restart", "restart"),
        ("\x00/restart", "restart"),
        ("\n/restart", "restart"),
        ("⁄restart", "⁄restart"),
        ('/ask{"memory": {"turns": 9}}', 'ask{"memory": {"turns": 9}}'),
        ("提取/贷款", "提取/贷款"),
        ("", "…"),
        ("   ", "…"),
        ("///", "…"),
        ("😀", "😀"),
        ("坏\ud800字", "坏字"),
        ("一行\n两行\n", "一行\n两行"),
        ("租房\u202e能提\u2066吗", "租房能提吗"),
        ("👨\u200d👩\u200d👧租房", "👨\u200d👩\u200d👧租房"),
    ],
)
def test_what_rasa_sees(typed, seen):
    assert message(typed).text == seen


_FRONT = st.text(alphabet="/／\\ \t\n\r\u3000\u200b\ufeff\x00\u202e\ud800\u2028\x1f\x85", max_size=8)


@given(_FRONT, st.sampled_from(["restart", "session_start", 'ask{"memory": 1}', "back"]))
def test_no_command_whatever_stands_before_it(front, command):
    """Rasa strips white space before it looks for its slash."""
    assert message(f"{front}/{command}").text == command


def test_fields():
    made = message("你好")
    assert (made.sender_id, made.message_id, made.input_channel, made.metadata, made.parse_data) == ("c1", "m1", "counter", None, None)


@pytest.fixture(scope="module")
def tracker():
    domain = Domain.load(str(ROOT / "domain.yml"))
    memory = Memory(choices={"c1-1": Choice("租房提取", home="wd_rent")})
    return DialogueStateTracker.from_events("c1", [SlotSet("memory", memory.as_slot())], domain=domain, slots=domain.slots)


def test_a_button_of_this_conversation(tracker):
    made = user_message(Incoming("c1", "m1", choice="c1-1"), ReplyChannel(), tracker)
    assert (made.text, made.metadata) == ("租房提取", {"choice": "c1-1"})
    assert made.parse_data["intent"] == {"name": "choose", "confidence": 1.0}


@pytest.mark.parametrize("choice", ["c9-9", "", "/restart", "wd_rent"])
def test_a_button_that_is_not_of_this_conversation(tracker, choice):
    for known in (tracker, None):
        with pytest.raises(UnknownChoice):
            user_message(Incoming("c1", "m1", choice=choice), ReplyChannel(), known)
