"""No chat text in any output: Rasa's structlog events carry it and would be printed without set-up."""
from __future__ import annotations

import os
import re
import subprocess
import sys

from bot.quiet import place
from bot.settings import ROOT

TALK = """
import structlog
from rasa.core import processor
from rasa.shared.core.events import UserUttered
early = structlog.get_logger("rasa.core.processor")
for logger in (early, processor.structlogger):
    for level in ("debug", "info", "warning", "error"):
        getattr(logger, level)("processor.message.parse", parse_data_text="我的身份证丢了", rasa_event=UserUttered("我的身份证丢了"))
import logging
logging.basicConfig(level=logging.DEBUG)
logging.getLogger("rasa.core.tracker_store").warning("我的身份证丢了")
print("end")
"""


def test_rasa_prints_no_messages():
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "PYTHONWARNINGS": "ignore"}
    start = "from bot.quiet import quiet_libraries; quiet_libraries()\n"
    done = subprocess.run([sys.executable, "-c", start + TALK], env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0 and done.stdout.endswith("end\n"), done.stderr
    printed = done.stdout + done.stderr
    assert "身份证丢了" not in printed and "parse_data_text" not in printed


def test_the_place_of_an_error_without_its_words():
    try:
        int("我的身份证丢了")
    except ValueError as error:
        assert re.fullmatch(r"ValueError at test_quiet\.py:\d+", place(error))
