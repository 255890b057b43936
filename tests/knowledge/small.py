"""A small content folder for tests of the machinery: three cards, two FAQs, a handful of facts – none of it real policy."""
from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Dict

import msgspec

from bot.knowledge.base import KnowledgeBase, load

Content = Dict[str, Any]


def card(code: str, ident: str, short: str, category: str = "提取", **fields: Any) -> Content:
    """A card with an overview; ``fields`` replace or add to it."""
    content: Content = {
        "id": ident, "code": code, "name": short, "short": short, "category": category, "audience": "缴存人",
        "conditions": [{"text": f"{short}的条件", "facts": ["now"]}], "materials": [{"text": "身份证", "facts": ["now"]}],
        "steps": [], "time": [], "channels": [], "pitfalls": [], "facts": ["now"], "related": [],
        "topics": {"default": f"topic_{code}"},
        "answers": {"overview": {"text": f"{short}总的说法", "facts": ["now"]}}, "ask": [], "remind": [],
    }
    return {**content, **fields}


def ask(ident: str, level: int, when: Any = None, **fields: Any) -> Content:
    """An attentive question about whether the citizen has a house (fact ``has_house``)."""
    content: Content = {
        "id": ident, "text": f"{ident}问", "why": f"{ident}因", "need": "需要", "level": level, "facts": ["now"],
        "when_note": f"{ident}何时", "unless_note": f"{ident}何时不", "when": when or {}, "fills": "has_house",
        "answers": [
            {"value": "yes", "title": "有房", "words": ["有一套"], "reply": "有房的说法", "facts": ["now"]},
            {"value": "no", "title": "没房", "words": ["没得房"], "reply": "没房的说法", "facts": ["now"]},
        ],
    }
    return {**content, **fields}


def remind(ident: str, level: int, when: Any = None, **fields: Any) -> Content:
    """An attentive reminder that applies when ``when`` holds."""
    return {
        "id": ident, "text": f"{ident}提醒", "why": f"{ident}因", "level": level, "facts": ["now"],
        "when_note": f"{ident}何时", "unless_note": f"{ident}何时不", "when": when or {}, **fields,
    }


def content() -> Dict[str, Content]:
    """File name → content of a sound small folder."""
    yes_no = {"yes": {"title": "有", "patterns": ["有房"], "unless": ["没有房"]}, "no": {"title": "没有", "patterns": ["没有房"]}}
    fact = {
        "topic": "t", "scope": "national", "basis": "text_seen", "confidence": "high", "status": "current",
        "sources": [{"title": "某条例", "article": "第一条"}],
    }
    return {
        "services/rent.yml": card(
            "rent", "X01", "租房", related=["loan"],
            materials=[{"text": "身份证", "facts": ["now"]}, {"text": "合同", "config": ["cap"]}],
            answers={
                "overview": {"text": "租房总的说法", "facts": ["now"]},
                "amount": {"text": "租房能提多少的说法", "facts": ["now"], "local": [{"key": "cap", "name": "租房限额"}]},
                "place": {"text": "租房在哪办", "facts": ["now"]}, "status": {"text": "租房办到哪了", "facts": ["now"]},
            },
        ),
        "services/loan.yml": card("loan", "X02", "贷款", "贷款"),
        "services/leave.yml": card("leave", "X03", "离职"),
        "faq/one.yml": [
            {"id": "faq_rent", "question": "租房的事", "answer": "租房问答", "topic": "topic_rent", "facts": ["now"], "related": ["rent"],
             "options": [{"title": "怎么贷", "service": "loan"}]},
            {"id": "faq_law", "question": "法规", "answer": "法规问答", "topic": "law", "facts": ["now"], "source": "资料"},
        ],
        "profile/core.yml": {
            "facts": {
                "has_house": {"meaning": "有没有房", "type": "choice", "values": yes_no, "implies": {"no": {"first_home": "yes"}}},
                "first_home": {"meaning": "首套", "type": "choice", "values": {"yes": {"title": "是"}, "no": {"title": "否"}}},
                "speaker": {"meaning": "谁在问", "type": "choice", "values": {"unit": {"title": "单位", "patterns": ["我们公司"]}, "self": {"title": "本人"}}},
                "hurry": {"meaning": "赶时间", "type": "choice", "values": {"yes": {"title": "是", "patterns": ["赶时间"]}}},
                "paid_months": {"meaning": "缴了几个月", "type": "months", "patterns": ["缴了(?P<n>[一二三四五六七八九十\\d]+个月)"]},
                "since": {"meaning": "从哪天起", "type": "date", "patterns": ["从(?P<n>\\d{4}年\\d+月)起"]},
            },
            "moods": {
                "sad": {"title": "难过", "strong": True, "patterns": ["难过"], "opening": ["请多保重。"]},
                "worried": {"title": "担心", "patterns": ["担心"], "opening": ["别着急。"]},
            },
        },
        "policy/facts.yml": {
            "title": "事实", "as_of": date(2026, 11, 22),
            "facts": [
                {"id": "now", "statement": "现行", **fact, "effective_from": date(2026, 9, 20)},
                {"id": "old", "statement": "旧的", **fact, "status": "superseded"},
                {"id": "ended", "statement": "到期的", **fact, "effective_to": date(2026, 11, 21)},
                {"id": "later", "statement": "还没生效", **fact, "effective_from": date(2027, 1, 1)},
                {"id": "hn", "statement": "外地", **fact, "scope": "hunan"},
            ],
        },
        "policy/center.yml": {"keys": {"cap": {"name": "限额"}, "branches": {"name": "管理部"}}},
        "policy/terms.yml": {
            "numbers": {"many": 3},
            "seasons": {
                "june": {"name": "六月", "start": "06-01", "end": "06-30"},
                "turn": {"name": "岁末年初", "start": "12-15", "end": "01-10"},
                "spring": {"name": "春节前后", "lunar_new_year_days": 15},
            },
            "unset": "关于{items}，暂时没有本州口径，请打12329。",
        },
        "policy/topics.yml": {
            "topics": {name: {"group": group, "meaning": name} for name, group in
                       (("topic_rent", "withdraw"), ("topic_loan", "loan"), ("topic_leave", "withdraw"), ("law", "general"))},
        },
    }


def write(folder: Path, files: Dict[str, Content]) -> Path:
    """Write ``files`` below ``folder/data`` and return that path."""
    data = folder / "data"
    for name, value in files.items():
        path = data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(msgspec.yaml.encode(value))
    return data


def base(folder: Path, rent_rules: Content = {}, **more: Content) -> KnowledgeBase:  # noqa: B006 – read only
    """The small knowledge base; ``rent_rules`` (ask, remind, answers…) go into the card ``rent``, ``more`` into others."""
    files = content()
    files["services/rent.yml"].update(rent_rules)
    for code, fields in more.items():
        files[f"services/{code}.yml"].update(fields)
    return load(write(folder, files))
