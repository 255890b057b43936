"""The service desk of this worker: work orders for the actions, and silence while a member of staff holds a conversation."""
from __future__ import annotations

import asyncio
import logging
from typing import Any, Coroutine, Dict, List, Optional, TypeVar

from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered

from actions.handoff import Desk, Draft, NoOrders, OrderState
from actions.memory import SLOT, Memory
from actions.trial import TRIAL
from bot.settings import Settings
from bot.state.live import Live
from bot.state.masking import mask
from bot.state.orders import Orders
from bot.state.persons import Persons
from bot.state.talks import Talks
from bot.state.tracker_store import RedisTrackerStore
from bot.state.turns import Turns

from .assistant import Assistant
from .channel import ReplyChannel, Sink
from .history import messages
from .incoming import Incoming, clean, user_message

logger = logging.getLogger(__name__)

PATIENCE = 2.0
"""Seconds an action waits for Redis before the citizen gets 12329 without a number."""
LEASE = 5.0
STAFF = "staff"
"""Key under which a message of staff travels in the metadata of a stored bot message."""


_T = TypeVar("_T")


class NotHeld(RuntimeError):
    """Staff may only speak in, or hand back, a conversation that they hold."""


class ThreadOrders:
    """Implements actions.handoff.WorkOrders for actions that run in threads of ``loop``."""

    def __init__(self, orders: Orders, live: Live, loop: asyncio.AbstractEventLoop):
        self._orders = orders
        self._live = live
        self._loop = loop

    def open(self, draft: Draft) -> str:
        if draft.conversation == TRIAL:
            return ""  # an administrator tries something out: nobody waits for help
        number = self._wait(self._orders.open(draft)) or ""
        if number:
            self._loop.call_soon_threadsafe(self._live.tell, draft.conversation, "order")
        return number

    def state(self, conversation: str, number: str) -> Optional[OrderState]:
        return self._wait(self._orders.state(conversation, number))

    def _wait(self, work: Coroutine[Any, Any, _T]) -> Optional[_T]:
        running = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return running.result(PATIENCE)
        except Exception as error:  # noqa: BLE001 – whatever broke, the citizen gets 12329
            running.cancel()
            logger.warning("work orders: %s", type(error).__name__)
            return None


class ServiceDesk:
    """Opened with the worker inside its event loop, closed with it."""

    def __init__(self, settings: Settings, store: RedisTrackerStore):
        self._store = store
        self._turns = Turns(store.redis, lease=LEASE)
        self._wait = settings.message_timeout
        self.orders = Orders(store.redis)
        self.persons = Persons(store.redis)
        self.live = Live(store.redis)
        self._talks = Talks(store.redis, settings.conversation_ttl)
        Desk.orders = ThreadOrders(self.orders, self.live, asyncio.get_running_loop())

    def close(self) -> None:
        Desk.orders = NoOrders()

    async def answer(self, assistant: Assistant, incoming: Incoming, sink: Optional[Sink] = None) -> List[Dict[str, Any]]:
        """What the assistant answers; nothing while a member of staff holds the conversation, who reads it instead."""
        if await self.persons.holder(incoming.conversation) is not None:
            heard = await self._overhear(incoming)
            if heard is not None:
                for reply in heard if sink else ():
                    await sink(reply)  # type: ignore[misc]
                return heard
        return await assistant.answer(incoming, sink)

    async def transcript(self, conversation: str) -> List[Dict[str, Any]]:
        """Every message with what was understood, for staff."""
        return messages(await self._store.history(conversation), understood=True)

    async def take(self, conversation: str, staff: str) -> bool:
        """Let ``staff`` hold the conversation; False when somebody else does. Raises :class:`LookupError` when it does not exist."""
        if not await self._store.exists(conversation):
            raise LookupError(conversation)
        taken = await self.persons.take(conversation, staff)
        if taken:
            self.live.tell(conversation, "person")
        return taken

    async def say(self, conversation: str, staff: str, message: str, text: str) -> None:
        """A message of staff to the citizen, kept with the conversation; the same id again changes nothing. Raises :class:`NotHeld`."""
        async with self._turns.alone(conversation, wait=self._wait):
            tracker = await self._held(conversation, staff)
            if any(isinstance(e, BotUttered) and e.metadata.get(STAFF, {}).get("id") == message for e in tracker.events):
                return
            said = {"id": message, "by": staff, "text": mask(clean(text))}
            tracker.update(BotUttered(said["text"], metadata={STAFF: said}))
            tracker.update(ActionExecuted("action_listen"))
            await self._store.save(tracker)
        await self.persons.take(conversation, staff)  # who speaks goes on holding it
        self.live.tell(conversation, "staff")

    async def hand_back(self, conversation: str, staff: str) -> None:
        """The assistant answers again, attentive as before the handoff. Raises :class:`NotHeld`."""
        async with self._turns.alone(conversation, wait=self._wait):
            tracker = await self._held(conversation, staff)
            memory = Memory.from_slots({SLOT: tracker.get_slot(SLOT)})
            memory.handed_off, memory.misses = False, 0
            tracker.update(SlotSet(SLOT, memory.as_slot()))
            await self._store.save(tracker)
        await self.persons.release(conversation)
        self.live.tell(conversation, "person")

    async def erase(self, conversation: str) -> None:
        """Forget orders, holder and everything to be learnt of a conversation that its citizen erases."""
        await self._talks.erase(conversation)
        await self.orders.erase(conversation)
        await self.persons.release(conversation)

    async def _held(self, conversation: str, staff: str) -> Any:
        if await self.persons.holder(conversation) != staff:
            raise NotHeld(conversation)
        tracker = await self._store.retrieve(conversation)
        if tracker is None:
            raise NotHeld(conversation)
        return tracker

    async def _overhear(self, incoming: Incoming) -> Optional[List[Dict[str, Any]]]:
        """Keep the citizen's message for staff; what was answered to it before, when it comes again. None: nothing is kept of the conversation."""
        async with self._turns.alone(incoming.conversation, wait=self._wait, message=incoming.id) as turn:
            if turn.given is not None:
                return turn.given
            tracker = await self._store.retrieve(incoming.conversation)
            if tracker is None:
                return None
            message = user_message(incoming, ReplyChannel(), tracker)
            intent: Dict[str, Any] = {"name": "choose", "confidence": 1.0}
            parsed: Any = {"text": message.text, "intent": intent, "entities": []}
            tracker.update(UserUttered(message.text, intent, [], parsed, message_id=incoming.id))
            tracker.update(ActionExecuted("action_listen"))
            await self._store.save(tracker)
        self.live.tell(incoming.conversation, "citizen")
        return []
