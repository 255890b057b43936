"""Who may import whom (docs/architecture.md): read from the source, imports inside functions included."""
from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RASA = ("rasa", "rasa_sdk")
HTTP = ("aiohttp",)
FORBIDDEN = {
    "bot/knowledge": (*RASA, *HTTP, "redis", "actions", "bot.state", "bot.content", "bot.training", "bot.worker", "bot.gateway"),
    "bot/content": (*RASA, *HTTP, "actions", "bot.training", "bot.worker", "bot.gateway"),
    "actions": (*HTTP, "redis", "bot.state", "bot.content", "bot.training", "bot.worker", "bot.gateway"),
    "bot/nlu": (*HTTP, "redis", "bot.state", "bot.content", "bot.worker", "bot.gateway"),
    "bot/state": (*HTTP, "bot.content", "bot.training", "bot.worker", "bot.gateway"),
    "bot/training": (*HTTP, "bot.gateway"),
    "bot/worker": ("bot.content", "bot.gateway"),
    "bot/cli": (*RASA, *HTTP, "bot.content", "bot.gateway"),
    "bot/gateway": (*RASA, "actions", "bot.nlu", "bot.worker"),
}


def imported(path: Path):
    """Full names of what ``path`` imports, with their lines."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((name.name, node.lineno) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[:len(package) - node.level + 1] if node.level else ()
            module = ".".join([*start, *([node.module] if node.module else [])])
            yield from ((f"{module}.{name.name}", node.lineno) for name in node.names)


@pytest.mark.parametrize("folder", FORBIDDEN)
def test_imports_go_one_way(folder):
    files = sorted((ROOT / folder).rglob("*.py"))
    wrong = [f"{path.relative_to(ROOT)}:{line} {name}" for path in files for name, line in imported(path)
             if any(name == other or name.startswith(other + ".") for other in FORBIDDEN[folder])]
    assert wrong == [] and files


def test_reading_the_imports_sees_all_of_them(tmp_path, monkeypatch):
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    file = tmp_path / "bot" / "state" / "one.py"
    file.parent.mkdir(parents=True)
    file.write_text("import a.b\nfrom . import keys\nfrom ..gateway import app\ndef f():\n    from bot.worker.app import build\n")
    assert list(imported(file)) == [("a.b", 1), ("bot.state.keys", 2), ("bot.gateway.app", 3), ("bot.worker.app.build", 5)]
