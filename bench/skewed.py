"""``python -m bench.skewed SECONDS --socket PATH``: a worker whose clock is off by so many seconds."""
from __future__ import annotations

import sys
import time


def main() -> int:
    offset = float(sys.argv.pop(1))
    right = time.time
    time.time = lambda: right() + offset
    from bot.worker.__main__ import main as worker

    return worker()


if __name__ == "__main__":
    sys.exit(main())
