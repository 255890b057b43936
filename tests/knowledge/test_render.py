"""What is said for an aspect, how local figures are said, and which sources are shown."""
from __future__ import annotations

import re
from datetime import date

import pytest

from bot.knowledge.base import DATA, load
from bot.knowledge.check import check
from bot.knowledge.render import answer_text, card_answer, faq_answer, has_unset, source_notes
from bot.knowledge.reply import SourceNote
from tests.knowledge import small

TODAY = date(2026, 11, 22)
SET = {"name": "限额", "value": 1500, "unit": "元/月", "document": "州管委会〔2026〕9号", "effective_from": date(2026, 10, 1),
       "filled_by": "甲", "checked_by": "乙"}


def base_with(folder, **keys):
    files = small.content()
    files["policy/center.yml"]["keys"].update(keys)
    return small.load(small.write(folder, files))


def said(base, day=TODAY, told_unset=False) -> str:
    return answer_text(base, base.cards["rent"].answers["amount"], day, told_unset)


def test_unset_figure_is_admitted_with_12329(tmp_path):
    assert said(small.base(tmp_path)) == "租房能提多少的说法\n关于租房限额，暂时没有本州口径，请打12329。"


def test_second_admission_in_one_turn_is_short(tmp_path):
    assert said(small.base(tmp_path), told_unset=True) == "租房能提多少的说法\n租房限额也要以中心规定为准，打12329可以一并问清。"


def test_set_figure_names_document_and_date(tmp_path):
    assert said(base_with(tmp_path, cap=SET)) == (
        "租房能提多少的说法\n本州规定：租房限额为1500元/月（依据州管委会〔2026〕9号，自2026年10月1日起）。"
    )


@pytest.mark.parametrize(
    "day, expected", [(date(2026, 9, 30), True), (date(2026, 10, 1), False), (date(2026, 12, 31), False), (date(2027, 1, 1), True)]
)
def test_figure_counts_only_from_its_first_to_its_last_day(tmp_path, day, expected):
    base = base_with(tmp_path, cap={**SET, "effective_to": date(2026, 12, 31)})
    assert has_unset(base, base.cards["rent"].answers["amount"], day) is expected


def test_branches_are_listed(tmp_path):
    offices = [{"name": "甲部", "address": "一路1号", "phone": "0743-1", "hours": "周一至周五"}]
    files = small.content()
    files["policy/center.yml"]["keys"]["branches"] = {**SET, "name": "管理部", "value": offices, "unit": None}
    files["services/rent.yml"]["answers"]["place"]["local"] = [{"key": "branches", "name": "各管理部"}]
    base = small.load(small.write(tmp_path, files))
    assert check(base, TODAY) == []
    assert answer_text(base, base.cards["rent"].answers["place"], TODAY) == (
        "租房在哪办\n本州规定：各管理部为\n· 甲部：一路1号，电话0743-1，周一至周五（依据州管委会〔2026〕9号，自2026年10月1日起）。"
    )


@pytest.mark.parametrize(
    "aspect, answered, text",
    [
        ("amount", "amount", "租房能提多少的说法"),
        ("materials", "materials", "租房的要带什么：\n· 身份证\n· 合同"),
        ("conditions", "conditions", "租房的条件：\n· 租房的条件"),
        ("steps", "overview", "租房总的说法"),
        ("rate", "overview", "租房总的说法"),
    ],
)
def test_own_words_first_then_the_field_then_the_overview(tmp_path, aspect, answered, text):
    base = small.base(tmp_path)
    answer, got = card_answer(base, base.cards["rent"], aspect)
    assert (answer.text, got) == (text, answered)


def test_a_field_that_depends_on_a_local_figure_admits_it(tmp_path):
    base = small.base(tmp_path)
    answer, _ = card_answer(base, base.cards["rent"], "materials")
    assert answer_text(base, answer, TODAY).endswith("关于租房的限额，暂时没有本州口径，请打12329。")


def test_faq_answer(tmp_path):
    answer = faq_answer(small.base(tmp_path).faqs["faq_rent"])
    assert (answer.text, answer.facts) == ("租房问答", ["now"])


@pytest.mark.parametrize(
    "facts, day, notes",
    [
        (["now"], TODAY, [SourceNote("某条例", "第一条", "2026-09-20")]),
        (["now", "now"], TODAY, [SourceNote("某条例", "第一条", "2026-09-20")]),
        (["now"], date(2026, 9, 19), []),
        (["old", "hn", "ended", "later"], TODAY, []),
        (["ended"], date(2026, 11, 21), [SourceNote("某条例", "第一条", None)]),
        (["later"], date(2027, 1, 1), [SourceNote("某条例", "第一条", "2027-01-01")]),
    ],
)
def test_only_usable_facts_are_shown_as_sources(tmp_path, facts, day, notes):
    assert source_notes(small.base(tmp_path), facts, day) == notes


def test_sources_are_limited(shipped, today):
    assert len(source_notes(shipped, shipped.cards["wd_rent"].facts, today)) == 4


# --- the content as shipped -------------------------------------------------------------------------------------


def local_answers(base):
    for card in base.cards.values():
        for aspect, answer in card.answers.items():
            if answer.local:
                yield f"{card.code}.{aspect}", answer


def test_every_shipped_answer_that_needs_a_local_figure_admits_it_and_gives_12329(shipped, today):
    unset = [(where, answer) for where, answer in local_answers(shipped) if has_unset(shipped, answer, today)]
    assert unset or all(s.is_set(today) for s in shipped.center.values())
    for where, answer in unset:
        text = answer_text(shipped, answer, today)
        honest = text[len(answer.text.strip()):]
        assert "12329" in honest and "暂时没有本州的正式口径" in honest, where
        assert re.findall(r"\d+", honest.replace("12329", "")) == [], where


def test_a_figure_filled_into_the_shipped_content_is_said_with_its_document(tmp_path, today):
    import shutil

    import msgspec

    data = tmp_path / "data"
    for folder in ("services", "faq", "policy", "profile"):
        shutil.copytree(DATA / folder, data / folder)
    path = data / "policy" / "center.yml"
    center = msgspec.yaml.decode(path.read_bytes())
    center["keys"]["rent_cap_market"].update({k: v for k, v in SET.items() if k != "name"}, effective_to=None)
    path.write_bytes(msgspec.yaml.encode(center))
    base = load(data)
    assert check(base, today) == []
    text = answer_text(base, base.cards["wd_rent"].answers["amount"], today)
    assert "为1500元/月（依据州管委会〔2026〕9号，自2026年10月1日起）" in text
    assert "暂时没有本州的正式口径" not in text
