"""The manual names every setting and every command."""
from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MANUAL = (ROOT / "docs/operations.md").read_text("utf-8")
SETTINGS = sorted(set(re.findall(r'"(GJJ_[A-Z_]+|REDIS_URL)"', (ROOT / "bot/settings.py").read_text("utf-8"))))
COMMANDS = sorted(set(re.findall(r"^    ([a-z]+)\)", (ROOT / "gjj").read_text("utf-8"), re.MULTILINE)))


@pytest.mark.parametrize("name", SETTINGS)
def test_setting_is_in_the_manual(name):
    assert f"| `{name}` |" in MANUAL


@pytest.mark.parametrize("command", COMMANDS)
def test_command_is_in_the_manual(command):
    assert f"| `./gjj {command}" in MANUAL
