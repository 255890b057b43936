"""Which releases may be published: the checks, each with one sentence that says what was found."""
from __future__ import annotations

from typing import List, Mapping, Optional

import msgspec

from .assessment import CENTER, HELD_OUT, Assessment, compare

TOP1 = 0.75
"""A release below this on the held-out questions is not published, whatever was in service before."""
DROP = 0.03
"""Nor one that is worse than the release in service by more than this, over the questions both were asked."""
TOPIC_DROP = 0.10
"""Nor one that loses more than this on any topic …"""
TOPIC_LOSS = 3
"""… when that is at least so many questions: one or two come and go with every training."""
DIALOGUES = 0.90
"""Share of dialogue turns that must be right."""
RUDE = 0.02
"""Share of dialogue turns in which something may be said that should not be."""
PROBES = 0.97
"""Share of the FAQs' own questions that must lead to their FAQ."""
_NAMED = 3


class Check(msgspec.Struct, frozen=True):
    """``name`` is what was looked at, ``finding`` one Chinese sentence."""

    name: str
    passed: bool
    finding: str


def gate(after: Assessment, before: Optional[Assessment], titles: Optional[Mapping[str, str]] = None) -> List[Check]:
    """All checks of a new release against the one in service (None when there is none, or it kept no figures). ``titles``:
    what administrators call the topics."""
    return [_accuracy(after), *([_drop(after, before), _topics(after, before, titles or {})] if before else []),
            _center(after, before), _fresh(after), _probes(after), _dialogues(after)]


def refusals(checks: List[Check]) -> List[str]:
    return [check.finding for check in checks if not check.passed]


def _accuracy(after: Assessment) -> Check:
    rows = after.of(HELD_OUT)
    share = sum(one.ok for one in rows) / len(rows) if rows else 0.0
    return Check("检验问句", share >= TOP1, f"{len(rows)} 句没有训练过的问句答对 {share:.1%}（至少 {TOP1:.0%}）")


def _drop(after: Assessment, before: Assessment) -> Check:
    both = compare(before, after)
    return Check(
        "和在用的版本比", both.after >= both.before - DROP,
        f"答对 {both.after:.1%}，在用的版本 {both.before:.1%}：变好 {len(both.better)} 句，变差 {len(both.worse)} 句（最多低 {DROP:.0%}）")


def _topics(after: Assessment, before: Assessment, titles: Mapping[str, str]) -> Check:
    bad = [t for t in compare(before, after).topics
           if t.before - t.after > TOPIC_DROP and round((t.before - t.after) * t.n) >= TOPIC_LOSS]
    named = "、".join(f"{titles.get(t.topic, t.topic)}从 {t.before:.0%} 到 {t.after:.0%}" for t in bad[:_NAMED])
    return Check("每个主题", not bad, f"有 {len(bad)} 个主题明显变差：{named}" if bad else f"没有主题变差超过 {TOPIC_DROP:.0%}")


def _center(after: Assessment, before: Optional[Assessment]) -> Check:
    rows = after.of(CENTER)
    if not rows:
        return Check("本中心的回归问句", True, "还没有登记回归问句")
    was = {one.question: one for one in before.of(CENTER)} if before else {}
    lost = [one.question for one in rows if not one.ok and one.question in was and was[one.question].found[:1] and was[one.question].found[0] in one.right]
    right = sum(one.ok for one in rows)
    finding = f"{len(rows)} 句答对 {right} 句"
    if lost:
        finding += f"，其中 {len(lost)} 句原来是对的：{_quoted(lost)}"
    return Check("本中心的回归问句", not lost, finding)


def _fresh(after: Assessment) -> Check:
    fresh = [probe for probe in after.probes if probe.fresh]
    missed = [probe.wording for probe in fresh if not probe.ok]
    if not fresh:
        return Check("新加的问法", True, "没有新加的问法")
    return Check("新加的问法", not missed, f"新加的 {len(fresh)} 个问法有 {len(missed)} 个没有找到自己的答案：{_quoted(missed)}" if missed
                 else f"新加的 {len(fresh)} 个问法都找到了自己的答案")


def _probes(after: Assessment) -> Check:
    known = [probe for probe in after.probes if not probe.fresh]
    share = sum(probe.ok for probe in known) / len(known) if known else 1.0
    missed = [probe.wording for probe in known if not probe.ok]
    return Check("原有的常见问题", share >= PROBES, f"{len(known)} 条的标准问法找到自己的 {share:.1%}（至少 {PROBES:.0%}）" + (f"，没找到的有{_quoted(missed)}" if missed else ""))


def _dialogues(after: Assessment) -> Check:
    if not after.turns:
        return Check("示范对话", True, "没有示范对话")
    right = sum(turn.ok for turn in after.turns)
    wrong = [turn.said for turn in after.turns if turn.wrong]
    passed = right >= DIALOGUES * len(after.turns) and len(wrong) <= RUDE * len(after.turns)
    finding = f"{len(after.turns)} 轮示范对话答对 {right} 轮（至少 {DIALOGUES:.0%}）"
    return Check("示范对话", passed, finding + (f"，{len(wrong)} 轮说了不该说的（最多 {RUDE:.0%}）：{_quoted(wrong)}" if wrong else ""))


def _quoted(texts: List[str]) -> str:
    return "、".join(f"“{text}”" for text in texts[:_NAMED]) + ("等" if len(texts) > _NAMED else "")
