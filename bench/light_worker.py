"""``python -m bench.light_worker --socket PATH``: a worker without a model, for drills of everything around it.

Server, turns, state and draining are the real ones; understanding and answering are replaced by an echo that takes as long.
"""
from __future__ import annotations

import asyncio
import sys
from types import SimpleNamespace
from typing import Any, Dict

from rasa.core.channels.channel import UserMessage
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, UserUttered

from bot.settings import ROOT
from bot.training.releases import Releases

THINKING = 0.04
"""Seconds, about what a real turn takes: time enough to be killed in the middle."""


class Echo:
    """Stands for the Rasa processor."""

    def __init__(self, store: TrackerStore) -> None:
        self._store = store

    async def parse_message(self, message: UserMessage) -> Dict[str, Any]:
        return {"text": message.text, "intent": {"name": "ask", "confidence": 1.0}, "entities": []}

    async def handle_message(self, message: UserMessage) -> None:
        tracker = await self._store.get_or_create_tracker(message.sender_id, append_action_listen=False)
        parsed: Any = message.parse_data
        tracker.update(UserUttered(message.text, parsed["intent"], [], parsed, message_id=message.message_id))
        for number in (1, 2):
            await asyncio.sleep(THINKING / 2)
            reply: Dict[str, Any] = {"id": f"{message.message_id}.{number}", "kind": "answer", "text": message.text, "buttons": [], "sources": []}
            await message.output_channel.send_response(message.sender_id, {"reply": reply})
            tracker.update(BotUttered(message.text, metadata={"reply": reply}))
        tracker.update(ActionExecuted("action_listen"))
        await self._store.save(tracker)


async def load_echo(releases: Releases, ident: str, store: TrackerStore, readers: object = None) -> SimpleNamespace:
    return SimpleNamespace(processor=Echo(store), domain=Domain.load(str(ROOT / "domain.yml")))


def main() -> int:
    from bot.worker import __main__ as worker, assistant

    assistant.load_agent = load_echo  # type: ignore[assignment,attr-defined]
    Releases.current_id = lambda self: "echo"  # type: ignore[method-assign]
    return worker.main()


if __name__ == "__main__":
    sys.exit(main())
