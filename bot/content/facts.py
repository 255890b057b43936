"""Facts with their sources (data/policy/facts.yml): what every answer rests on."""
from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date
from typing import Any, List, Literal, Optional

import msgspec

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.faq_draft import key
from bot.knowledge.faq_store import read_text
from bot.knowledge.policy import Fact, FactsFile, FactValue, Source

from . import yaml_edit
from .history import History
from .lean import lean
from .library import Library
from .refusal import Conflict, Refused, Unknown
from .version import plain, version

STATUS = {"current": "现行", "superseded": "已失效", "needs_local_config": "要看本州规定"}
SCOPES = {"national": "全国", "common_practice": "通行做法", "xiangxi": "本州", "hunan": "外地参照，不答给市民"}
LONGEST = 2000


class FactValues(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an administrator may set."""

    statement: str
    value: List[FactValue] = []
    scope: Literal["national", "common_practice", "xiangxi", "hunan"]
    effective_from: Optional[date] = None
    effective_to: Optional[date] = None
    sources: List[Source]
    status: Literal["current", "superseded", "needs_local_config"]
    note: Optional[str] = None


@dataclass(frozen=True)
class Saved:
    fact: Fact
    changed: bool
    before: Optional[Fact] = None


class FactDesk:
    """All that is done to facts."""

    def __init__(self, library: Library, history: History):
        self.library = library
        self.history = history

    async def get(self, ident: str) -> Fact:
        """Raises :class:`Unknown`."""
        return _found(await asyncio.to_thread(self.library.base), ident)

    async def save(self, ident: str, values: FactValues, expected: str, by: str, reason: str) -> Saved:
        """Change the fact that had the version ``expected``; raises Refused, Unknown, Conflict.

        A fact that answers rest on cannot be made unusable: the check of the whole content names those answers.
        """
        async with self.library.alone():
            before = _found(await asyncio.to_thread(self.library.base), ident)
            if version(before) != expected:
                last = next(iter(await self.history.list(ident)), None)
                raise Conflict(plain(before), version(before), last.by if last and last.by != by else "")
            after = msgspec.structs.replace(before, **{name: getattr(values, name) for name in FactValues.__struct_fields__})
            if after == before:
                return Saved(before, False)
            problems = mistakes(values) + ([] if reason.strip() else ["请写明为什么改"])
            if problems:
                raise Refused(*problems)
            text = await asyncio.to_thread(self._text, after)
            entry = await self.history.add(ident, by, "update", plain(before), plain(after), reason.strip())
            try:
                await asyncio.to_thread(self.library.write, {self._path: text})
            except BaseException:
                await self.history.take_back(ident, entry)
                raise
            return Saved(after, True, before)

    @property
    def _path(self) -> Any:
        return self.library.data / "policy" / "facts.yml"

    def _text(self, after: Fact) -> str:
        """facts.yml with the fact in it, checked with everything that rests on it. Blocking."""
        text = read_text(self._path)
        said = yaml_edit.parsed(text)
        wanted = {**said, "facts": [lean(after, fact) if fact["id"] == after.id else fact for fact in said["facts"]]}
        new = yaml_edit.changed(text, said, wanted)
        if next(fact for fact in msgspec.yaml.decode(new.encode(), type=FactsFile).facts if fact.id == after.id) != after:
            raise Refused("写进文件后读出来不一样，请检查内容里的特殊符号")
        self.library.sound({self._path: new})
        return new


def values_of(fact: Fact) -> FactValues:
    return FactValues(**{name: getattr(fact, name) for name in FactValues.__struct_fields__})


def mistakes(values: FactValues) -> List[str]:
    """What is wrong, as clauses."""
    found = []
    if not values.statement.strip():
        found.append("请写清楚这条事实说的是什么")
    if len(values.statement) > LONGEST:
        found.append(f"事实有 {len(values.statement)} 个字，最多 {LONGEST} 个")
    if not values.sources or not all(source.title.strip() for source in values.sources):
        found.append("请写明出处：文件名称不能空着")
    if values.status == "current" and not values.effective_from:
        found.append("现行的事实要写生效日期")
    if values.effective_from and values.effective_to and values.effective_to < values.effective_from:
        found.append("失效日期早于生效日期")
    return found


def search(base: KnowledgeBase, text: str, status: str = "", scope: str = "") -> List[Fact]:
    """Facts whose letters hold all words of ``text``."""
    terms = [key(term) for term in text.split() if key(term)]
    found = []
    for fact in base.facts.values():
        letters = " ".join(map(key, (fact.id, fact.statement, fact.note or "", *(source.title + source.article for source in fact.sources))))
        if (not status or fact.status == status) and (not scope or fact.scope == scope) and all(term in letters for term in terms):
            found.append(fact)
    return found


def _found(base: KnowledgeBase, ident: str) -> Fact:
    if ident not in base.facts:
        raise Unknown(f"没有编号是 {ident} 的事实")
    return base.facts[ident]
