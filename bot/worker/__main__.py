"""``python -m bot.worker --socket PATH`` or ``--listen HOST:PORT``: start one worker."""
from __future__ import annotations

import argparse
import asyncio
import sys

from bot import tracing
from bot.endpoint import Endpoint, EndpointError
from bot.settings import Settings, SettingsError
from bot.training.releases import ReleaseError

from .logs import configure_logging


def main() -> int:
    parser = argparse.ArgumentParser(description="柜台助手的工作进程（由 ./gjj up 启动）")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--socket", help="监听的 Unix 套接字")
    where.add_argument("--listen", help="监听的主机和端口，例如 0.0.0.0:8090；健康检查在下一个端口")
    args = parser.parse_args()
    configure_logging()
    try:
        settings = Settings.from_env()
        endpoint = Endpoint(path=args.socket) if args.socket else Endpoint.parse(args.listen)
        if not endpoint.path and not settings.worker_secret:
            raise SettingsError("监听网络端口时要设置 GJJ_WORKER_SECRET_FILE：没有它，网络里谁都能读市民的会话")
    except (SettingsError, EndpointError) as error:
        print(error, file=sys.stderr)
        return 2

    from bot.quiet import place, quiet_libraries

    quiet_libraries()
    from .server import serve  # Rasa takes seconds to import: only after the settings are known to be good

    tracing.start("gjj-worker", settings.otlp_endpoint, settings.trace_percent)
    try:
        return asyncio.run(serve(settings, endpoint))
    except (ReleaseError, ValueError) as error:
        print(f"{error}（{place(error)}）", file=sys.stderr)
        return 1
    finally:
        tracing.stop()


if __name__ == "__main__":
    sys.exit(main())
