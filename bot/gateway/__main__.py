"""Start the gateway: ``python -m bot.gateway``. Every start-up mistake is one Chinese sentence and exit status 1."""
from __future__ import annotations

import errno
import logging
import sys

from aiohttp import web

from bot.gateway.app import build_app
from bot.gateway.logs import configure_logging
from bot.gateway.startup import StartupError, check
from bot.settings import Settings, SettingsError

SHUTDOWN_SECONDS = 10.0
BACKLOG = 1024


def main() -> int:
    configure_logging()
    try:
        settings = check(Settings.from_env())
        web.run_app(
            build_app(settings), host=settings.host, port=settings.port, backlog=BACKLOG,
            access_log=None, print=None, shutdown_timeout=SHUTDOWN_SECONDS,
        )
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
        logging.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
