"""Questions offered while typing."""
import pytest

from bot.gateway.suggest import Question, QuestionBank, QuestionFiles, normal

pytestmark = pytest.mark.asyncio
QUESTIONS = [Question(text) for text in ("租房提取怎么办理？", "租房提取多久到账？", "公租房也能提取吗？", "购买新房提取怎么办理？", "公积金贷款利率是多少？",
             "离职提取怎么办理？", "提前还款要预约吗？", "租房提取一年能取几次？", "租房提取额度是多少？", "租房提取要交合同吗？")]


@pytest.mark.parametrize("typed, first", [
    ("租房提取", "租房提取怎么办理？"), ("贷款利率", "公积金贷款利率是多少？"), ("公积金贷款的利率", "公积金贷款利率是多少？"),
    ("ＧＪＪ", None), ("租", None), ("", None), ("？？", None), ("离职怎么提取", "离职提取怎么办理？"), ("今天天气", None),
])
async def test_closest_question_first(typed, first):
    found = QuestionBank(lambda: QUESTIONS).suggest(typed)
    assert (found[0] if found else None) == first


async def test_at_most_five_and_none_twice():
    found = QuestionBank(lambda: QUESTIONS).suggest("提取")
    assert len(found) == len(set(found)) == 5


async def test_similar_phrasings_find_the_question():
    questions = [*QUESTIONS, Question("公积金贷款逾期了会怎样", ("房贷还不上了咋办",))]
    assert QuestionBank(lambda: questions).suggest("还不上") == ["公积金贷款逾期了会怎样"]


async def test_troubles_are_not_applied_for(data):
    (data / "services" / "x.yml").write_text("short: 公积金贷款逾期和还款困难\n", "utf-8")
    assert "公积金贷款逾期和还款困难怎么办？" in texts(QuestionFiles(data))


async def test_normal_form():
    assert normal("Ａ公积金 1、？") == "a公积金1"


@pytest.fixture
def data(tmp_path):
    for folder in ("faq", "services"):
        (tmp_path / folder).mkdir()
    (tmp_path / "faq" / "a.yml").write_text(
        "- {id: a, question: 公积金有什么用？, answer: x, topic: t, enabled: true}\n"
        "- {id: b, question: 已停用的问题？, answer: x, topic: t, enabled: false}\n", "utf-8")
    (tmp_path / "services" / "wd_rent.yml").write_text("name: 租房提取（商品住房与公租房）\nshort: 租房提取\n", "utf-8")
    return tmp_path


def texts(source):
    return [question.text for question in source()]


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


async def test_questions_come_from_cards_and_enabled_faq(data):
    assert texts(QuestionFiles(data)) == ["租房提取怎么办理？", "公积金有什么用？"]


async def test_an_edit_is_seen_and_a_broken_file_keeps_its_questions(data):
    clock = Clock()
    files = QuestionFiles(data, clock)
    files()
    path = data / "faq" / "a.yml"
    path.write_text("- {id: a, question: 新的问题？}\n", "utf-8")
    clock.now += 3
    assert texts(files) == ["租房提取怎么办理？", "新的问题？"]
    path.write_text("- {id: a, question: [坏的\n", "utf-8")
    clock.now += 3
    assert texts(files) == ["租房提取怎么办理？", "新的问题？"]
    path.unlink()
    clock.now += 3
    assert texts(files) == ["租房提取怎么办理？"]


@pytest.mark.parametrize("content", ["", "just text", "- 1\n- {id: x}", "a: [1, 2]", "- {question: 7}"])
async def test_odd_files_give_no_questions(data, content):
    (data / "faq" / "a.yml").write_text(content, "utf-8")
    assert texts(QuestionFiles(data)) == ["租房提取怎么办理？"]


async def test_no_data_folder_is_no_questions(tmp_path):
    assert QuestionFiles(tmp_path / "none")() == []


async def test_route(make_client, data):
    client = await make_client(root=data.parent)
    (data.parent / "data").symlink_to(data) if not (data.parent / "data").exists() else None
    body = await (await client.get("/api/v1/suggest", params={"q": "租房" * 200})).json()
    assert set(body) == {"questions"}
