"""The process that trains: started by the trainer service, at low priority; prepares, rehearses while it waits for
its one job, runs it, ends.

One JSON line on standard input starts the job (``{"author": …, "full": …}``); without one, at the end of input, it ends. On standard
output come JSON lines: ``{"step", "part", "word"}`` and at last ``{"release"}``, ``{"problems"}`` or ``{"failed"}``.
"""
from __future__ import annotations

import json
import logging
import os
import select
import sys
from typing import Any, TextIO

from bot.quiet import place
from bot.settings import Settings
from bot.worker.logs import configure_logging

from .priority import give_way
from .releases import Releases
from .run import Tools, Wrong, run

logger = logging.getLogger(__name__)


def main(tools: Tools) -> int:
    """0 when the job ended in a result, whatever it is."""
    configure_logging()
    settings = Settings.from_env()
    give_way(settings.training_nice)
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a library prints is no news of the job
    tools.prepare()
    tools.rehearse(lambda: bool(select.select([0], [], [], 0)[0]))
    _tell(out, ready=True)
    line = sys.stdin.readline()
    if not line:
        return 0
    order = json.loads(line)

    def tell(step: str, part: float, word: str) -> None:
        _tell(out, step=step, part=part, word=word)

    try:
        release = run(tools, Releases(settings.releases_dir), tell, order["author"], bool(order.get("full")))
    except Wrong as wrong:
        _tell(out, problems=wrong.problems)
    except Exception as error:
        logger.exception("training failed")
        _tell(out, failed=str(error) if isinstance(error, RuntimeError) else f"训练出错：{place(error)}")
    else:
        _tell(out, release=release.id)
    return 0


def _tell(out: TextIO, **news: Any) -> None:
    out.write(json.dumps(news, ensure_ascii=False) + "\n")
    out.flush()


if __name__ == "__main__":
    from .rasa_tools import RasaTools

    sys.exit(main(RasaTools()))
