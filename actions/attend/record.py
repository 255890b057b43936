"""A turn's decisions as data: which rule was offered or held back, why, with condition values and score – never what was said."""
from __future__ import annotations

from typing import Any, Dict, List, Sequence

from ..memory import Memory
from .choose import Verdict
from .evaluate import explain

_TRUTH = {True: "成立", False: "不成立", None: "判断不了"}
_LONGEST = 80
"""Characters of one condition; lists of expressions are cut."""


def conditions(verdict: Verdict) -> List[str]:
    """Every part of when and unless with what it came to, for a verdict that looked at them."""
    if verdict.place is None:
        return []
    lines = [("用", *leaf) for leaf in explain(verdict.rule.when, verdict.place)]
    if verdict.rule.unless is not None:
        lines += [("不用", *leaf) for leaf in explain(verdict.rule.unless, verdict.place)]
    return [f"{side}{_cut(text)}：{_TRUTH[truth]}" for side, text, truth in lines]


def decision(memory: Memory, verdicts: Sequence[Verdict], silence: str) -> Dict[str, Any]:
    """JSON-ready record of one turn."""
    return {
        "message": memory.turn.message,
        "turn": memory.turns,
        "answered": [f"{home}.{aspect}" for home, aspect in memory.turn.answered],
        "silence": silence,
        "rules": [considered(v) for v in verdicts],
    }


def considered(verdict: Verdict) -> Dict[str, Any]:
    """JSON-ready record of one rule."""
    found: Dict[str, Any] = {
        "rule": verdict.rule.id, "level": verdict.rule.level, "said": verdict.chosen, "reason": verdict.reason,
        "situation": verdict.situation, "conditions": conditions(verdict),
    }
    score = verdict.score
    if score is not None:
        found["score"] = {
            "value": score.value, "relevance": score.relevance, "urgency": round(score.urgency, 4),
            "acceptance": round(score.acceptance, 4), "fatigue": score.fatigue,
        }
    return found


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
