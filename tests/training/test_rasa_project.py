"""The repository is a standard Rasa project: Rasa's own readers and checks accept its files (docs/rasa.md)."""
from __future__ import annotations

import asyncio
import importlib

import pytest
import yaml
from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.exceptions import RasaException
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.utils.endpoints import read_endpoint_config
from rasa.validator import Validator

from bot.nlu.spacy_zh.patterns import all_patterns
from bot.nlu.spacy_zh.vocabulary import ENTITY_LABELS
from bot.settings import ROOT
from bot.training.train import NLU_PATHS

CONFIG, DOMAIN, ENDPOINTS = (str(ROOT / name) for name in ("config.yml", "domain.yml", "endpoints.yml"))


@pytest.fixture(scope="module")
def validator():
    paths = [str(ROOT / path) for path in NLU_PATHS]
    return Validator.from_importer(TrainingDataImporter.load_from_config(CONFIG, DOMAIN, paths))


def test_rasa_data_validate(validator):
    assert validator.verify_domain_validity()
    assert validator.verify_intents_in_stories()
    assert validator.verify_utterances_in_stories()
    assert validator.verify_story_structure(ignore_warnings=False)
    assert validator.verify_actions_in_stories_rules()


def test_the_importer_brings_faqs_along(validator):
    homes = {m.get("metadata", {}).get("intent", {}).get("home") for m in validator.intents.training_examples}
    assert {"wd_rent", "faq_two_employers"} <= homes


def test_every_component_can_be_imported():
    config = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
    for part in [*config["importers"], *config["pipeline"], *config["policies"]]:
        module, _, name = part["name"].rpartition(".")
        assert not module or hasattr(importlib.import_module(module), name), part


def test_every_action_of_the_domain_is_registered():
    from rasa_sdk.executor import ActionExecutor

    executor = ActionExecutor()
    executor.register_package("actions")
    assert set(Domain.load(DOMAIN).user_actions) <= set(executor.actions)


def test_every_entity_the_chinese_pipeline_finds_is_in_the_domain_and_decides_nothing():
    domain = Domain.load(DOMAIN)
    assert set(domain.entities) == {*ENTITY_LABELS, *(label for label, _ in all_patterns())}
    assert {name: of["used_entities"] for name, of in domain.intent_properties.items() if of["used_entities"]} == {}


def test_one_rule_covers_every_intent():
    (rule,) = yaml.safe_load((ROOT / "data" / "rules" / "turn.yml").read_text(encoding="utf-8"))["rules"]
    own = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))["intents"]
    assert sorted(step["intent"] for step in rule["steps"][0]["or"]) == sorted(own)


def test_without_redis_plain_rasa_says_what_to_do(monkeypatch):
    monkeypatch.delenv("REDIS_URL", raising=False)
    from rasa.core.tracker_store import TrackerStore

    endpoint = read_endpoint_config(ENDPOINTS, "tracker_store")
    with pytest.raises(RasaException, match="没有 Redis 地址.*REDIS_URL"):
        TrackerStore.create(endpoint, Domain.load(DOMAIN))


def test_with_redis_plain_rasa_keeps_conversations_there(monkeypatch, redis_url):
    monkeypatch.setenv("REDIS_URL", redis_url)
    from rasa.core.tracker_store import TrackerStore

    from bot.state.tracker_store import RedisTrackerStore

    async def closed():
        store = TrackerStore.create(read_endpoint_config(ENDPOINTS, "tracker_store"), Domain.load(DOMAIN))
        await store.redis.close()
        return store

    assert isinstance(asyncio.run(closed()), RedisTrackerStore)


def test_test_stories_can_be_read():
    file = str(ROOT / "tests" / "rasa" / "test_turn.yml")
    assert YAMLStoryReader.is_test_stories_file(file)
    steps = YAMLStoryReader(Domain.load(DOMAIN)).read_from_file(file)
    assert sum(len(step.events) for step in steps) >= 7 * 3
