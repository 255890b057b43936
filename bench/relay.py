"""``python -m bench.relay PORT TARGET_PORT``: a wire between two machines that can be cut.

While cut (SIGUSR1 cuts, SIGUSR2 mends) connections stay open and nothing passes, as when a cable is pulled: neither side hears
that the other is gone, and both go on working.
"""
from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import suppress


class Wire:
    """Forwards TCP to ``target`` on this machine."""

    def __init__(self, target: int) -> None:
        self._target = target
        self.whole = asyncio.Event()
        self.whole.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self.whole.wait()
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.close()
            return
        await asyncio.gather(self._carry(reader, back), self._carry(there, writer))

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                await self.whole.wait()
                sink.write(data)
                await sink.drain()
        with suppress(OSError):
            sink.close()


async def main(port: int, target: int) -> None:
    """Forward until killed."""
    wire = Wire(target)
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, wire.whole.clear)
    loop.add_signal_handler(signal.SIGUSR2, wire.whole.set)
    async with await asyncio.start_server(wire.serve, "127.0.0.1", port) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
