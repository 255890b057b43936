"""From the model's candidates to readings: summed by topic, fragments resolved by what is being talked about."""
from __future__ import annotations

import pytest

from actions.memory import Focus
from actions.understanding import Reading, Understanding, decide, merge, resolve, topic_of
from tests.actions.talk import latest


def read(shipped, *pairs, focus=None):
    return [(r.home, r.aspect, r.topic, round(r.score, 3)) for r in merge(shipped, latest("", *pairs)["understanding"]["candidates"], focus)]


def test_aspects_of_one_topic_speak_together(shipped):
    assert read(shipped, ("loan_new_home/overview", 0.2), ("wd_rent/materials", 0.3), ("wd_rent/overview", 0.35)) == [
        ("wd_rent", "overview", "withdraw_rent", 0.65),
        ("loan_new_home", "overview", shipped.topic("loan_new_home", "overview"), 0.2),
    ]


def test_a_sum_is_at_most_one(shipped):
    assert read(shipped, ("wd_rent/overview", 0.7), ("wd_rent/time", 0.6)) == [("wd_rent", "overview", "withdraw_rent", 1.0)]


def test_content_removed_since_training_is_passed_over(shipped):
    assert read(shipped, ("wd_moon/overview", 0.9), ("wd_rent/", 0.1)) == [("wd_rent", "overview", "withdraw_rent", 0.1)]


@pytest.mark.parametrize(
    "focus, expected",
    [
        (Focus("wd_rent", "overview"), ("wd_rent", "materials", "withdraw_rent", 0.8)),
        (Focus("faq_withdraw_overview"), ("faq_withdraw_materials", "overview", "withdraw_materials", 0.8)),
        (None, ("intent:fragment", "materials", "chitchat", 0.8)),
        (Focus("wd_moon"), ("intent:fragment", "materials", "chitchat", 0.8)),
    ],
)
def test_a_fragment_belongs_to_the_matter_being_talked_about(shipped, focus, expected):
    assert read(shipped, ("focus/materials", 0.8), focus=focus) == [expected]


def test_a_fragment_and_a_named_matter_of_the_same_topic_add_up(shipped):
    assert read(shipped, ("focus/time", 0.3), ("wd_rent/time", 0.4), focus=Focus("wd_rent")) == [("wd_rent", "time", "withdraw_rent", 0.7)]


def test_the_second_question_is_about_the_first_ones_matter(shipped):
    data = latest("租房能提吗?要带什么?", ("wd_rent/overview", 0.5),
                  clauses=(("租房能提吗", (("wd_rent/overview", 0.9),)), ("要带什么", (("focus/materials", 0.9),))))["understanding"]
    understood = Understanding.from_message(shipped, data, None)
    assert [(c.text, c.best.home, c.best.aspect) for c in understood.clauses] == [("租房能提吗", "wd_rent", "overview"), ("要带什么", "wd_rent", "materials")]


def test_nothing_read():
    assert Understanding("嗯嗯", []).best is None


@pytest.mark.parametrize(
    "home, aspect, topic",
    [("intent:out_of_scope", "", "out_of_scope"), ("intent:human", "", "human_agent"), ("intent:thanks", "", "chitchat"), ("wd_rent", "offsite", "withdraw_offsite_house")],
)
def test_topics(shipped, home, aspect, topic):
    assert topic_of(shipped, home, aspect) == topic


@pytest.mark.parametrize(
    "readings, first",
    [
        ([("wd_rent", 0.5), ("intent:out_of_scope", 0.2)], "wd_rent"),
        ([("wd_rent", 0.5), ("intent:out_of_scope", 0.45)], "wd_rent"),
        ([("wd_rent", 0.3), ("intent:out_of_scope", 0.35)], "intent:out_of_scope"),
        ([("wd_rent", 0.2), ("intent:out_of_scope", 0.25)], "wd_rent"),
        ([("wd_rent", 0.3), ("intent:chitchat", 0.2), ("intent:out_of_scope", 0.2)], "intent:chitchat"),
        ([("wd_rent", 0.3), ("intent:human", 0.4)], "intent:human"),
        ([("wd_rent", 0.4), ("intent:human", 0.3)], "wd_rent"),
        ([("intent:bye", 0.1)], "intent:bye"),
    ],
)
def test_dialogue_goes_first_only_where_it_outweighs_the_content(readings, first):
    topics = {"intent:out_of_scope": "out_of_scope", "intent:human": "human_agent", "wd_rent": "withdraw_rent"}
    found = decide(Understanding("", [Reading(h, "overview", topics.get(h, "chitchat"), s) for h, s in readings]))
    assert found[0].home == first
    assert len(found) == len(readings)


@pytest.mark.parametrize(
    "focus, aspect, expected",
    [
        (None, "time", ("", "")),
        (Focus("wd_rent", "overview"), "time", ("wd_rent", "time")),
        (Focus("faq_withdraw_overview"), "frequency", ("faq_withdraw_frequency", "overview")),
        (Focus("faq_no_longer_there"), "time", ("", "")),
    ],
)
def test_resolve(shipped, focus, aspect, expected):
    assert resolve(shipped, focus, aspect) == expected


def test_the_matter_a_story_names_is_kept_beside_a_surer_bare_question(shipped):
    question = ("最长可以贷多少年啊", (("loan_new_home/term", 0.99),))
    data = latest("看中一套二手房,最长可以贷多少年啊", ("loan_second_hand/term", 0.9), clauses=(question,))["understanding"]
    best = Understanding.from_message(shipped, data, None).best
    assert (best.home, best.aspect) == ("loan_second_hand", "term")


def test_a_fragment_after_words_that_are_no_story_is_about_the_matter_in_focus(shipped):
    question = ("需要带什么", (("focus/materials", 0.99),))
    data = latest("房产证去年就拿到了,需要带什么", ("intent:out_of_scope", 0.7), ("wd_new_home/materials", 0.1), clauses=(question,))["understanding"]
    best = Understanding.from_message(shipped, data, Focus("loan_convert")).best
    assert (best.home, best.aspect) == ("loan_convert", "materials")
