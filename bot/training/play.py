"""Playing scenario dialogues with an agent of this process, and judging each turn (tests/scenarios/README.md)."""
from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, List, Mapping, Sequence, Set, Tuple

from .assessment import Turn

if TYPE_CHECKING:
    from bot.worker.agent import CounterAgent


def judge(expect: Mapping[str, Any], replies: Sequence[Mapping[str, Any]], offered_before: Set[str]) -> Tuple[List[str], List[str]]:
    """``(missing, wrong)``: what was expected and absent, and what should not have been said. Adds to ``offered_before``."""
    missing: List[str] = []
    wrong: List[str] = []
    offers = [r for r in replies if r["kind"] in ("question", "reminder")]
    rules = [r["rule"] for r in offers]
    text = "\n".join(r["text"] for r in replies)
    answers = [r for r in replies if r["kind"] == "answer"]
    for field, title in (("service", "事项"), ("topic", "主题")):
        if field in expect and not any(r[field] in expect[field] for r in answers):
            missing.append(f"{title} {'、'.join(expect[field])}，答的是 {'、'.join(str(r[field]) for r in answers) or '别的'}")
    if "kind" in expect and not any(r["kind"] in expect["kind"] for r in replies):
        missing.append(f"类型 {'、'.join(expect['kind'])}，答的是 {'、'.join(r['kind'] for r in replies)}")
    missing += [f"没有提到 {rule}" for rule in expect.get("must", []) if rule not in rules]
    if expect.get("any") and not set(expect["any"]) & set(rules):
        missing.append(f"没有提到 {'、'.join(expect['any'])} 中的任何一条")
    missing += [f"没有说“{part}”" for part in expect.get("says", []) if part not in text]
    wrong += [f"不该提到 {rule}" for rule in expect.get("forbid", []) if rule in rules]
    wrong += [f"不该说“{part}”" for part in expect.get("never", []) if part in text]
    if expect.get("silent") and offers:
        wrong.append(f"不该多说：{'、'.join(rules)}")
    if sum(r["kind"] == "question" for r in replies) > 1 or sum(r["kind"] == "reminder" for r in replies) > 2:
        wrong.append(f"说得太多：{'、'.join(rules)}")
    wrong += [f"{rule} 说了两遍" for rule in rules if rule in offered_before]
    if not replies or any(not r["text"].strip() for r in replies):
        wrong.append("空的回复")
    offered_before.update(rules)
    return missing, wrong


def play(agent: "CounterAgent", dialogues: Sequence[Mapping[str, Any]]) -> List[Turn]:
    """Every turn of every dialogue; each dialogue is a conversation of its own, kept nowhere."""
    return asyncio.run(_play(agent, dialogues))


async def _play(agent: "CounterAgent", dialogues: Sequence[Mapping[str, Any]]) -> List[Turn]:
    from bot.worker.trial import Trial

    found: List[Turn] = []
    for dialogue in dialogues:
        trial = Trial(agent)
        offered: Set[str] = set()
        for number, turn in enumerate(dialogue["turns"], 1):
            said = turn.get("say") or turn["press"]
            replies = await trial.press(said) if "press" in turn else await trial.say(said)
            missing, wrong = judge(turn.get("expect", {}), replies, offered)
            found.append(Turn(dialogue["id"], number, said, missing, wrong))
    return found
