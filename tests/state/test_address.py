"""REDIS_URL: text in, address or sentence out."""
from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from bot.settings import Settings, SettingsError
from bot.state.address import Address, AddressError, parse, shown


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("redis://127.0.0.1:6379/0", Address("single", (("127.0.0.1", 6379),))),
        ("redis://h", Address("single", (("h", 6379),))),
        ("redis://h?db=2", Address("single", (("h", 6379),), db=2)),
        ("redis://:p%40ss@h/3", Address("single", (("h", 6379),), db=3, password="p@ss")),
        ("redis://clerk:a:b@h", Address("single", (("h", 6379),), username="clerk", password="a:b")),
        ("redis://h?username=clerk&password=x", Address("single", (("h", 6379),), username="clerk", password="x")),
        ("redis://[::1]:7000", Address("single", (("::1", 7000),))),
        ("rediss://h:6380", Address("single", (("h", 6380),), tls=True)),
        ("rediss://h?ssl_cert_reqs=none", Address("single", (("h", 6379),), tls=True, verify=False, check_hostname=False)),
        ("rediss://h?ssl_check_hostname=false", Address("single", (("h", 6379),), tls=True, check_hostname=False)),
        ("unix:///run/redis.sock", Address("socket", path="/run/redis.sock")),
        ("unix://u:p@/run/%E7%BC%93.sock?db=1", Address("socket", path="/run/缓.sock", db=1, username="u", password="p")),
        ("redis+sentinel://a,b:26380/mymaster", Address("sentinel", (("a", 26379), ("b", 26380)), service="mymaster")),
        ("redis+sentinel://u:p@a/m/4?sentinel_password=s",
         Address("sentinel", (("a", 26379),), service="m", db=4, username="u", password="p", sentinel_password="s")),
        ("rediss+sentinel://a/m", Address("sentinel", (("a", 26379),), service="m", tls=True)),
        ("redis+cluster://a:7000,b:7001", Address("cluster", (("a", 7000), ("b", 7001)))),
        ("REDIS://h", Address("single", (("h", 6379),))),
    ],
)
def test_good_addresses(url, address):
    assert parse(url) == address


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("", "没有 Redis 地址"), ("${REDIS_URL}", "没有 Redis 地址"),
        ("localhost:6379", "开头应是"), ("http://h", "开头应是"), ("redis:/h", "缺少主机名"), ("redis://", "缺少主机名"),
        ("redis://:6379", "缺少主机名"), ("redis://h:0", "端口"), ("redis://h:70000", "端口"), ("redis://h:x", "端口"), ("redis://[::1", "方括号"),
        ("redis://h/a", "库号"), ("redis://h/0/1", "只写库号"), ("redis://h?db=-1", "库号"),
        ("redis://a,b", "redis\\+sentinel"), ("redis+sentinel://a:26379", "主服务器的名字"), ("redis+cluster://a/2", "0 号库"),
        ("redis://h?timeout=3", "不认识 timeout"), ("redis://h?sentinel_password=x", "不认识 sentinel_password"),
        ("unix://run/redis.sock", "完整路径"), ("unix://", "完整路径"),
        ("redis://h?ssl_ca_certs=/x", "rediss"), ("rediss://h?ssl_ca_certs=/nowhere/ca.pem", "文件不存在：/nowhere/ca.pem"),
        ("rediss://h?ssl_cert_reqs=maybe", "required 或 none"), ("rediss://h?ssl_check_hostname=maybe", "true 或 false"),
    ],
)
def test_wrong_addresses_say_what_is_wrong(url, sentence):
    with pytest.raises(AddressError, match=sentence):
        parse(url)


def test_a_key_without_its_certificate(tmp_path):
    (tmp_path / "key.pem").touch()
    with pytest.raises(AddressError, match="要一起写"):
        parse(f"rediss://h?ssl_keyfile={tmp_path}/key.pem")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis://127.0.0.1:6379/0", "redis://127.0.0.1:6379/0"),
        ("redis://user:pass@host:6379/1", "redis://***@host:6379/1"),
        ("rediss://:p%40ss@host/0?ssl_cert_reqs=none", "rediss://***@host/0"),
        ("redis://host/0?password=pass", "redis://host/0"),
        ("redis://u:a://b@h", "redis://***@h"),
        ("u:p@h", "***@h"),
        ("redis+sentinel://u:pa@ss@a,b/m?sentinel_password=x", "redis+sentinel://***@a,b/m"),
    ],
)
def test_passwords_are_not_shown(url, expected):
    assert shown(url) == expected


@given(st.text(max_size=40), st.sampled_from(["redis://", "rediss://", "unix://", "redis+sentinel://", "redis+cluster://", ""]))
def test_any_text_is_an_address_or_a_sentence_without_the_password(text, scheme):
    url = f"{scheme}clerk:Geheim9@{text}"
    try:
        parse(url)
    except AddressError as error:
        assert "Geheim9" not in str(error)
    assert "Geheim9" not in shown(url).replace(text, "")


def test_settings_refuse_a_wrong_address():
    with pytest.raises(SettingsError, match="REDIS_URL 写得不对"):
        Settings.from_env({"REDIS_URL": "localhost:6379"})
    assert Settings.from_env({}).redis_url == ""
