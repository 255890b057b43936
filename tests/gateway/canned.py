"""Replies of every kind, as a worker would send them; the fake worker picks by words in the citizen's text."""
from __future__ import annotations

LAW = {"title": "住房公积金管理条例", "article": "第二十四条", "effective_from": "2019-03-24"}
RULES = {"title": "提取住房公积金支付房租办法", "article": "第三条", "effective_from": "2026-09-20"}


def reply(kind, text, **more):
    base = {"kind": kind, "text": text, "service": None, "aspect": None, "faq": None, "topic": None, "rule": None,
            "why": None, "level": None, "sources": [], "buttons": [], "attachments": []}
    if kind not in ("question", "reminder"):
        base.update(confidence=0.97)
    return {**base, **more}


RENT = [
    reply("answer", "租房可以提取公积金，不用等买房。\n\n要带的材料：\n1. 本人身份证\n2. 本人的一类银行卡\n3. 无房证明（多数能联网核查，不用自己跑）\n\n"
          "时限：受理之日起 3 个工作日内决定准不准提取。", service="wd_rent", aspect="materials", topic="withdraw_rent",
          sources=[LAW, RULES]),
    reply("question", "您和爱人都有公积金吗？", rule="C08-Q1", level=2, service="wd_rent",
          why="夫妻双方都可以提取，合起来能多提一份；都有账户时要一起带结婚证明。",
          buttons=[{"id": "ask:C08-Q1:yes", "title": "两个人都有"}, {"id": "ask:C08-Q1:no", "title": "只有我有"},
                   {"id": "ask:C08-Q1:skip", "title": "先不说"}]),
    reply("reminder", "银行卡要用一类卡，二类卡有限额，钱可能到不了账。", rule="C08-R2", level=3, service="wd_rent",
          why="二类卡单日入账限额一万元，超过的会被退回，要白跑一趟。", sources=[RULES]),
]
LOAN = [reply("answer", "首套住房公积金贷款五年以上年利率 2.6%，五年以下（含五年）2.1%。最高能贷多少由中心规定，这里还没有配置本州的数字，"
              "请拨打 12329 确认。", service="loan_new", aspect="amount", topic="loan_amount", sources=[LAW],
              attachments=[{"type": "table", "title": "公积金贷款年利率", "columns": ["", "首套", "第二套"],
                            "rows": [["五年以下（含五年）", "2.1%", "2.525%"], ["五年以上", "2.6%", "3.075%"]]}])]
LEAVE = [reply("answer", "离职后账户封存满半年、没有再就业的，可以申请提取余额。", service="wd_leave", aspect="conditions",
               topic="withdraw_leave", sources=[LAW]),
         reply("reminder", "您说 6 月 1 日离职，满半年是 12 月 1 日，那天之后来办就不会白跑。", rule="C12-R1", level=2,
               why="按您说的日期算出来的；早一天来办不了。",
               attachments=[{"type": "ics", "title": "可以办离职提取了", "filename": "离职提取.ics",
                             "content": "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//gjj//zh\r\nBEGIN:VEVENT\r\nUID:1@gjj\r\n"
                                        "DTSTAMP:20261122T000000Z\r\nDTSTART;VALUE=DATE:20261201\r\nSUMMARY:可以办离职提取了\r\n"
                                        "END:VEVENT\r\nEND:VCALENDAR\r\n"}])]
PREPAY = [reply("answer", "提前还10万元，缩短年限少付利息35,281.11元，减少月供少付利息20,871.02元。", service="loan_prepay", aspect="rate", topic="loan_prepay",
                attachments=[{"type": "table", "title": "提前还10万元，两种办法对比", "columns": ["办法", "下月还款", "还要还", "少付利息"],
                              "rows": [["不提前还", "1,678.77元", "15年", "0元"], ["缩短年限", "1,678.77元", "8年4个月", "35,281.11元"],
                                       ["减少月供", "1,007.26元", "15年", "20,871.02元"]]},
                             {"type": "chart", "kind": "bars", "title": "以后还要付的利息（元）", "labels": ["不提前还", "缩短年限", "减少月供"],
                              "series": [{"name": "利息", "values": [52178, 16897, 31307]}]},
                             {"type": "chart", "kind": "line", "title": "每月还多少（元）", "labels": [f"第{n}年" for n in range(1, 16)],
                              "series": [{"name": "等额本息", "values": [1679] * 15}, {"name": "等额本金", "values": [1931 - 36 * n for n in range(15)]}]}])]
CLARIFY = [reply("clarify", "您问的是哪一件事？", topic="withdraw_buy_new",
                 candidates=[{"topic": "withdraw_buy_new", "service": "wd_buy_new", "title": "买新房提取"},
                             {"topic": "loan_new", "service": "loan_new", "title": "买新房贷款"}],
                 buttons=[{"id": "topic:withdraw_buy_new", "title": "买新房提取"},
                          {"id": "topic:loan_new", "title": "买新房贷款"}, {"id": "topic:none", "title": "都不是"}])]
FORM = [reply("form", "好的，我来帮您估一估。请问您每个月缴存多少钱？单位和个人合起来的数。", topic="loan_amount",
              buttons=[{"id": "form:cancel", "title": "不算了"}])]
HANDOFF = [reply("handoff", "好的，请拨打 12329，工作日有人接听。您也可以直接到柜台。", topic="human_agent")]
BYE = [reply("smalltalk", "再见，祝您办事顺利。", topic="chitchat", attachments=[{"type": "rating"}])]
SMALLTALK = [reply("smalltalk", "您好，我是湘西公积金柜台助手。您想办什么事？", topic="chitchat")]
DECLINE = [reply("decline", "天气我答不准，怕耽误您。公积金的事都可以问我。", topic="out_of_scope")]
ERROR = [reply("error", "抱歉，刚才没查成。请再说一次，急事请拨打 12329。")]

BY_WORD = {"租房": RENT, "贷款": LOAN, "离职": LEAVE, "买房": CLARIFY, "提前还": PREPAY, "估": FORM, "人工": HANDOFF, "接手": [], "再见": BYE, "你好": SMALLTALK,
           "天气": DECLINE, "出错": ERROR}
CHOICES = {
    "ask:C08-Q1:yes": ("两个人都有", [reply("answer", "那就两个人一起来，夫妻双方都能提。结婚证也请带上。", service="wd_rent",
                                       aspect="materials", topic="withdraw_rent", sources=[RULES])]),
    "topic:withdraw_buy_new": ("买新房提取", RENT[:1]),
}


def candidates(text):
    """What a worker would have understood: the service of the canned answer."""
    return [{"home": one["service"], "aspect": one["aspect"], "score": 0.9} for word, replies in BY_WORD.items() if word in text for one in replies[:1] if one["service"]]


def explained(said):
    """One turn as the worker explains it for the console."""
    return {
        "said": said, "replies": [{"id": f"r{n}", **r} for n, r in enumerate(RENT)], "milliseconds": 12.5, "text": said,
        "readings": [{"home": "wd_rent", "title": "租房提取", "aspect": "办理条件", "topic": "租房提取", "score": 0.912},
                     {"home": "loan_new_home", "title": "买新房贷款", "aspect": "办理条件", "topic": "能不能贷", "score": 0.031}],
        "clauses": [], "facts": [{"name": "是不是租房住", "value": "租房住", "how": "", "sure": 1.0}], "moods": [], "profile": [{"name": "是不是租房住", "value": "租房住", "how": "said", "sure": 0.9}],
        "focus": "租房提取", "silence": "", "rules": [
            {"rule": "C08-Q1", "level": 2, "said": True, "reason": "合适", "situation": "wd_rent", "conditions": ["用租了多久：成立"], "text": "您和爱人都有公积金吗？",
             "card": "租房提取", "score": {"value": 0.71, "relevance": 1.0, "urgency": 0.2, "acceptance": 0.5, "fatigue": 1.0}},
            {"rule": "C08-R2", "level": 3, "said": False, "reason": "已经说过", "situation": "wd_rent", "conditions": [], "text": "银行卡要用一类卡。", "card": "租房提取"}],
    }
