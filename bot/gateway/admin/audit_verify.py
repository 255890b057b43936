"""Checks the audit log: whether an entry was changed, removed or moved, in Redis or in the file; and says which."""
from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Dict, List, Sequence, Tuple

from bot.gateway.admin.audit_chain import AuditChain
from bot.gateway.admin.audit_entry import Entry, Unreadable, signed

_MOST = 20
"""Findings of one kind that are told one by one."""


@dataclass
class Report:
    """``findings`` are sentences, none when all is well. ``last`` is the newest entry's number, ``fingerprint`` the beginning
    of its mac: noted down elsewhere, it shows later that nothing up to there was exchanged."""

    entries: int = 0
    last: int = 0
    fingerprint: str = ""
    findings: List[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        return not self.findings


async def verify(chain: AuditChain) -> Report:
    """Read everything and compare. Raises the Redis client's errors."""
    report = Report()
    try:
        start = await chain.start()
    except ValueError:
        report.findings.append("到期清理留下的起点记录被改动过，说不清更早的记录去了哪里。")
        start = None
    stream = [entry async for entry in chain.oldest()]
    head = await chain.head()
    lines, unreadable = await asyncio.to_thread(_lines, chain)
    if start is None:
        start = (stream[0].number - 1, "") if stream else (0, "")
    report.findings += unreadable
    report.findings += _check("数据库", stream, chain.keys, start)
    begin = start if not lines or lines[0].number == start[0] + 1 else (0, "")
    report.findings += _check("文件", lines, chain.keys, begin)
    report.findings += _compare(stream, lines, start[0])
    newest = stream[-1] if stream else None
    if head != ((newest.number, newest.mac) if newest else start if start[0] else (0, "")):
        report.findings.append(f"数据库里最后一条应是第 {head[0]} 条，实际到第 {newest.number if newest else start[0]} 条为止，后面的被删掉了。")
    report.entries = len({entry.number for entry in stream} | {entry.number for entry in lines})
    last = max([*stream, *lines], key=lambda entry: entry.number, default=None)
    if last is not None:
        report.last, report.fingerprint = last.number, last.mac[:16]
    return report


def _lines(chain: AuditChain) -> Tuple[List[Entry], List[str]]:
    entries, findings = [], []
    for number, line in enumerate(chain.file.lines(), start=1):
        try:
            entries.append(Entry.of_line(line))
        except Unreadable:
            findings.append(f"文件第 {number} 行读不懂，被改动过或没有写完。")
    return entries, findings[:_MOST]


def _check(where: str, entries: Sequence[Entry], keys: Sequence[bytes], start: Tuple[int, str]) -> List[str]:
    findings = []
    numbers = [entry.number for entry in entries]
    for before, after in zip(entries, entries[1:]):
        if after.number <= before.number:
            again = after.number == before.number
            findings.append(f"{where}：{_named(after)}{'重复了' if again else f'排到了第 {before.number} 条后面，次序被动过'}。")
    by_number: Dict[int, Entry] = {}
    for entry in entries:
        by_number.setdefault(entry.number, entry)
    previous = start
    for number in sorted(by_number):
        entry = by_number[number]
        if number > previous[0] + 1:
            missing = f"第 {previous[0] + 1} 条" if number == previous[0] + 2 else f"第 {previous[0] + 1} 到 {number - 1} 条"
            findings.append(f"{where}：{missing}不见了。")
        elif not signed(keys, previous[1], entry.body, entry.mac) or not _says(entry):
            findings.append(f"{where}：{_named(entry)}的内容被改动过。")
        previous = (number, entry.mac)
    return findings[:_MOST] if len(numbers) else []


def _compare(stream: Sequence[Entry], lines: Sequence[Entry], dropped: int) -> List[str]:
    in_stream = {entry.number: entry for entry in stream}
    in_file = {entry.number: entry for entry in lines}
    findings = []
    for number in sorted(in_stream.keys() | in_file.keys()):
        if number <= dropped:
            continue
        one, other = in_stream.get(number), in_file.get(number)
        if one is None and other is not None:
            findings.append(f"数据库里没有{_named(other)}，文件里有。")
        elif other is None and one is not None:
            findings.append(f"文件里没有{_named(one)}，数据库里有。")
        elif one is not None and other is not None and (one.mac, one.body) != (other.mac, other.body):
            findings.append(f"{_named(one)}在数据库和文件里不一样。")
    return findings[:_MOST]


def _says(entry: Entry) -> bool:
    """Whether the entry calls itself by the number it stands under."""
    try:
        return entry.fields.get("number") == entry.number
    except (ValueError, AttributeError):
        return False


def _named(entry: Entry) -> str:
    try:
        fields = entry.fields
        told = " ".join(str(fields.get(name, "")) for name in ("at", "who", "action", "target")).strip()
    except (ValueError, AttributeError):
        told = ""
    return f"第 {entry.number} 条（{told}）" if told else f"第 {entry.number} 条"
