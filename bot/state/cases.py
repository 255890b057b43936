"""Cases of service that moved people: a conversation with everything personal removed, kept for the center to read and rate.

A case has its own random id and no way back to the conversation, which expires as ever.
"""
from __future__ import annotations

import json
import re
import secrets
from typing import Any, Dict, List, Mapping, Optional, Sequence, Set

from bot import clock
from bot.knowledge.places import places

from .client import Client, Script, as_text
from .keys import PREFIX
from .masking import mask

KEY = f"{PREFIX}cases"
VOTES = f"{KEY}:votes"
# KEYS: cases. ARGV: id, JSON before, JSON after.
_CHANGE = Script("""
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
""")

_NUMBER = r"(?:\d[\d,.]*|[零〇一二两三四五六七八九十百千半]+)"
_RULES = [
    (re.compile(r"(我|本人)(?:的名字)?(?:叫|是)(?!在|想|要|来|去|不|没|有|谁|湘|一|个)[\u4e00-\u9fff]{2,3}(?=[,，。!！、\s]|$)"), r"\1叫某某"),
    (re.compile(r"(?<![\u4e00-\u9fff])(?:欧阳|上官|司马|诸葛|[\u4e00-\u9fff])(?:先生|女士|师傅|大姐|老师|经理|主任)"), "某某"),
    (re.compile(r"[\u4e00-\u9fffA-Za-z0-9]{2,12}(?:有限公司|公司|集团|厂|医院|学校|中学|小学|大学|学院|局|银行|合作社)"), "某单位"),
    (re.compile(r"[\u4e00-\u9fff0-9]{1,10}(?:小区|花园|苑|村|组|街道|路|巷|栋|单元|号楼)(?:\d+(?:号|室|栋|单元)?)*"), "某处"),
    (re.compile(rf"(?:{_NUMBER}年)?{_NUMBER}月(?:份)?(?:{_NUMBER}[日号])?|(?<!\d)(?:19|20)\d\d年|\d{{4}}-\d{{2}}(?:-\d{{2}})?"), "某时"),
    (re.compile(rf"{_NUMBER}(?:多|来|几)?岁"), "某岁"),
    (re.compile(rf"{_NUMBER}(?:多|来|几)?(?:万|千|百)?(?:多|来)?(?:元|块钱?|万|千块)"), "若干元"),
    (re.compile(r"\d{4,}"), "若干"),
]


def anonymise(text: str) -> str:
    """``text`` without names, employers, addresses, places, dates, ages, amounts and long numbers."""
    text = mask(text)
    text = re.sub(r"\[[^\]]*\]|1\d\d\*{4}\d{4}", "某号", text)
    for pattern, put in _RULES[:4]:
        text = pattern.sub(put, text)
    for name in sorted({*places()["local"], *places()["elsewhere"]}, key=len, reverse=True):
        text = text.replace(name, "某地")
    for pattern, put in _RULES[4:]:
        text = pattern.sub(put, text)
    return text


def case_of(messages: Sequence[Mapping[str, Any]], why: str) -> Dict[str, Any]:
    """The case of a conversation (as GET /v1/history shows it): who spoke and what, nothing else."""
    told: List[Dict[str, str]] = []
    for message in messages:
        reply = message.get("reply") or {}
        told.append({"from": message["from"], "kind": reply.get("kind", ""), "rule": reply.get("rule") or "", "text": anonymise(message["text"])})
    return {"month": f"{clock.today():%Y-%m}", "why": anonymise(why), "messages": told}


class Cases:
    """Cases by id; colleagues vote. Beside what :func:`case_of` gives a case may have a ``title``, its wording edited, and
    ``published`` (by whom). All calls raise RedisError."""

    def __init__(self, client: Client):
        self._redis = client

    async def mark(self, messages: Sequence[Mapping[str, Any]], level: str, why: str = "") -> str:
        """Keep a case, return its id. Only what reached 感动 can be one: ValueError otherwise."""
        if level != "moved":
            raise ValueError("只有达到感动服务的对话可以记为案例")
        ident = secrets.token_hex(8)
        await self._redis.hset(KEY, ident, json.dumps(case_of(messages, why), ensure_ascii=False))
        return ident

    async def all(self) -> Dict[str, Dict[str, Any]]:
        return {as_text(ident): json.loads(case) for ident, case in (await self._redis.hgetall(KEY)).items()}

    async def get(self, ident: str) -> Optional[Dict[str, Any]]:
        """The case; None when there is none."""
        stored = await self._redis.hget(KEY, ident)
        return json.loads(stored) if stored else None

    async def change(self, ident: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
        """Put ``after`` in the place of ``before``; False when it says something else by now or is gone."""
        old, new = (json.dumps(case, ensure_ascii=False) for case in (before, after))
        return bool(await _CHANGE(self._redis, [KEY], ident, old, new))

    async def drop(self, ident: str) -> bool:
        """Remove a case and its votes; False when there is none."""
        names = [f"{ident}|{name}" for name in (await self.votes()).get(ident, ())]
        if names:
            await self._redis.hdel(VOTES, *names)
        return bool(await self._redis.hdel(KEY, ident))

    async def vote(self, ident: str, name: str, yes: bool) -> None:
        """One vote for each colleague, which can be taken back."""
        if yes:
            await self._redis.hset(VOTES, f"{ident}|{name}", 1)
        else:
            await self._redis.hdel(VOTES, f"{ident}|{name}")

    async def votes(self) -> Dict[str, Set[str]]:
        """Who voted for each case."""
        found: Dict[str, Set[str]] = {}
        for field in await self._redis.hkeys(VOTES):
            ident, _, name = as_text(field).partition("|")
            found.setdefault(ident, set()).add(name)
        return found
