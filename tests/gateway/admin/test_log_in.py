"""From the log-in page to the start page and out again; what ends a session."""
import dataclasses
import re

import pyotp
import pytest

from bot.gateway.admin import keys, lockout
from bot.gateway.admin.guard import role_of
from bot.gateway.admin.next_page import after_log_in
from tests.gateway.admin.conftest import NEW_PASSWORD, PASSWORD, add_account, cookie, set_cookie

pytestmark = pytest.mark.asyncio


async def send(browser, name="张三", password=PASSWORD, **more):
    await browser.text("/admin/log-in")
    return await browser.post("/admin/log-in", {"name": name, "password": password, **more})


async def log_out(browser):
    await browser.text("/admin/me")
    assert (await browser.post("/admin/log-out")).status == 303


async def test_without_any_account_the_page_names_the_command_and_nothing_else(console):
    browser = await console()
    text = await browser.text("/admin/log-in")
    assert "./gjj admin create" in text and "<form" not in text
    assert (await send(browser)).status == 403


async def test_right_password_opens_the_start_page(console):
    browser = await console()
    await add_account(browser.app, "张三", "viewer")
    response = await send(browser)
    assert (response.status, response.headers["Location"]) == (303, "/admin/")
    text = await browser.text("/admin/")
    assert "张三，您好" in text and "查看员" in text and "第一次登录" in text
    assert "第一次登录" not in await browser.text("/admin/")


@pytest.mark.parametrize("typed", ["ZhangSan", " zhangsan ", "ｚｈａｎｇｓａｎ"])
async def test_the_name_counts_however_it_is_typed(console, typed):
    browser = await console()
    await add_account(browser.app, "zhangsan", "viewer")
    assert (await send(browser, typed)).status == 303


async def test_a_wrong_password_and_an_unknown_or_disabled_account_are_refused_alike(console):
    browser = await console()
    await add_account(browser.app, "张三", "viewer")
    await add_account(browser.app, "停用的人", "viewer", enabled=False)
    answers = []
    for name, password in (("张三", "错的错的错的错的错的错的"), ("没有的人", PASSWORD), ("停用的人", PASSWORD)):
        response = await send(browser, name, password)
        answers.append((response.status, re.sub(name, "…", re.sub(r'[0-9a-f]{64}', "", await response.text()))))
    assert answers[0][0] == 403 and "账号或密码不对" in answers[0][1]
    assert answers[0] == answers[1] == answers[2]


async def test_an_unknown_account_costs_the_same_work(console, monkeypatch):
    browser = await console()
    await add_account(browser.app, "张三", "viewer")
    passwords, checked = browser.app[keys.PASSWORDS], []
    monkeypatch.setattr(passwords, "_verify", lambda hashed, password: checked.append(hashed) or False)
    await send(browser, "张三", "错的错的错的错的错的错的")
    await send(browser, "没有的人", "错的错的错的错的错的错的")
    assert len(checked) == 2 and all(hashed.startswith("$argon2id$") for hashed in checked)


async def test_pages_send_to_the_log_in_and_come_back(console):
    browser = await console()
    await add_account(browser.app, "张三", "viewer")
    response = await browser.get("/admin/me?a=1&b=2")
    assert (response.status, response.headers["Location"]) == (303, "/admin/log-in?next=/admin/me?a%3D1%26b%3D2")
    response = await send(browser, next="/admin/me?a=1&b=2")
    assert response.headers["Location"] == "/admin/me?a=1&b=2"


@pytest.mark.parametrize("wanted", [
    "https://evil.example", "//evil.example/admin", "/admin//evil.example", "/\\evil.example", "/admin\\@evil.example", "javascript:alert(1)",
    "/admin/../../evil", "/adminevil.example", "/admin/x\r\nSet-Cookie: a=b", "/admin/log-out", "/admin/\u202eevil", "/", "/admin@evil.example"])
async def test_open_redirect_only_pages_of_the_console_are_gone_to(console, wanted):
    assert after_log_in(wanted) == "/admin/"
    browser = await console()
    await add_account(browser.app, "张三", "viewer")
    assert (await send(browser, next=wanted)).headers["Location"] == "/admin/"


async def test_session_fixation_the_id_brought_along_is_worth_nothing(console):
    browser = await console()
    await add_account(browser.app, "张三", "viewer")
    await browser.text("/admin/log-in")
    planted = cookie(browser)
    await browser.post("/admin/log-in", {"name": "张三", "password": PASSWORD})
    assert cookie(browser) != planted
    assert await browser.app[keys.SESSIONS].find(planted) is None
    assert await browser.app[keys.SESSIONS].find(cookie(browser)) is not None


async def test_the_cookie_holds_and_the_database_only_knows_its_digest(console):
    browser = await console()
    await add_account(browser.app, "张三", "viewer")
    response = await send(browser)
    (given,) = response.headers.getall("Set-Cookie", [])[-1:]
    headers = [header for header in response.headers.getall("Set-Cookie") if header.startswith("gjj-admin=")]
    assert len(headers) == 1 and given
    assert "HttpOnly" in headers[0] and "SameSite=Strict" in headers[0] and "Path=/" in headers[0] and "Domain" not in headers[0]
    identity = cookie(browser)
    names = [name async for name in browser.app[keys.SESSIONS]._redis.scan_iter("*")]
    assert not any(identity in name for name in names) and any(":session:" in name for name in names)


async def test_elsewhere_than_on_this_machine_cookies_need_https(console):
    browser = await console()
    for headers in ({"Host": "zhushou.example.gov.cn"}, {"X-Forwarded-Proto": "https"}):
        response = await browser.get("/admin/log-in", headers=headers)
        (header,) = response.headers.getall("Set-Cookie")
        assert header.startswith("__Host-gjj-admin=") and "Secure" in header and "Domain" not in header and "Path=/" in header
    (header,) = (await browser.get("/admin/log-in")).headers.getall("Set-Cookie")
    assert header.startswith("gjj-admin=") and "Secure" not in header


async def test_idle_for_too_long_ends_the_session(admin, clock):
    browser = await admin("viewer", admin_idle=900)
    clock.now += 890
    await browser.text("/admin/me")
    clock.now += 890
    await browser.text("/admin/me")
    clock.now += 901
    assert (await browser.get("/admin/me")).status == 303
    clock.now -= 901
    assert (await browser.get("/admin/me")).status == 303, "an ended session does not come back"


async def test_busy_for_too_long_ends_the_session(admin, clock):
    browser = await admin("viewer", admin_idle=900, admin_session=3600)
    for _ in range(5):
        clock.now += 700
        await browser.text("/admin/me")
    clock.now += 200
    assert (await browser.get("/admin/me")).status == 303


async def test_what_a_page_asks_by_itself_does_not_keep_it_alive(admin, clock):
    browser = await admin("viewer", admin_idle=900)
    clock.now += 600
    response = await browser.get("/admin/api/v1/session", headers={"X-Background": "1"})
    assert await response.json() == {"name": "viewer-a", "role": "viewer", "idle_left": 300}
    assert await browser.api("POST", "/admin/api/v1/session") == (200, {"name": "viewer-a", "role": "viewer", "idle_left": 900})
    clock.now += 800
    assert (await browser.get("/admin/me")).status == 200


async def test_log_out_ends_the_session_for_whoever_kept_the_cookie(admin):
    browser = await admin("viewer")
    kept = cookie(browser)
    response = await browser.post("/admin/log-out")
    assert response.headers["Location"] == "/admin/log-in" and cookie(browser) != kept
    assert "已经退出" in await browser.text("/admin/log-in")
    set_cookie(browser, kept)
    assert (await browser.get("/admin/me")).status == 303


@pytest.mark.parametrize("agent, told", [
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0", "Windows 上的 Edge"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605 Mobile MicroMessenger/8.0", "iPhone 上的 微信"),
    ("curl/8.0", "别的程序"), ("<script>", "别的程序")])
async def test_the_places_where_one_is_logged_in_are_told_and_can_be_left_one_by_one(admin, console, agent, told):
    browser = await admin("editor")
    elsewhere = await admin("viewer", beside=browser)
    elsewhere.client.session.cookie_jar.clear()
    await elsewhere.text("/admin/log-in")
    await elsewhere.post("/admin/log-in", {"name": "editor-a", "password": PASSWORD}, headers={"User-Agent": agent})
    assert (await elsewhere.get("/admin/me")).status == 200
    text = await browser.text("/admin/me")
    (handle,) = re.findall(r"/admin/me/sessions/([0-9a-f]{16})/end", text)
    assert told in text and text.count("就是这里") == 1 and "<script>" not in text.replace('<script type="module"', "")
    assert (await browser.post(f"/admin/me/sessions/{handle}/end")).status == 303
    assert (await elsewhere.get("/admin/me")).status == 303 and (await browser.get("/admin/me")).status == 200


async def test_nobody_ends_the_session_of_another_account(admin):
    browser = await admin("editor")
    other = await admin("viewer", beside=browser)
    session = await browser.app[keys.SESSIONS].find(cookie(other))
    await browser.post(f"/admin/me/sessions/{session.handle}/end")
    assert (await other.get("/admin/me")).status == 200


async def test_cookie_of_an_account_disabled_since_is_worth_nothing(admin):
    browser = await admin("editor")
    await browser.app[keys.STAFF].set_enabled("editor-a", False)
    assert (await browser.get("/admin/me")).status == 303
    await browser.app[keys.STAFF].set_enabled("editor-a", True)
    assert (await browser.get("/admin/me")).status == 303


@pytest.mark.parametrize("change", ["set_role", "set_password", "reset_second_factor", "sign_out", "link"])
async def test_a_changed_account_is_logged_out_everywhere(admin, change):
    browser = await admin("editor")
    arguments = {"set_role": ("publisher",), "set_password": (NEW_PASSWORD,)}.get(change, ())
    await getattr(browser.app[keys.STAFF], change)("editor-a", *arguments)
    assert (await browser.get("/admin/me")).status == 303
    assert (await browser.api("GET", "/admin/api/v1/session"))[0] == 401


async def test_guessing_has_to_wait_longer_and_longer(console, clock):
    browser = await console()
    await add_account(browser.app, "张三", "viewer")
    wrong = "错的错的错的错的错的错的"
    for _ in range(lockout.ACCOUNT_FREE):
        assert (await send(browser, password=wrong)).status == 403
    waits = []
    for _ in range(8):
        assert (await send(browser, password=wrong)).status == 403
        refused = await send(browser)
        assert refused.status == 429, "even the right password waits"
        failures, wait = await browser.app[keys.LOCKOUT].failures("张三")
        waits.append(wait)
        clock.now += wait
    assert waits == [30, 60, 120, 240, 480, 900, 900, 900]
    assert (await send(browser)).status == 303
    assert await browser.app[keys.LOCKOUT].failures("张三") == (0, 0)


async def test_account_that_does_not_exist_waits_like_one_that_does(console):
    browser = await console()
    await add_account(browser.app, "张三", "viewer")
    answers = {}
    for name in ("张三", "没有的人"):
        answers[name] = [(await send(browser, name, "错的错的错的错的错的错的")).status for _ in range(6)]
    assert answers["张三"] == answers["没有的人"] == [403] * 5 + [429]


async def test_many_at_once_are_no_way_around(console):
    import asyncio

    browser = await console()
    await add_account(browser.app, "张三", "viewer")
    await browser.text("/admin/log-in")
    fields = {"name": "张三", "password": "错的错的错的错的错的错的"}
    responses = await asyncio.gather(*(browser.post("/admin/log-in", fields) for _ in range(20)))
    assert sorted(response.status for response in responses) == [403] * 5 + [429] * 15


async def test_one_address_trying_many_accounts_has_to_wait(console, monkeypatch):
    monkeypatch.setattr(lockout, "ADDRESS_FREE", 3)
    browser = await console(trusted_proxies=("127.0.0.1",))
    await add_account(browser.app, "张三", "viewer")

    async def status(name, password, address):
        await browser.text("/admin/log-in")
        headers = {"X-Forwarded-For": address}
        return (await browser.post("/admin/log-in", {"name": name, "password": password}, headers=headers)).status

    statuses = [await status(f"某人{n}", "错的错的错的错的错的错的", "203.0.113.9") for n in range(5)]
    assert statuses == [403] * 4 + [429]
    assert await status("张三", PASSWORD, "203.0.113.9") == 429
    assert await status("张三", PASSWORD, "203.0.113.10") == 303


async def test_a_proxy_nobody_named_does_not_make_everybody_wait(console, monkeypatch):
    monkeypatch.setattr(lockout, "ADDRESS_FREE", 3)
    browser = await console()
    await add_account(browser.app, "张三", "viewer")
    for n in range(8):
        assert (await send(browser, f"某人{n}", "错的错的错的错的错的错的")).status == 403
    assert (await send(browser)).status == 303


async def test_guessing_from_elsewhere_does_not_keep_the_person_out_of_the_usual_browser(admin, console):
    browser = await console()
    await add_account(browser.app, "张三", "viewer")
    await send(browser)
    await log_out(browser)
    stranger = await admin("editor", beside=browser)
    stranger.client.session.cookie_jar.clear()
    for _ in range(6):
        last = (await send(stranger, password="错的错的错的错的错的错的")).status
    assert last == 429 and (await send(stranger)).status == 429
    assert (await send(browser)).status == 303
    await log_out(browser)
    for _ in range(6):
        last = (await send(browser, password="错的错的错的错的错的错的")).status
    assert last == 429, "the known browser is counted too"


async def test_a_made_up_known_browser_counts_as_unknown(console):
    browser = await console()
    await add_account(browser.app, "张三", "viewer")
    for n in range(6):
        await browser.text("/admin/log-in")
        browser.client.session.cookie_jar.update_cookies({"gjj-admin-device": f"{n:032x}.{'0' * 64}"}, browser.client.make_url("/"))
        last = (await browser.post("/admin/log-in", {"name": "张三", "password": "错的错的错的错的错的错的"})).status
    assert last == 429


async def test_a_link_from_elsewhere_does_not_log_out(console):
    """The browser holds the cookie back at first; the page calls itself, and then it comes along."""
    browser = await console()
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    response = await browser.get("/admin/me?a=%E6%B9%98", headers=headers)
    assert response.status == 200 and response.headers["Refresh"] == "0; url=/admin/me?a=%E6%B9%98"
    assert "Set-Cookie" not in response.headers
    response = await browser.get("/admin/me", headers={**headers, "Sec-Fetch-Site": "same-origin"})
    assert response.status == 303


async def test_what_was_typed_for_an_unknown_account_is_not_kept(console):
    browser = await console()
    await add_account(browser.app, "张三", "viewer")
    await send(browser, "我的密码打错了地方", "x")
    for _ in range(9):
        await send(browser, password="错的错的错的错的错的错的")
    entries = await browser.audit()
    assert "我的密码" not in str(entries)
    assert [entry["action"] for entry in entries] == ["log_in.refused"] * 6 + ["log_in.locked"], "one entry for each wait"


async def test_log_ins_and_refusals_are_in_the_audit_log_without_the_password(console):
    browser = await console()
    await add_account(browser.app, "张三", "viewer")
    await send(browser, password="错的错的错的错的错的错的")
    await send(browser)
    await browser.text("/admin/me")
    await browser.post("/admin/log-out")
    entries = await browser.audit()
    assert [(entry["action"], entry["who"]) for entry in entries] == [
        ("log_in.refused", "张三"), ("log_in.in", "张三"), ("log_in.out", "张三")]
    assert "错的" not in str(entries) and PASSWORD not in str(entries) and entries[0]["address"] == "127.0.0.1"


async def test_programs_log_in_with_json_and_get_their_token(console, clock):
    browser = await console()
    account = await add_account(browser.app, "张三", "editor")
    status, body = await browser.api("PUT", "/admin/api/v1/session", {"name": "张三", "password": PASSWORD})
    assert status == 200 and (body["name"], body["role"]) == ("张三", "editor")
    browser.csrf = body["csrf"]
    assert (await browser.api("POST", "/admin/api/v1/session"))[0] == 200
    assert (await browser.api("DELETE", "/admin/api/v1/session"))[0] == 204
    assert (await browser.api("POST", "/admin/api/v1/session"))[0] == 401
    factor = browser.app[keys.SECOND_FACTOR]
    sealed = factor.propose("张三")
    await browser.app[keys.ACCOUNTS].change("张三", lambda found: dataclasses.replace(found, second_factor=sealed))
    phone = pyotp.TOTP(factor.typed("张三", sealed).replace(" ", ""))
    wanted = {"name": "张三", "password": PASSWORD}
    assert (await browser.api("PUT", "/admin/api/v1/session", wanted))[0] == 403
    assert (await browser.api("PUT", "/admin/api/v1/session", {**wanted, "code": "000000"}))[0] == 403
    assert (await browser.api("PUT", "/admin/api/v1/session", {**wanted, "code": phone.at(clock.now)}))[0] == 200
    assert account.epoch == 0


@pytest.mark.parametrize("headers, data, status", [
    ({"Origin": "https://evil.example", "Content-Type": "application/json"}, "{}", 403), ({"Content-Type": "text/plain"}, "{}", 400),
    ({"Sec-Fetch-Site": "cross-site", "Content-Type": "application/json"}, "{}", 403), ({"Content-Type": "application/json"}, "{}", 422),
    ({"Content-Type": "application/x-www-form-urlencoded"}, "name=a", 400)])
async def test_a_foreign_page_cannot_log_a_browser_in(console, headers, data, status):
    browser = await console()
    async with browser.client.put("/admin/api/v1/session", headers=headers, data=data) as response:
        assert response.status == status


async def test_wrong_passwords_of_programs_count_too(console):
    browser = await console()
    await add_account(browser.app, "张三", "viewer")
    answers = [await browser.api("PUT", "/admin/api/v1/session", {"name": "张三", "password": "错的"}) for _ in range(6)]
    assert [status for status, _ in answers] == [403] * 5 + [429] and answers[-1][1]["error"]["code"] == "rate_limited"


async def test_only_the_log_in_is_open_to_everyone(console):
    browser = await console()
    found = {route.resource.canonical for route in browser.app.router.routes() if role_of(route.handler) == "everyone"}
    assert found == {"/admin/log-in", "/admin/log-in/code", "/admin/log-out", "/admin/set-up/{token}", "/admin/api/v1/session"}
