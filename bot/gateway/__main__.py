"""Start the gateway: ``python -m bot.gateway``. Every start-up mistake is one Chinese sentence and exit status 1."""
from __future__ import annotations

import asyncio
import errno
import logging
import signal
import sys

from aiohttp import web

from bot import tracing
from bot.gateway import keys, middlewares
from bot.gateway.access_log import keep_apart
from bot.gateway.app import build_app
from bot.gateway.connections import MOST_PER_ADDRESS, Connections, Runner, places
from bot.gateway.logs import configure_logging
from bot.gateway.startup import StartupError, check
from bot.settings import Settings, SettingsError

SHUTDOWN_SECONDS = 10.0
BACKLOG = 1024


async def serve(settings: Settings) -> None:
    """Until INT or TERM; then what is being answered is finished. Raises OSError when the port cannot be had."""
    app = build_app(settings)
    most = places()
    connections = Connections(app[keys.METRICS], app[middlewares.ADDRESSES].stands_for_many, most,
                              most if settings.for_tests else MOST_PER_ADDRESS)
    runner = Runner(app, connections, shutdown_timeout=SHUTDOWN_SECONDS)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.host, settings.port, backlog=BACKLOG).start()
        await stop.wait()
    finally:
        await runner.cleanup()


def main() -> int:
    configure_logging()
    try:
        settings = check(Settings.from_env())
        _keep_access_log(settings)
        tracing.start("gjj-gateway", settings.otlp_endpoint, settings.trace_percent)
        asyncio.run(serve(settings))
    except (SettingsError, StartupError) as error:
        print(f"网关没有启动：{error}", file=sys.stderr)
        return 1
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            reason = f"端口 {settings.port} 已被占用，请换一个端口（GJJ_PORT 或 --port）"
        elif error.errno == errno.EACCES:
            reason = f"没有权限监听端口 {settings.port}，请用 1024 以上的端口"
        else:
            reason = f"不能监听 {settings.host}:{settings.port}（{error.strerror}）"
        print(f"网关没有启动：{reason}。", file=sys.stderr)
        return 1
    finally:
        tracing.stop()
        logging.shutdown()
    return 0


def _keep_access_log(settings: Settings) -> None:
    folder = settings.var_dir / "log"
    try:
        keep_apart(folder, settings.access_log_days)
    except OSError as error:
        raise StartupError(f"写不了访问日志 {folder}（{error.strerror}），请检查 GJJ_VAR 和权限。") from None


if __name__ == "__main__":
    sys.exit(main())
