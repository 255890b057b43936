"""When nothing more is said: services.md §一.4 and clarifications §一.2–3, §三.4."""
from __future__ import annotations

from bot.knowledge.base import KnowledgeBase
from bot.nlu.clauses import asks

from ..memory import Memory

QUIET_ASPECTS = ("status", "place")
MAX_IGNORED = 2


def reason_for_silence(base: KnowledgeBase, memory: Memory) -> str:
    """Why the assistant must stay silent after this turn's answer; empty when it may speak."""
    turn = memory.turn
    if turn.quiet:
        return turn.quiet
    if not turn.answered and not turn.reminders:
        return "这一轮没有回答事项"
    if memory.muted:
        return "市民说了不再提醒"
    if memory.handed_off:
        return "已经转人工"
    if memory.profile.get("hurry") == "yes":
        return "市民赶时间或只问这一件"
    if memory.ignored >= MAX_IGNORED:
        return "连续两次没理会追问"
    if turn.answered and asks(turn.text) and all(aspect in QUIET_ASPECTS for _, aspect in turn.answered):
        return "只问电话、地址、上下班时间或办理进度"
    return ""
