"""Which releases the gate lets through, and the sentence it gives when it does not."""
from __future__ import annotations

import pytest

from bot.training.assessment import CENTER, Answered, Assessment, Probe, Turn, compare, decode
from bot.training.gate import DROP, TOP1, gate, refusals


def rows(right, wrong, topic="withdraw_rent", prefix=""):
    return [Answered(f"{prefix}对{i}", [topic], [topic]) for i in range(right)] + [Answered(f"{prefix}错{i}", [topic], ["loan_rate"]) for i in range(wrong)]


def found(after, before=None):
    return {check.name: check for check in gate(after, before)}


@pytest.mark.parametrize(("right", "passed"), [(74, False), (75, True), (100, True), (0, False)])
def test_the_first_release_needs_the_least_accuracy(right, passed):
    check = found(Assessment(rows(right, 100 - right)))["检验问句"]
    assert check.passed is passed and f"{right / 100:.1%}" in check.finding and TOP1 == 0.75


def test_no_questions_is_no_pass():
    assert refusals(gate(Assessment(), None)) == ["0 句没有训练过的问句答对 0.0%（至少 75%）"]


@pytest.mark.parametrize(("lost", "passed"), [(0, True), (3, True), (4, False)])
def test_clearly_worse_than_the_one_in_service(lost, passed):
    """Spread over topics, so that no single one is to blame."""
    topics = [f"t{i % 50}" for i in range(100)]
    before = Assessment([Answered(f"q{i}", [t], [t]) for i, t in enumerate(topics)])
    after = Assessment([Answered(f"q{i}", [t], ["x"] if i < lost else [t]) for i, t in enumerate(topics)])
    checks = found(after, before)
    assert checks["和在用的版本比"].passed is passed and checks["每个主题"].passed and DROP == 0.03
    assert f"变差 {lost} 句" in checks["和在用的版本比"].finding


@pytest.mark.parametrize(("n", "lost", "passed"), [(20, 2, True), (20, 3, False), (40, 4, True), (40, 5, False), (5, 2, True)])
def test_no_topic_loses_more_than_the_tolerance(n, lost, passed):
    many = [Answered(f"k{i}", ["loan_rate"], ["loan_rate"]) for i in range(300)]
    before = Assessment(many + [Answered(f"q{i}", ["withdraw_rent"], ["withdraw_rent"]) for i in range(n)])
    after = Assessment(many + [Answered(f"q{i}", ["withdraw_rent"], ["x"] if i < lost else ["withdraw_rent"]) for i in range(n)])
    check = found(after, before)["每个主题"]
    assert check.passed is passed and ("withdraw_rent" in check.finding) is not passed


def test_questions_added_since_are_no_loss():
    assert refusals(gate(Assessment(rows(90, 0) + rows(0, 10, prefix="新")), Assessment(rows(90, 0)))) == []


def test_a_corrected_label_is_no_change_of_the_model():
    before = Assessment([Answered("q", ["loan_rate"], ["loan_rate"])])
    after = Assessment([Answered("q", ["withdraw_rent"], ["loan_rate"])])
    both = compare(before, after)
    assert (both.better, both.worse, both.before, both.after) == ([], [], 0.0, 0.0)


def test_a_question_of_the_center_must_not_be_lost():
    before = Assessment(rows(100, 0) + [Answered("老问题", ["loan_rate"], ["loan_rate"], kind=CENTER), Answered("一直不会", ["loan_rate"], [], kind=CENTER)])
    same = Assessment(rows(100, 0) + [Answered("老问题", ["loan_rate"], ["loan_rate"], kind=CENTER), Answered("一直不会", ["loan_rate"], ["x"], kind=CENTER)])
    lost = Assessment(rows(100, 0) + [Answered("老问题", ["loan_rate"], ["x"], kind=CENTER)])
    assert found(same, before)["本中心的回归问句"].passed
    check = found(lost, before)["本中心的回归问句"]
    assert not check.passed and "“老问题”" in check.finding


def test_a_new_wording_must_find_its_faq():
    good, bad = Probe("faq_a", "新问法", "faq_a", fresh=True), Probe("faq_a", "另一个新问法", "faq_b", fresh=True)
    assert found(Assessment(rows(1, 0), [good]))["新加的问法"].passed
    check = found(Assessment(rows(1, 0), [good, bad]))["新加的问法"]
    assert not check.passed and "新加的 2 个问法有 1 个没有找到自己的答案：“另一个新问法”" == check.finding


@pytest.mark.parametrize(("missed", "passed"), [(0, True), (3, True), (4, False)])
def test_most_faqs_find_themselves(missed, passed):
    probes = [Probe(f"f{i}", f"w{i}", "x" if i < missed else f"f{i}") for i in range(100)]
    assert found(Assessment(rows(1, 0), probes))["原有的常见问题"].passed is passed


def test_dialogues():
    turns = [Turn("d", n, f"说{n}") for n in range(10)]
    assert found(Assessment(rows(1, 0), turns=turns))["示范对话"].passed
    short = [*turns[:8], Turn("d", 8, "说8", missing=["没有提到 C08-Q1"]), Turn("d", 9, "说9", missing=["没有说“三个月”"])]
    assert not found(Assessment(rows(1, 0), turns=short))["示范对话"].passed
    many = [Turn("d", n, f"说{n}") for n in range(100)]
    rude = [Turn("d", n, f"说{n}", wrong=["不该提到 C08-R4"]) for n in range(3)]
    assert found(Assessment(rows(1, 0), turns=[*rude[:2], *many[2:]]))["示范对话"].passed
    check = found(Assessment(rows(1, 0), turns=[*rude, *many[3:]]))["示范对话"]
    assert not check.passed and "“说0”" in check.finding


def test_comparison_question_by_question():
    before = Assessment([Answered("甲", ["a"], ["a"]), Answered("乙", ["a"], ["b"]), Answered("丙", ["b", "a"], ["a"]), Answered("丁", ["b"], [])])
    after = Assessment([Answered("甲", ["a"], ["b", "a"]), Answered("乙", ["a"], ["a"]), Answered("丙", ["b", "a"], ["b"]), Answered("戊", ["b"], ["b"])])
    both = compare(before, after)
    assert (both.common, both.before, both.after) == (3, 2 / 3, 2 / 3)
    assert [(c.question, c.before, c.after) for c in both.better] == [("乙", "b", "a")]
    assert [(c.question, c.before, c.after) for c in both.worse] == [("甲", "a", "b")]
    assert both.topics == []


def test_it_survives_writing_down():
    whole = Assessment(rows(2, 1), [Probe("f", "w", "f", True)], [Turn("d", 1, "说", ["m"], ["w"])])
    assert decode(whole.encoded()) == whole
    assert whole.topics() == {"withdraw_rent": (2, 3)} and whole.confusions() == [("withdraw_rent", "loan_rate", ["错0"])]
