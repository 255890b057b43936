"""Which passwords are refused, and that no kind of character is demanded."""
import pytest

from bot.gateway.admin import passwords
from bot.gateway.admin.password_rules import problems

GOOD = ["correct horse battery staple", "湘江北去橘子洲头看万山红遍", "mjuyhbvgtrewqsxz", "九月开会记得带上那份材料", "tomorrow we plant rice",
        "8F3x-qL2m-Z9pw-K4dc", "this sentence is my own idea"]


@pytest.mark.parametrize("password", GOOD)
def test_a_sentence_of_one_s_own_is_good(password):
    assert problems(password, password, "zhangsan") == []


@pytest.mark.parametrize("password", [
    "password1234", "Password@2026", "P@ssw0rd1234", "administrator", "Admin12345678", "123456789012", "qwertyuiop123", "1qaz2wsx3edc",
    "aaaaaaaaaaaa", "abcabcabcabc", "gongjijin2026", "Gongjijin@123", "xiangxigjj2026", "公积金公积金2026abc", "iloveyou1314520", "woaini5201314",
    "19900101199001", "13812345678123", "431122199001011234", "zhufanggongjijin1", "湘西州住房公积金管理中心", "abcdefghijkl", "zxcvbnm,./123"])
def test_what_is_tried_first_is_refused(password):
    assert len(problems(password, password, "zhangsan")) == 1


@pytest.mark.parametrize("password, sentence", [
    ("short", "太短"), ("长" * 129, "最多"), ("my name is ZhangSan ok", "账号名"), ("十一个字的密码不够长呀", "太短")])
def test_the_sentence_says_what_is_wrong(password, sentence):
    (told,) = problems(password, password, "zhangsan")
    assert sentence in told


def test_both_must_be_the_same():
    assert problems("correct horse battery", "correct horse batteri", "x") == ["两次输入的密码不一样。"]


@pytest.fixture
def real_effort(monkeypatch):
    from argon2 import profiles

    monkeypatch.setattr(passwords, "PROFILE", profiles.RFC_9106_LOW_MEMORY)


@pytest.mark.asyncio
async def test_passwords_are_kept_as_argon2id_of_the_recommended_effort(real_effort):
    store = passwords.Passwords()
    hashed = await store.hash("湘江北去橘子洲头看")
    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert await store.verify(hashed, "湘江北去橘子洲头看") and not await store.verify(hashed, "湘江北去橘子洲头")
    assert not await store.verify("", "湘江北去橘子洲头看") and not store.outdated(hashed)
