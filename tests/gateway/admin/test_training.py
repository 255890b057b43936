"""The pages about training: the button, who may press it, how far it is, the center's questions."""
import asyncio
import re

import pytest

from bot.gateway.admin.trainings import JOBS
from bot.state.client import close, connect
from bot.training.jobs import KEPT_ASIDE, Jobs

pytestmark = pytest.mark.asyncio


@pytest.fixture(autouse=True)
def no_training(redis_url):
    import redis

    with redis.Redis.from_url(redis_url) as client:
        left = [*client.keys("gjj:{training}:*"), *client.keys("gjj:{releases}:*")]
        if left:
            client.delete(*left)


@pytest.fixture
def other_machine(redis_url):
    """Jobs as the trainer sees them."""
    return lambda: Jobs(connect(redis_url, 3))


async def test_the_button_asks_for_a_training_and_says_so(admin):
    browser = await admin("publisher", name="小王")
    assert "开始训练" in await browser.text("/admin/training")
    async with await browser.post("/admin/training", {"publish": "1", "note": "加了三条"}) as response:
        assert response.status == 303
    text = await browser.text("/admin/training")
    assert re.search(r"小王 \S* \d\d:\d\d 开始的训练", text) and "等训练程序接手" in text and "加了三条" in text and "<progress" in text and "检验通过就发布" in text
    job = await browser.app[JOBS].current()
    assert (job.by, job.publish, job.note) == ("小王", True, "加了三条")
    assert [e["action"] for e in await browser.audit()] == ["training.start"]


async def test_an_editor_trains_but_does_not_publish(admin):
    browser = await admin("editor")
    await browser.post("/admin/training", {"publish": "1"})
    assert (await browser.app[JOBS].current()).publish is False
    status, body = await browser.api("POST", "/admin/api/v1/training", {"publish": True, "reason": "急"})
    assert status == 403 and "发布员" in body["error"]["message"]


async def test_a_viewer_only_looks(admin):
    browser = await admin("viewer")
    assert "开始训练" not in await browser.text("/admin/training")
    async with await browser.post("/admin/training") as response:
        assert response.status == 403


async def test_the_second_to_ask_is_told_whose_and_since_when(admin):
    first = await admin("publisher", name="小王")
    status, _ = await first.api("POST", "/admin/api/v1/training", {})
    second = await admin("publisher", name="小李", beside=first)
    status_two, body = await second.api("POST", "/admin/api/v1/training", {})
    assert (status, status_two) == (201, 409) and re.match(r"小王在 \d\d:\d\d 开始的训练还没有结束", body["error"]["message"])


async def test_progress_for_the_page(admin, other_machine):
    browser = await admin("editor")
    await browser.api("POST", "/admin/api/v1/training", {})
    jobs = other_machine()
    job = await jobs.take("一号机")
    await jobs.beat(job.id, step="训练：句向量", percent=41.5, left=25.2)
    _, body = await browser.api("GET", "/admin/api/v1/training")
    told = body["job"]
    assert (told["state"], told["step"], told["percent"], told["left_text"], told["done"]) == ("running", "训练：句向量", 41.5, "25 秒", False)
    await close(jobs._redis)


async def test_cancelling_names_who(admin, other_machine):
    browser = await admin("editor", name="小王")
    await browser.api("POST", "/admin/api/v1/training", {})
    jobs = other_machine()
    job = await jobs.take("一号机")
    async with await browser.post("/admin/training/cancel") as response:
        assert response.status == 303
    assert await jobs.beat(job.id) == "小王"
    status, _ = await browser.api("DELETE", "/admin/api/v1/training")
    await jobs.end(job)
    assert (status, (await browser.api("DELETE", "/admin/api/v1/training"))[0]) == (204, 409)
    await close(jobs._redis)


async def test_how_it_ended(admin, other_machine):
    import msgspec

    browser = await admin("publisher")
    await browser.api("POST", "/admin/api/v1/training", {"publish": False})
    jobs = other_machine()
    job = await jobs.take("一号机")
    await jobs.end(msgspec.structs.replace(job, outcome=KEPT_ASIDE, message="检验通过，等人发布。", release="20261122-150000", seconds={"train": 40.0, "examine": 12.0}))
    text = await browser.text("/admin/training")
    assert "检验通过，等人发布" in text and "/admin/releases/20261122-150000" in text and "40 秒" in text
    await close(jobs._redis)


async def test_opening_the_page_gets_the_trainer_ready(admin):
    browser = await admin("viewer")
    assert not await browser.app[JOBS].is_warm()
    await browser.text("/admin/training")
    assert await browser.app[JOBS].is_warm()


async def test_questions_of_the_center(admin, tmp_path):
    import shutil

    from bot.knowledge.base import DATA

    shutil.copytree(DATA, tmp_path / "data")
    browser = await admin("editor", name="小王", root=tmp_path)
    await browser.text("/admin/training/questions")
    async with await browser.post("/admin/training/questions", {"question": "我的电话 13812345678 租房能提不", "topic": "withdraw_rent"}) as response:
        assert response.status == 303
    text = await browser.text("/admin/training/questions")
    assert "租房能提不" in text and "13812345678" not in text
    status, body = await browser.api("GET", "/admin/api/v1/training/questions")
    kept = body["questions"][0]
    assert status == 200 and kept["topic"] == "withdraw_rent" and kept["author"] == "小王"
    assert (await browser.api("POST", "/admin/api/v1/training/questions", {"question": "能贷多少", "topic": "没有的主题"}))[0] == 422
    assert (await browser.api("DELETE", "/admin/api/v1/training/questions", {"question": kept["question"]}))[0] == 204
    assert (await browser.api("DELETE", "/admin/api/v1/training/questions", {"question": kept["question"]}))[0] == 422
    assert [e["action"] for e in await browser.audit()] == ["regression.add", "regression.remove"]


async def test_all_at_once_have_one_winner(admin):
    browser = await admin("editor")
    answers = await asyncio.gather(*(browser.api("POST", "/admin/api/v1/training", {}) for _ in range(5)))
    assert sorted(status for status, _ in answers) == [201, 409, 409, 409, 409]
