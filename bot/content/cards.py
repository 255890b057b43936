"""Service cards, edited part by part, so that two people can work on one card; each change names what it rests on."""
from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

import msgspec

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.card import ASPECTS, Answer, Ask, Card, Category, Item, Remind, Rule
from bot.knowledge.faq_store import read_text

from . import yaml_edit
from .history import History, Revision
from .impact import FIELD_TITLES
from .lean import lean
from .library import Library
from .refusal import Conflict, Refused, Unknown
from .version import plain, version

LISTS = tuple(FIELD_TITLES)
LONGEST = 4000


class Basics(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a card says about itself."""

    name: str
    short: str
    category: Category
    audience: str
    related: List[str] = []
    facts: List[str] = []
    superseded: List[str] = []
    reference_hunan: List[str] = []
    topics: Dict[str, str] = {}


class Ground(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a change rests on: the document or decision and its date; ``note`` is free text."""

    source: str
    dated: date
    note: str = ""

    def sentence(self) -> str:
        return f"依据：{self.source.strip()}（{self.dated}）" + (f"；{self.note.strip()}" if self.note.strip() else "")


@dataclass(frozen=True)
class Saved:
    """``changed``: whether anything was different; ``training``: always no, cards are read at run time."""

    card: Card
    changed: bool
    before: Any = None
    after: Any = None


class CardDesk:
    """All that is done to cards. A part is ``basics``, one of the lists, ``answers.<aspect>``, ``rule.<id>``, or ``ask.new`` and
    ``remind.new`` for a rule that is not there yet."""

    def __init__(self, library: Library, history: History):
        self.library = library
        self.history = history

    async def get(self, code: str) -> Card:
        """Raises :class:`Unknown`."""
        return _found(await asyncio.to_thread(self.library.base), code)

    async def save(self, code: str, part: str, value: Any, expected: str, by: str, ground: Ground) -> Saved:
        """Replace the part that had the version ``expected``; None takes an answer or rule away. Raises Refused, Unknown, Conflict."""
        if not ground.source.strip():
            raise Refused("请写明改动的依据：哪份文件、哪次会议，或者谁定的")
        async with self.library.alone():
            base = await asyncio.to_thread(self.library.base)
            card = _found(base, code)
            before = part_of(card, part)
            if version(_plain(before)) != expected:
                last = next(iter(await self.history.list(code)), None)
                raise Conflict({"value": _plain(before)}, version(_plain(before)), last.by if last and last.by != by else "")
            wanted = converted(part, value, before)
            if wanted == before:
                return Saved(card, False)
            problems = mistakes(part, wanted, before)
            if problems:
                raise Refused(*problems)
            after = with_part(card, part, wanted)
            path = self.library.data.parent / base.files[f"card:{code}"]
            text = await asyncio.to_thread(self._text, path, after)
            entry = await self.history.add(code, by, "update" if wanted is not None else "remove", plain(card), plain(after), ground.sentence())
            try:
                await asyncio.to_thread(self.library.write, {path: text})
            except BaseException:
                await self.history.take_back(code, entry)
                raise
            return Saved(after, True, {part: _plain(before)}, {part: _plain(wanted)})

    async def restore(self, code: str, revision: str, expected: str, by: str) -> Saved:
        """Make the whole card say again what it said after ``revision``; ``expected`` is the version of the card."""
        async with self.library.alone():
            base = await asyncio.to_thread(self.library.base)
            card = _found(base, code)
            if version(plain(card)) != expected:
                raise Conflict(plain(card), version(plain(card)))
            found: Optional[Revision] = await self.history.get(code, revision)
            if found is None:
                raise Unknown("没有这一次的记录，可能太久了")
            after = msgspec.convert(found.after, Card)
            if after == card:
                return Saved(card, False)
            path = self.library.data.parent / base.files[f"card:{code}"]
            text = await asyncio.to_thread(self._text, path, after)
            entry = await self.history.add(code, by, "restore", plain(card), plain(after), f"恢复到 {found.when:%Y-%m-%d %H:%M} 的内容")
            try:
                await asyncio.to_thread(self.library.write, {path: text})
            except BaseException:
                await self.history.take_back(code, entry)
                raise
            return Saved(after, True, plain(card), plain(after))

    def _text(self, path: Path, after: Card) -> str:
        """The card's file, checked with everything else; raises Refused, TextError. Blocking."""
        text = read_text(path)
        said = yaml_edit.parsed(text)
        new = yaml_edit.changed(text, said, lean(after, said))
        if msgspec.yaml.decode(new.encode(), type=Card) != after:
            raise Refused("写进文件后读出来不一样，请检查内容里的特殊符号")
        self.library.sound({path: new})
        return new


def part_of(card: Card, part: str) -> Any:
    """The part as it is; None for one that is not there yet. Raises :class:`Unknown` for a name that is none."""
    kind, _, name = part.partition(".")
    if part == "basics":
        return Basics(**{field: getattr(card, field) for field in Basics.__struct_fields__})
    if part in LISTS:
        return getattr(card, part)
    if kind == "answers" and name in ASPECTS:
        return card.answers.get(name)
    if kind == "rule":
        found = next((rule for rule in (*card.ask, *card.remind) if rule.id == name), None)
        if found is not None:
            return found
    if part in ("ask.new", "remind.new"):
        return None
    raise Unknown(f"事项“{card.short}”里没有 {part} 这一部分")


def converted(part: str, value: Any, before: Any) -> Any:
    """Plain data as the part's type, for a rule that of ``before``; raises :class:`Refused`."""
    kind: Any = {"basics": Basics, "ask.new": Ask, "remind.new": Remind}.get(part)
    if part in LISTS:
        kind = List[Item]
    elif part.startswith("answers."):
        kind = Optional[Answer]
    elif part.startswith("rule."):
        kind = Optional[type(before)]
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise Refused(f"内容没有填对（{error}）") from None


def with_part(card: Card, part: str, value: Any) -> Card:
    """The card with the part replaced."""
    kind, _, name = part.partition(".")
    if part == "basics":
        return msgspec.structs.replace(card, **{field: getattr(value, field) for field in Basics.__struct_fields__})
    if part in LISTS:
        return msgspec.structs.replace(card, **{part: value})
    if kind == "answers":
        answers = {**card.answers, name: value}
        return msgspec.structs.replace(card, answers={aspect: answer for aspect, answer in answers.items() if answer is not None})
    if part in ("ask.new", "remind.new"):
        return msgspec.structs.replace(card, **{kind: [*getattr(card, kind), value]})
    group = "ask" if any(rule.id == name for rule in card.ask) else "remind"
    rules = [value if rule.id == name else rule for rule in getattr(card, group)]
    return msgspec.structs.replace(card, **{group: [rule for rule in rules if rule is not None]})


def mistakes(part: str, wanted: Any, before: Any) -> List[str]:
    """What the general check does not see: that every new sentence names the facts it rests on."""
    found: List[str] = []
    for name, text, facts, old in _sentences(part, wanted, before):
        if len(text) > LONGEST:
            found.append(f"{name}有 {len(text)} 个字，最多 {LONGEST} 个")
        if not text.strip():
            found.append(f"{name}不能是空的")
        elif text != old and not facts:
            found.append(f"{name}要写依据：至少选一条事实（没有的先在“事实和出处”里登记）")
    if isinstance(wanted, Rule) and isinstance(before, Rule) and wanted.id != before.id:
        found.append("规则编号定了就不改，对话里和统计里都用它")
    return found


def _sentences(part: str, wanted: Any, before: Any) -> "List[Tuple[str, str, List[str], Optional[str]]]":
    """Name, text, facts and earlier text of what a citizen is told."""
    if isinstance(wanted, Answer):
        return [("答复", wanted.text, wanted.facts, before.text if before else None)]
    if isinstance(wanted, Rule):
        found = [("说的话", wanted.text, wanted.facts, before.text if before else None)]
        if isinstance(wanted, Ask):
            old = {answer.value: answer.reply for answer in before.answers} if isinstance(before, Ask) else {}
            found += [(f"“{answer.title}”之后说的话", answer.reply, answer.facts or wanted.facts, old.get(answer.value)) for answer in wanted.answers]
        return found
    if part in LISTS and wanted is not None:
        known = {item.text for item in before or ()}
        return [(f"第 {i} 条", item.text, item.facts or item.config, item.text if item.text in known else None) for i, item in enumerate(wanted, 1)]
    return []


def _plain(value: Any) -> Any:
    return msgspec.to_builtins(value)


def _found(base: KnowledgeBase, code: str) -> Card:
    if code not in base.cards:
        raise Unknown(f"没有 {code} 这个事项")
    return base.cards[code]
