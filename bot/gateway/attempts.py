"""One attempt to have a worker do something: what failed, and whether trying again can help."""
from __future__ import annotations

import json
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import AsyncIterator

import aiohttp

from bot.gateway.errors import SENTENCES, ApiError

CONNECT_SECONDS = 2.0
LARGEST_REPLY = 2 * 1024 * 1024
RETRY_AFTER = 5

_REFUSED = (aiohttp.ClientConnectorError, FileNotFoundError, ConnectionRefusedError)
_MALFORMED = (ValueError, KeyError, TypeError)


class Again(Exception):
    """The attempt failed in a way that another may not. ``error`` is what the citizen is told when none succeeds."""

    def __init__(self, reason: str, error: ApiError, worker_is_gone: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.error = error
        self.worker_is_gone = worker_is_gone

    @classmethod
    def broken(cls, reason: str) -> "Again":
        """The connection was refused or cut off, or what came over it was no answer."""
        return cls(reason, ApiError("unavailable", retry_after=RETRY_AFTER), worker_is_gone=True)

    @classmethod
    def of(cls, body: object, status: int) -> Exception:
        """A worker's refusal: :class:`ApiError` when it is final, :class:`Again` otherwise."""
        error = body.get("error") if isinstance(body, dict) else None
        error = error if isinstance(error, dict) else {}
        message = error.get("message") if isinstance(error.get("message"), str) else None
        code = error.get("code")
        if status == 422 or (isinstance(code, str) and SENTENCES.get(code, (0,))[0] == 422):
            return ApiError(code if code in SENTENCES else "invalid", message)
        if status in (404, 409):  # what staff ask for is not there, or somebody else has it
            return ApiError("not_found" if status == 404 else "conflict", message)
        if status == 504 or code == "timeout":
            return ApiError("timeout", message, RETRY_AFTER)
        refusal = ApiError("unavailable", message if status == 503 else None, RETRY_AFTER)
        return cls("draining" if code == "draining" else "unavailable", refusal, worker_is_gone=code == "draining")


@asynccontextmanager
async def attempt(call: "AbstractAsyncContextManager[aiohttp.ClientResponse]") -> AsyncIterator[aiohttp.ClientResponse]:
    """The worker's good answer to ``call``; every failure, also one while the answer is read inside, leaves as
    :class:`Again` or, when another attempt would end the same, as :class:`ApiError`."""
    try:
        async with call as response:
            if response.status >= 400:
                raise Again.of(await _error_body(response), response.status)
            try:
                yield response
            except BaseException:
                response.close()  # half-read: the connection cannot be used again
                raise
    except _REFUSED:
        raise Again.broken("refused") from None
    except TimeoutError:
        raise ApiError("timeout", retry_after=RETRY_AFTER) from None
    except (aiohttp.ClientError, OSError, *_MALFORMED):
        raise Again.broken("broken") from None


async def read(response: aiohttp.ClientResponse) -> bytes:
    """The whole body; a worker gone mad must not fill the gateway's memory."""
    raw = await response.content.read(LARGEST_REPLY + 1)
    while len(raw) <= LARGEST_REPLY and not response.content.at_eof():
        raw += await response.content.read(LARGEST_REPLY + 1 - len(raw))
    if len(raw) > LARGEST_REPLY:
        raise ValueError("reply too large")
    return raw


async def _error_body(response: aiohttp.ClientResponse) -> object:
    try:
        return json.loads(await read(response))
    except (ValueError, aiohttp.ClientError):
        return None
