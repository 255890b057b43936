"""An administrator's work with accounts, on the pages and through the API."""
import asyncio
import re

import pytest

from bot.gateway.admin import keys
from bot.gateway.admin.accounts import Account, AccountExists, LastAdministrator
from tests.gateway.admin.conftest import NEW_PASSWORD, PASSWORD, add_account, log_in_as

pytestmark = pytest.mark.asyncio


async def open_link(browser, link, password=NEW_PASSWORD, again=NEW_PASSWORD):
    path = link[link.index("/admin/"):]
    browser.client.session.cookie_jar.clear()
    await browser.text(path)
    return await browser.post(path, {"password": password, "again": again})


async def test_a_new_person_chooses_a_password_through_a_link_that_works_once(admin):
    browser = await admin("administrator")
    response = await browser.post("/admin/accounts", {"name": "李四", "role": "editor", "way": "link"})
    link = re.search(r"http://127\.0\.0\.1:\d+/admin/set-up/[\w-]{43}", await response.text())[0]
    assert response.status == 200
    assert "太短" in await (await open_link(browser, link, "short", "short")).text()
    assert (await open_link(browser, link)).headers["Location"] == "/admin/log-in"
    assert "链接已经失效" in await browser.text(link[link.index("/admin/"):], 404)
    await browser.text("/admin/log-in")
    assert (await browser.post("/admin/log-in", {"name": "李四", "password": NEW_PASSWORD})).status == 303
    assert [entry["action"] for entry in await browser.audit()] == ["account.create", "account.link", "log_in.set_up", "log_in.in"]
    assert link[-43:] not in str(await browser.audit())


async def test_a_temporary_password_must_be_changed_at_once(admin):
    browser = await admin("administrator")
    response = await browser.post("/admin/accounts", {"name": "李四", "role": "editor", "way": "password"})
    temporary = re.search(r'id="temporary-password">([a-z0-9-]{17})<', await response.text())[1]
    browser.client.session.cookie_jar.clear()
    await browser.text("/admin/log-in")
    await browser.post("/admin/log-in", {"name": "李四", "password": temporary})
    assert (await browser.get("/admin/")).headers["Location"] == "/admin/me/password"
    await browser.text("/admin/me/password")
    fields = {"current": temporary, "password": NEW_PASSWORD, "again": NEW_PASSWORD}
    assert (await browser.post("/admin/me/password", fields)).headers["Location"] == "/admin/me"
    assert (await browser.get("/admin/")).status == 200


@pytest.mark.parametrize("name, role, status", [
    ("a", "viewer", 422), ("有 空格", "viewer", 422), ("<script>", "viewer", 422), ("李四", "owner", 422), ("administrator-a", "viewer", 409),
    ("Administrator-A", "viewer", 409), ("x" * 33, "viewer", 422)])
async def test_names_and_roles_that_cannot_be_are_refused(admin, name, role, status):
    browser = await admin("administrator")
    assert (await browser.post("/admin/accounts", {"name": name, "role": role})).status == status
    code = {422: "invalid", 409: "conflict"}[status]
    answer = await browser.api("POST", "/admin/api/v1/accounts", {"name": name, "role": role})
    assert answer[0] == status and answer[1]["error"]["code"] == code


async def test_changes_are_made_and_recorded(admin):
    browser = await admin("administrator")
    await add_account(browser.app, "李四", "viewer")
    for path, fields in (("role", {"role": "publisher"}), ("disable", {}), ("enable", {}), ("sign-out", {}), ("reset-second-factor", {}), ("unlock", {})):
        assert (await browser.post(f"/admin/accounts/李四/{path}", fields)).headers["Location"] == "/admin/accounts/%E6%9D%8E%E5%9B%9B"
    assert (await browser.app[keys.ACCOUNTS].get("李四")).role == "publisher"
    entries = await browser.audit()
    assert [entry["action"] for entry in entries] == [
        "account.role", "account.disable", "account.enable", "account.sign_out", "account.reset_second_factor", "account.unlock"]
    assert entries[0]["before"] == {"role": "viewer"} and entries[0]["after"] == {"role": "publisher"}
    assert {entry["who"] for entry in entries} == {"administrator-a"} and {entry["target"] for entry in entries} == {"李四"}
    assert "argon2" not in str(entries)


async def test_nobody_changes_the_own_role_or_state(admin):
    browser = await admin("administrator")
    await add_account(browser.app, "李四", "administrator")
    await browser.post("/admin/accounts/administrator-a/role", {"role": "viewer"})
    await browser.post("/admin/accounts/administrator-a/disable")
    assert (await browser.api("PATCH", "/admin/api/v1/accounts/administrator-a", {"role": "viewer"}))[0] == 422
    account = await browser.app[keys.ACCOUNTS].get("administrator-a")
    assert account.role == "administrator" and account.enabled


async def test_the_last_administrator_stays(admin):
    browser = await admin("administrator")
    accounts, staff = browser.app[keys.ACCOUNTS], browser.app[keys.STAFF]
    await add_account(browser.app, "停用的", "administrator", enabled=False)
    with pytest.raises(LastAdministrator):
        await staff.set_role("administrator-a", "viewer")
    with pytest.raises(LastAdministrator):
        await staff.set_enabled("administrator-a", False)
    await add_account(browser.app, "李四", "administrator")
    results = await asyncio.gather(
        staff.set_enabled("administrator-a", False), staff.set_role("李四", "viewer"), return_exceptions=True)
    assert sum(isinstance(result, LastAdministrator) for result in results) == 1
    assert sum(one.role == "administrator" and one.enabled for one in await accounts.all()) == 1


async def test_two_changes_at_once_both_count(admin):
    browser = await admin("administrator")
    await add_account(browser.app, "李四", "viewer")
    staff = browser.app[keys.STAFF]
    await asyncio.gather(staff.set_role("李四", "editor"), *(staff.sign_out("李四") for _ in range(8)), staff.set_enabled("李四", False))
    found = await browser.app[keys.ACCOUNTS].get("李四")
    assert (found.role, found.enabled, found.epoch) == ("editor", False, 10)


async def test_one_name_is_given_once(console):
    browser = await console()
    accounts = browser.app[keys.ACCOUNTS]
    results = await asyncio.gather(*(accounts.create(Account("李四", "viewer")) for _ in range(5)), return_exceptions=True)
    assert sum(isinstance(result, AccountExists) for result in results) == 4


async def test_own_password_change_needs_the_old_one_and_ends_other_sessions(admin):
    browser = await admin("viewer")
    other = await log_in_as(await admin("editor", beside=browser), await browser.app[keys.ACCOUNTS].get("viewer-a"))
    fields = {"current": "错的错的错的错的错的错的", "password": NEW_PASSWORD, "again": NEW_PASSWORD}
    assert (await browser.post("/admin/me/password", fields)).status == 403
    assert (await browser.post("/admin/me/password", {**fields, "current": PASSWORD, "again": "x"})).status == 422
    assert (await browser.post("/admin/me/password", {"current": PASSWORD, "password": PASSWORD, "again": PASSWORD})).status == 422
    assert (await browser.post("/admin/me/password", {**fields, "current": PASSWORD})).status == 303
    assert (await browser.get("/admin/me")).status == 200
    assert (await other.get("/admin/me")).status == 303


async def test_the_api_does_the_same(admin):
    browser = await admin("administrator")
    status, made = await browser.api("POST", "/admin/api/v1/accounts", {"name": "李四", "role": "viewer"})
    assert status == 201 and made["account"]["name"] == "李四" and made["set_up"].startswith("/admin/set-up/")
    status, changed = await browser.api("PATCH", "/admin/api/v1/accounts/李四", {"role": "editor", "enabled": False})
    assert (changed["account"]["role"], changed["account"]["enabled"]) == ("editor", False)
    assert (await browser.api("PATCH", "/admin/api/v1/accounts/李四", {}))[0] == 422
    assert (await browser.api("PATCH", "/admin/api/v1/accounts/李四", {"password": "x"}))[0] == 422
    assert (await browser.api("POST", "/admin/api/v1/accounts/李四/unlock"))[0] == 200
    assert (await browser.api("POST", "/admin/api/v1/accounts/没有的人/unlock"))[0] == 404
    status, listed = await browser.api("GET", "/admin/api/v1/accounts")
    assert [one["name"] for one in listed["accounts"]] == ["administrator-a", "李四"] and "password" not in listed["accounts"][0]


async def test_pages_show_names_as_text(admin):
    browser = await admin("administrator")
    await browser.app[keys.ACCOUNTS].create(Account("<b>&\"'", "viewer", created_by="<i>"))
    assert "&lt;b&gt;&amp;" in await browser.text("/admin/accounts") and "<b>&" not in await browser.text("/admin/accounts")
