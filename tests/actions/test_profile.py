"""What a sentence reveals about the citizen, and what it does not; today is 22 November 2026."""
from __future__ import annotations

from datetime import date

import pytest

from actions.profile import extract, implications, matches, moods
from bot.knowledge.base import load
from bot.nlu.normalize import normalize
from tests.knowledge import small

TODAY = date(2026, 11, 22)

# sentence → facts it reveals; None: it must not be taken for said
SAID = [
    # whole words only
    ("公积金贷款想换个还款的卡", {"after_settle": None}),
    ("还清以后想换个大点的房子", {"after_settle": "buy"}),
    ("贷款年限能到三十年吗", {"can_come": None}),
    ("我自己能到窗口办", {"can_come": "yes"}),
    # who asks, and the job
    ("我们公司新来了三个员工，怎么开户", {"speaker": "unit"}),
    ("我是厂里的会计，要给职工补缴", {"speaker": "unit"}),
    ("我们单位一直不给我缴公积金", {"speaker": None}),
    ("我爸的公积金怎么取", {"speaker": "family"}),
    ("我上个月离职了，公积金怎么办", {"employment": "left", "left_since": "2026-10"}),
    ("我打算辞职，公积金能取吗", {"employment": None}),
    ("公司把我裁了，现在没工作", {"employment": "left"}),
    ("我已经退休了，想把钱取出来", {"employment": "retired"}),
    ("我快要退休了，能提前取吗", {"employment": None}),
    ("我去年退休的，公积金一直没取", {"employment": "retired"}),
    ("贷款30万20年月供多少", {"loan_sum": 300000.0}),
    ("贷款三十万二十年，利率多少", {"loan_sum": 300000.0}),
    ("想贷款30万5，够不够", {"loan_sum": 305000.0}),
    ("我是跑外卖的，没有单位", {"employment": "flexible"}),
    ("在凤凰开了家民宿，想自己缴公积金", {"employment": "flexible"}),
    ("我刚参加工作，租房能提吗", {"employment": "new"}),
    ("还在试用期，公司给缴了公积金", {"employment": "new"}),
    # deposits
    ("我公积金断缴过，还能贷款吗", {"deposit_run": "broken"}),
    ("我在单位干了十几年，一直在缴", {"deposit_run": "long"}),
    ("一直没断过，能贷多少", {"deposit_run": "long"}),
    ("才缴了两个月，可以租房提取吗", {"deposit_months": 2.0, "three_months": "no", "six_months": "no"}),
    ("我缴了五个月了", {"deposit_months": 5.0, "three_months": "yes", "six_months": "no"}),
    ("公积金交了八个月，能贷款不", {"deposit_months": 8.0, "three_months": "yes", "six_months": "yes"}),
    ("我缴了四年公积金", {"deposit_months": 48.0, "six_months": "yes", "deposit_run": "long"}),
    ("缴了一年半，能贷款吗", {"deposit_months": 18.0, "six_months": "yes"}),
    ("还没缴满三个月", {"three_months": "no", "deposit_months": None}),
    ("是不是要连续缴六个月才能贷", {"deposit_months": None}),
    ("缴满三个月了", {"three_months": "yes"}),
    ("要缴满三个月才能提吗", {"three_months": None, "deposit_months": None}),
    ("还没满半年，能贷不", {"six_months": "no"}),
    ("我想补缴2025年的公积金", {"deposit_months": None, "three_months": None, "arrears_months": None}),
    ("刚交9月的公积金", {"deposit_months": None, "three_months": None}),
    ("我是2026年9月开始缴的", {"first_deposit": "2026-09"}),
    ("9月份缴的第一笔，什么时候能租房提取", {"first_deposit": "2026-09"}),
    ("今年8月起缴公积金", {"first_deposit": "2026-08"}),
    ("12月缴的第一笔", {"first_deposit": "2025-12"}),
    ("公积金今年6月3日封存的，什么时候能取", {"sealed_since": "2026-06-03", "sealed": None}),
    ("账户已经封存了", {"sealed": "yes"}),
    ("单位还没给我封存", {"sealed": "no"}),
    ("上个月给我封存了", {"sealed": "yes", "sealed_since": "2026-10"}),
    ("在深圳缴了七个月，吉首这边的能提吗", {"elsewhere_months": 7.0, "deposit_elsewhere": "yes", "deposit_months": None, "six_months": None}),
    ("去了长沙上班，那边没给缴公积金", {"work_place": "elsewhere", "deposit_elsewhere": "no"}),
    ("现在在家带孩子，没上班", {"work_place": "none"}),
    ("回吉首上班了，外地的公积金能转回来吗", {"work_place": "local"}),
    # plans
    ("以后可能在吉首买房", {"future_plan": "buy"}),
    ("以后不打算买房了", {"future_plan": "none", "buy_plan": "no"}),
    ("还没想好取不取", {"future_plan": "unsure"}),
    ("我想明年买房，公积金怎么用", {"buy_plan": "yes"}),
    ("暂时不买房", {"buy_plan": "no"}),
    # renting
    ("我在外面租房住", {"renting": "yes"}),
    ("我没有租房，住自己家", {"renting": "no"}),
    ("租的公租房能提多少", {"rent_kind": "public"}),
    ("不是公租房，是小区里的", {"rent_kind": "market"}),
    ("房东不给开发票怎么办", {"rent_kind": "market"}),
    ("办个假合同行不行", {"fake_intent": "yes"}),
    ("没租房，能不能弄个合同套出来", {"fake_intent": "yes"}),
    ("不用假合同也能提吧", {"fake_intent": None}),
    # houses
    ("买了套二手房，过完户了", {"house_kind": "second_hand", "transferred": "yes"}),
    ("二手房还没过户", {"transferred": "no"}),
    ("买的期房，合同签了", {"house_kind": "new", "contract": "signed"}),
    ("在老家盖房子，能提公积金吗", {"house_kind": "self_built"}),
    ("现在房价买不起房子", {"house_kind": None, "buy_plan": "no"}),
    ("在长沙买的房，能用湘西的公积金吗", {"house_place": "elsewhere"}),
    ("在永顺买了套房", {"house_place": "local"}),
    ("一次性付清的，没贷款", {"payment": "full"}),
    ("办了按揭买的房", {"payment": "loan"}),
    ("去年签的购房合同", {"contract_since": "2025"}),
    ("首付已经付了", {"downpayment_paid": "yes"}),
    ("首付还差一点，凑不够", {"downpayment_paid": "no"}),
    ("还没签合同，只交了定金", {"contract": "unsigned"}),
    # loans
    ("正在还公积金贷款", {"loan_now": "hpf"}),
    ("我有农行的房贷在还", {"loan_now": "commercial"}),
    ("贷款早还清了", {"loan_now": "none"}),
    ("从没贷过款", {"loan_now": "none"}),
    ("办的组合贷", {"loan_now": "combo"}),
    ("我打算申请公积金贷款", {"hpf_loan_plan": "yes"}),
    ("不打算贷款，全款买", {"hpf_loan_plan": "no", "payment": "full"}),
    ("贷款还剩十五年", {"loan_years_left": 15.0}),
    ("还有3年没还完", {"loan_years_left": 3.0}),
    ("逾期两个月了怎么办", {"overdue": "yes"}),
    ("下个月可能就还不上了", {"overdue": "no"}),
    ("想缩短年限，省点利息", {"prepay_goal": "shorten"}),
    ("想减少月供，压力小点", {"prepay_goal": "reduce"}),
    # family
    ("我老婆也缴公积金", {"marriage": "married", "spouse_deposits": "yes"}),
    ("我爱人没缴公积金", {"marriage": "married", "spouse_deposits": "no"}),
    ("我还没结婚", {"marriage": "single"}),
    ("我离婚了，房子归我", {"marriage": "divorced"}),
    ("老伴去世了，他的公积金怎么取", {"marriage": "widowed"}),
    ("我家有两个孩子", {"multichild": "yes"}),
    ("我名下没有房子", {"home_count": "0"}),
    ("家里有一套房，再买是二套吗", {"home_count": "1"}),
    ("我今年58岁，能贷多久", {"age": 58.0}),
    # the unit
    ("工资里扣了钱，单位又没缴", {"complaint_matter": "withheld"}),
    ("公司按最低工资给我缴", {"complaint_matter": "low_base"}),
    ("签了自愿放弃公积金的协议", {"waiver": "yes"}),
    ("我们厂有三十个工人", {"unit_size": 30.0}),
    ("我把身份证发给中介了", {"agent_contact": "shared", "gave_code": "yes"}),
    ("还没给他验证码", {"gave_code": "no"}),
    # nothing at all
    ("公积金贷款利率是多少", {"loan_now": None, "age": None, "deposit_months": None, "marriage": None, "house_kind": None}),
    ("你好", {"speaker": None, "employment": None, "renting": None}),
    ("材料交了三个月还没消息", {"deposit_months": None}),
    ("麻烦快点说，我赶时间", {"hurry": "yes"}),
    ("就问这个，谢谢", {"hurry": "yes"}),
]


@pytest.mark.parametrize("sentence, expected", SAID, ids=[s for s, _ in SAID])
def test_what_a_sentence_reveals(shipped, sentence, expected):
    found = extract(shipped, normalize(sentence), TODAY)
    assert {name: found.get(name) for name in expected} == expected


def test_there_are_enough_sentences_and_none_twice():
    assert len({s for s, _ in SAID}) == len(SAID) >= 80


MOODS = [
    ("我父亲上个月去世了，公积金怎么取", ["bereaved"]),
    ("公司职工去世怎么办封存", []),
    ("孩子得了白血病，花了好多钱", ["ill"]),
    ("老板拖欠我们工资三个月", ["unpaid"]),
    ("跑了三趟还没办成，你们到底管不管", ["angry"]),
    ("我很担心还不上贷款", ["worried"]),
    ("什么叫封存，我搞不懂", ["confused"]),
    ("我今年七十多岁，不会用手机", ["elderly"]),
    ("租房提取要带什么", []),
    ("钱转走了怎么查", []),
]


@pytest.mark.parametrize("sentence, expected", MOODS, ids=[s for s, _ in MOODS])
def test_moods(shipped, sentence, expected):
    assert moods(shipped, normalize(sentence)) == expected


@pytest.mark.parametrize(
    "text, expected",
    [
        ("有房", {"has_house": "yes"}), ("没有房", {"has_house": "no", "first_home": "yes"}), ("我们公司有房", {"has_house": "yes", "speaker": "unit"}),
        ("缴了三个月", {"paid_months": 3.0}), ("缴了12个月,赶时间", {"paid_months": 12.0, "hurry": "yes"}), ("从2026年3月起", {"since": "2026-03"}),
        ("从2026年13月起", {"since": "2026"}), ("随便问问", {}),
    ],
)
def test_reading_facts(tmp_path, text, expected):
    assert extract(small.base(tmp_path), text, TODAY) == expected


def test_implications(tmp_path):
    base = small.base(tmp_path)
    assert [implications(base, "has_house", v) for v in ("no", "yes")] == [{"first_home": "yes"}, {}]


@pytest.mark.parametrize("pattern, text, expected", [("假合同", "办个假合同", True), ("^好", "不好", False), ("在{local}", "在永顺", True)])
def test_patterns(pattern, text, expected):
    assert matches([pattern], text) is expected


@pytest.mark.parametrize(
    "text, age",
    [
        ("新公司11月15号注册的", "fresh"),
        ("公司10月28日成立的", "near"),
        ("去年8月成立的单位", "over"),
    ],
)
def test_a_date_becomes_an_age_band(text, age):
    assert extract(load(), text, date(2026, 11, 22))["unit_setup_age"] == age


def test_a_month_that_spans_two_bands_is_not_guessed():
    assert extract(load(), "我们单位11月份注册的", date(2026, 11, 22)).get("unit_setup_age") in (None, "dated")
