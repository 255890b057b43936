"""The pipeline's own components on lists of Rasa messages."""
from __future__ import annotations

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.clause_splitter import ClauseSplitter
from bot.nlu.entity_extractor import EntityExtractor
from bot.nlu.normalizer import TextNormalizer
from bot.nlu.spelling_corrector import MODEL, SpellingCorrector
from bot.nlu.topic_classifier import TopicClassifier, intent_of
from tests.nlu.made import THEMES, add_features, featurized

CONTEXT = ExecutionContext(GraphSchema({}))
RESOURCE = Resource("classifier")


@pytest.fixture
def storage(tmp_path):
    return LocalModelStorage.create(tmp_path)


def made(component, storage):
    return component.create(component.get_default_config(), storage, RESOURCE, CONTEXT)


def test_normalizer_rewrites_messages_and_training_examples(storage):
    normalizer = made(TextNormalizer, storage)
    messages = normalizer.process([Message({TEXT: "ＧＪＪ　怎么提？？"}), Message({TEXT: "😀"}), Message({TEXT: "/restart"}), Message({})])
    assert [m.get(TEXT) for m in messages] == ["公积金怎么提?", "…", "restart", None]
    assert messages[0].as_dict(only_output_properties=True)[TEXT] == "公积金怎么提?"
    data = normalizer.process_training_data(TrainingData([Message.build("公鸡金", "ask")]))
    assert data.training_examples[0].get(TEXT) == "公积金"


def test_clause_splitter_puts_each_question_behind_its_message(storage):
    messages = made(ClauseSplitter, storage).process(
        [Message({TEXT: "租房怎么提?多久到账呢?"}), Message({TEXT: "谢谢"}), Message({TEXT: "怎么转移?怎么封存?"}), Message({})]
    )
    assert [(m.get(TEXT), m.get("clause")) for m in messages] == [
        ("租房怎么提?多久到账呢?", None), ("租房怎么提", 0), ("多久到账呢", 1), ("谢谢", None),
        ("怎么转移?怎么封存?", None), ("怎么转移", 0), ("怎么封存", 1), (None, None),
    ]


def test_spelling_learns_from_training_questions_and_mends_messages(storage):
    corrector = made(SpellingCorrector, storage)
    questions = TrainingData([Message.build(f"{who}租房能不能提公积金", "ask") for who in "我你他她谁"])
    assert corrector.train(questions) == RESOURCE
    for speller in (corrector, SpellingCorrector.load({}, storage, RESOURCE, CONTEXT)):
        messages = speller.process([Message({TEXT: "我租房能步能提公积金"}), Message({TEXT: "我租房能不能提公积金"}), Message({})])
        assert [m.get(TEXT) for m in messages] == ["我租房能不能提公积金", "我租房能不能提公积金", None]
    assert [m.get(TEXT) for m in corrector.process_training_data(questions).training_examples][0] == "我租房能不能提公积金"


def test_half_a_character_model_is_not_loaded(storage):
    made(SpellingCorrector, storage).train(TrainingData([Message.build("租房能不能提公积金", "ask")]))
    with storage.write_to(RESOURCE) as folder:
        (folder / MODEL).write_bytes((folder / MODEL).read_bytes()[:500])
    with pytest.raises(ValueError):
        SpellingCorrector.load({}, storage, RESOURCE, CONTEXT)


def test_entities_are_taken_from_the_document_of_the_message_alone(storage):
    import spacy
    from rasa.nlu.utils.spacy_utils import SpacyModel

    nlp = spacy.load("zh_gjj")
    extractor = EntityExtractor.create(EntityExtractor.get_default_config(), storage, RESOURCE, CONTEXT)
    whole, clause = Message({TEXT: "去年在花垣买的房"}), Message({TEXT: "在花垣买的房", "clause": 0})
    for message in (whole, clause):
        message.set("text_spacy_doc", nlp(message.get(TEXT)))
    extractor.process([whole, clause, Message({})], SpacyModel(nlp, "zh_gjj"))
    assert ("PLACE", "花垣") in [(e["entity"], e["value"]) for e in whole.get("entities")]
    assert clause.get("entities") is None


@pytest.fixture
def trained(storage):
    examples = []
    for home, texts in THEMES.items():
        for text in texts:
            dialogue = home.startswith("intent:")
            examples.append(featurized(text, intent_of(home), "" if dialogue else home, "" if dialogue else "overview"))
    classifier = made(TopicClassifier, storage)
    assert classifier.train(TrainingData(examples)) == RESOURCE
    return classifier


def test_classifier_reads_home_aspect_and_clauses(trained):
    whole = add_features(Message({TEXT: "租房怎么提?退休怎么提?"}))
    parts = [add_features(Message({TEXT: t, "clause": i})) for i, t in enumerate(["租房怎么提", "退休怎么提取"])]
    greeting = add_features(Message({TEXT: "你好"}))
    trained.process([whole, *parts, greeting, Message({})])
    assert whole.get(INTENT)["name"] == "ask" and greeting.get(INTENT)["name"] == "greet"
    understanding = whole.get("understanding")
    assert understanding["text"] == "租房怎么提?退休怎么提?"
    assert [c["candidates"][0]["home"] for c in understanding["clauses"]] == ["wd_rent", "wd_retire"]
    assert greeting.get("understanding")["candidates"][0]["home"] == "intent:greet"
    assert greeting.get("understanding")["clauses"] == []
    scores = [c["score"] for c in understanding["candidates"]]
    assert scores == sorted(scores, reverse=True) and sum(scores) == pytest.approx(1, abs=0.01)
    assert [r["confidence"] for r in whole.get("intent_ranking")] == sorted((r["confidence"] for r in whole.get("intent_ranking")), reverse=True)


def test_a_loaded_classifier_reads_the_same(trained, storage):
    loaded = TopicClassifier.load(TopicClassifier.get_default_config(), storage, RESOURCE, CONTEXT)
    asked = [add_features(Message({TEXT: "租房能取吗"})) for _ in range(2)]
    trained.process(asked[:1])
    loaded.process(asked[1:])
    assert asked[0].get("understanding") == asked[1].get("understanding")


def test_an_unreadable_model_raises_instead_of_serving_untrained(trained, storage, tmp_path):
    (file,) = tmp_path.rglob("topic-model.npz")
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises((OSError, ValueError, KeyError)):
        TopicClassifier.load(TopicClassifier.get_default_config(), storage, RESOURCE, CONTEXT)


def test_a_missing_model_raises(storage):
    with pytest.raises(ValueError):
        TopicClassifier.load(TopicClassifier.get_default_config(), storage, Resource("nothing"), CONTEXT)


@pytest.mark.parametrize(("home", "intent"), [("wd_rent", "ask"), ("faq_two_employers", "ask"), ("focus", "ask"), ("intent:greet", "greet")])
def test_intent_of(home, intent):
    assert intent_of(home) == intent
