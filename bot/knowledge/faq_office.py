"""What can be done with the FAQs of one data folder: add, list, show, switch on and off, export, import."""
from __future__ import annotations

import sys
import unicodedata
from pathlib import Path
from typing import Dict, List, Optional, Sequence, Tuple

import msgspec

from bot import clock

from . import faq_sheet
from .base import KnowledgeBase, load
from .faq import Faq
from .faq_draft import Draft, Homes, applied, key, mistakes, warnings, wordings
from .faq_store import Changes
from .faq_text import FIELDS

NEXT = "运行 ./gjj train 后生效（正在运行的系统会自动换上，不用重启）。"
LIVE = "正在运行的系统一秒内用上，不用训练。"


class Refused(Exception):
    """Nothing was changed; ``problems`` are Chinese clauses for the administrator."""

    def __init__(self, *problems: str):
        self.problems = problems
        super().__init__("；".join(problems))


class Office:
    """The FAQs of one data folder and what can be done with them."""

    def __init__(self, data: Path):
        self._data = data
        self._base: KnowledgeBase = load(data)

    def add(self, draft: Draft) -> None:
        faq = applied(draft, None, self._base.faqs, clock.today())
        problems = mistakes(self._base, faq, None) + self._homes({}, [faq]).taken(faq, None)
        if problems:
            raise Refused(*problems)
        changes = Changes(self._data / "faq")
        path = changes.add(faq)
        changes.write()
        for warning in warnings(faq):
            _warn(warning)
        print(f"✓ 已加入 {faq.id}（data/faq/{path.name}，主题 {faq.topic}，{len(faq.similar)} 条相似问法）。\n{NEXT}")
        if not faq.similar:
            print("建议再加几条相似问法：市民怎么说就怎么写，三五条就能听懂得更准。")

    def list(self, topic: Optional[str]) -> None:
        if topic is not None and topic not in self._base.topics.topics:
            raise Refused(f"没有 {topic} 这个主题，可用的主题见 ./gjj faq topics")
        shown = [faq for faq in self._base.faqs.values() if topic in (None, faq.topic)]
        for faq in shown:
            print(f"{_wide(faq.id, 28)} {_wide(faq.topic, 28)} {_state(faq)}  {faq.question}")
        off = sum(not faq.in_force(clock.today()) for faq in shown)
        print(f"共 {len(shown)} 条" + (f"，其中 {off} 条停用或不在有效期内。" if off else "。"))

    def topics(self) -> None:
        for name, topic in self._base.topics.topics.items():
            print(f"{_wide(name, 30)} {topic.meaning}")

    def show(self, ident: str) -> None:
        faq = self._faq(ident)
        print(f"编号：{faq.id}（{_state(faq)}，{self._base.files['faq:' + faq.id]}）")
        print(f"主题：{faq.topic}" + (f"（{topic.meaning}）" if (topic := self._base.topics.topics.get(faq.topic)) else ""))
        print(f"问题：{faq.question}\n答案：\n{faq.answer}\n相似问法（{len(faq.similar)}）：")
        print("\n".join(f"  · {text}" for text in faq.similar) or "  （没有）")
        for source, fact in self._base.sources([f for f in faq.facts if f in self._base.facts], clock.today()):
            print(f"依据：{source.title}{source.article}（{fact.id}）")
        for name, value in (("相关事项", "、".join(faq.related)), ("生效日期", faq.effective_from), ("失效日期", faq.effective_to),
                            ("来源", faq.source), ("填写人", faq.author), ("更新日期", faq.updated_at)):
            if value:
                print(f"{name}：{value}")

    def export(self, path: Path) -> None:
        faq_sheet.write(path, self._base.faqs.values())
        print(f"✓ 已导出 {len(self._base.faqs)} 条到 {path}。改好后用 ./gjj faq import {path.name} --dry-run 先看一遍。")

    def switch(self, ident: str, enabled: bool) -> None:
        faq = self._faq(ident)
        word = "启用" if enabled else "停用"
        if faq.enabled == enabled:
            print(f"{ident} 本来就是{word}的，没有改动。")
            return
        changes = Changes(self._data / "faq")
        changes.change(self._path(faq), ident, {"enabled": enabled, "updated_at": clock.today()})
        changes.write()
        print(f"✓ 已{word} {ident}“{faq.question}”。\n{NEXT}")

    def import_rows(self, rows: Sequence[Tuple[int, Draft]], dry_run: bool) -> None:
        """Add and change FAQs as ``rows`` say, all of them or none."""
        today = clock.today()
        by_question = {key(faq.question): faq for faq in self._base.faqs.values()}
        plans: Dict[str, Tuple[int, Optional[Faq], Faq]] = {}
        problems: List[str] = []
        for number, draft in rows:
            before = self._base.faqs.get(draft.id or "") or by_question.get(key(draft.question))
            after = applied(draft, before, {*self._base.faqs, *plans}, today)
            twin = next((n for n, old, new in plans.values()
                         if new.id == after.id or key(new.question) == key(after.question)), None)
            if twin is not None:
                problems.append(f"第 {number} 行：和第 {twin} 行是同一条")
                continue
            plans[after.id] = (number, before, after)
        homes = self._homes({ident: number for ident, (number, _, _) in plans.items()}, [new for _, _, new in plans.values()])
        for number, before, after in plans.values():
            found = mistakes(self._base, after, before) + homes.taken(after, before)
            problems += [f"第 {number} 行：{problem}" for problem in found]
        if problems:
            raise Refused(*problems, "一条也没有写入，改好后再导入一次")
        changed = [(number, old, new) for number, old, new in plans.values() if old != new]
        self._store([(old, msgspec.structs.replace(new, updated_at=today)) for _, old, new in changed], dry_run)
        for number, _, new in changed:
            for warning in warnings(new):
                _warn(f"第 {number} 行：{warning}")
        added = sum(old is None for _, old, _ in changed)
        print(f"{'（只是预演，没有写入）' if dry_run else '✓ '}新增 {added} 条，修改 {len(changed) - added} 条，没有变化 {len(plans) - len(changed)} 条。")
        for number, old, new in changed:
            what = "新增" if old is None else "修改 " + "、".join(n for n in FIELDS if getattr(old, n) != getattr(new, n))
            print(f"  第 {number} 行 {new.id}“{new.question}”：{what}")
        if changed and not dry_run:
            print(NEXT if any(_needs_training(old, new) for _, old, new in changed) else LIVE)

    def _store(self, changed: Sequence[Tuple[Optional[Faq], Faq]], dry_run: bool) -> None:
        changes = Changes(self._data / "faq")
        for old, new in changed:
            if old is None:
                changes.add(new)
            else:
                changes.change(self._path(old), old.id, {n: getattr(new, n) for n in FIELDS if getattr(old, n) != getattr(new, n)})
        if not dry_run:
            changes.write()

    def _homes(self, rows: Dict[str, int], new: Sequence[Faq]) -> Homes:
        where = {faq.id: f" {self._base.files['faq:' + faq.id]} 的 {faq.id}“{faq.question}”" for faq in self._base.faqs.values()}
        where.update({ident: f"第 {number} 行" for ident, number in rows.items()})
        return Homes({**self._base.faqs, **{faq.id: faq for faq in new}}, where, self._data)

    def _faq(self, ident: str) -> Faq:
        if ident not in self._base.faqs:
            near = [f.id for f in self._base.faqs.values() if ident.removeprefix("faq_") in f.id or key(ident) in key(f.question)][:3]
            raise Refused(f"没有编号是 {ident} 的常见问题，" + (f"您要找的是不是 {'、'.join(near)}" if near else "用 ./gjj faq list 看有哪些"))
        return self._base.faqs[ident]

    def _path(self, faq: Faq) -> Path:
        return self._data.parent / self._base.files["faq:" + faq.id]


def _needs_training(old: Optional[Faq], new: Faq) -> bool:
    today = clock.today()
    return old is None or wordings(old) != wordings(new) or old.in_force(today) != new.in_force(today)


def _state(faq: Faq) -> str:
    if not faq.enabled:
        return "停用"
    if faq.in_force(clock.today()):
        return "有效"
    return "未生效" if faq.effective_from and clock.today() < faq.effective_from else "已失效"


def _wide(text: str, width: int) -> str:
    used = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
    return text + " " * max(0, width - used)


def _warn(text: str) -> None:
    print(f"! {text}。", file=sys.stderr)
