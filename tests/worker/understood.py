"""Plays tests/scenarios/understanding against a trained model in process and judges what was understood.

``python -m tests.worker.understood MODEL FILE…`` prints every slip and the ratios.
"""
from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, List, Mapping, Sequence

import yaml


def fits(wanted: str, reply: Mapping[str, Any]) -> bool:
    """Whether an answer is one of ``wanted``: ``home``, ``home/aspect`` or ``@topic``, or ``form``; separated by ``|``."""
    if reply["kind"] != "answer":
        return reply["kind"] in wanted.split("|")
    home = reply["faq"] or reply["service"]
    return any(option in (home, f"{home}/{reply['aspect']}", f"@{reply['topic']}") for option in wanted.split("|"))


def _shown(reply: Mapping[str, Any]) -> str:
    if reply["kind"] != "answer":
        return f"{reply['kind']} {[c['title'] for c in reply['candidates']]}"
    return reply["faq"] or f"{reply['service']}/{reply['aspect']}"


@dataclass
class Ratio:
    """How many of how many were right, and what went wrong with the others."""

    right: int = 0
    total: int = 0
    slips: List[str] = field(default_factory=list)

    def count(self, name: str, mistakes: Sequence[str]) -> None:
        self.total += 1
        self.right += not mistakes
        self.slips += [f"{name}: {m}" for m in mistakes]

    @property
    def share(self) -> float:
        return self.right / self.total

    def __str__(self) -> str:
        return "\n".join([*self.slips, f"{self.right}/{self.total} = {self.share:.3f}"])


class Player:
    """A trained model with its actions, one conversation at a time."""

    def __init__(self, model: Path) -> None:
        from rasa.core.agent import Agent
        from rasa.core.lock_store import InMemoryLockStore
        from rasa.core.tracker_store import InMemoryTrackerStore
        from rasa.shared.core.domain import Domain

        from bot.worker.in_process import InProcessActions

        self._store = InMemoryTrackerStore(Domain.empty())
        self._agent = Agent(tracker_store=self._store, lock_store=InMemoryLockStore(), action_endpoint=InProcessActions())
        self._agent.load_model(str(model))
        self._agent.processor.tracker_store = self._store  # as in bot/worker/agent.py
        self._store.domain = self._agent.domain
        self._loop = asyncio.new_event_loop()
        self._count = 0
        for _ in range(2):  # the first message reads all content, which on a busy machine may exceed its time limit
            self.say("warm-up", "租房提取要带什么，多久到账")

    def close(self) -> None:
        self._loop.close()

    def say(self, conversation: str, text: str) -> List[Dict[str, Any]]:
        """Everything that is replied to ``text``."""
        from bot.worker.channel import ReplyChannel
        from bot.worker.incoming import Incoming, user_message

        self._count += 1
        channel = ReplyChannel()

        async def turn() -> None:
            tracker = await self._store.retrieve(conversation)
            await self._agent.handle_message(user_message(Incoming(conversation, f"m{self._count}", text), channel, tracker))

        self._loop.run_until_complete(turn())
        return channel.replies

    def memory(self, conversation: str) -> Any:
        """What is remembered of ``conversation``."""
        from actions.memory import SLOT, Memory

        tracker = self._loop.run_until_complete(self._store.retrieve(conversation))
        return Memory.from_slots({SLOT: tracker.get_slot(SLOT)})


def several(player: Player, messages: Sequence[Mapping[str, Any]]) -> Ratio:
    """Messages with several questions: every part answered, in order, nothing besides and nothing twice."""
    result = Ratio()
    for number, message in enumerate(messages, 1):
        replies = player.say(f"several-{id(messages)}-{number}", message["say"])
        told = [r for r in replies if r["kind"] not in ("question", "reminder")]
        parts = message["parts"]
        mistakes = []
        if not _in_order(parts, told):
            mistakes.append(f"{parts} got {[_shown(r) for r in told]}")
        texts = [r["text"] for r in told]
        if len(set(texts)) != len(texts):
            mistakes.append("the same answer twice")
        offers = [r["kind"] in ("question", "reminder") for r in replies]
        if offers != sorted(offers):
            mistakes.append("attentive words between the answers")
        result.count(message["say"], mistakes)
    return result


def _in_order(parts: Sequence[str], told: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the answers take the parts in order: each answer for one part or for several that follow each other."""
    if not parts or not told:
        # What follows from something told besides (confidence 1) may come behind the answers.
        return not parts and all(r["kind"] == "answer" and r["confidence"] == 1.0 for r in told[:1]) and len(told) <= 1
    if told[0]["kind"] != "answer" or not fits(parts[0], told[0]):
        return False
    return _in_order(parts[1:], told[1:]) or len(parts) > 1 and _in_order(parts[1:], told)


def context(player: Player, dialogues: Sequence[Mapping[str, Any]]) -> Ratio:
    """Short dialogues, turn by turn: what it was taken to be about, and what is known of whom."""
    result = Ratio()
    for number, dialogue in enumerate(dialogues, 1):
        name = f"context-{id(dialogues)}-{number}"
        for turn in dialogue["turns"]:
            replies = [r for r in player.say(name, turn["say"]) if r["kind"] not in ("question", "reminder")]
            memory = player.memory(name)
            mistakes = []
            if "means" in turn and not any(fits(turn["means"], r) for r in replies):
                mistakes.append(f"means {turn['means']}, got {[_shown(r) for r in replies]}")
            if "kind" in turn and replies[0]["kind"] not in turn["kind"]:
                mistakes.append(f"kind {turn['kind']}, got {replies[0]['kind']}")
            own = memory.of("")
            mistakes += _known(turn.get("knows", {}), own, "")
            for person, facts in turn.get("others", {}).items():
                mistakes += _known(facts, memory.of(person), person)
            mistakes += [f"should not know {f}={own[f]}" for f in turn.get("unknown", []) if f in own]
            result.count(f"{number} {turn['say']}", mistakes)
    return result


def _known(expected: Mapping[str, Any], profile: Mapping[str, Any], person: str) -> List[str]:
    return [f"{person}{name} should be {value}, is {profile.get(name)}" for name, value in expected.items() if str(profile.get(name)) not in (str(value), f"{value}.0")]


def main(arguments: Sequence[str]) -> None:
    from bot.quiet import quiet_libraries

    quiet_libraries()
    player = Player(Path(arguments[0]))
    for path in map(Path, arguments[1:]):
        data = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
        print(path.name, (several if "parts" in data[0] else context)(player, data))


if __name__ == "__main__":
    main(sys.argv[1:])
