"""What is remembered survives the slot unchanged and stays bounded."""
from __future__ import annotations

import json

import msgspec
import pytest

from actions.memory import MAX_CHOICES, MAX_SAID, Choice, Focus, Memory, Pending, Turn


def test_a_fresh_conversation():
    assert Memory.from_slots({}) == Memory() == Memory.from_slots({"memory": None})


def test_round_trip_through_json():
    memory = Memory(
        turns=3, profile={"marriage": "married", "deposit_months": 7.0, "first_deposit": "2026-09"}, moods=["worried"], said=["租房能提吗"],
        focus=Focus("wd_rent", "materials"), pending=Pending("C08-Q1", 3), offered=["C08-Q1"], ignored=1, declined=True, handed_off=True, misses=1,
        choices={"c3-1": Choice("满了", rule="C08-Q1", value="yes")}, last=[{"text": "可以"}],
        turn=Turn(text="租房能提吗", answered=[["wd_rent", "overview"]], quiet="", moods=["worried"], replies=2, reminders=["C08-R1"]),
    )
    stored = json.loads(json.dumps(memory.as_slot(), ensure_ascii=False))
    assert Memory.from_slots({"memory": stored}) == memory


def test_anything_else_in_the_slot_is_an_error():
    with pytest.raises(msgspec.ValidationError):
        Memory.from_slots({"memory": {"turns": "three"}})


def test_only_the_last_messages_are_kept():
    memory = Memory(said=[f"第{i}句" for i in range(MAX_SAID + 5)])
    assert memory.as_slot()["said"] == [f"第{i}句" for i in range(5, MAX_SAID + 5)]


def test_only_the_newest_buttons_are_kept():
    memory = Memory()
    for turn in range(MAX_CHOICES + 5):
        memory.turns = turn
        memory.add_choice(Choice("好"))
    kept = list(memory.as_slot()["choices"])
    assert (len(kept), kept[0], kept[-1]) == (MAX_CHOICES, "c5-1", f"c{MAX_CHOICES + 4}-1")


def test_buttons_of_one_turn_are_numbered():
    memory = Memory(turns=2)
    assert [memory.add_choice(Choice(t)) for t in ("甲", "乙")] == [{"id": "c2-1", "title": "甲"}, {"id": "c2-2", "title": "乙"}]
    memory = Memory.from_slots({"memory": memory.as_slot()})  # the attentive half of the same turn goes on numbering
    assert memory.add_choice(Choice("丙")) == {"id": "c2-3", "title": "丙"}
