"""What one of several questions means beside the others."""
import pytest

from actions.follow_up import within
from actions.understanding import Reading

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
