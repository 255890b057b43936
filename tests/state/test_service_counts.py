"""Deeds of conversations → levels, counted by day; cases without anything personal."""
from __future__ import annotations

import asyncio

import pytest

from bot.clock import today
from bot.knowledge.service_level import Deeds, level, outcome
from bot.state.cases import Cases, anonymise, case_of
from bot.state.service_counts import CountKeeper, counts, key, label, record


@pytest.mark.parametrize(
    "deeds, expected",
    [
        ({}, "none"), ({"resolved": 1}, "none"), ({"answered": 1}, "basic"), ({"answered": 2, "resolved": 1}, "satisfied"), ({"answered": 1, "thanked": 1}, "satisfied"),
        ({"answered": 2, "resolved": 1, "open": 1}, "basic"), ({"answered": 1, "accepted": 1}, "beyond"), ({"answered": 1, "accepted": 1, "open": 1}, "basic"),
        ({"answered": 1, "dated": 1}, "basic"), ({"answered": 1, "dated": 1, "kept": 1}, "moved"), ({"answered": 1, "kept": 1}, "satisfied"),
        ({"answered": 1, "stars": 5}, "satisfied"), ({"answered": 1, "accepted": 1, "stars": 5}, "moved"), ({"answered": 1, "dated": 1, "stars": 5}, "moved"),
        ({"answered": 1, "dated": 1, "kept": 1, "thumb": -1}, "basic"), ({"answered": 3, "accepted": 2, "stars": 1}, "basic"), ({"answered": 1, "stars": 3}, "basic"),
        ({"answered": 1, "thumb": 1}, "satisfied"),
    ],
)
def test_the_criteria(deeds, expected):
    assert level(Deeds(**deeds)) == expected


@pytest.mark.parametrize(
    "deeds, expected",
    [
        ({}, "none"), ({"thanked": 1}, "none"), ({"answered": 1}, "self"), ({"answered": 2, "open": 1}, "open"), ({"open": 1}, "open"),
        ({"answered": 1, "thumb": -1}, "open"), ({"answered": 3, "handed": 1}, "person"), ({"handed": 1, "open": 1}, "person"),
    ],
)
def test_who_settled_it(deeds, expected):
    assert outcome(Deeds(**deeds)) == expected


def test_a_conversation_that_goes_to_a_person_is_no_longer_settled_by_the_assistant(client, run):
    for deeds in ({"answered": 1}, {"handed": 1}):
        run(record(client, "c1", 600, deeds))
    assert run(counts(client, today().isoformat())) == {"level:basic": 1, "outcome:self": 0, "outcome:person": 1}


def test_a_conversation_is_counted_once_under_its_present_level(client, run):
    day = today().isoformat()
    seen = []
    for deeds in ({"answered": 1, "open": 0}, {"answered": 1, "resolved": 1}, {"accepted": 1}, {"open": 1}, {"open": 0}):
        seen.append(run(record(client, "c1", 600, deeds)))
    assert seen == ["basic", "satisfied", "beyond", "basic", "beyond"]
    assert {n: c for n, c in run(counts(client, day)).items() if c} == {"level:beyond": 1, "outcome:self": 1}


def test_two_writers_do_not_count_a_conversation_twice(client, run):
    async def both():
        await asyncio.gather(*(record(client, "c1", 600, {"answered": 1}) for _ in range(20)))

    run(both())
    assert run(counts(client, today().isoformat())) == {"level:basic": 1, "outcome:self": 1}


def test_the_keeper_writes_when_flushed_and_keeps_what_failed(client, run, server):
    keeper = CountKeeper(client, 600)
    keeper.add("c1", {"answered": 1}, {"m1.1": "wd_rent|"})
    assert server.keys("*") == []
    run(keeper.flush())
    assert run(label(client, "c1", "m1.1")) == ("wd_rent", "") and 0 < server.ttl(key("c1")) <= 600

    class Broken:
        async def evalsha(self, *_):
            raise ConnectionError

    lost = CountKeeper(Broken(), 600)
    lost.add("c2", {"answered": 1}, {})
    with pytest.raises(ConnectionError):
        run(lost.flush())
    lost._redis = client
    run(lost.flush())
    assert run(counts(client, today().isoformat())) == {"level:basic": 2, "outcome:self": 2}


TOLD = "我叫田大山，在吉首市第一中学上班，今年58岁，2026年6月15日封存的，账户有三万五千元，住乾州街道3栋，电话13812345678，身份证11010519491231002X，王经理说的"


def test_a_case_names_nobody():
    text = anonymise(TOLD)
    for secret in ("田大山", "第一中学", "吉首", "58", "6月", "三万五", "乾州", "3栋", "138", "1101", "王经理"):
        assert secret not in text, (secret, text)
    assert "封存" in text and "上班" in text


@pytest.mark.parametrize("text", ["租房提取要带什么材料", "谢谢你提醒我，不然就错过了", "满半年就可以申请"])
def test_what_is_not_personal_stays(text):
    assert anonymise(text) == text


def test_a_case_holds_who_spoke_and_nothing_else(client, run):
    messages = [
        {"from": "citizen", "text": TOLD, "at": "2026-11-22T10:00:00+08:00", "id": "m1"},
        {"from": "assistant", "text": "满半年是2026年12月15日", "at": "2026-11-22T10:00:01+08:00", "id": "m1.1", "reply": {"kind": "reminder", "rule": "C12-R1"}},
    ]
    case = case_of(messages, "算出了日子")
    assert case["messages"][1] == {"from": "assistant", "kind": "reminder", "rule": "C12-R1", "text": "满半年是某时"} and set(case) == {"month", "why", "messages"}
    cases = Cases(client)
    ident = run(cases.mark(messages, "moved", "算出了日子"))
    assert run(cases.all()) == {ident: case} and run(cases.drop(ident)) and not run(cases.drop(ident))
    with pytest.raises(ValueError):
        run(cases.mark(messages, "beyond"))


def test_a_case_is_edited_by_one_at_a_time_and_voted_for_once_by_each(client, run):
    cases = Cases(client)
    ident = run(cases.mark([{"from": "citizen", "text": "多亏您提醒"}], "moved", "提醒得好"))
    first = run(cases.get(ident))
    edited = {**first, "title": "差一天就白跑"}
    assert run(cases.change(ident, first, edited)) and not run(cases.change(ident, first, {**first, "title": "另一个人改的"}))
    assert run(cases.get(ident))["title"] == "差一天就白跑" and run(cases.get("gone")) is None
    for name, yes in (("小田", True), ("小田", True), ("小彭", True), ("小彭", False)):
        run(cases.vote(ident, name, yes))
    assert run(cases.votes()) == {ident: {"小田"}}
    assert run(cases.drop(ident)) and run(cases.votes()) == {} and not run(cases.change(ident, edited, first))
