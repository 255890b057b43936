"""The training process as its starter sees it: started ahead to be warm, given one job, watched, ended."""
from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
import tempfile
from typing import Any, AsyncIterator, Dict, List, Optional

COMMAND = [sys.executable, "-m", "bot.training.child"]


class Training:
    """One process for one job. Its group is ended as a whole; the kernel ends it when its starter dies."""

    def __init__(self, command: List[str]):
        self._command = command
        self._process: Optional[asyncio.subprocess.Process] = None
        self._first: Optional["asyncio.Task[bytes]"] = None
        self._folder = ""

    async def start(self) -> None:
        """Let it prepare; it uses the time until :meth:`run`."""
        from bot.cli.child import tie_to

        self._folder = tempfile.mkdtemp(prefix="gjj-training-")  # a process that is killed does not tidy up after itself
        self._process = await asyncio.create_subprocess_exec(
            *self._command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, start_new_session=True, limit=1 << 22,
            preexec_fn=tie_to(os.getpid(), signal.SIGKILL), env={**os.environ, "PYTHONWARNINGS": "ignore", "TMPDIR": self._folder})
        assert self._process.stdout is not None
        self._first = asyncio.ensure_future(self._process.stdout.readline())

    @property
    def ready(self) -> bool:
        """Whether it has prepared and could begin at once."""
        return self.running and self._first is not None and self._first.done()

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def run(self, author: str, full: bool = False) -> AsyncIterator[Dict[str, Any]]:
        """Its news until the result; ``{"failed": …}`` when it died without one."""
        process = self._process
        assert process is not None and process.stdin is not None and process.stdout is not None and self._first is not None
        try:
            process.stdin.write(json.dumps({"author": author, "full": full}).encode() + b"\n")
            await process.stdin.drain()
        except (BrokenPipeError, ConnectionResetError):
            pass  # it died while it waited; its end is read below
        await self._first  # it is prepared, or has ended
        async for line in process.stdout:
            news = json.loads(line)
            yield news
            if not {"release", "problems", "failed"}.isdisjoint(news):
                await process.wait()
                return
        code = await process.wait()
        yield {"failed": f"训练程序中途断了（{'信号 ' + str(-code) if code < 0 else '代码 ' + str(code)}），在用的版本没有受影响。"}

    async def end(self) -> None:
        """Now, whatever it is doing."""
        if self._first is not None:
            self._first.cancel()
        if self.running:
            assert self._process is not None
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            await self._process.wait()
        if self._folder:
            await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)
