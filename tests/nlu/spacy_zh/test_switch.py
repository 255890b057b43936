"""The manual's command that switches to spaCy's own Chinese pipeline does just that, and back again."""
from __future__ import annotations

import re
import subprocess

import yaml

from bot.settings import ROOT


def _model(config):
    return next(part["model"] for part in yaml.safe_load(config)["pipeline"] if part["name"] == "SpacyNLP")


def test_switch_and_back(tmp_path):
    manual = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    there, back = re.findall(r"sed -i '(s/model: [^']+)' config\.yml", manual)
    original = (ROOT / "config.yml").read_text(encoding="utf-8")
    config = tmp_path / "config.yml"
    config.write_text(original, encoding="utf-8")
    subprocess.run(["sed", "-i", there, config], check=True)
    assert _model(config.read_text(encoding="utf-8")) == "zh_core_web_md"
    subprocess.run(["sed", "-i", back, config], check=True)
    assert config.read_text(encoding="utf-8") == original
