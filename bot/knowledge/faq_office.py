"""What can be done with the FAQs of one data folder: check, add, change, import. Nothing is printed here."""
from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Dict, List, Mapping, Optional, Sequence, Tuple

import msgspec

from bot import clock

from .base import KnowledgeBase, load
from .check import check
from .errors import ContentError
from .faq import Faq
from .faq_draft import Draft, Homes, applied, key, mistakes, warnings, wordings
from .faq_store import Changes
from .faq_text import FIELDS


class Refused(Exception):
    """Nothing was changed; ``problems`` are Chinese clauses for the administrator."""

    def __init__(self, *problems: str):
        self.problems = problems
        super().__init__("；".join(problems))


@dataclass
class Plan:
    """What an import would do. ``problems`` and ``warnings`` are (row, Chinese clause); with a problem nothing may be written."""

    changed: List[Tuple[int, Optional[Faq], Faq]] = field(default_factory=list)
    """Row, the record before (None: new) and after."""
    same: int = 0
    problems: List[Tuple[int, str]] = field(default_factory=list)
    warnings: List[Tuple[int, str]] = field(default_factory=list)

    @property
    def added(self) -> int:
        return sum(before is None for _, before, _ in self.changed)

    @property
    def training(self) -> bool:
        return any(needs_training(before, after) for _, before, after in self.changed)


class Office:
    """The FAQs of one data folder and what can be done with them."""

    def __init__(self, data: Path, base: Optional[KnowledgeBase] = None):
        self._data = data
        self.base = base or load(data)

    def faq(self, ident: str) -> Faq:
        """The record; raises :class:`Refused` with what may have been meant."""
        if ident not in self.base.faqs:
            near = [f.id for f in self.base.faqs.values() if ident.removeprefix("faq_") in f.id or key(ident) in key(f.question)][:3]
            raise Refused(f"没有编号是 {ident} 的常见问题，" + (f"您要找的是不是 {'、'.join(near)}" if near else "用 ./gjj faq list 看有哪些"))
        return self.base.faqs[ident]

    def path(self, faq: Faq) -> Path:
        return self._data.parent / self.base.files["faq:" + faq.id]

    def drafted(self, draft: Draft, before: Optional[Faq]) -> Faq:
        """The record as ``draft`` wants it."""
        return applied(draft, before, self.base.faqs, clock.today())

    def problems(self, after: Faq, before: Optional[Faq]) -> List[str]:
        """Why ``after`` may not take the place of ``before`` (None: be added); empty when it may."""
        return mistakes(self.base, after, before) + self.homes({}, [after]).taken(after, before)

    def store(self, changed: Sequence[Tuple[Optional[Faq], Faq]], write: bool = True) -> List[Path]:
        """Write the records that changed, all or none, and give the files that did; raises Refused, TextError, OSError.

        Without ``write`` everything is tried but nothing kept.
        """
        changes = Changes(self._data / "faq")
        paths = []
        for before, after in changed:
            if before is None:
                paths.append(changes.add(after))
            else:
                paths.append(self.path(before))
                changes.change(paths[-1], before.id, {n: getattr(after, n) for n in FIELDS if getattr(before, n) != getattr(after, n)})
        self._sound(changes.texts())
        if write:
            changes.write()
        return paths

    def plan(self, rows: Sequence[Tuple[int, Draft]]) -> Plan:
        """What importing ``rows`` (number, draft) would do."""
        plan = Plan()
        today = clock.today()
        by_question = {key(faq.question): faq for faq in self.base.faqs.values()}
        taken = set(self.base.faqs)
        seen: Dict[str, int] = {}
        wanted: List[Tuple[int, Optional[Faq], Faq]] = []
        for number, draft in rows:
            before = self.base.faqs.get(draft.id or "") or by_question.get(key(draft.question))
            after = applied(draft, before, taken, today)
            twin = seen.get(after.id) or seen.get("?" + key(after.question))
            if twin is not None:
                plan.problems.append((number, f"和第 {twin} 行是同一条"))
                continue
            taken.add(after.id)
            seen[after.id] = seen["?" + key(after.question)] = number
            wanted.append((number, before, after))
        homes = self.homes({after.id: number for number, _, after in wanted}, [after for _, _, after in wanted])
        for number, before, after in wanted:
            plan.problems += [(number, problem) for problem in mistakes(self.base, after, before) + homes.taken(after, before)]
            if before == after:
                plan.same += 1
                continue
            plan.changed.append((number, before, msgspec.structs.replace(after, updated_at=today)))
            plan.warnings += [(number, warning) for warning in warnings(after)]
        plan.problems.sort()
        return plan

    def homes(self, rows: Mapping[str, int], new: Sequence[Faq]) -> Homes:
        """Where every wording lives once ``new`` is in; ``rows``: FAQ id → row of the table it comes from."""
        where = {faq.id: f" {self.base.files['faq:' + faq.id]} 的 {faq.id}“{faq.question}”" for faq in self.base.faqs.values()}
        where.update({ident: f"第 {number} 行" for ident, number in rows.items()})
        return Homes({**self.base.faqs, **{faq.id: faq for faq in new}}, where, self._data)

    def _sound(self, texts: Mapping[Path, str]) -> None:
        """The check of ./gjj config check on the content as it would be; what was wrong before is no reason to refuse."""
        try:
            found = check(load(self._data, texts))
        except ContentError as error:
            found = error.problems
        known = set(check(self.base))
        new = [str(problem) for problem in found if problem not in known]
        if new:
            raise Refused(*new)


def needs_training(before: Optional[Faq], after: Faq) -> bool:
    """Whether the assistant must learn anew before it uses the change; an answer alone is live at once."""
    today = clock.today()
    return before is None or wordings(before) != wordings(after) or before.in_force(today) != after.in_force(today)


def state(faq: Faq) -> str:
    """In a word: 有效, 停用, 未生效 or 已失效."""
    if not faq.enabled:
        return "停用"
    if faq.in_force(clock.today()):
        return "有效"
    return "未生效" if faq.effective_from and clock.today() < faq.effective_from else "已失效"
