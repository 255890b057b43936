"""Frames of the WebSocket: from the description (ClientFrame), mutated, binary, too long, in the wrong order."""
from __future__ import annotations

import asyncio
import json
import random
from contextlib import suppress
from typing import TYPE_CHECKING

import aiohttp

from bench.fuzz_raw import MAKERS

if TYPE_CHECKING:
    from bench.fuzz import Fuzzer

FRAMES_EACH = 20
"""Frames of one connection."""
KINDS = {"typing", "reply", "done", "error"}
REFUSALS = {"bad_json", "invalid", "text_empty", "text_too_long", "unknown_choice", "unauthorized", "rate_limited"}
"""What may be wrong with a frame; anything else would be an error of ours."""
CLOSED = {1000, 1001, 1002, 1003, 1006, 1007, 1009, 1013, 4401, 4409}
"""Ways a conversation may be closed; 1011 would be an error of the server."""


def frames(fuzzer: "Fuzzer", number: int) -> None:
    """Send ``number`` of them, each connection beginning with a good token nine times in ten."""
    asyncio.run(_connections(fuzzer, number, random.Random(fuzzer.seed())))


async def _connections(fuzzer: "Fuzzer", number: int, dice: random.Random) -> None:
    async with aiohttp.ClientSession() as session:
        while number > 0:
            token = json.dumps({"token": fuzzer.token()}) if dice.random() < 0.9 else dice.choice(MAKERS)(dice).decode("utf-8", "replace")
            with suppress(ConnectionError, aiohttp.ClientError):  # closed by the gateway for what we sent; it is asked again at once
                async with session.ws_connect(fuzzer.base.replace("http", "ws") + "/api/v1/ws", max_msg_size=0) as window:
                    await window.send_str(token)
                    for _ in range(FRAMES_EACH):
                        number -= 1
                        if not await _one(fuzzer, window, dice.choice(MAKERS)(dice), dice):
                            break


async def _one(fuzzer: "Fuzzer", window: aiohttp.ClientWebSocketResponse, raw: bytes, dice: random.Random) -> bool:
    """Send one frame and take one answer; whether the connection lives."""
    fuzzer.outcome.inputs += 1
    try:
        await (window.send_bytes(raw) if dice.random() < 0.1 else window.send_str(raw.decode("utf-8", "replace")))
        answer = await window.receive(timeout=30)
    except (ConnectionError, aiohttp.ClientError):
        return False
    if answer.type is not aiohttp.WSMsgType.TEXT:
        if window.close_code not in CLOSED:
            fuzzer.outcome.problem(f"WebSocket closed with {window.close_code}", raw)
        return False
    frame = json.loads(answer.data)
    if frame.get("type") not in KINDS or (frame["type"] == "error" and frame["error"]["code"] not in REFUSALS):
        fuzzer.outcome.problem("WebSocket frame", (answer.data, raw))
    return True
