"""Stored events → the conversation as the citizen saw it; and the channel that collects replies."""
from __future__ import annotations

import asyncio

import pytest

from bot.worker.channel import ReplyChannel
from bot.worker.history import messages

REPLY = {"id": "m1.1", "kind": "answer", "text": "带身份证", "topic": "withdraw_rent"}


def test_both_sides_in_order_with_times_of_xiangxi():
    events = [
        {"event": "action", "timestamp": 0, "name": "action_session_start"},
        {"event": "user", "timestamp": 1795312800.7, "text": "租房要带什么", "message_id": "m1"},
        {"event": "bot", "timestamp": 1795312801, "text": "带身份证", "metadata": {"reply": REPLY}},
        {"event": "user", "timestamp": 1795312802, "text": None, "message_id": "m2"},
    ]
    assert messages(events) == [
        {"from": "citizen", "text": "租房要带什么", "at": "2026-11-22T10:00:00+08:00", "id": "m1"},
        {"from": "assistant", "text": "带身份证", "at": "2026-11-22T10:00:01+08:00", "id": "m1.1", "reply": REPLY},
        {"from": "citizen", "text": "", "at": "2026-11-22T10:00:02+08:00", "id": "m2"},
    ]


@pytest.mark.parametrize("metadata", [None, {}, {"utter_action": "x"}])
def test_what_was_not_said_by_our_actions_is_left_out(metadata):
    assert messages([{"event": "bot", "timestamp": 1, "text": "x", "metadata": metadata}]) == []


def test_nothing_said():
    assert messages([]) == []


def test_channel_collects_and_hands_on_in_order():
    seen = []

    async def sink(reply):
        seen.append(reply["id"])

    async def send():
        channel = ReplyChannel(sink)
        for number in "123":
            await channel.send_response("c1", {"text": "x", "reply": {"id": number}})
        await channel.send_response("c1", {"text": "Rasa's own words"})
        return [reply["id"] for reply in channel.replies]

    assert asyncio.run(send()) == seen == ["1", "2", "3"]
