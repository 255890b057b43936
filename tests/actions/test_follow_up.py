"""What a short message means beside the matter being talked about, and one of several questions beside the others."""
import pytest

from actions.follow_up import focus_first, in_context, within
from actions.memory import Focus
from actions.understanding import ANSWER_SCORE, FOCUS_CEILING, FOCUS_SCORE, Reading

IN, OUT = "transfer_in", "transfer_out"


def reading(base, home, aspect, score):
    return Reading(home, aspect, base.topic(home, aspect), score)


@pytest.mark.parametrize(
    "whole, score, text, home, expected",
    [
        (IN, 0.99, "老公的公积金在广东,能转到湘西来吗", OUT, IN),
        (IN, 0.6, "老公的公积金在广东,能转到湘西来吗", OUT, OUT),
        (IN, 0.99, "转走要多久", OUT, OUT),
        ("wd_rent", 0.99, "公积金能转走吗", OUT, OUT),
    ],
)
def test_a_certain_whole_decides_between_kindred_cards(shipped, whole, score, text, home, expected):
    found = within(shipped, reading(shipped, whole, "time", score), text, reading(shipped, home, "time", 1.0))
    assert (found.home, found.aspect) == (expected, "time")


RENT = Focus("wd_rent", "materials")


def meanings(base, *scored):
    return [reading(base, home, aspect, score) for home, aspect, score in scored]


def homes(readings):
    return [r.home for r in readings]


def test_without_a_matter_the_order_stays(shipped):
    found = meanings(shipped, ("wd_new_home", "time", 0.4), ("wd_rent", "time", 0.39))
    assert focus_first(shipped, found, None) == found


def test_a_clear_reading_is_not_moved(shipped):
    found = meanings(shipped, ("wd_new_home", "time", FOCUS_CEILING), ("wd_rent", "time", 0.4))
    assert focus_first(shipped, found, RENT) == found


def test_the_matter_being_talked_about_comes_first_and_is_clear(shipped):
    found = focus_first(shipped, meanings(shipped, ("wd_new_home", "time", FOCUS_SCORE + 0.02), ("wd_rent", "time", FOCUS_SCORE)), RENT)
    assert homes(found) == ["wd_rent", "wd_new_home"] and found[0].score == ANSWER_SCORE


def test_then_one_of_its_group(shipped):
    group = {name: topic.group for name, topic in shipped.topics.topics.items()}
    other = next(code for code, card in shipped.cards.items() if code != "wd_rent" and "overview" in card.answers
                 and group[card.topic("overview")] == group[shipped.cards["wd_rent"].topic("materials")])
    far = next(code for code, card in shipped.cards.items() if "overview" in card.answers
               and group[card.topic("overview")] != group[shipped.cards["wd_rent"].topic("materials")])
    found = focus_first(shipped, meanings(shipped, (far, "overview", FOCUS_SCORE + 0.02), (other, "overview", FOCUS_SCORE)), RENT)
    assert homes(found) == [other, far] and found[0].score == ANSWER_SCORE


def test_a_far_guess_is_not_preferred(shipped):
    found = meanings(shipped, ("transfer_out", "time", FOCUS_CEILING - 0.05), ("wd_rent", "time", FOCUS_SCORE - 0.01))
    assert focus_first(shipped, found, RENT) == found


@pytest.mark.parametrize("score, home", [(ANSWER_SCORE - 0.01, "wd_rent"), (ANSWER_SCORE, "transfer_out")])
def test_pointing_back_with_an_unclear_reading_means_the_matter_in_focus(shipped, score, home):
    found = in_context(shipped, RENT, "刚才说的那个要多久才能到账呢我有点着急", [reading(shipped, "transfer_out", "time", score)])
    assert (found.home, found.aspect) == (home, "time")
