"""The questions the model learns from: complete, unambiguous, and never the ones it is examined on."""
from __future__ import annotations

import collections
import csv
import os
from pathlib import Path

import pytest
import yaml

from bot.knowledge.base import load
from bot.knowledge.faq_draft import key
from bot.nlu.normalize import normalize
from bot.settings import ROOT

FOCUS = "focus"
ASPECTS = ("overview", "conditions", "materials", "steps", "time", "amount", "frequency", "channel", "place", "fee", "status")


def training():
    """(sentence, home, aspect, file) of every example of data/nlu and data/faq."""
    for path in sorted((ROOT / "data" / "nlu").glob("*/*.yml")):
        for block in yaml.load(path.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))["nlu"]:
            meta = block.get("metadata") or {}
            for line in block["examples"].splitlines():
                if line.strip():
                    assert line.strip().startswith("- "), (path, line)
                    yield line.strip()[2:], meta.get("home") or f"intent:{block['intent']}", meta.get("aspect") or "", path.name
    for faq in load().faqs.values():
        for text in (faq.question, *faq.similar):
            yield text, faq.id, "", "faq"


@pytest.fixture(scope="module")
def examples():
    return list(training())


@pytest.fixture(scope="module")
def normal(examples):
    """Training sentence → as the model sees it."""
    return {text: normalize(text) for text, _, _, _ in examples}


@pytest.fixture(scope="module")
def sentences(normal):
    """Every training sentence as the model sees it."""
    return set(normal.values())


@pytest.fixture(scope="module")
def base():
    return load()


def test_no_sentence_has_two_meanings(examples, normal):
    """Marks aside, as a new FAQ is compared with those there are."""
    meanings = collections.defaultdict(set)
    for text, home, aspect, _ in examples:
        meanings[key(normal[text])].add((home, aspect))
    assert {text: sorted(m) for text, m in meanings.items() if len(m) > 1} == {}


def test_every_home_and_aspect_exists(examples, base):
    wrong = {
        (home, aspect, file)
        for _, home, aspect, file in examples
        if not (home in base.faqs or home.startswith("intent:") or home == FOCUS or (home in base.cards and aspect in base.cards[home].answers))
    }
    assert wrong == set()


def test_every_dialogue_intent_is_in_the_domain(examples):
    intents = {str(i) for i in yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))["intents"]}
    assert {home[7:] for _, home, _, _ in examples if home.startswith("intent:")} <= intents


def test_every_card_has_thirty_questions(examples, base):
    counts = collections.Counter(home for _, home, _, _ in examples)
    assert {code: counts[code] for code in base.cards if counts[code] < 30} == {}


def test_at_least_sixty_faqs(base):
    assert len(base.faqs) >= 60


def test_no_sentence_is_empty_after_normalising(sentences):
    assert "" not in sentences


def held_out():
    """Own held-out questions, and the development questions beside the checkout where they are."""
    files = sorted((ROOT / "tests" / "questions").glob("*.tsv"))
    beside = Path(os.environ.get("GJJ_DEV_QUESTIONS") or ROOT.parent / "shared" / "questions" / "dev.tsv")
    return [*files, beside]


@pytest.mark.parametrize("path", held_out(), ids=lambda path: path.name)
def test_nothing_is_trained_on_what_is_examined(sentences, path):
    if not path.exists():
        pytest.skip(f"{path.name} is not here")
    with path.open(encoding="utf-8-sig", newline="") as f:
        asked = [row["question"] for row in csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE)]
    assert [question for question in asked if normalize(question) in sentences] == []
