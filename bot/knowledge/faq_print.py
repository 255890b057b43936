"""What ``./gjj faq …`` does, and the lines it prints."""
from __future__ import annotations

import sys
import unicodedata
from pathlib import Path
from typing import Optional, Sequence, Tuple

import msgspec

from bot import clock

from . import faq_sheet
from .faq_draft import Draft, warnings
from .faq_office import Office, Refused, state
from .faq_text import FIELDS

NEXT = "运行 ./gjj train 后生效（正在运行的系统会自动换上，不用重启）。"
LIVE = "正在运行的系统一秒内用上，不用训练。"


def add(office: Office, draft: Draft) -> None:
    faq = office.drafted(draft, None)
    problems = office.problems(faq, None)
    if problems:
        raise Refused(*problems)
    path, = office.store([(None, faq)])
    for warning in warnings(faq):
        _warn(warning)
    print(f"✓ 已加入 {faq.id}（data/faq/{path.name}，主题 {faq.topic}，{len(faq.similar)} 条相似问法）。\n{NEXT}")
    if not faq.similar:
        print("建议再加几条相似问法：市民怎么说就怎么写，三五条就能听懂得更准。")


def listing(office: Office, topic: Optional[str]) -> None:
    if topic is not None and topic not in office.base.topics.topics:
        raise Refused(f"没有 {topic} 这个主题，可用的主题见 ./gjj faq topics")
    shown = [faq for faq in office.base.faqs.values() if topic in (None, faq.topic)]
    for faq in shown:
        print(f"{_wide(faq.id, 28)} {_wide(faq.topic, 28)} {state(faq)}  {faq.question}")
    off = sum(not faq.in_force(clock.today()) for faq in shown)
    print(f"共 {len(shown)} 条" + (f"，其中 {off} 条停用或不在有效期内。" if off else "。"))


def topics(office: Office) -> None:
    for name, topic in office.base.topics.topics.items():
        print(f"{_wide(name, 30)} {topic.meaning}")


def show(office: Office, ident: str) -> None:
    faq, base = office.faq(ident), office.base
    print(f"编号：{faq.id}（{state(faq)}，{base.files['faq:' + faq.id]}）")
    print(f"主题：{faq.topic}" + (f"（{topic.meaning}）" if (topic := base.topics.topics.get(faq.topic)) else ""))
    print(f"问题：{faq.question}\n答案：\n{faq.answer}\n相似问法（{len(faq.similar)}）：")
    print("\n".join(f"  · {text}" for text in faq.similar) or "  （没有）")
    for source, fact in base.sources([f for f in faq.facts if f in base.facts], clock.today()):
        print(f"依据：{source.title}{source.article}（{fact.id}）")
    for name, value in (("相关事项", "、".join(faq.related)), ("生效日期", faq.effective_from), ("失效日期", faq.effective_to),
                        ("来源", faq.source), ("填写人", faq.author), ("更新日期", faq.updated_at)):
        if value:
            print(f"{name}：{value}")


def export(office: Office, path: Path) -> None:
    faq_sheet.write(path, office.base.faqs.values())
    print(f"✓ 已导出 {len(office.base.faqs)} 条到 {path}。改好后用 ./gjj faq import {path.name} --dry-run 先看一遍。")


def switch(office: Office, ident: str, enabled: bool) -> None:
    faq = office.faq(ident)
    word = "启用" if enabled else "停用"
    if faq.enabled == enabled:
        print(f"{ident} 本来就是{word}的，没有改动。")
        return
    office.store([(faq, msgspec.structs.replace(faq, enabled=enabled, updated_at=clock.today()))])
    print(f"✓ 已{word} {ident}“{faq.question}”。\n{NEXT}")


def import_rows(office: Office, rows: Sequence[Tuple[int, Draft]], dry_run: bool) -> None:
    """Add and change FAQs as ``rows`` say, all of them or none."""
    plan = office.plan(rows)
    if plan.problems:
        raise Refused(*(f"第 {number} 行：{problem}" for number, problem in plan.problems), "一条也没有写入，改好后再导入一次")
    office.store([(before, after) for _, before, after in plan.changed], write=not dry_run)
    for number, warning in plan.warnings:
        _warn(f"第 {number} 行：{warning}")
    print(f"{'（只是预演，没有写入）' if dry_run else '✓ '}新增 {plan.added} 条，修改 {len(plan.changed) - plan.added} 条，没有变化 {plan.same} 条。")
    for number, old, new in plan.changed:
        what = "新增" if old is None else "修改 " + "、".join(n for n in FIELDS if getattr(old, n) != getattr(new, n))
        print(f"  第 {number} 行 {new.id}“{new.question}”：{what}")
    if plan.changed and not dry_run:
        print(NEXT if plan.training else LIVE)


def _wide(text: str, width: int) -> str:
    used = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
    return text + " " * max(0, width - used)


def _warn(text: str) -> None:
    print(f"! {text}。", file=sys.stderr)
