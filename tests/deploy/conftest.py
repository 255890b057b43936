"""What the files under deploy/ are compared with: the settings, routes, metrics and modules that exist."""
from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from bot.gateway.metrics import Metrics
from bot.settings import ROOT

DEPLOY = ROOT / "deploy"


def documents(folder: str):
    """Every document of every YAML file in ``folder``, with the file's name."""
    for path in sorted((DEPLOY / folder).rglob("*.yml")):
        for document in yaml.safe_load_all(path.read_text("utf-8")):
            yield path.relative_to(DEPLOY), document


def metric_names():
    """All names a query may use: histograms and counters have several."""
    found = {"up"}
    for family in Metrics().registry.collect():
        suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}.get(family.type, ("",))
        found |= {family.name + suffix for suffix in suffixes}
    return found


def used_metrics(expression: str):
    """Metric names in a PromQL expression."""
    return set(re.findall(r"\b((?:gjj|process)_\w+|up)\b(?=[{\[\s)>=]|$)", expression))


@pytest.fixture(scope="session")
def settings_variables():
    """Environment variables that the program reads."""
    source = "".join((ROOT / "bot" / name).read_text("utf-8") for name in ("settings.py",))
    found = set(re.findall(r'"((?:GJJ_|REDIS_)\w+)"', source))
    return found | {f"{name}_FILE" for name in found}


def environment_of_python() -> set:
    """What Python and its libraries read, not we."""
    return {"PYTHONPATH", "PYTHONUTF8", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "PYTHONHASHSEED", "PYTHONWARNINGS", "OMP_NUM_THREADS",
            "RASA_TELEMETRY_ENABLED", "TF_CPP_MIN_LOG_LEVEL", "MPLCONFIGDIR"}


def module_exists(name: str) -> bool:
    path = ROOT / Path(*name.split("."))
    return path.with_suffix(".py").exists() or (path / "__main__.py").exists()
