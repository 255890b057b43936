"""The manual names every setting, command, benchmark, route and field of the content."""
from __future__ import annotations

import inspect
import re
from pathlib import Path

import msgspec
import pytest

from bot.gateway.app import build_app
from bot.gateway.startup import check
from bot.knowledge import card, faq
from bot.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
MANUAL = (ROOT / "docs/operations.md").read_text("utf-8")
SETTINGS = sorted(set(re.findall(r'"(GJJ_[A-Z_]+|REDIS_URL)"', (ROOT / "bot/settings.py").read_text("utf-8"))))
PAGES = "\n".join(path.read_text("utf-8") for path in sorted((ROOT / "docs").glob("*.md")))
CONTENT = "\n".join((ROOT / "docs" / name).read_text("utf-8") for name in ("content.md", "faq.md"))
COMMANDS = sorted(set(re.findall(r"^    ([a-z]+)\)", (ROOT / "gjj").read_text("utf-8"), re.MULTILINE)))


@pytest.mark.parametrize("name", SETTINGS)
def test_setting_is_in_the_manual(name):
    assert f"| `{name}` |" in MANUAL


@pytest.mark.parametrize("command", COMMANDS)
def test_command_is_in_the_manual(command):
    assert f"| `./gjj {command}" in MANUAL


@pytest.mark.parametrize("name", sorted(set(re.findall(r'^    "([a-z]+)": [(]"bench[.]', (ROOT / "bench/__main__.py").read_text("utf-8"), re.MULTILINE))))
def test_benchmark_is_in_the_manual(name):
    assert f"./gjj bench {name}" in PAGES


def routes():
    """Paths of everything the gateway answers; of the console's own pages and interface the areas."""
    settings = Settings(secret=b"documented-0123456789-abcdefghijk", redis_url="redis://127.0.0.1:1", worker_sockets=("/nowhere.sock",), for_tests=True,
                        wechat_app_id="wx1", wechat_token="token", partners=(("bank", b"k" * 32),))
    paths = {route.resource.canonical for route in build_app(check(settings)).router.routes() if route.resource}
    areas = {"/".join(path.split("/")[:5]) for path in paths if path.startswith("/admin/api/")}
    return sorted(areas | {path for path in paths if not path.startswith(("/admin", "/web/"))})


@pytest.mark.parametrize("path", routes())
def test_route_is_in_the_manual(path):
    assert path.split("{")[0] in PAGES


def fields():
    for module in (card, faq):
        for name, kind in vars(module).items():
            if inspect.isclass(kind) and issubclass(kind, msgspec.Struct) and kind.__module__ == module.__name__:
                yield from ((name, field) for field in kind.__struct_fields__)


@pytest.mark.parametrize("kind, field", sorted(set(fields())))
def test_field_of_cards_and_faqs_is_in_the_manual(kind, field):
    assert re.search(rf"\b{field}\b", CONTENT), f"{kind}.{field}"
