"""One message of a WeChat user: what is answered to it, as text."""
from __future__ import annotations

import json
from typing import Any, Dict, List

from bot.gateway import bodies
from bot.gateway.channels import names
from bot.gateway.channels.plain_text import Spoken, chosen, parts
from bot.gateway.channels.pocket import Pocket, Pockets
from bot.gateway.channels.wechat_xml import Received
from bot.gateway.channels.wording import Wording
from bot.gateway.errors import ApiError
from bot.gateway.feedback import FeedbackStore
from bot.gateway.limits import RateLimiter
from bot.gateway.workers import Workers
from bot.state.masking import mask

CHANNEL = "wechat"
LONGEST = 2000
"""Bytes of one reply; WeChat takes 2048."""


class Dialogue:
    """Answers messages of all users; ``answer`` gives "" where nothing is to be said. Raises RedisError."""

    def __init__(self, secret: bytes, workers: Workers, pockets: Pockets, feedback: FeedbackStore, limiter: RateLimiter, wording: Wording, longest: int) -> None:
        self._secret = secret
        self._workers = workers
        self.pockets = pockets
        self._feedback = feedback
        self._limiter = limiter
        self.wording = wording
        self._longest = longest

    def conversation(self, got: Received) -> str:
        return names.conversation(self._secret, CHANNEL, f"{got.account}:{got.person}")

    def ident(self, got: Received) -> str:
        return names.message(self._secret, CHANNEL, f"{got.account}:{got.person}", got.ident)

    async def answer(self, got: Received, request_id: str) -> str:
        """What to say; refusals are said as their kind sentence."""
        conversation = self.conversation(got)
        if got.kind == "event":
            return await self._event(got, conversation, request_id)
        try:
            text = bodies.clean(got.text)
        except ApiError:
            text = ""
        if not text:
            return self.wording.not_text
        if len(text) > self._longest:
            return self.wording.too_long
        try:
            return await self._said(text, conversation, self.ident(got), request_id)
        except ApiError as error:
            return error.message

    async def keep_waiting(self, got: Received) -> str:
        """The answer is not ready in time: it comes when the citizen says 继续, under the same message id."""
        conversation = self.conversation(got)
        pocket = await self.pockets.get(conversation)
        if got.text not in self.wording.words.more:
            choice = chosen(got.text, pocket.choices)
            pocket.waiting = {"id": self.ident(got), **({"choice": choice} if choice else {"text": mask(got.text)})}
            await self.pockets.put(conversation, pocket)
        return self.wording.still_thinking

    async def _event(self, got: Received, conversation: str, request_id: str) -> str:
        if got.event == "subscribe":
            return self.wording.opening
        if got.event == "unsubscribe":
            await self._erase(conversation, request_id)
        return ""

    async def _said(self, text: str, conversation: str, ident: str, request_id: str) -> str:
        if text in self.wording.words.erase:
            await self._erase(conversation, request_id)
            return self.wording.erased
        self._limiter.spend("message", "session", conversation)
        pocket = await self.pockets.get(conversation)
        if text in self.wording.words.more:
            return await self._more(pocket, conversation, ident, request_id)
        choice = chosen(text, pocket.choices)
        body = bodies.MessageBody(ident, choice=choice) if choice else bodies.MessageBody(ident, text=text)
        return await self._ask(body, pocket, conversation, request_id)

    async def _ask(self, body: bodies.MessageBody, pocket: Pocket, conversation: str, request_id: str) -> str:
        replies = json.loads(await self._workers.answer(body.for_worker(conversation), request_id))["replies"]
        pocket.waiting = None
        if not replies:
            said = await self._staff(pocket, conversation, request_id)
            pocket.choices, pocket.rest = {}, []
            await self.pockets.put(conversation, pocket)
            return said or self.wording.staff_has_it
        spoken = Spoken(replies)
        room = LONGEST - len(f"\n\n{self.wording.more}".encode())
        first, *pocket.rest = parts(spoken.text, room)
        pocket.choices = spoken.choices
        await self.pockets.put(conversation, pocket)
        return self._with_rest(first, pocket)

    async def _more(self, pocket: Pocket, conversation: str, ident: str, request_id: str) -> str:
        if pocket.last[:1] == [ident]:
            return pocket.last[1]  # WeChat asks again: the reply was lost on the way
        if pocket.waiting:
            body = bodies.MessageBody(pocket.waiting["id"], pocket.waiting.get("text"), pocket.waiting.get("choice"))
            return await self._ask(body, pocket, conversation, request_id)
        if pocket.rest:
            piece, *pocket.rest = pocket.rest
            said = self._with_rest(piece, pocket)
        else:
            said = await self._staff(pocket, conversation, request_id) or self.wording.nothing_more
        pocket.last = [ident, said]
        await self.pockets.put(conversation, pocket)
        return said

    async def _staff(self, pocket: Pocket, conversation: str, request_id: str) -> str:
        """What staff have said since."""
        history: List[Dict[str, Any]] = json.loads(await self._workers.history(conversation, request_id))["messages"]
        new = [m for m in history if m["from"] == "staff" and m["id"] not in pocket.seen]
        pocket.seen += [m["id"] for m in new]
        return "\n".join(self.wording.staff_prefix + m["text"] for m in new)

    async def _erase(self, conversation: str, request_id: str) -> None:
        await self.pockets.drop(conversation)
        await self._workers.erase(conversation, request_id)
        await self._feedback.erase(conversation)

    def _with_rest(self, piece: str, pocket: Pocket) -> str:
        return f"{piece}\n\n{self.wording.more}" if pocket.rest else piece

