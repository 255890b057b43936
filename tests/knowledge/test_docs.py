"""The manuals name every field, fact type, setting, command, error code and command option that exists."""
from __future__ import annotations

import dataclasses
import re
import textwrap
import typing
from pathlib import Path

import msgspec
import pytest

from bot.knowledge import base as base_module, dialogue
from bot.knowledge.card import ASPECTS, Answer, Ask, Card, Consequence, Item, Local, Remind, Rule, Strict
from bot.knowledge.check import check
from bot.knowledge.condition import Condition
from bot.knowledge.faq import Faq, Option
from bot.knowledge.faq_sheet import COLUMNS
from bot.knowledge.policy import Branch, Fact, Setting
from bot.knowledge.profile import FactValue, Mood, ProfileFact
from bot.knowledge.reply import Reply
from bot.settings import ROOT

STRUCTS = (Card, Item, Answer, Local, Rule, Ask, Remind, Consequence, Condition, Faq, Option, Setting, Branch, Fact,
           ProfileFact, FactValue, Mood,
           *(kind for kind in vars(dialogue).values() if isinstance(kind, type) and issubclass(kind, Strict) and kind is not Strict))
HELP = re.search(r"<<'HELP'\n(.*?)\nHELP", (ROOT / "gjj").read_text("utf-8"), re.DOTALL)[1]


def text(name):
    return (ROOT / name).read_text("utf-8")


def fields(struct):
    return [(struct.__name__, field.encode_name) for field in msgspec.structs.fields(struct)]


@pytest.mark.parametrize(("struct", "field"), [pair for struct in STRUCTS for pair in fields(struct)])
def test_field_is_explained_in_content_md(struct, field):
    assert f"`{field}`" in text("docs/content.md")


@pytest.mark.parametrize("name", [*typing.get_args(typing.get_type_hints(ProfileFact)["type"]), *ASPECTS])
def test_fact_type_and_aspect_are_explained_in_content_md(name):
    assert f"`{name}`" in text("docs/content.md")


@pytest.mark.parametrize("field", [name for _, name in fields(Reply)])
def test_reply_field_is_explained_in_api_md(field):
    assert f"`{field}`" in text("docs/api.md")


@pytest.mark.parametrize("kind", typing.get_args(typing.get_type_hints(Reply)["kind"]))
def test_reply_kind_is_explained_in_api_md(kind):
    assert f"| `{kind}` |" in text("docs/api.md")


OPENAPI = (ROOT / "bot/gateway/openapi.yml").read_text("utf-8")
ROUTES = [(method.upper(), path) for path, block in re.findall(r"^  (/\S+):\n((?:    .*\n)+)", OPENAPI, re.MULTILINE)
          for method in re.findall(r"^    (get|post|delete):", block, re.MULTILINE)]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_route_is_in_api_md(method, path):
    assert path in text("docs/api.md") and (path == "/api/openapi.json" or f"{method} {path}" in text("docs/api.md"))


@pytest.mark.parametrize("code", re.findall(r'^    "([a-z_]+)": \(\d', text("bot/gateway/errors.py"), re.MULTILINE))
def test_error_code_is_in_api_md(code):
    assert f"`{code}`" in text("docs/api.md")


@pytest.mark.parametrize("name", sorted(set(re.findall(r'"(GJJ_[A-Z_]+|REDIS_URL)"', text("bot/settings.py")))))
def test_setting_is_in_operations_md(name):
    assert f"`{name}`" in text("docs/operations.md")


@pytest.mark.parametrize("command", re.findall(r"^  ([a-z]+) ", HELP, re.MULTILINE))
def test_command_is_in_the_manual_or_readme(command):
    assert f"./gjj {command}" in text("docs/operations.md") + text("README.md")


@pytest.mark.parametrize("word", re.findall(r'"(--[a-z-]+)"|add_parser\("([a-z]+)"', text("bot/knowledge/faq_admin.py")))
def test_faq_command_and_option_are_in_faq_md(word):
    assert next(filter(None, word)) in text("docs/faq.md") or word[0] == "--help"


@pytest.mark.parametrize("column", COLUMNS)
def test_column_is_in_faq_md(column):
    assert f"`{column}`" in text("docs/faq.md")


PAGES = ["README.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md")))]


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    targets = re.findall(r"\]\(([^)#]+)\)|src=\"(docs/[^\"]+)\"", text(page))
    for target in filter(None, (name for pair in targets for name in pair)):
        assert target.startswith("http") or ((ROOT / page).parent / target).exists(), target


@pytest.mark.parametrize("page", [page for page in PAGES if page not in ("README.md", "docs/README.md")])
def test_page_is_in_the_index(page):
    assert f"({Path(page).name})" in text("docs/README.md")


def blocks(page, language):
    return [textwrap.dedent(found) for found in re.findall(rf"^ *```{language}\n(.*?)^ *```", text(page), re.DOTALL | re.MULTILINE)]


def test_the_worked_example_is_a_valid_reminder():
    source = next(block for block in blocks("docs/content.md", "yaml") if block.startswith("- id: C08-R5"))
    [remind] = msgspec.yaml.decode(source, type=typing.List[Remind])
    base = base_module.load()
    card = base.cards["wd_rent"]
    assert remind.id not in base.rules
    cards = {**base.cards, card.code: msgspec.structs.replace(card, remind=[*card.remind, remind])}
    before, after = check(base), check(dataclasses.replace(base, cards=cards, rules={**base.rules, remind.id: remind}))
    assert after == before


def test_the_fact_example_names_real_facts_and_values():
    source = next(block for block in blocks("docs/content.md", "yaml") if block.startswith("when:"))
    condition = msgspec.yaml.decode(source, type=typing.Dict[str, Condition])["when"]
    base = base_module.load()
    card = base.cards["wd_rent"]
    changed = [msgspec.structs.replace(card.remind[0], when=condition), *card.remind[1:]]
    cards = {**base.cards, card.code: msgspec.structs.replace(card, remind=changed)}
    assert check(dataclasses.replace(base, cards=cards)) == check(base)


@pytest.mark.parametrize("page", ["README.md", "docs/content.md"])
def test_settings_shown_exist_in_center_yml(page):
    shown = [block for block in blocks(page, "yaml") if "checked_by:" in block]
    assert shown
    for block in shown:
        for key, setting in msgspec.yaml.decode(block, type=typing.Dict[str, Setting]).items():
            assert setting.value is not None and base_module.load().center[key].name == setting.name


@pytest.mark.parametrize("page", PAGES)
def test_page_names_no_registry_and_no_machine_path(page):
    assert not re.search(r"pypi\.org|/work/|/tmp/|/root/|/home/", text(page))
