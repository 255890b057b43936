"""``python -m bot.worker --socket PATH``: start one worker."""
from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from pathlib import Path

from bot.settings import Settings, SettingsError
from bot.training.releases import ReleaseError


def main() -> int:
    parser = argparse.ArgumentParser(description="柜台助手的工作进程（由 ./gjj up 启动）")
    parser.add_argument("--socket", type=Path, required=True, help="监听的 Unix 套接字")
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        settings = Settings.from_env()
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2

    from bot.quiet import place, quiet_libraries

    quiet_libraries()
    from .server import serve  # Rasa takes seconds to import: only after the settings are known to be good

    try:
        return asyncio.run(serve(settings, args.socket))
    except (ReleaseError, ValueError) as error:
        print(f"{error}（{place(error)}）", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
