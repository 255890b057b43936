"""The center's own figures (center.yml): one person fills in, another confirms, and only then does the file say it.

What waits for the second person is in Redis (``gjj:content:figures:pending``, key → JSON) and in no file: the assistant
reads files, so a figure nobody confirmed cannot be spoken, whatever else goes wrong.
"""
from __future__ import annotations

import asyncio
import secrets
from datetime import date
from typing import Any, Dict, List, Optional

import msgspec

from bot import clock
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.faq_store import read_text
from bot.knowledge.policy import Branch, CenterFile, Setting
from bot.state.client import TextClient

from . import yaml_edit
from .history import History
from .library import Library
from .refusal import Conflict, Refused, Unknown
from .version import plain, version

PENDING = "gjj:content:figures:pending"
LONGEST = 500


class FigureValues(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person fills in. ``value``: a number, a sentence, a list of offices (``branches``), or None to take the figure away."""

    value: Any = None
    unit: Optional[str] = None
    applies_to: Optional[str] = None
    document: Optional[str] = None
    effective_from: Optional[date] = None
    effective_to: Optional[date] = None


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """A figure that waits. ``version`` is the state of center.yml's record it would replace."""

    id: str
    key: str
    values: FigureValues
    filled_by: str
    filled_at: str
    version: str
    reason: str = ""


class FigureDesk:
    """All that is done to figures; ``by`` is always the account's name."""

    def __init__(self, library: Library, history: History, client: TextClient):
        self.library = library
        self.history = history
        self._client = client

    async def get(self, key: str) -> Setting:
        """Raises :class:`Unknown`."""
        return _found(await asyncio.to_thread(self.library.base), key)

    async def pending(self) -> Dict[str, Pending]:
        """All that wait, by key."""
        kept = await self._client.hgetall(PENDING)
        return {key: msgspec.json.decode(text, type=Pending) for key, text in kept.items()}

    async def waiting(self, key: str) -> Optional[Pending]:
        kept = await self._client.hget(PENDING, key)
        return msgspec.json.decode(kept, type=Pending) if kept else None

    async def propose(self, key: str, values: FigureValues, expected: str, by: str, reason: str = "") -> Pending:
        """Fill in a figure; nothing is spoken yet. Raises Refused, Unknown, Conflict."""
        values = tidied(values)
        async with self.library.alone():
            base = await asyncio.to_thread(self.library.base)
            before = _found(base, key)
            if version(before) != expected:
                raise Conflict(plain(before), version(before), before.checked_by or "")
            waiting = await self.waiting(key)
            if waiting is not None:
                raise Refused(f"{waiting.filled_by}填写的“{before.name}”还在等复核，请先复核、退回或撤回那一份")
            problems = mistakes(before, values)
            if problems:
                raise Refused(*problems)
            if _as_setting(before, values, before.filled_by, before.checked_by) == before:
                raise Refused("和现在的内容一样，没有要改的")
            await asyncio.to_thread(self._text, key, _as_setting(before, values, by, "复核人"))
            proposal = Pending(id=secrets.token_hex(8), key=key, values=values, filled_by=by,
                               filled_at=clock.now().isoformat(timespec="seconds"), version=expected, reason=reason)
            await self._client.hset(PENDING, key, msgspec.json.encode(proposal).decode())
            return proposal

    async def confirm(self, key: str, ident: str, by: str) -> Setting:
        """A second person's yes: the figure is in the file and spoken within a second. Raises Refused, Unknown, Conflict."""
        async with self.library.alone():
            proposal = await self._waiting(key, ident)
            if proposal.filled_by == by:
                raise Refused("填写人不能复核自己填的数字，请另一位同事来复核")
            base = await asyncio.to_thread(self.library.base)
            before = _found(base, key)
            if version(before) != proposal.version:
                raise Conflict(plain(before), version(before), before.checked_by or "")
            after = _as_setting(before, proposal.values, proposal.filled_by, by)
            text = await asyncio.to_thread(self._text, key, after)
            entry = await self.history.add(key, by, "confirm", plain(before), plain(after), f"{proposal.filled_by}填写，{by}复核" + (f"；{proposal.reason}" if proposal.reason else ""))
            try:
                await asyncio.to_thread(self.library.write, {self._path: text})
            except BaseException:
                await self.history.take_back(key, entry)
                raise
            await self._client.hdel(PENDING, key)
            return after

    async def reject(self, key: str, ident: str) -> Pending:
        """Take the proposal away: sent back by the second person, or withdrawn by the first. Raises :class:`Unknown`."""
        async with self.library.alone():
            proposal = await self._waiting(key, ident)
            await self._client.hdel(PENDING, key)
            return proposal

    async def _waiting(self, key: str, ident: str) -> Pending:
        proposal = await self.waiting(key)
        if proposal is None or proposal.id != ident:
            raise Unknown("这一份已经被复核、退回或撤回了，请刷新看看现在的内容")
        return proposal

    @property
    def _path(self) -> Any:
        return self.library.data / "policy" / "center.yml"

    def _text(self, key: str, after: Setting) -> str:
        """center.yml with the figure in it, checked as a whole; raises :class:`Refused`. Blocking."""
        text = read_text(self._path)
        before = yaml_edit.parsed(text)
        record = {name: _yaml(getattr(after, name)) for name in Setting.__struct_fields__}
        wanted = {**before, "keys": {**before["keys"], key: record}}
        new = yaml_edit.changed(text, before, wanted)
        found = msgspec.yaml.decode(new.encode(), type=CenterFile).keys[key]
        if found != after:
            raise Refused("这一项写进文件后读出来不一样，请检查内容里的特殊符号")
        self.library.sound({self._path: new})
        return new


def tidied(values: FigureValues) -> FigureValues:
    """Without blanks around, empty texts as None, a number as a number; offices as plain records."""
    def text(value: Optional[str]) -> Optional[str]:
        return " ".join(value.split()) or None if value else None

    value = values.value
    if isinstance(value, str):
        value = _number(value.strip()) if _number(value.strip()) is not None else value.strip() or None
    if value in ("", [], None):
        return FigureValues()
    return FigureValues(value=value, unit=text(values.unit), applies_to=text(values.applies_to), document=text(values.document),
                        effective_from=values.effective_from, effective_to=values.effective_to)


def mistakes(before: Setting, values: FigureValues) -> List[str]:
    """What is wrong, as clauses."""
    if values.value is None:
        return [] if before.value is not None else ["请填写内容"]
    found = []
    if isinstance(values.value, list):
        try:
            offices = msgspec.convert(values.value, List[Branch])
            found += [f"第 {i} 处管理部的{title}没有填" for i, office in enumerate(offices, 1)
                      for name, title in (("name", "名称"), ("address", "地址"), ("phone", "电话"), ("hours", "上班时间")) if not getattr(office, name).strip()]
        except msgspec.ValidationError:
            found.append("管理部清单每处要有名称、地址、电话、上班时间")
    elif isinstance(values.value, str) and len(values.value) > LONGEST:
        found.append(f"内容有 {len(values.value)} 个字，最多 {LONGEST} 个")
    elif isinstance(values.value, (bool, dict)):
        found.append("内容应是一个数字、一句话，或管理部清单")
    if not values.document:
        found.append("请填写依据的文件和文号；没有文件的数字不能填")
    if not values.effective_from:
        found.append("请填写生效日期")
    elif values.effective_to and values.effective_to < values.effective_from:
        found.append("失效日期早于生效日期")
    return found


def _as_setting(before: Setting, values: FigureValues, filled_by: Optional[str], checked_by: Optional[str]) -> Setting:
    if values.value is None:
        return Setting(name=before.name)
    return Setting(name=before.name, filled_by=filled_by, checked_by=checked_by, **{name: getattr(values, name) for name in FigureValues.__struct_fields__})


def _number(text: str) -> Any:
    try:
        return int(text)
    except ValueError:
        try:
            return float(text) if text.replace(".", "", 1).isdigit() else None
        except ValueError:
            return None


def _yaml(value: Any) -> Any:
    return msgspec.to_builtins(value, builtin_types=(date,))


def _found(base: KnowledgeBase, key: str) -> Setting:
    if key not in base.center:
        raise Unknown(f"没有 {key} 这一项本州数字")
    return base.center[key]
