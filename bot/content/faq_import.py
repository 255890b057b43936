"""FAQs out of an uploaded file: read, rehearsed, and applied only as rehearsed.

Between rehearsal and import the rows wait in Redis for an hour, under a name nobody can guess and for the account that
sent them, so that either gateway can finish what the other began.
"""
from __future__ import annotations

import asyncio
import re
import secrets
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

import msgspec

from bot.knowledge import faq_sheet
from bot.knowledge.faq_draft import Draft
from bot.knowledge.faq_office import Office, Plan, Refused
from bot.knowledge.faq_sheet import MOST_BYTES
from bot.knowledge.faq_table import SheetError
from bot.state.client import TextClient

from . import pairs
from .faqs import FaqDesk
from .refusal import Unknown
from .version import plain, version

KEPT = timedelta(hours=1)
KINDS = (".xlsx", ".csv", ".docx", ".txt", ".md")
_PLACE = re.compile(r"第 (\d+) (?:行|段)：")


class Upload(msgspec.Struct, frozen=True):
    """One file that was read; ``rows`` are row (or paragraph) numbers with what they say."""

    id: str
    by: str
    name: str
    unit: str
    """行 or 段: what the numbers count."""
    rows: List[Tuple[int, Draft]]
    plan: str = ""
    """Version of what was shown: content that changed meanwhile is noticed."""


@dataclass(frozen=True)
class Rehearsal:
    """What importing would do, and under which id it can be done."""

    upload: Upload
    plan: Plan


def read(name: str, raw: bytes) -> Tuple[str, List[Tuple[int, Draft]]]:
    """The unit of the numbers and the rows of a file; raises SheetError. Blocking."""
    suffix = Path(name).suffix.lower()
    if suffix not in KINDS:
        raise SheetError([f"{name[:60] or '这个文件'} 应是 Excel（.xlsx）、CSV（.csv）、Word（.docx）或文本（.txt）文件"])
    if len(raw) > MOST_BYTES:
        raise SheetError([f"{name[:60]} 超过 10 MB，请分成几个文件"])
    if suffix not in (".xlsx", ".csv"):
        return "段", pairs.read(name[:60], raw)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"上传的文件{suffix}"  # the sender's name is no path of ours
        path.write_bytes(raw)
        return "行", faq_sheet.read(path)


def placed(problem: str) -> Tuple[Optional[int], str]:
    """A reader's clause as row and what is wrong there; no row when it is about the whole file."""
    match = _PLACE.match(problem)
    return (int(match[1]), problem[match.end():]) if match else (None, problem)


class Imports:
    """Uploads that wait, and how they become FAQs."""

    def __init__(self, desk: FaqDesk, client: TextClient):
        self._desk = desk
        self._client = client

    async def rehearse(self, name: str, raw: bytes, by: str) -> Rehearsal:
        """Read the file and say what it would do; nothing is written. Raises SheetError, Refused."""
        unit, rows = await asyncio.to_thread(read, name, raw)
        plan = await asyncio.to_thread(self._plan, rows)
        upload = Upload(secrets.token_urlsafe(18), by, name[:100], unit, rows, _shape(plan))
        if not plan.problems:
            await self._client.set(_key(upload.id), msgspec.json.encode(upload).decode(), ex=int(KEPT.total_seconds()))
        return Rehearsal(upload, plan)

    async def again(self, ident: str, by: str) -> Rehearsal:
        """The rehearsal once more, against the content of now; raises :class:`Unknown`."""
        kept = await self._client.get(_key(ident))
        upload = msgspec.json.decode(kept, type=Upload) if kept else None
        if upload is None or upload.by != by:
            raise Unknown("这次上传已经过期或者已经导入，请再上传一次")
        return Rehearsal(upload, await asyncio.to_thread(self._plan, upload.rows))

    async def apply(self, ident: str, by: str) -> Plan:
        """Do what the rehearsal showed, all or nothing; raises Unknown, Refused (also when it would do something else by now)."""
        async with self._desk.library.alone():
            rehearsal = await self.again(ident, by)
            if rehearsal.plan.problems or _shape(rehearsal.plan) != rehearsal.upload.plan:
                raise Refused("预演以后内容又有人改过，结果会不一样：请再上传一次，重新看一遍")
            await self._write(rehearsal, by)
        await self._client.delete(_key(ident))
        return rehearsal.plan

    async def _write(self, rehearsal: Rehearsal, by: str) -> None:
        noted = []
        try:
            for _, before, after in rehearsal.plan.changed:
                entry = await self._desk.history.add(
                    after.id, by, "import", plain(before) if before else None, plain(after), f"从 {rehearsal.upload.name} 导入")
                noted.append((after.id, entry))
            changed = [(before, after) for _, before, after in rehearsal.plan.changed]
            await asyncio.to_thread(lambda: self._desk.office().store(changed))
        except BaseException:
            for faq, entry in noted:
                await self._desk.history.take_back(faq, entry)
            raise

    def _plan(self, rows: List[Tuple[int, Draft]]) -> Plan:
        office: Office = self._desk.office()
        plan = office.plan(rows)
        if not plan.problems:
            try:
                office.store([(before, after) for _, before, after in plan.changed], write=False)
            except Refused as refusal:
                raise SheetError(list(refusal.problems)) from None
        return plan


def _key(ident: str) -> str:
    return f"gjj:content:upload:{ident}"


def _shape(plan: Plan) -> str:
    shown: List[Dict[str, Any]] = [{"row": row, "before": before, "after": after} for row, before, after in plan.changed]
    return version(shown)
