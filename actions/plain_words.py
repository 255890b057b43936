"""Terms explained for those who said that they do not understand, or who are old (data/dialogue/glossary.yml)."""
from __future__ import annotations

from bot.knowledge.dialogue import glossary

from .memory import Memory

NEED = ("confused", "elderly")
"""Moods in which terms are explained."""
MOST = 2
"""Explanations under one answer."""


def explained(memory: Memory, text: str) -> str:
    """``text`` with the terms in it explained once a conversation, where somebody needs it; otherwise ``text`` itself."""
    if not any(mood in memory.moods for mood in NEED):
        return text
    found = [
        term for term in glossary()
        if term.term in text and term.term not in memory.explained and not any(term.term + mark in text for mark in ("就是", "（", "("))
    ][:MOST]
    memory.explained += [term.term for term in found]
    return "\n".join([text, *(f"（{term.term}就是{term.says}。）" for term in found)])
