"""Cards, rules and facts: one part changed → one place in the file, and nothing the content check would refuse."""
from __future__ import annotations

import difflib
from datetime import date

import msgspec
import pytest

from bot.content import conditions, yaml_edit
from bot.content.cards import CardDesk, Ground, part_of
from bot.content.facts import FactDesk, values_of
from bot.content.history import History
from bot.content.lean import lean
from bot.content.refusal import Conflict, Refused, Unknown
from bot.content.version import plain, version
from bot.knowledge.base import DATA, load
from bot.knowledge.card import Card
from bot.knowledge.condition import Condition

GROUND = Ground(source="州中心〔2026〕5号", dated=date(2026, 11, 20))


@pytest.fixture
def cards(library, redis):
    return CardDesk(library, History(redis, "card"))


@pytest.fixture
def facts(library, redis):
    return FactDesk(library, History(redis, "fact"))


async def saved(cards, part, change, code="wd_rent", by="李四"):
    """Apply ``change`` to the plain part and save it."""
    value = msgspec.to_builtins(part_of(await cards.get(code), part))
    expected = version(value)
    return await cards.save(code, part, change(value), expected, by, GROUND)


def changed_lines(data, before, path="services/wd_rent.yml"):
    after = (data / path).read_text("utf-8")
    return [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[0] in "+-"]


@pytest.fixture
def before(data):
    return (data / "services/wd_rent.yml").read_text("utf-8")


@pytest.mark.parametrize("path", sorted((DATA / "services").glob("*.yml")), ids=lambda path: path.stem)
def test_a_card_that_nobody_changed_is_written_as_it_is(path):
    text = path.read_text("utf-8")
    said = yaml_edit.parsed(text)
    card = msgspec.yaml.decode(text.encode(), type=Card)
    assert lean(card, said) == said and yaml_edit.changed(text, said, lean(card, said)) == text


async def test_one_answer(cards, data, before):
    await saved(cards, "answers.fee", lambda value: {**value, "text": "不收费：一分钱也不收。"})
    assert changed_lines(data, before) == [
        "-     text: 不收费。中心所有服务都不收费，查房产信息也不收费；凡是要手续费的都不是中心。", "+     text: 不收费：一分钱也不收。"]
    entry, = await cards.history.list("wd_rent")
    assert (entry.by, entry.reason) == ("李四", "依据：州中心〔2026〕5号（2026-11-20）")


async def test_a_material_more_and_one_less(cards, data, before):
    await saved(cards, "materials", lambda items: [items[0], {"text": "本人一类银行卡", "facts": ["ch_bank_card_class1"]}, items[2]])
    assert changed_lines(data, before) == [
        "- - text: 租公租房、保租房：租赁合同和租金缴纳证明", "-   facts: [wd_rent_materials]", "+ - text: 本人一类银行卡", "+   facts: [ch_bank_card_class1]"]


async def test_the_condition_of_a_rule(cards, data, before):
    await saved(cards, "rule.C08-R3", lambda rule: {**rule, "when": {"words_ever": ["工资", r"个[\w]税, 退"], "fact": {"renting": ["yes"], "deposit_months": {"min": 3}}}})
    written = load(data).rules["C08-R3"].when
    assert written == msgspec.convert({"words_ever": ["工资", r"个[\w]税, 退"], "fact": {"renting": ["yes"], "deposit_months": {"min": 3}}}, Condition)
    assert all("R4" not in line for line in changed_lines(data, before))


async def test_a_new_rule_and_away_with_it(cards, data, before):
    rule = {"id": "C08-R5", "text": "已婚的请把爱人的身份证号也准备好。", "why": "无房情况两个人一起查。", "level": 3, "facts": ["wd_rent_materials"],
            "when_note": "已婚，问怎么办", "unless_note": "说过带了", "when": {"aspect": ["overview"], "fact": {"marriage": ["married"]}}}
    await cards.save("wd_rent", "remind.new", rule, version(None), "李四", GROUND)
    assert load(data).rules["C08-R5"].text == rule["text"]
    current = msgspec.to_builtins(part_of(await cards.get("wd_rent"), "rule.C08-R5"))
    await cards.save("wd_rent", "rule.C08-R5", None, version(current), "李四", GROUND)
    assert (data / "services/wd_rent.yml").read_text("utf-8") == before


@pytest.mark.parametrize(("part", "change", "problem"), [
    ("answers.fee", lambda value: {**value, "text": ""}, "答复不能是空的"),
    ("answers.fee", lambda value: {**value, "text": "免费。", "facts": []}, "答复要写依据"),
    ("answers.fee", lambda value: {**value, "facts": ["nothing"]}, "不认识的事实 nothing"),
    ("answers.fee", lambda value: {**value, "facts": ["hn_rent_caps"]}, "外地参照"),
    ("answers.overview", lambda value: None, "要有 overview"),
    ("rule.C08-R3", lambda value: {**value, "when": {"fact": {"nothing": ["yes"]}}}, "不认识的画像项 nothing"),
    ("rule.C08-R3", lambda value: {**value, "when": {"words": ["("]}}, "正则写错了"),
    ("rule.C08-R3", lambda value: {**value, "when": {"nothing": 1}}, "内容没有填对"),
    ("rule.C08-R3", lambda value: {**value, "id": "C08-R9"}, "规则编号定了就不改"),
    ("rule.C08-Q1", lambda value: {**value, "answers": []}, "每个追问都要写清每种回答之后怎么办"),
    ("materials", lambda items: [{"text": "户口本"}], "第 1 条要写依据"),
    ("basics", lambda value: {**value, "related": ["nothing"]}, "不认识 nothing"),
])
async def test_what_the_content_check_would_refuse_is_not_written(cards, data, before, part, change, problem):
    with pytest.raises(Refused, match=problem):
        await saved(cards, part, change)
    assert (data / "services/wd_rent.yml").read_text("utf-8") == before
    assert await cards.history.list("wd_rent") == []


async def test_a_change_without_a_ground_is_refused(cards):
    value = msgspec.to_builtins(part_of(await cards.get("wd_rent"), "answers.fee"))
    with pytest.raises(Refused, match="请写明改动的依据"):
        await cards.save("wd_rent", "answers.fee", {**value, "text": "免费。"}, version(value), "李四", Ground(source=" ", dated=date(2026, 11, 20)))


async def test_two_people_on_two_parts_both_win_on_one_part_only_the_first(cards):
    card = await cards.get("wd_rent")
    fee, status = (msgspec.to_builtins(part_of(card, part)) for part in ("answers.fee", "answers.status"))
    await cards.save("wd_rent", "answers.fee", {**fee, "text": "免费。"}, version(fee), "李四", GROUND)
    await cards.save("wd_rent", "answers.status", {**status, "text": "打12329问。"}, version(status), "王五", GROUND)
    with pytest.raises(Conflict) as conflict:
        await cards.save("wd_rent", "answers.fee", {**fee, "text": "不要钱。"}, version(fee), "赵六", GROUND)
    assert conflict.value.current["value"]["text"] == "免费。" and conflict.value.by == "王五"


async def test_the_card_comes_back_as_it_was(cards, data, before):
    await saved(cards, "answers.fee", lambda value: {**value, "text": "免费。"})
    await saved(cards, "answers.fee", lambda value: {**value, "text": "不要钱。"})
    _, first = await cards.history.list("wd_rent")
    card = await cards.get("wd_rent")
    await cards.restore("wd_rent", first.id, version(plain(card)), "李四")
    assert load(data).cards["wd_rent"].answers["fee"].text == "免费。"


async def test_unknown_parts(cards):
    for part in ("nothing", "answers.nothing", "rule.C99-R1"):
        with pytest.raises(Unknown):
            part_of(await cards.get("wd_rent"), part)


class TestFacts:
    async def test_an_end_is_refused_while_answers_rest_on_it(self, facts, data):
        fact = await facts.get("wd_rent_materials")
        before = (data / "policy/facts.yml").read_bytes()
        with pytest.raises(Refused, match="wd_rent_materials 已失效"):
            await facts.save(fact.id, msgspec.structs.replace(values_of(fact), status="superseded"), version(fact), "李四", "新规定")
        assert (data / "policy/facts.yml").read_bytes() == before

    async def test_an_end_in_the_future_changes_one_line(self, facts, data):
        before = (data / "policy/facts.yml").read_text("utf-8")
        fact = await facts.get("wd_rent_materials")
        await facts.save(fact.id, msgspec.structs.replace(values_of(fact), effective_to=date(2026, 12, 31)), version(fact), "李四", "新规定")
        assert changed_lines(data, before, "policy/facts.yml") == ["+   effective_to: 2026-12-31"]

    @pytest.mark.parametrize(("change", "problem"), [({"sources": []}, "请写明出处"), ({"statement": " "}, "说的是什么"), ({"effective_from": None}, "要写生效日期")])
    async def test_what_is_missing_is_named(self, facts, change, problem):
        fact = await facts.get("wd_rent_materials")
        with pytest.raises(Refused, match=problem):
            await facts.save(fact.id, msgspec.structs.replace(values_of(fact), **change), version(fact), "李四", "新规定")


def test_a_condition_in_words(library):
    base = library.base()
    rule = base.rules["C08-R2"]
    found = conditions.lines(base, rule.when)
    assert found[0].text == "问的是：怎么办，或条件，或流程，或要带什么，或多久办好，或金额，或次数，或在哪办"
    assert (found[1].text, found[1].inside[0].text) == ("下面有一个成立：", f"今天在：{base.terms.seasons['year_end'].name}")
    assert any("没说过" in line.text for line in conditions.lines(base, base.rules["C08-Q2"].when))
