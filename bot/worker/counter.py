"""Messages in hand: a worker that is to stop takes no new ones and finishes these."""
from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import Iterator


class Closing(RuntimeError):
    """This worker is about to stop; nothing of the message has been begun."""


class Counter:
    """Counts messages from acceptance to the last byte of the answer."""

    def __init__(self) -> None:
        self.closed = False
        self._in_hand = 0
        self._empty = asyncio.Event()
        self._empty.set()

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Holds one message; raises :class:`Closing` once the counter is closed."""
        if self.closed:
            raise Closing
        self._in_hand += 1
        self._empty.clear()
        try:
            yield
        finally:
            self._in_hand -= 1
            if not self._in_hand:
                self._empty.set()

    def close(self) -> None:
        """Take nothing new from now on."""
        self.closed = True

    @property
    def in_hand(self) -> int:
        return self._in_hand

    async def finished(self) -> None:
        """Until no message is in hand."""
        await self._empty.wait()
