"""Mistakes in data/forms and data/handoff are found and named; every field is explained in the manual."""
from __future__ import annotations

import shutil
from datetime import date

import msgspec
import pytest

from bot.knowledge.base import DATA, load
from bot.knowledge.check_forms import check_forms
from bot.knowledge.check_handoff import check_handoff
from bot.knowledge.forms import After, Form, FormField, FormOption, FormWording, forms
from bot.settings import ROOT

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def base():
    return load()


@pytest.fixture
def data(tmp_path):
    for name in ("forms", "handoff"):
        shutil.copytree(DATA / name, tmp_path / "data" / name)
    return tmp_path / "data"


def test_what_is_shipped_is_sound(base):
    assert check_forms(base, DATA, TODAY) == [] and check_handoff(DATA) == []
    assert sorted(forms()) == ["borrow", "combo", "payment", "prepay", "when", "withdraw"]


@pytest.mark.parametrize(
    "old, new, where, says",
    [
        ("service: loan_new_home", "service: loan_old", "$.service", "loan_old"), ("topic: loan_monthly_payment_calc\n", "topic: nothing\n", "$.topic", "nothing"),
        ("given: [principal]", "given: [money]", "$.given[0]", "money"), ("facts: [loan_repay_methods,", "facts: [no_such_fact,", "$.facts[0]", "no_such_fact"),
        ("offer: [faq_loan_calc.overview", "offer: [faq_nothing.overview", "$.offer[0]", "faq_nothing"), ("start: ['月供'", "start: ['(月供'", "$.start[0]", "正则"),
        ("set: {home: second}", "set: {house: second}", "$.after[0]", "house"), ("form: combo, ", "form: lottery, ", "$.after[4].form", "lottery"),
        ("type: amount", "type: money", "$.fields[0].type", "money"), ("  optional: true\n  min: 0.5", "  min: 0.5", "$.fields[4]", "要有 ask"),
        ("profile: {home_count:", "profile: {houses:", "$.fields[3].profile", "houses"), ("'(?:金额|本金)(", "'(?:金额|本金(", "$.fields[0].said[1]", "正则"),
    ],
)
def test_a_mistake_in_a_form_is_named(base, data, old, new, where, says):
    path = data / "forms" / "payment.yml"
    text = path.read_text("utf-8")
    assert text.count(old) >= 1
    path.write_text(text.replace(old, new, 1), "utf-8")
    problems = [p for p in check_forms(base, data, TODAY) if p.path == where]
    assert problems and says in problems[0].message and problems[0].file == "data/forms/payment.yml"


@pytest.mark.parametrize(
    "old, new, where",
    [("  cancelled: ", "  abandoned: ", "$.say"), ("{name}”。", "{number}”。", "$.say.resumed"), ("loan_rate_first_long", "loan_rate_history_2024", "$.rates.first.long[0]"),
     ("filler: ['那", "filler: ['(那", "$.filler[0]"), ("  cancel: ['(不", "  cancel: ['((不", "$.control.cancel[0]")],
)
def test_a_mistake_in_what_forms_share_is_named(base, data, old, new, where):
    path = data / "forms" / "common.yml"
    text = path.read_text("utf-8")
    assert text.count(old) >= 1
    path.write_text(text.replace(old, new, 1), "utf-8")
    assert where in [p.path for p in check_forms(base, data, TODAY)]


@pytest.mark.parametrize(
    "old, new, where", [("  order: ", "  ticket: ", "$.say"), ("编号{number}", "编号{id}", "$.say.order"), ("open: 正在", "opened: 正在", "$.states"), ("asks: ['工单", "asks: ['(工单", "$.asks[0]")]
)
def test_a_mistake_in_the_handoff_is_named(data, old, new, where):
    path = data / "handoff" / "wording.yml"
    text = path.read_text("utf-8")
    assert text.count(old) >= 1
    path.write_text(text.replace(old, new, 1), "utf-8")
    assert where in [p.path for p in check_handoff(data)]


@pytest.mark.parametrize("field", sorted({f.encode_name for s in (Form, FormField, FormOption, After, FormWording) for f in msgspec.structs.fields(s)}))
def test_field_is_explained_in_forms_md(field):
    assert f"`{field}`" in (ROOT / "docs/forms.md").read_text("utf-8")
