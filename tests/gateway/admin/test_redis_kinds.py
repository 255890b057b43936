"""The console's keys on every kind of Redis, Sentinel and Cluster included."""
import asyncio
import time

import pytest

from bot.gateway.admin.accounts import Account, Accounts, LastAdministrator
from bot.gateway.admin.audit_chain import AuditChain
from bot.gateway.admin.audit_verify import verify
from bot.gateway.admin.lockout import ACCOUNT_FREE, Lockout, Who
from bot.gateway.admin.sessions import AdminSessions
from bot.gateway.admin.set_up import SetUpLinks
from bot.state.client import close, connect
from tests.redis_kinds import KINDS, address_of


async def exercise(client, folder):
    accounts = Accounts(client)
    account = await accounts.create(Account("张三", "administrator"))
    with pytest.raises(LastAdministrator):
        await accounts.change("张三", lambda found: Account("张三", "viewer"))
    sessions = AdminSessions(client, 900, 3600, time.time)
    identity = await sessions.start(account)
    session = await sessions.find(identity)
    await sessions.propose(session, "sealed")
    assert (await sessions.find(identity)).proposed == "sealed"
    assert [one.key for one in await sessions.of(account)] == [session.key]
    assert await sessions.end_one(account, session.handle) and await sessions.of(account) == []
    lockout = Lockout(client, time.time)
    waits = [(await lockout.attempt(Who("张三", "10.0.0.1")))[0] for _ in range(ACCOUNT_FREE + 2)]
    assert waits[:-1] == [0] * (ACCOUNT_FREE + 1) and 0 < waits[-1] <= 30
    assert await lockout.unlock("张三")
    links = SetUpLinks(client)
    token = await links.create("张三")
    assert await links.whose(token) == "张三" and await links.use(token) and not await links.use(token)
    chain = AuditChain(client, [b"k" * 32], folder / "audit.jsonl", 400)
    for number in range(3):
        await chain.append({"who": "张三", "action": "x", "target": str(number)})
    assert (await verify(chain)).entries == 3 and (await verify(chain)).whole


@pytest.mark.parametrize("kind", KINDS)
def test_accounts_sessions_lockout_links_and_audit(kind, tmp_path):
    async def run(url):
        client = connect(url, 3, decode=True, most=4)
        try:
            await exercise(client, tmp_path)
        finally:
            await close(client)

    with address_of(kind, tmp_path) as url:
        asyncio.run(run(url))
