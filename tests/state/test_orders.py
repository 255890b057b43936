"""Work orders in a real Redis: numbered, masked, taken up, closed, asked for by their own conversation, erased."""
from __future__ import annotations

import re

import pytest

from actions.handoff import Draft
from bot.clock import today
from bot.state.orders import DAYS_KEPT, Orders
from bot.state.persons import HELD_SECONDS, Persons

DRAFT = Draft("c1", "m1", "wish", "租房提取", ["我的身份证是11010519491231002X，电话13812345678", "转人工"], {"租的什么房": "商品房"})


@pytest.fixture
def orders(client):
    return Orders(client)


def test_numbers_count_up_and_the_same_message_keeps_its_number(orders, run):
    first, again, second = (run(orders.open(d)) for d in (DRAFT, DRAFT, Draft("c2", "m2", "anger", "", [])))
    assert first == again == f"{today():%y%m%d}-0001" and second == f"{today():%y%m%d}-0002"


def test_staff_see_what_was_asked_without_personal_numbers(orders, run, server):
    order = run(orders.get(run(orders.open(DRAFT))))
    assert (order["state"], order["reason"], order["matter"], order["profile"]) == ("open", "wish", "租房提取", {"租的什么房": "商品房"})
    assert order["said"] == ["我的身份证是[证件号]，电话138****5678", "转人工"]
    stored = str({key: server.hgetall(key) for key in server.keys("*") if server.type(key) == "hash"})
    assert "11010519491231002X" not in stored and "13812345678" not in stored


def test_an_order_is_taken_up_and_closed(orders, run):
    number = run(orders.open(DRAFT))
    assert [o["number"] for o in run(orders.waiting())] == [number]
    assert run(orders.change(number, "taken", "小田")) and run(orders.state("c1", number)).state == "taken"
    assert run(orders.change(number, "done", "小田", "已电话13812345678答复"))
    state = run(orders.state("c1", number))
    assert (state.state, state.note, state.day) == ("done", "已电话138****5678答复", today()) and run(orders.waiting()) == []


def test_nobody_asks_for_another_conversations_order(orders, run):
    number = run(orders.open(DRAFT))
    assert run(orders.state("c2", number)) is None and run(orders.state("c1", "000000-0001")) is None


def test_an_unknown_state_or_order_changes_nothing(orders, run):
    assert run(orders.change("000000-0001", "done", "小田")) is False and run(orders.get("000000-0001")) is None
    with pytest.raises(ValueError):
        run(orders.change(run(orders.open(DRAFT)), "lost", "小田"))


def test_orders_expire_and_go_with_their_conversation(orders, run, server):
    number = run(orders.open(DRAFT))
    kept = [key for key in server.keys("gjj:{orders}*") if not key.endswith(":waiting")]
    assert kept and all(0 < server.ttl(key) <= DAYS_KEPT * 86400 for key in kept)
    assert all(re.match(r"gjj:\{orders\}:", key) for key in server.keys("*"))  # one slot of a Cluster
    run(orders.erase("c1"))
    assert run(orders.get(number)) is None and run(orders.waiting()) == []


def test_one_person_holds_a_conversation_at_a_time(client, run, server):
    persons = Persons(client)
    assert run(persons.holder("c1")) is None
    assert run(persons.take("c1", "小田")) and run(persons.take("c1", "小田")) and not run(persons.take("c1", "小彭"))
    assert run(persons.holder("c1")) == "小田" and 0 < server.ttl("gjj:{c1}:person") <= HELD_SECONDS
    run(persons.release("c1"))
    assert run(persons.holder("c1")) is None and run(persons.take("c1", "小彭"))
