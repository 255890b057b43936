"""Runs the real launcher with stand-ins for worker, gateway and preparation: ``python start.py [up arguments]``."""
from __future__ import annotations

import os
import sys
from pathlib import Path

from bot.cli import __main__ as entry, up
from bot.cli.plan import Plan

STUB = str(Path(__file__).with_name("stub.py"))
PLAN = Plan(
    worker=lambda socket: [sys.executable, STUB, "worker", str(socket)],
    gateway=lambda: [sys.executable, STUB, "gateway"],
    prepare=lambda settings: None,
    trainer=lambda: [sys.executable, STUB, "trainer"],
)

if "STUB_FREE_MB" in os.environ:  # a nearly full disk
    free_blocks = int(os.environ["STUB_FREE_MB"]) * 2**20

    class Numbers:
        f_frsize, f_bavail = 1, free_blocks

    os.statvfs = lambda path: Numbers

entry.run = lambda command, argv: up.main(argv, PLAN)
sys.exit(entry.main(["up", *sys.argv[1:]]))
