"""Signature and encryption against the sample that WeChat publishes with its developer kit."""
import pytest

from bot.gateway.channels.wechat_crypto import Envelope, NotFromWeChat, check, signature
from bot.gateway.channels.wechat_xml import BadXml, fields, received

TOKEN, APP = "spamtest", "wx2c2769f8efd9abc2"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
SEALED = (
    "hyzAe4OzmOMbd6TvGdIOO6uBmdJoD0Fk53REIHvxYtJlE2B655HuD0m8KUePWB3+LrPXo87wzQ1QLvbeUgmBM4x6F8PGHQHFVAFmOD2LdJF9FrXpbUAh0B5GIItb52sn896wVs"
    "MSHGuPE328HnRGBcrS7C41IzDWyWNlZkyyXwon8T332jisa+h6tEDYsVticbSnyU8dKOIbgU6ux5VTjg3yt+WGzjlpKn6NPhRjpA912xMezR4kw6KWwMrCVKSVCZciVGCgavjIQ6X8"
    "tCOp3yZbGpy0VxpAe+77TszTfRd5RJSVO/HTnifJpXgCSUdUue1v6h0EIBYYI1BD1DlD+C0CR8e6OewpusjZ4uBl9FyJvnhvQl+q5rv1ixrcpCumEPo5MJSgM9ehVsNPfUM669WuMy"
    "VWQLCzpu9GhglF2PE="
)


def test_the_published_signature():
    assert signature(TOKEN, "1409735669", "1320562132", SEALED) == "5d197aaffba7e9b25a30732f161a50dee96bd5fa"
    with pytest.raises(NotFromWeChat):
        check("5d197aaffba7e9b25a30732f161a50dee96bd5fa", TOKEN, "1409735670", "1320562132", SEALED)


def test_the_published_message_opens():
    got = received(Envelope(KEY, APP).open(SEALED))
    assert (got.kind, got.text, got.ident) == ("text", "abcdteT", "6054768590064713728")
    assert (got.person, got.account) == ("oyORnuP8q7ou2gfYjqLzSIWZf0rs", "gh_10f6c3c3ac5a")


def test_what_is_sealed_opens_again():
    envelope = Envelope(KEY, APP)
    for text in ("", "租房提取要带什么材料", "长" * 700):
        assert envelope.open(envelope.seal(text.encode())).decode() == text


@pytest.mark.parametrize("sealed", ["", "abc", "AAAA", SEALED[:-8] + "AAAAAAA=", "不是密文", SEALED[4:]])
def test_changed_or_foreign_content_is_refused(sealed):
    with pytest.raises(NotFromWeChat):
        Envelope(KEY, APP).open(sealed)


def test_a_message_for_another_account_is_refused():
    with pytest.raises(NotFromWeChat):
        Envelope(KEY, "wxb11529c136998cb6").open(SEALED)


@pytest.mark.parametrize("key", ["", "short", KEY + "=", "不" * 43])
def test_a_wrong_key_is_named_at_start(key):
    with pytest.raises(ValueError):
        Envelope(key, APP)


@pytest.mark.parametrize("raw", [
    b"", b"<xml>", b"{}", b"\xff\xfe", b"<xml><MsgType>text</MsgType></xml>",
    b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xml><Content>&b;</Content></xml>',
    b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><Content>&e;</Content></xml>',
])
def test_no_message_no_entities_no_bombs(raw):
    with pytest.raises(BadXml):
        received(raw)


def test_voice_is_what_wechat_heard():
    raw = ("<xml><ToUserName>gh</ToUserName><FromUserName>o1</FromUserName><CreateTime>1</CreateTime><MsgType>voice</MsgType>"
           "<Recognition>租房怎么提取</Recognition><MsgId>7</MsgId></xml>").encode()
    assert received(raw).text == "租房怎么提取"
    assert fields(raw)["MsgId"] == "7"
