"""The content as shipped: complete, sourced, and in the counter's tone of voice."""
from __future__ import annotations

import re
from typing import Iterator, List, Tuple

import pytest

from bot.knowledge.base import DATA, KnowledgeBase
from bot.knowledge.card import Ask, Remind
from bot.knowledge.check import check
from bot.knowledge.check_dialogue import check_dialogue
from bot.knowledge.dialogue import milestones
from bot.knowledge.wording import wording

# card id → code, number of questions, number of reminders; the ids are what statistics and scenarios refer to
CARDS = {
    "A01": ("unit_register", 3, 3), "A02": ("add_employee", 2, 3), "A03": ("monthly_remit", 2, 3), "A04": ("makeup_pay", 2, 3),
    "A05": ("annual_base_adjust", 2, 3), "A06": ("lower_or_defer", 3, 3), "A07": ("seal_employee", 2, 3), "A08": ("unit_change_close", 2, 2),
    "B01": ("personal_info", 2, 2), "B02": ("merge_accounts", 2, 2), "B03": ("transfer_local", 2, 2), "B04": ("transfer_in", 3, 3),
    "B05": ("transfer_out", 2, 3), "B06": ("flexible_join", 3, 3), "B07": ("query_certificate", 2, 3),
    "C01": ("wd_new_home", 3, 3), "C02": ("wd_downpayment", 2, 3), "C03": ("wd_second_hand", 2, 2), "C04": ("wd_build_overhaul", 3, 3),
    "C05": ("wd_decorate", 2, 3), "C06": ("wd_offset", 2, 3), "C07": ("wd_commercial_loan", 2, 3), "C08": ("wd_rent", 3, 4),
    "C09": ("wd_property_fee", 2, 3), "C10": ("wd_elevator", 2, 2), "C11": ("wd_retire", 3, 3), "C12": ("wd_after_leave", 2, 3),
    "C13": ("wd_disability", 2, 2), "C14": ("wd_emigrate", 2, 2), "C15": ("wd_inherit", 2, 3), "C16": ("wd_hardship", 2, 3),
    "D01": ("loan_new_home", 4, 4), "D02": ("loan_second_hand", 2, 2), "D03": ("loan_build_overhaul", 2, 2), "D04": ("loan_combo", 2, 2),
    "D05": ("loan_convert", 2, 3), "D06": ("loan_certificate_out", 2, 3), "D07": ("loan_in_from_elsewhere", 2, 3), "D08": ("loan_prepay", 2, 4),
    "D09": ("loan_settle", 2, 3), "D10": ("loan_change", 2, 2), "D11": ("loan_overdue", 2, 3),
    "E01": ("complain_unpaid", 3, 4), "E02": ("service_complaint", 2, 2), "E03": ("fraud_consult", 2, 3), "E04": ("channel_service", 2, 3),
}
Text = Tuple[str, str, List[str]]


def texts(base: KnowledgeBase) -> Iterator[Text]:
    """Every text a citizen may read: where it stands, the words, the facts named for it."""
    for card in base.cards.values():
        for field in ("conditions", "materials", "steps", "time", "channels", "pitfalls"):
            for i, item in enumerate(getattr(card, field)):
                yield f"{card.code}.{field}[{i}]", item.text, item.facts
        for aspect, answer in card.answers.items():
            yield f"{card.code}.{aspect}", answer.text, answer.facts
    for rule in base.rules.values():
        yield f"{rule.id}.text", rule.text, rule.facts
        yield f"{rule.id}.why", rule.why, rule.facts
        if isinstance(rule, Remind) and rule.text_unit:
            yield f"{rule.id}.text_unit", rule.text_unit, rule.facts
        if isinstance(rule, Ask):
            for follows in rule.answers:
                yield f"{rule.id}.{follows.value}", follows.reply, follows.facts
                yield f"{rule.id}.{follows.value}.title", follows.title, follows.facts
    for faq in base.faqs.values():
        yield faq.id, faq.answer, faq.facts
    for milestone in milestones():
        yield f"milestone {milestone.name}", milestone.text + (milestone.reached or "") + (milestone.calendar or "") + milestone.note, milestone.facts
    for name, variants in wording().items():
        for i, text in enumerate(variants):
            yield f"wording.{name}[{i}]", text, []
    for name, mood in base.moods.items():
        for i, text in enumerate(mood.opening):
            yield f"mood.{name}[{i}]", text, []


def test_content_check_finds_nothing(shipped, today):
    assert [str(p) for p in [*check(shipped, today), *check_dialogue(shipped, DATA, today)]] == []


def test_all_46_cards_with_their_codes(shipped):
    assert {c.id: c.code for c in shipped.cards.values()} == {ident: code for ident, (code, _, _) in CARDS.items()}
    assert len(CARDS) == 46


def test_rule_ids_are_complete_and_unchanged(shipped):
    expected = [f"{card}-Q{n}" for card, (_, asks, _) in CARDS.items() for n in range(1, asks + 1)]
    expected += [f"{card}-R{n}" for card, (_, _, reminds) in CARDS.items() for n in range(1, reminds + 1)]
    assert sorted(shipped.rules) == sorted(expected)
    assert sum(isinstance(r, Ask) for r in shipped.rules.values()) == 103
    assert sum(isinstance(r, Remind) for r in shipped.rules.values()) == 129


def test_no_reference_from_elsewhere_and_nothing_superseded_behind_any_text(shipped, today):
    bad = [(where, f) for where, _, facts in texts(shipped) for f in facts
           if shipped.facts[f].scope == "hunan" or shipped.facts[f].status == "superseded"
           or (shipped.facts[f].effective_to and shipped.facts[f].effective_to < today)]
    assert bad == []


def test_every_question_says_what_follows_from_at_least_two_replies(shipped):
    for rule in shipped.rules.values():
        if isinstance(rule, Ask):
            assert len(rule.answers) >= 2, rule.id
            assert all(a.reply.strip() and a.title.strip() for a in rule.answers), rule.id


def test_buttons_of_one_question_have_different_titles(shipped):
    for rule in shipped.rules.values():
        if isinstance(rule, Ask):
            assert len({a.title for a in rule.answers}) == len(rule.answers), rule.id


def test_a_follow_up_reminder_is_a_reminder(shipped):
    for rule in shipped.rules.values():
        for follows in getattr(rule, "answers", ()):
            assert follows.remind is None or isinstance(shipped.rules[follows.remind], Remind), rule.id


FIGURE = re.compile(r"\d+(?:\.\d+)?\s*(?:元|万|%|％|个百分点)|百分之|[一二两三四五六七八九十百]+(?:万|千|百)元")
# No figure of the rules: an example amount, or words every fact would repeat.
FIGURES_WITHOUT_FACT: List[str] = []


def test_money_and_percentages_always_name_their_facts(shipped):
    bare = [where for where, text, facts in texts(shipped) if FIGURE.search(text) and not facts]
    assert bare == FIGURES_WITHOUT_FACT


def test_marks_of_unset_figures_stay_out_of_texts(shipped):
    assert [where for where, text, _ in texts(shipped) if "〔配置" in text or "xx_cfg" in text] == []


PROMISE = re.compile(r"(?<!中)(?<!交)保证(?!金)|(?<!不)(?<!以为)一定(?:能|可以)|肯定能|恭喜|[！!]|包过|百分百|绝对")
# 保证 in the sense of the regulation (资金使用的前提), not a promise to the citizen.
PROMISES_ALLOWED = ["faq_surplus_use"]


def test_tone_no_promises_no_exclamation_marks(shipped):
    assert [where for where, text, _ in texts(shipped) if PROMISE.search(text)] == PROMISES_ALLOWED


# The house rules: “不说‘请知悉’‘请悉知’‘亲’‘家人们’”, no commands, no blame.
COLD = re.compile(r"请?知悉|悉知|(?<!探)亲[~～,，]|家人们|(?<!不)你[^们]|赋能|抓手|闭环")


def test_tone_addresses_the_citizen_as_nin(shipped):
    assert [where for where, text, _ in texts(shipped) if COLD.search(text)] == []


@pytest.mark.parametrize("name", ["text", "why"])
def test_attentive_sentences_are_short_enough_to_read_at_a_counter(shipped, name):
    assert [r.id for r in shipped.rules.values() if len(getattr(r, name)) > 120] == []


def test_every_program_sentence_is_in_the_wording_file():
    """What the sources say by name is what the check demands, and it is there."""
    from bot.knowledge.check_dialogue import WORDING

    root = DATA.parent
    used = set()
    for path in [*root.glob("actions/**/*.py"), *root.glob("bot/knowledge/*.py")]:
        source = path.read_text(encoding="utf-8")
        used.update(re.findall(r'\b(?:say|standing)\(\s*"([a-z_0-9]+)"', source))
    used |= {"greet", "thanks", "bye", "more", "chitchat", "declined", "acknowledged", "nothing_to_repeat"}
    used |= {"clarify", "need_service", "misunderstood", "bare_number", "misses_handoff", "not_understood"}  # said through a helper, by name
    assert used == set(WORDING)
    assert used <= set(wording())


def test_every_reply_to_every_question_has_what_follows(shipped):
    missing = [
        f"{rule.id} {value}" for rule in shipped.rules.values() if isinstance(rule, Ask) and shipped.profile[rule.fills].type == "choice"
        for value in shipped.profile[rule.fills].values if not any(c.answers_to(value) and c.reply.strip() for c in rule.answers)
    ]
    assert missing == []
