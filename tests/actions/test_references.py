"""Which matter the words refer to."""
import pytest

from actions.amounts import yuan
from actions.memory import Focus, Memory
from actions.mending import in_full
from actions.references import carrying, referred, what_about
from bot.knowledge.matters import counterpart, matters, named
from bot.nlu.corrections import correction
from tests.actions.talk import Talk


def test_every_matter_leads_to_cards(shipped):
    assert [code for m in matters() for code in m.services if code not in shipped.cards] == []


@pytest.mark.parametrize(
    "text, category, expected",
    [
        ("二手房", "贷款", ["loan_second_hand"]), ("二手房", "提取", ["wd_second_hand"]), ("还贷提取", "贷款", ["wd_offset"]),
        ("刚才那个贷款", "提取", ["loan_new_home"]), ("我问的是商业贷款", "提取", ["wd_commercial_loan"]), ("离职的", "单位缴存", ["seal_employee"]),
        ("首付", "贷款", []), ("租房和装修", "提取", ["wd_rent", "wd_decorate"]), ("要带什么", "提取", []),
    ],
)
def test_named(shipped, text, category, expected):
    assert named(shipped, text, category) == expected


def test_the_same_word_means_another_card_in_another_business(shipped):
    assert counterpart(shipped, "wd_after_leave", "有人辞职了", "单位缴存") == "seal_employee"
    assert counterpart(shipped, "wd_after_leave", "要带什么", "单位缴存") == ""


@pytest.mark.parametrize(
    "text, home",
    [
        ("要带什么", "wd_elevator"), ("前面那个要带什么", "wd_decorate"), ("回到刚才租房的事,多久到账", "wd_rent"), ("最开始说的那个呢", "wd_rent"),
        ("说回装修", "wd_decorate"),
    ],
)
def test_a_matter_left_is_found_again(shipped, text, home):
    memory = Memory()
    for earlier in ("wd_rent", "wd_decorate", "wd_elevator"):
        memory.turn_to(Focus(earlier, "materials"))
    assert referred(shipped, memory, text).home == home


def test_an_aside_gives_way_to_the_matter_before_it(shipped):
    assert carrying(shipped, Focus("faq_branches"), [Focus("wd_rent", "conditions")]).home == "wd_rent"
    assert carrying(shipped, Focus("faq_withdraw_overview"), [Focus("wd_rent")]).home == "faq_withdraw_overview"


@pytest.mark.parametrize(
    "text, expected",
    [
        ("装修呢", Focus("wd_decorate", "materials")), ("买房的话呢", Focus("wd_new_home", "materials")), ("我是商贷", Focus("wd_commercial_loan", "materials")),
        ("租房呢", None), ("多久呢", None), ("能装修吗", None), ("我租的房子要装修了怎么办理呢", None),
    ],
)
def test_what_about_another_matter(shipped, text, expected):
    assert what_about(shipped, Focus("wd_rent", "materials"), text) == expected


@pytest.mark.parametrize(
    "said, text, told",
    [
        (["每月租金八百,能提公积金吗"], "不是八百,是一千二", "每月租金一千二,是一千二"),
        (["缴了八个月,能贷吗"], "说错了,是四个月", "缴了四个月,是四个月"),
        (["租房能提吗"], "不对,我是商贷", "我是商贷"),
    ],
)
def test_a_correction_in_full(said, text, told):
    assert in_full(correction(text), said) == told


@pytest.mark.parametrize(
    "text, amount", [("60万", 600000), ("三十五万", 350000), ("一千二", 1200), ("12,000", 12000), ("1.5w", 15000), ("两千多", 2000), ("几万", None)]
)
def test_sums(text, amount):
    assert yuan(text) == amount


@pytest.mark.parametrize("text, reading, answered", [
    ("公积金贷款逾期了会怎么样", ("loan_overdue/overview", 0.9), ("loan_overdue", "overview")),
    ("想提前还一部分贷款怎么申请", ("loan_prepay/steps", 0.9), ("loan_prepay", "steps")),
    ("二手房贷款呢", ("loan_second_hand/overview", 0.9), ("loan_second_hand", "materials")),
])
def test_a_particular_loan_matter_is_not_the_loan_talked_about(shipped, text, reading, answered):
    t = Talk(shipped)
    t.say("公积金贷款要带什么", ("loan_new_home/materials", 0.9))
    reply = t.say(text, reading)[0]
    assert (reply.service, reply.aspect) == answered
