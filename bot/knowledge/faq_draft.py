"""What an administrator may put into an FAQ, and whether a wording already has another home."""
from __future__ import annotations

import hashlib
import re
import unicodedata
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Collection, Dict, Iterator, List, Mapping, Optional, Tuple

import msgspec

from .base import KnowledgeBase
from .faq import Faq

LONGEST_QUESTION = 100
LONGEST_ANSWER = 2000
MOST_SIMILAR = 300
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")
_PERSONAL = re.compile(r"(?<!\d)(?:\d{17}[\dXx]|1[3-9]\d{9}|\d{16,19})(?!\d)")
_FIGURE = re.compile(r"\d[\d.,]*\s*(?:万|千)?(?:元|块|%|％|‰|倍)|百分之|[一二两三四五六七八九十百千]+万?元")
_HOME = re.compile(r"home:\s*([\w.]+)")


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What the administrator gave; ``None`` = not given (keep what there is, or the default for a new FAQ)."""

    question: str
    answer: str
    similar: Optional[List[str]] = None
    topic: Optional[str] = None
    related: Optional[List[str]] = None
    facts: Optional[List[str]] = None
    source: Optional[str] = None
    enabled: Optional[bool] = None
    effective_from: Optional[date] = None
    effective_to: Optional[date] = None
    cleared: Tuple[str, ...] = ()
    """Date fields to take away (``effective_from``, ``effective_to``)."""
    id: Optional[str] = None


def key(text: str) -> str:
    """What makes two wordings the same: letters and digits only, half width, lower case."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


_key = lru_cache(maxsize=1 << 17)(key)
"""For the wordings there are; they stay the same from one look to the next."""


def new_id(question: str, taken: Collection[str]) -> str:
    """``faq_`` and a hash of the question: the same question gets the same id on every machine."""
    digest = hashlib.sha256(key(question).encode()).hexdigest()
    return next(ident for n in range(8, 65) if (ident := f"faq_{digest[:n]}") not in taken)


def applied(draft: Draft, before: Optional[Faq], taken: Collection[str], today: date) -> Faq:
    """The record as it will be: ``before`` with what the draft gives, or a new one."""
    given = {
        name: getattr(draft, name)
        for name in ("question", "answer", "similar", "topic", "related", "facts", "source", "enabled", "effective_from", "effective_to")
        if getattr(draft, name) is not None
    }
    given.update(dict.fromkeys(draft.cleared))
    if before is not None:
        return msgspec.structs.replace(before, **given)
    ident = draft.id or new_id(draft.question, taken)
    return Faq(**{"id": ident, "topic": "policy_general", "source": "管理员录入", "author": "中心", "updated_at": today, **given})


def mistakes(base: KnowledgeBase, faq: Faq, before: Optional[Faq]) -> List[str]:
    """Everything wrong with ``faq`` on its own, as Chinese clauses without a full stop."""
    found: List[str] = []
    if before is None and not re.fullmatch(r"faq_[A-Za-z0-9_]{1,60}", faq.id):
        found.append(f"编号 {faq.id!r} 应以 faq_ 开头，后面只用字母、数字和下划线")
    found += _wording(faq.question, "问题")
    for text in faq.similar:
        found += _wording(text, "相似问法")
        if re.search("[;；]", text):
            found.append(f"相似问法“{text}”里不能有分号，分号用来隔开几种问法")
    if len(faq.similar) > MOST_SIMILAR:
        found.append(f"相似问法有 {len(faq.similar)} 条，最多 {MOST_SIMILAR} 条")
    if not faq.answer.strip():
        found.append("答案不能是空的")
    elif len(faq.answer) > LONGEST_ANSWER:
        found.append(f"答案有 {len(faq.answer)} 个字，最多 {LONGEST_ANSWER} 个")
    elif _CONTROL.search(faq.answer.replace("\n", "")):
        found.append("答案里有看不见的控制字符，请重新录入")
    elif "〔配置" in faq.answer or re.search("TODO|FIXME|待补", faq.answer):
        found.append("答案还没写完（有“待补”或〔配置：…〕记号）")
    if faq.topic not in base.topics.topics:
        found.append(f"没有 {faq.topic} 这个主题，可用的主题见 data/policy/topics.yml 或 ./gjj faq topics")
    # What a record had before is ./gjj config check's business, not that of whoever changes its answer.
    found += [f"没有 {code} 这个事项，事项代码是 data/services 里的文件名" for code in faq.related
              if code not in base.cards and not (before and code in before.related)]
    for ident in faq.facts:
        fact = base.facts.get(ident)
        if not (before and ident in before.facts) and (fact is None or fact.status != "current" or fact.scope == "hunan"):
            found.append(f"{ident} 不是可以作依据的事实，应为 data/policy/facts.yml 里现行的一条")
    if faq.effective_from and faq.effective_to and faq.effective_to < faq.effective_from:
        found.append("失效日期早于生效日期")
    return found


def warnings(faq: Faq) -> List[str]:
    """What the administrator should look at again; none of it stops the record."""
    found = []
    if _FIGURE.search(faq.answer) and not faq.facts:
        found.append("答案里有金额、比例或倍数，但没有注明依据，请核对清楚；本州数字应填在 data/policy/center.yml")
    if _PERSONAL.search(faq.answer):
        found.append("答案里有像手机号、证件号或卡号的数字，请确认可以公开")
    return found


def wordings(faq: Faq) -> List[str]:
    return [faq.question, *faq.similar]


class Homes:
    """Where every wording lives: FAQs (``where``: FAQ id → how to name its place) and training examples of ``data``."""

    def __init__(self, faqs: Mapping[str, Faq], where: Mapping[str, str], data: Path):
        self._examples = {_key(text): (home, place) for text, home, place in _examples(data)}
        self._faqs: Dict[str, Dict[str, str]] = {}
        for faq in faqs.values():
            place = where.get(faq.id) or f"{faq.id}“{faq.question}”"
            for text in wordings(faq):
                self._faqs.setdefault(_key(text), {})[faq.id] = place + ("" if faq.enabled else "（已停用）")

    def taken(self, faq: Faq, before: Optional[Faq]) -> List[str]:
        """Wordings new in ``faq`` that have another home, and which; repeated ones inside it too."""
        old = {key(text) for text in wordings(before)} if before else set()
        found, seen = [], set()
        for text in wordings(faq):
            norm = key(text)
            if not norm:
                continue  # nothing but signs: refused as too short
            others = [place for ident, place in self._faqs.get(norm, {}).items() if ident != faq.id]
            home, example = self._examples.get(norm, ("", ""))
            place = others[0] if others else example if home != faq.id else ""
            if norm in seen and norm not in old:
                found.append(f"“{text}”在这一条里写了两遍")
            elif norm not in old and place:
                found.append(f"“{text}”已经在{place}里，一种问法只能有一个答案")
            seen.add(norm)
        return found


def _wording(text: str, what: str) -> List[str]:
    if not text.strip():
        return [f"{what}不能是空的"]
    found = []
    if len(key(text)) < 2:
        found.append(f"{what}“{text}”太短，至少要两个字")
    if len(text) > LONGEST_QUESTION:
        found.append(f"{what}“{text[:20]}…”有 {len(text)} 个字，最多 {LONGEST_QUESTION} 个")
    if "\n" in text or _CONTROL.search(text):
        found.append(f"{what}“{' '.join(text.split())[:20]}”应写在一行里，不能有控制字符")
    if _PERSONAL.search(text):
        found.append(f"{what}里有像手机号、证件号或卡号的数字，请去掉")
    return found


def _examples(data: Path) -> Iterator[Tuple[str, str, str]]:
    """Training examples, the card or FAQ they belong to (empty: none) and where they stand."""
    for path in sorted((data / "nlu").rglob("*.yml")):
        stat, name = path.stat(), path.relative_to(data.parent)
        for text, home, number in _examples_of(path, stat.st_mtime_ns, stat.st_size):
            yield text, home, f"训练例句 {name} 第 {number} 行" + (f"（{home}）" if home else "")


@lru_cache(maxsize=512)
def _examples_of(path: Path, mtime_ns: int, size: int) -> List[Tuple[str, str, int]]:
    """Of one file: example, home and line; kept because the console asks at every few letters typed."""
    home, inside = "", False
    examples = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        bare = line.strip()
        if re.match(r"-? ?(intent|metadata|examples):", bare) or (bare.startswith("metadata") and "home" in bare):
            found = _HOME.search(bare)
            home = found[1] if found else ("" if "intent" in bare else home)
            inside = bare.startswith("examples:")
        elif inside and bare.startswith("- "):
            examples.append((bare[2:], home, number))
    return examples
