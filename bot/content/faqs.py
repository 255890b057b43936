"""FAQs as the console handles them: look, check while typing, save against a version, bring back an older state."""
from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Awaitable, Callable, Dict, List, Optional, Tuple

import msgspec

from bot import clock
from bot.knowledge.card import Local
from bot.knowledge.faq import Faq, Option
from bot.knowledge.faq_draft import LONGEST_ANSWER, new_id, warnings
from bot.knowledge.faq_office import Office, Refused, needs_training

from . import preview
from .history import History
from .library import Library
from .near import Near, Nearest
from .refusal import Conflict, Unknown
from .version import plain, version

Suggestions = Callable[[str], Awaitable[List[str]]]
"""Question → real messages of citizens that went unanswered and look like it, masked; best first."""


async def no_suggestions(question: str) -> List[str]:
    """While nothing collects unanswered messages."""
    return []


class FaqValues(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an administrator may set."""

    question: str
    answer: str
    similar: List[str] = []
    topic: str = "policy_general"
    facts: List[str] = []
    local: List[Local] = []
    related: List[str] = []
    options: List[Option] = []
    effective_from: Optional[date] = None
    effective_to: Optional[date] = None
    enabled: bool = True
    source: str = ""


@dataclass
class Findings:
    """What there is to say about a record before it is saved."""

    problems: List[str] = field(default_factory=list)
    warnings: List[str] = field(default_factory=list)
    near: List[Near] = field(default_factory=list)
    suggestions: List[str] = field(default_factory=list)
    reply: Dict[str, Any] = field(default_factory=dict)
    training: bool = False


@dataclass(frozen=True)
class Saved:
    """``changed``: whether anything was different; ``training``: whether the assistant must learn it first."""

    faq: Faq
    changed: bool
    training: bool
    before: Optional[Faq] = None
    warnings: Tuple[str, ...] = ()

    @property
    def version(self) -> str:
        return version(self.faq)


class FaqDesk:
    """All that is done to FAQs; ``by`` is always the account's name."""

    def __init__(self, library: Library, history: History, suggestions: Suggestions = no_suggestions):
        self.library = library
        self.history = history
        self._suggestions = suggestions
        self._nearest = Nearest()
        self._looking = threading.Lock()

    async def get(self, ident: str) -> Faq:
        """Raises :class:`Unknown`."""
        base = await asyncio.to_thread(self.library.base)
        return _found(base.faqs, ident)

    async def check(self, values: FaqValues, ident: str = "") -> Findings:
        """For the page, while somebody types."""
        findings = await asyncio.to_thread(self._findings, values, ident)
        said = {near.wording for near in findings.near} | {values.question, *values.similar}
        findings.suggestions = [text for text in await self._suggestions(values.question) if text not in said][:8] if values.question.strip() else []
        return findings

    async def add(self, values: FaqValues, by: str) -> Saved:
        """A new record; raises :class:`Refused`."""
        async with self.library.alone():
            return await self._store(None, values, by, "create", "")

    async def save(self, ident: str, values: FaqValues, expected: str, by: str, reason: str = "", action: str = "update") -> Saved:
        """Change the record that said ``expected`` (a version) when the person began; raises Refused, Unknown, Conflict."""
        async with self.library.alone():
            before = _found((await asyncio.to_thread(self.library.base)).faqs, ident)
            await self._same(before, expected, by)
            return await self._store(before, values, by, action, reason)

    async def switch(self, ident: str, enabled: bool, expected: str, by: str, reason: str = "") -> Saved:
        """Enable or disable."""
        before = await self.get(ident)
        values = msgspec.structs.replace(values_of(before), enabled=enabled)
        return await self.save(ident, values, expected, by, reason, "enable" if enabled else "disable")

    async def restore(self, ident: str, revision: str, expected: str, by: str) -> Saved:
        """Make the record say again what it said after ``revision``."""
        found = await self.history.get(ident, revision)
        if found is None:
            raise Unknown("没有这一次的记录，可能太久了")
        values = values_of(msgspec.convert(found.after, Faq))
        return await self.save(ident, values, expected, by, f"恢复到 {found.when:%Y-%m-%d %H:%M} 的内容", "restore")

    async def near(self, text: str, but: str = "") -> List[Near]:
        return await asyncio.to_thread(self._near, text, but)

    def office(self) -> Office:
        """Blocking."""
        return Office(self.library.data, self.library.base())

    def _findings(self, values: FaqValues, ident: str) -> Findings:
        office = self.office()
        before = office.base.faqs.get(ident)
        faq = _record(office, values, before, "")
        problems = office.problems(faq, before) if values.question.strip() or values.answer.strip() else []
        return Findings(problems, warnings(faq), self._near(values.question, ident), [], preview.faq_reply(office.base, faq), needs_training(before, faq))

    def _near(self, text: str, but: str) -> List[Near]:
        base = self.library.base()
        with self._looking:
            self._nearest.follow(base.faqs)
            return self._nearest.find(text, but=but)

    async def _same(self, before: Faq, expected: str, by: str) -> None:
        if version(before) == expected:
            return
        last = next(iter(await self.history.list(before.id)), None)
        raise Conflict(plain(before), version(before), last.by if last and last.after == plain(before) and last.by != by else "")

    async def _store(self, before: Optional[Faq], values: FaqValues, by: str, action: str, reason: str) -> Saved:
        office = await asyncio.to_thread(self.office)
        after = _record(office, values, before, by)
        if before is not None and msgspec.structs.replace(after, updated_at=before.updated_at) == before:
            return Saved(before, False, False, before)
        problems = await asyncio.to_thread(office.problems, after, before)
        if problems:
            raise Refused(*problems)
        revision = await self.history.add(after.id, by, action, plain(before) if before else None, plain(after), reason)
        try:
            await asyncio.to_thread(office.store, [(before, after)])
        except BaseException:
            await self.history.take_back(after.id, revision)
            raise
        return Saved(after, True, needs_training(before, after), before, tuple(warnings(after)))


def values_of(faq: Faq) -> FaqValues:
    """What an administrator may set, as it is now."""
    return FaqValues(**{name: getattr(faq, name) for name in FaqValues.__struct_fields__})


def _record(office: Office, values: FaqValues, before: Optional[Faq], by: str) -> Faq:
    given = {name: getattr(values, name) for name in FaqValues.__struct_fields__}
    given["question"] = " ".join(values.question.split())
    given["answer"] = values.answer.replace("\r\n", "\n").strip()[: LONGEST_ANSWER * 2]
    given["similar"] = list(dict.fromkeys(text for text in (" ".join(text.split()) for text in values.similar) if text))
    if before is not None:
        return msgspec.structs.replace(before, **given, updated_at=clock.today())
    return Faq(id=new_id(given["question"], office.base.faqs), author=by, updated_at=clock.today(), **given)


def _found(faqs: Dict[str, Faq], ident: str) -> Faq:
    if ident not in faqs:
        raise Unknown(f"没有编号是 {ident} 的常见问题，可能已经改名或删除")
    return faqs[ident]
