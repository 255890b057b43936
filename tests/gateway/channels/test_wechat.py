"""Messages as WeChat sends them (消息加解密，明文和安全模式): XML in, XML out."""
import time
from xml.etree import ElementTree

import pytest
import redis

from bot.gateway.channels import wechat
from bot.gateway.channels.wechat_crypto import Envelope, signature

pytestmark = pytest.mark.asyncio
APP, TOKEN, KEY = "wx2c2769f8efd9abc2", "spamtest", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
PLAIN = {"wechat_app_id": APP, "wechat_token": TOKEN}


def xml(content="", kind="text", person="o-citizen", ident="6054768590064713728", **more):
    fields = {"ToUserName": "gh_center", "FromUserName": person, "CreateTime": "1409735668", "MsgType": kind, "Content": content, "MsgId": ident, **more}
    return "<xml>" + "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in fields.items() if value) + "</xml>"


def signed(*more, at=None):
    timestamp, nonce = str(int(time.time()) if at is None else at), "1320562132"
    return {"timestamp": timestamp, "nonce": nonce, ("msg_signature" if more else "signature"): signature(TOKEN, timestamp, nonce, *more)}


async def send(client, content="", **more):
    """What the citizen reads; None when nothing is said."""
    response = await client.post(wechat.PATH, params=signed(), data=xml(content, **more).encode(), headers={"Content-Type": "text/xml"})
    assert response.status == 200, await response.text()
    raw = await response.text()
    return None if raw == "success" else ElementTree.fromstring(raw).findtext("Content")


@pytest.fixture(autouse=True)
def nobody_wrote_before(redis_url):
    redis.Redis.from_url(redis_url).flushdb()


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(wechat, "IN_TIME", 0.1)
    monkeypatch.setattr(wechat, "TOO_LATE", 0.12)


async def test_the_address_is_confirmed(make_client):
    client = await make_client(**PLAIN)
    response = await client.get(wechat.PATH, params={**signed(), "echostr": "5927782489442352469"})
    assert (response.status, await response.text(), response.content_type) == (200, "5927782489442352469", "text/plain")


@pytest.mark.parametrize("spoiled", [{"signature": "0" * 40}, {"nonce": "2"}, {"timestamp": "1"}, {"timestamp": "jetzt"}])
async def test_what_wechat_did_not_sign_is_refused(make_client, worker, spoiled):
    client = await make_client(**PLAIN)
    for method in (client.get, client.post):
        response = await method(wechat.PATH, params={**signed(), **spoiled}, data=None if method == client.get else xml("租房").encode())
        assert response.status == 403
    assert worker.state["processed"] == 0


async def test_an_old_recording_is_refused(make_client):
    client = await make_client(**PLAIN)
    response = await client.post(wechat.PATH, params=signed(at=int(time.time()) - 700), data=xml("租房").encode())
    assert response.status == 403


async def test_without_the_settings_there_is_no_such_address(client):
    assert (await client.get(wechat.PATH, params=signed())).status == 404


async def test_question_in_answer_out_and_a_number_chooses(make_client, worker):
    client = await make_client(**PLAIN)
    said = await send(client, "租房怎么提取？", ident="1")
    assert said.startswith("租房可以提取公积金") and "回复 2：只有我有" in said and len(said.encode()) <= 2048
    await send(client, "２", ident="2")
    assert worker.state["requests"][1]["body"]["choice"] == "ask:C08-Q1:no"
    conversations = {request["body"]["conversation"] for request in worker.state["requests"]}
    assert len(conversations) == 1 and "o-citizen" not in conversations.pop()


async def test_two_citizens_are_two_conversations(make_client, worker):
    client = await make_client(**PLAIN)
    for person in ("o-1", "o-2"):
        await send(client, "租房", person=person)
    assert len({request["body"]["conversation"] for request in worker.state["requests"]}) == 2


async def test_the_same_message_again_is_answered_again_and_processed_once(make_client, worker):
    client = await make_client(**PLAIN)
    answers = [await send(client, "租房怎么提取") for _ in range(3)]
    assert answers[0] == answers[1] == answers[2] and worker.state["processed"] == 1


async def test_encrypted_messages(make_client, worker):
    client, envelope = await make_client(**PLAIN, wechat_aes_key=KEY), Envelope(KEY, APP)
    inside = envelope.seal(xml("租房").encode())
    query = {**signed(inside), "encrypt_type": "aes"}
    response = await client.post(wechat.PATH, params=query, data=f"<xml><ToUserName>gh</ToUserName><Encrypt>{inside}</Encrypt></xml>".encode())
    root = ElementTree.fromstring(await response.text())
    sealed = root.findtext("Encrypt")
    assert root.findtext("MsgSignature") == signature(TOKEN, root.findtext("TimeStamp"), root.findtext("Nonce"), sealed)
    assert ElementTree.fromstring(envelope.open(sealed)).findtext("Content").startswith("租房可以提取公积金")
    plain = await client.post(wechat.PATH, params=signed(), data=xml("租房").encode())
    assert plain.status == 403, "with a key, only encrypted messages count"


async def test_a_slow_answer_comes_with_the_second_attempt(make_client, worker, quick):
    client = await make_client(**PLAIN)
    first = await client.post(wechat.PATH, params=signed(), data=xml("等一等").encode())
    assert first.status == 503
    worker.state["gate"].set()
    assert (await send(client, "等一等")).startswith("天气我答不准")
    assert worker.state["processed"] == 1


async def test_an_answer_slower_than_all_attempts_comes_with_继续(make_client, worker, quick):
    client = await make_client(**PLAIN)
    for _ in range(2):
        assert (await client.post(wechat.PATH, params=signed(), data=xml("等一等，我的手机是13812341234").encode())).status == 503
    assert "回复“继续”" in await send(client, "等一等，我的手机是13812341234")
    worker.state["gate"].set()
    assert (await send(client, "继续", ident="2")).startswith("天气我答不准")
    assert worker.state["processed"] == 1


async def test_long_answers_go_on_with_继续_and_a_lost_reply_is_said_again(make_client, worker):
    client = await make_client(**PLAIN)
    whole = "原样：" + "".join(f"{n}、公积金" for n in range(160))
    first = await send(client, whole[:900], ident="1")
    assert first.endswith("回复“继续”看后面的内容。") and len(first.encode()) <= 2048
    second, again = await send(client, "继续", ident="2"), await send(client, "继续", ident="2")
    assert second == again and (first.split("\n\n")[0] + second).replace("\n", "") == whole[:900]
    assert (await send(client, "继续", ident="3")).startswith("没有更多内容了")


async def test_staff_who_have_taken_over_are_heard(make_client, worker):
    client = await make_client(**PLAIN)
    said = await send(client, "请人接手")
    assert said == "工作人员：我是管理部的工作人员，您请说。"
    assert (await send(client, "继续", ident="2")).startswith("没有更多内容了")


async def test_following_pictures_leaving(make_client, worker):
    client = await make_client(**PLAIN)
    assert "12329" in await send(client, kind="event", Event="subscribe", ident="")
    assert await send(client, kind="image", PicUrl="http://127.0.0.1/x") == "我现在只看得懂文字。请把想问的打字发过来，或者拨打 12329。"
    await send(client, "租房", ident="3")
    assert await send(client, kind="event", Event="unsubscribe", ident="") is None
    assert worker.state["erased"] == [worker.state["requests"][0]["body"]["conversation"]]


async def test_a_citizen_can_have_it_all_erased(make_client, worker):
    client = await make_client(**PLAIN)
    await send(client, "租房怎么提取", ident="1")
    assert await send(client, "清除对话", ident="2") == "您的咨询记录已经清除。"
    await send(client, "1", ident="3")
    assert worker.state["requests"][-1]["body"].get("text") == "1", "the choices are forgotten too"


async def test_trouble_is_told_in_a_sentence(make_client):
    client = await make_client(**PLAIN)
    assert await send(client, "繁忙") == "正在交接班，请稍等几秒再发。"
    assert await send(client, "长" * 1001) == "这段话有点长，请分几次说，每次一件事更容易答准。"


async def test_no_xml_is_400(make_client):
    client = await make_client(**PLAIN)
    assert (await client.post(wechat.PATH, params=signed(), data=b"{}")).status == 400


async def test_too_many_messages_of_one_citizen(make_client):
    client = await make_client(**PLAIN, for_tests=False)
    said = [await send(client, "你好", ident=str(n)) for n in range(20)]
    assert any("有点快" in one for one in said)
