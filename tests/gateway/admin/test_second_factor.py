"""Six digits from a phone: setting it up, needing it, losing the phone."""
import html
import re
from urllib.parse import parse_qs, unquote, urlsplit

import pyotp
import pytest

from bot.gateway.admin import keys, lockout
from bot.gateway.admin.sealing import Unsealable
from bot.gateway.admin.second_factor import SecondFactor, digest, recovery_codes
from tests.gateway.admin.conftest import PASSWORD, add_account, cookie
from tests.gateway.conftest import SECRET

pytestmark = pytest.mark.asyncio
SET_UP = "/admin/me/second-factor"


def phone(text):
    """The phone after reading the page: the key typed by hand."""
    return pyotp.TOTP(re.search(r'<p class="mono">([A-Z2-7 ]+)</p>', text)[1].replace(" ", ""))


async def enrol(browser, clock):
    """(the phone, the recovery codes shown)."""
    device = phone(await browser.text(SET_UP))
    response = await browser.post(SET_UP, {"code": device.at(clock.now)})
    text = await response.text()
    assert response.status == 200, text
    codes = re.findall(r"<li>([a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4})</li>", text)
    browser.csrf = re.search(r'name="csrf" content="(\w+)"', text)[1]
    return device, codes


async def password_step(browser, name):
    browser.client.session.cookie_jar.clear()
    await browser.text("/admin/log-in")
    response = await browser.post("/admin/log-in", {"name": name, "password": PASSWORD})
    assert response.headers["Location"].startswith("/admin/log-in/code")
    await browser.text("/admin/log-in/code")


async def code_step(browser, code):
    return (await browser.post("/admin/log-in/code", {"code": code})).status


@pytest.mark.parametrize("role, wanted, sent", [
    ("publisher", "publisher", True), ("administrator", "publisher", True), ("editor", "publisher", False), ("viewer", "viewer", True),
    ("administrator", "none", False)])
async def test_roles_that_need_it_must_set_it_up_before_anything_else(admin, role, wanted, sent):
    browser = await admin(role, admin_second_factor=wanted)
    response = await browser.get("/admin/")
    assert (response.status == 303 and response.headers["Location"] == SET_UP) == sent
    status, body = await browser.api("GET", "/admin/api/v1/session")
    assert (status == 403) == sent


async def test_set_up_with_a_first_code_gives_ten_recovery_codes_and_ends_other_sessions(admin, clock):
    browser = await admin("publisher", admin_second_factor="publisher")
    before = cookie(browser)
    device, codes = await enrol(browser, clock)
    assert len(set(codes)) == 10 and cookie(browser) != before
    assert await browser.app[keys.SESSIONS].find(before) is None
    assert (await browser.get("/admin/")).status == 200
    account = await browser.app[keys.ACCOUNTS].get("publisher-a")
    assert not any(code in account.record() or code.replace("-", "") in account.record() for code in codes)
    assert device.secret not in account.record()
    assert device.secret not in str(await browser.audit())


async def test_the_qr_address_names_us_and_the_account(console):
    browser = await console()
    factor = browser.app[keys.SECOND_FACTOR]
    sealed = factor.propose("张三")
    address = urlsplit(factor.address("张三", sealed))
    query = parse_qs(address.query)
    assert (address.scheme, address.netloc) == ("otpauth", "totp") and query["issuer"] == ["湘西公积金"] and unquote(address.path) == "/张三"
    assert len(query["secret"][0]) == 32 and query["secret"][0] == factor.typed("张三", sealed).replace(" ", "")


async def test_the_page_shows_a_qr_code_as_a_picture(admin):
    browser = await admin("publisher")
    source = html.unescape(re.search(r'class="qr" src="([^"]+)"', await browser.text(SET_UP))[1])
    assert source.startswith("data:image/svg+xml")


async def test_a_wrong_first_code_changes_nothing(admin, clock):
    browser = await admin("publisher")
    device = phone(await browser.text(SET_UP))
    assert (await browser.post(SET_UP, {"code": "000000"})).status == 422
    assert (await browser.post(SET_UP, {"code": device.at(clock.now - 90)})).status == 422
    assert not (await browser.app[keys.ACCOUNTS].get("publisher-a")).second_factor


async def test_log_in_needs_password_then_code(admin, clock):
    browser = await admin("publisher")
    device, _ = await enrol(browser, clock)
    clock.now += 60
    await password_step(browser, "publisher-a")
    half = cookie(browser)
    assert (await browser.get("/admin/me")).status == 303, "half in is not in"
    assert await code_step(browser, "000000") == 403
    assert await code_step(browser, device.at(clock.now)) == 303
    assert (await browser.get("/admin/me")).status == 200
    assert cookie(browser) != half and await browser.app[keys.SESSIONS].find(half) is None


@pytest.mark.parametrize("seconds, status", [(-60, 403), (-30, 303), (0, 303), (30, 303), (60, 403)])
async def test_half_a_minute_between_the_clocks_is_allowed(admin, clock, seconds, status):
    browser = await admin("publisher")
    device, _ = await enrol(browser, clock)
    clock.now += 3000
    await password_step(browser, "publisher-a")
    assert await code_step(browser, device.at(clock.now + seconds)) == status


async def test_no_code_is_good_twice(admin, clock):
    browser = await admin("publisher")
    device, _ = await enrol(browser, clock)
    await password_step(browser, "publisher-a")
    assert await code_step(browser, device.at(clock.now)) == 403, "the code of the set-up"
    clock.now += 30
    code = device.at(clock.now)
    assert await code_step(browser, code) == 303
    await password_step(browser, "publisher-a")
    assert await code_step(browser, code) == 403
    assert await code_step(browser, device.at(clock.now - 30)) == 403, "nor one before it"


async def test_the_same_code_twice_at_the_same_moment_lets_one_in(admin, clock):
    import asyncio

    browser = await admin("publisher")
    device, _ = await enrol(browser, clock)
    clock.now += 60
    await password_step(browser, "publisher-a")
    code = device.at(clock.now)
    assert sorted(await asyncio.gather(*(code_step(browser, code) for _ in range(4)))) == [303, 403, 403, 403]


async def test_a_recovery_code_opens_once_however_it_is_typed(admin, clock):
    browser = await admin("publisher")
    _, codes = await enrol(browser, clock)
    await password_step(browser, "publisher-a")
    assert await code_step(browser, codes[3].upper().replace("-", " ")) == 303
    assert "还剩 9 个" in await browser.text("/admin/")
    await password_step(browser, "publisher-a")
    assert await code_step(browser, codes[3]) == 403
    assert await code_step(browser, codes[4]) == 303


async def test_guessing_codes_has_to_wait_even_with_the_right_password(admin, clock):
    browser = await admin("publisher")
    device, _ = await enrol(browser, clock)
    clock.now += 60
    await password_step(browser, "publisher-a")
    statuses = [await code_step(browser, f"{n:06d}") for n in range(lockout.ACCOUNT_FREE + 1)]
    assert statuses == [403] * lockout.ACCOUNT_FREE + [429]
    assert await code_step(browser, device.at(clock.now)) == 429


async def test_the_step_after_the_password_does_not_wait_for_ever(admin, clock):
    browser = await admin("publisher")
    device, _ = await enrol(browser, clock)
    await password_step(browser, "publisher-a")
    clock.now += 301
    response = await browser.post("/admin/log-in/code", {"code": device.at(clock.now)})
    assert response.headers["Location"] == "/admin/log-in"


async def test_changing_the_phone_needs_the_old_one_or_a_recovery_code(admin, clock):
    browser = await admin("publisher", admin_second_factor="publisher")
    old, codes = await enrol(browser, clock)
    clock.now += 60
    new = phone(await browser.text(SET_UP))
    assert new.secret != old.secret
    assert (await browser.post(SET_UP, {"code": new.at(clock.now), "old": "000000"})).status == 403
    assert (await browser.post(SET_UP, {"code": new.at(clock.now), "old": codes[0]})).status == 200
    clock.now += 60
    await password_step(browser, "publisher-a")
    assert await code_step(browser, old.at(clock.now)) == 403
    assert await code_step(browser, codes[1]) == 403, "old recovery codes go with it"
    assert await code_step(browser, new.at(clock.now)) == 303


async def test_long_after_the_log_in_the_password_is_asked_for_again(admin, clock):
    browser = await admin("publisher")
    clock.now += 601
    device = phone(await browser.text(SET_UP))
    assert (await browser.post(SET_UP, {"code": device.at(clock.now), "password": "错的错的错的错的错的错的"})).status == 403
    assert (await browser.post(SET_UP, {"code": device.at(clock.now), "password": PASSWORD})).status == 200


async def test_new_recovery_codes_replace_the_old(admin, clock):
    browser = await admin("publisher")
    _, codes = await enrol(browser, clock)
    assert (await browser.post("/admin/me/recovery-codes", {"old": "wrong"})).status == 403
    response = await browser.post("/admin/me/recovery-codes", {"old": codes[0]})
    fresh = re.findall(r"<li>([a-z2-9-]{14})</li>", await response.text())
    assert len(fresh) == 10 and not set(fresh) & set(codes)
    assert digest(codes[1]) not in (await browser.app[keys.ACCOUNTS].get("publisher-a")).recovery


async def test_it_can_be_switched_off_only_where_it_is_not_needed(admin, clock):
    browser = await admin("publisher", admin_second_factor="publisher")
    _, codes = await enrol(browser, clock)
    assert (await browser.post("/admin/me/second-factor/remove", {"old": codes[0]})).status == 403
    free = await admin("viewer", admin_second_factor="publisher")
    _, codes = await enrol(free, clock)
    assert (await free.post("/admin/me/second-factor/remove", {"old": codes[0]})).status == 303
    assert not (await free.app[keys.ACCOUNTS].get("viewer-a")).second_factor


async def test_a_copied_database_gives_no_codes_and_none_can_be_exchanged(console):
    browser = await console()
    sealed = browser.app[keys.SECOND_FACTOR].propose("张三")
    for other_keys, name in (([b"other secret"], "张三"), (browser.app[keys.SECOND_FACTOR]._keys, "李四")):
        with pytest.raises(Unsealable):
            SecondFactor(other_keys).address(name, sealed)


async def test_after_the_secret_was_changed_codes_still_count(console, clock):
    browser = await console()
    sealed = browser.app[keys.SECOND_FACTOR].propose("张三")
    secret = pyotp.TOTP(browser.app[keys.SECOND_FACTOR].typed("张三", sealed).replace(" ", ""))
    later = await console(secret=b"n3w-" * 10, previous_secrets=(SECRET,))
    assert later.app[keys.SECOND_FACTOR].step_of("张三", sealed, secret.at(clock.now), clock.now, 0) == int(clock.now) // 30


async def test_recovery_codes_are_random_and_only_their_digests_kept():
    codes, digests = recovery_codes()
    assert len(set(codes)) == len(set(digests)) == 10
    assert set(map(digest, codes)) == set(digests) and not any(code in str(digests) for code in codes)


async def test_account_without_a_phone_is_not_asked(console):
    browser = await console()
    await add_account(browser.app, "张三", "editor")
    await browser.text("/admin/log-in")
    response = await browser.post("/admin/log-in", {"name": "张三", "password": PASSWORD})
    assert response.headers["Location"] == "/admin/"
