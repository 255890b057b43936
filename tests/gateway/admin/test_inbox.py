"""The learning inbox: groups, one click for each thing to do, and what that leaves in the content training reads."""
from __future__ import annotations

import shutil
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_asyncio

from bot.clock import now
from bot.gateway import keys
from bot.settings import ROOT
from bot.state.inbox import Entry, Guess, Inbox
from bot.state.talks import Note, Talks

pytestmark = pytest.mark.asyncio
RENT = [Guess("wd_rent", "materials", "withdraw_rent", 0.45), Guess("wd_new_home", "materials", "withdraw_buy_house", 0.2)]
ELDERLY = [Guess("wd_elevator", "overview", "withdraw_elevator", 0.3)]
OUT = [Guess("intent:out_of_scope", "", "out_of_scope", 0.9)]
MESSAGES = [
    ("c1", "unsure", "租的屋子取钱要拿哪几样", RENT), ("c2", "unsure", "租屋取公积金要拿哪几样东西", RENT), ("c3", "clarified", "租屋子的取钱，拿哪几样东西去", RENT),
    ("c4", "unanswered", "老楼里装电梯分摊的钱咋个报", ELDERLY), ("c5", "declined", "凤凰古城门票好多钱", OUT), ("c6", "handed", "我的电话13812345678，帮我改一下", []),
]


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    folder = tmp_path_factory.mktemp("content")
    shutil.copytree(ROOT / "data", folder / "data")
    return folder


@pytest.fixture
def root(copied):
    """A copy of the content, as it was before every test; one copy for all, because reading it takes a second."""
    yield copied
    for path in (copied / "data").rglob("*.*"):
        original = ROOT / path.relative_to(copied)
        if not original.exists():
            path.unlink()
        elif path.stat().st_size != original.stat().st_size:
            shutil.copy2(original, path)


@pytest_asyncio.fixture
async def with_messages(admin, root):
    """Call with a role to get its browser, on an inbox that holds :data:`MESSAGES`."""
    async def make(role):
        browser = await admin(role, root=root)
        redis = browser.app[keys.REDIS]
        for key in [key async for key in redis.scan_iter("gjj:{insight}*")]:
            await redis.delete(key)
        at = int(now().timestamp())
        notes = [Note(c, at, entry=Entry(c, "m1", at, kind, text, guesses).stored(1)) for c, kind, text, guesses in MESSAGES]
        await Talks(redis, 600).note(notes, at)
        return browser
    return make


async def listed(browser, query=""):
    status, body = await browser.api("GET", f"/admin/api/v1/inbox{query}")
    assert status == 200
    return body["groups"]


async def settle(browser, do, group, **more):
    texts = more.pop("texts", group["texts"])
    return await browser.api("POST", "/admin/api/v1/inbox/settle", {"do": do, "idents": group["idents"], "texts": texts, **more})


async def test_messages_that_mean_the_same_are_one_group_with_its_nearest_entries(with_messages):
    groups = await listed(await with_messages("viewer"))
    assert [(g["people"], sorted(g["kinds"])) for g in groups if g["people"] > 1] == [(3, ["clarified", "unsure"])]
    rent = groups[0]
    assert rent["targets"][0]["place"] == "wd_rent.materials" and len(rent["texts"]) == 3
    assert "138****5678" in str(groups) and "13812345678" not in str(groups)


async def test_the_page_shows_groups_and_a_viewer_cannot_act(with_messages):
    browser = await with_messages("viewer")
    page = await browser.text("/admin/inbox")
    assert "租屋取公积金要拿哪几样东西" in page and "<strong>3</strong> 人问过" in page and "忽略" not in page.split("<main")[1].replace("已忽略", "")
    assert "凤凰古城门票" not in page  # what is plainly no business of the center does not stand in the way
    assert "凤凰古城门票" in await browser.text("/admin/inbox?state=aside")
    assert (await settle(browser, "ignore", (await listed(browser))[0]))[0] == 403


async def test_adding_to_a_card_writes_what_training_reads(with_messages, root):
    browser = await with_messages("editor")
    group = (await listed(browser))[0]
    status, body = await settle(browser, "similar", group, texts=group["texts"][:2], place="wd_rent.materials")
    assert status == 200 and "2 句" in body["message"]
    written = (root / "data/nlu/asked/center.yml").read_text("utf-8")
    assert "metadata: {home: wd_rent, aspect: materials}" in written and all(f"    - {text}\n" in written for text in group["texts"][:2])
    left = next(g for g in await listed(browser) if "wd_rent" in str(g["targets"]))
    assert left["people"] == 1 and left["texts"] == group["texts"][2:]
    (done,) = await listed(browser, "?state=similar")
    assert (done["by"], done["target"], done["people"]) == ("editor-a", "wd_rent.materials", 2)
    (entry,) = [e for e in await browser.audit() if e["action"] == "inbox.similar"]
    assert entry["after"] == {"wordings": group["texts"][:2]}


async def test_adding_to_an_faq_is_a_similar_question_of_it(with_messages, root):
    browser = await with_messages("editor")
    group = next(g for g in await listed(browser) if "电梯" in g["text"])
    status, _ = await settle(browser, "similar", group, place="faq_account_number.overview")
    assert status == 200 and "    - 老楼里装电梯分摊的钱咋个报\n" in (root / "data/faq/account_query.yml").read_text("utf-8")


async def test_a_wording_that_has_a_home_already_is_refused_and_nothing_is_noted(with_messages, root):
    browser = await with_messages("editor")
    group = (await listed(browser))[0]
    status, body = await settle(browser, "similar", group, place="faq_account_number.overview")
    assert status == 200
    redis = browser.app[keys.REDIS]
    at = int(now().timestamp())
    await Talks(redis, 600).note([Note("c9", at, entry=Entry("c9", "m1", at, "unsure", group["text"] + "？", RENT).stored(1))], at)
    again = next(g for g in await listed(browser) if g["idents"] == ["c9.m1"])
    status, body = await settle(browser, "similar", again, place="wd_rent.materials")
    assert status == 422 and "faq_account_number" in body["error"]["message"]
    assert not (root / "data/nlu/asked/center.yml").exists() and any(g["idents"] == ["c9.m1"] for g in await listed(browser))


async def test_a_new_faq_begins_with_the_citizens_words(with_messages):
    browser = await with_messages("editor")
    group = (await listed(browser))[0]
    status, body = await settle(browser, "faq", group)
    query = parse_qs(urlsplit(body["next"]).query)
    assert status == 200 and body["next"].startswith("/admin/faqs/new?")
    assert sorted(query["question"] + query["similar"]) == sorted(group["texts"])
    assert [g["people"] for g in await listed(browser, "?state=faq")] == [3]


async def test_out_of_scope_goes_to_a_file_of_the_centers_own(with_messages, root):
    browser = await with_messages("editor")
    group = (await listed(browser, "?state=aside"))[0]
    assert (await settle(browser, "out_of_scope", group))[0] == 200
    assert (root / "data/nlu/out_of_scope/center.yml").read_text("utf-8").endswith("- intent: out_of_scope\n  examples: |\n    - 凤凰古城门票好多钱\n")


async def test_what_is_ignored_stays_away_when_it_is_said_again_and_can_come_back(with_messages):
    browser = await with_messages("editor")
    group = next(g for g in await listed(browser) if "电梯" in g["text"])
    assert (await settle(browser, "ignore", group))[0] == 200
    at = int(now().timestamp())
    await Talks(browser.app[keys.REDIS], 600).note([Note("c9", at, entry=Entry("c9", "m1", at, "unanswered", "老楼里装电梯，分摊的钱咋个报？", ELDERLY).stored(1))], at)
    assert all("电梯" not in g["text"] for g in await listed(browser))
    (ignored,) = await listed(browser, "?state=ignored")
    assert ignored["people"] == 2
    await settle(browser, "reopen", ignored)
    assert any("电梯" in g["text"] for g in await listed(browser))


async def test_forms_do_the_same_and_come_back_with_a_sentence(with_messages):
    browser = await with_messages("editor")
    group = (await listed(browser))[0]
    fields = [("do", "ignore"), ("back", "https://elsewhere.example"), *(("ident", i) for i in group["idents"])]
    answer = await browser.post("/admin/inbox/settle", fields)
    assert (answer.status, answer.headers["Location"]) == (303, "/admin/inbox")
    assert "已忽略 3 句" in await browser.text("/admin/inbox")
    answer = await browser.post("/admin/inbox/settle", [("do", "similar:wd_rent.materials"), *(("ident", i) for i in group["idents"])])
    assert answer.status == 303 and "请至少选一句" in await browser.text("/admin/inbox")


async def test_an_erased_conversation_takes_its_words_along(with_messages):
    browser = await with_messages("viewer")
    await Talks(browser.app[keys.REDIS], 600).erase("c4")
    assert all("电梯" not in g["text"] for g in await listed(browser))


async def test_other_entries_can_be_searched_for(with_messages):
    browser = await with_messages("editor")
    group = (await listed(browser))[0]
    page = await browser.text(f"/admin/inbox/{group['id']}?q=离职")
    assert 'value="similar:wd_after_leave.overview"' in page
    assert (await browser.get("/admin/inbox/nobody.m1")).status == 404


async def test_messages_like_a_question_are_suggested_to_whoever_edits_an_faq(with_messages):
    from bot.gateway.admin.insight import LEARNING

    browser = await with_messages("editor")
    assert set(await browser.app[LEARNING].suggestions("租屋取钱要拿哪几样")) == {text for _, _, text, _ in MESSAGES[:3]}
    assert await Inbox(browser.app[keys.REDIS]).version() != "0"
