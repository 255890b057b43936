"""``python -m bench.skewed SECONDS MODULE --socket PATH``: a worker whose clock is off by so many seconds."""
from __future__ import annotations

import runpy
import sys
import time


def main() -> int:
    offset, module = float(sys.argv.pop(1)), sys.argv.pop(1)
    right = time.time
    time.time = lambda: right() + offset
    runpy.run_module(module, run_name="__main__", alter_sys=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
