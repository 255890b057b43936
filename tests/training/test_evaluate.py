"""Reading labelled questions and scoring, with numbers worked out by hand."""
from __future__ import annotations

import pytest

from bot.knowledge.base import load
from bot.training.evaluate import Row, Scores, main, read, score


@pytest.fixture(scope="module")
def base():
    return load()


@pytest.fixture
def file(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "q.tsv"
        path.write_bytes(text.encode(encoding))
        return path

    return write


def test_read_topics(file, base):
    path = file(
        "kind\tquestion\ttopic\talso\n"
        "user\t租房能提吗\twithdraw_rent\twithdraw_overview, withdraw_time\n"
        "user\t今天天气\tout_of_scope\t\n"
        'user\t他说"能"吗\tchitchat\t\n'
        "user\tasdf\tunusable\t\n"
    )
    with pytest.raises(ValueError, match=r"第 2 行：不认识的主题 withdraw_time"):
        read(path, base)
    path.write_text(path.read_text().replace(", withdraw_time", " , loan_rate"))
    assert read(path, base) == [
        Row("租房能提吗", "withdraw_rent", {"withdraw_rent", "withdraw_overview", "loan_rate"}),
        Row("今天天气", "out_of_scope", {"out_of_scope"}),
        Row('他说"能"吗', "chitchat", {"chitchat"}),
    ]


@pytest.mark.parametrize(
    ("home", "aspect", "topic"),
    [
        ("wd_rent", "materials", "withdraw_rent"),
        ("wd_rent", "", "withdraw_rent"),
        ("out_of_scope", "", "out_of_scope"),
        ("human", "", "human_agent"),
        ("greet", "", "chitchat"),
    ],
)
def test_read_homes(file, base, home, aspect, topic):
    rows = read(file(f"question\thome\taspect\n问\t{home}\t{aspect}\n"), base)
    assert rows == [Row("问", topic, {topic})]


def test_also_may_be_absent_and_a_bom_is_no_column(file, base):
    assert read(file("question\ttopic\n问\tloan_rate\n", "utf-8-sig"), base) == [Row("问", "loan_rate", {"loan_rate"})]


@pytest.mark.parametrize("content", ["question\tlabel\n问\tx\n", "topic\n loan_rate\n", "", "question,topic\n问,loan_rate\n"])
def test_missing_columns_are_named(file, base, content):
    with pytest.raises(ValueError, match="question 和 topic 两列"):
        read(file(content), base)


@pytest.mark.parametrize(
    ("line", "number"), [("问\tno_such_topic\t", 2), ("问\tloan_rate\tno_such_topic", 2), ("问\t\t", 2), ("问", 2)]
)
def test_unknown_topics_are_named_with_their_line(file, base, line, number):
    with pytest.raises(ValueError, match=f"第 {number} 行"):
        read(file(f"question\ttopic\talso\n{line}\n"), base)


@pytest.mark.parametrize("home", ["no_such_card", ""])
def test_unknown_homes_are_named_with_their_line(file, base, home):
    with pytest.raises(ValueError, match="第 3 行"):
        read(file(f"question\thome\taspect\n问\twd_rent\t\n问\t{home}\t\n"), base)


def test_scores_by_hand(base):
    def row(topic, *also):
        return Row(topic, topic, {topic, *also})

    cases = [
        (row("withdraw_rent"), ["withdraw_rent"]),                                          # right
        (row("withdraw_rent"), ["withdraw_retire", "loan_rate", "withdraw_rent"]),          # third; group right
        (row("withdraw_rent", "loan_rate"), ["loan_rate"]),                                 # right by also
        (row("loan_rate"), ["withdraw_rent", "chitchat", "account_query", "loan_rate"]),    # fourth: wrong
        (row("loan_rate"), ["out_of_scope", "loan_rate"]),                                  # false reject, second
        (row("loan_rate", "out_of_scope"), ["out_of_scope"]),                               # may be rejected: right
        (row("out_of_scope"), ["chitchat"]),                                                # rejected, but not the same topic
        (row("out_of_scope"), ["loan_rate"]),                                               # not rejected
        (row("chitchat", "loan_rate"), ["loan_rate"]),                                      # also names a fund topic: not counted
        (row("chitchat"), []),                                                              # nothing found counts as rejected
    ]
    rows, predicted = zip(*cases)
    scores, misses = score(rows, list(predicted), base)
    groups = {name: topic.group for name, topic in base.topics.topics.items()}
    same_group = int(groups["chitchat"] == groups["out_of_scope"])
    assert scores == Scores(n=10, top1=0.4, top3=0.6, group=(5 + same_group) / 10, oos_recall=2 / 3, false_reject=1 / 5)
    assert [r.question for r, _ in misses] == ["withdraw_rent", "loan_rate", "loan_rate", "out_of_scope", "out_of_scope", "chitchat"]


def test_nothing_to_score(base):
    assert score([], [], base) == (Scores(0, 0.0, 0.0, 0.0, 0.0, 0.0), [])


def test_the_line_that_is_promised():
    line = Scores(2, 0.5, 1.0, 1.0, 0.25, 0.125).line()
    assert line == "n=2 top1=0.500 top3=1.000 group=1.000 oos_recall=0.250 false_reject=0.125"


def test_command_says_what_is_wrong(file, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GJJ_VAR", str(tmp_path / "var"))
    assert main([str(tmp_path / "nothing.tsv")]) == 2
    assert main([str(file("a\tb\n"))]) == 2 and "两列" in capsys.readouterr().err
    assert main([str(file("question\ttopic\n问\tloan_rate\n"))]) == 2 and "./gjj train" in capsys.readouterr().err
