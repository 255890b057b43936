"""Accounts in Redis: one hash, account name → JSON record. Every change is compare-and-set on the whole record.

The script also keeps the console governable: no change may take away the last enabled administrator.
"""
from __future__ import annotations

import dataclasses
import json
import secrets
from dataclasses import dataclass
from typing import Callable, List, Optional, Tuple

from bot.gateway.admin import roles
from bot.gateway.admin.keys import PREFIX
from bot.state.client import Script, TextClient

KEY = PREFIX + "accounts"
_TRIES = 20

_PUT = Script("""
local current = redis.call('HGET', KEYS[1], ARGV[1]) or ''
if current == ARGV[3] then return 1 end
if current ~= ARGV[2] then return 0 end
local function governs(record)
  if record == '' then return false end
  local account = cjson.decode(record)
  return account.role == 'administrator' and account.enabled
end
if governs(current) and not governs(ARGV[3]) then
  local others = 0
  for _, record in ipairs(redis.call('HVALS', KEYS[1])) do
    if record ~= current and governs(record) then others = others + 1 end
  end
  if others == 0 then return -1 end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
""")
"""KEYS: accounts. ARGV: name, record expected ('' for none), new record. → 1 done (also when it was done before);
0: somebody else changed it; -1: this was the last administrator."""


class AccountExists(Exception):
    """There already is an account of this name."""


class LastAdministrator(Exception):
    """The change would leave nobody who can manage accounts."""


@dataclass(frozen=True)
class Account:
    """One person who may log in. ``password`` is an Argon2id hash, empty until the person has chosen one."""

    name: str
    role: str
    enabled: bool = True
    password: str = ""
    must_change: bool = False
    """The password was given by somebody else and only opens the page for choosing an own one."""
    epoch: int = 0
    """Sessions of an earlier epoch are over."""
    second_factor: str = ""
    """Sealed TOTP key (bot.gateway.admin.sealing); empty: none."""
    last_step: int = 0
    """The time step of the last accepted code: no code is good twice."""
    recovery: Tuple[str, ...] = ()
    """Digests of the recovery codes not used yet."""
    created_at: str = ""
    created_by: str = ""
    last_log_in: str = ""
    revision: str = ""
    """Random, new with each change: two changes are never taken for one."""

    @property
    def title(self) -> str:
        """The role in Chinese."""
        return roles.TITLES[self.role]

    def may(self, role: str) -> bool:
        """Whether this account has at least ``role``."""
        return roles.includes(self.role, role)

    @classmethod
    def parse(cls, record: str) -> "Account":
        found = json.loads(record)
        return cls(**{**found, "recovery": tuple(found["recovery"])})

    def record(self) -> str:
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False, sort_keys=True)


class Accounts:
    """The store. Redis failures leave as the client's own errors."""

    def __init__(self, redis: TextClient) -> None:
        self._redis = redis

    async def exist(self) -> bool:
        return bool(await self._redis.exists(KEY))

    async def all(self) -> List[Account]:
        """Every account by name."""
        return sorted(map(Account.parse, await self._redis.hvals(KEY)), key=lambda account: account.name)

    async def get(self, name: str) -> Optional[Account]:
        """``name`` in its normal spelling (bot.gateway.admin.names)."""
        record = await self._redis.hget(KEY, name)
        return Account.parse(record) if record else None

    async def create(self, account: Account) -> Account:
        """Raises :class:`AccountExists`."""
        new = _revised(account)
        if await _PUT(self._redis, [KEY], account.name, "", new.record()) != 1:
            raise AccountExists(account.name)
        return new

    async def change(self, name: str, change: Callable[[Account], Optional[Account]]) -> Tuple[Account, Account]:
        """Apply ``change`` to the newest record; returns (before, after). ``change`` returns ``None`` to leave it as it is.

        Raises KeyError for an unknown account, :class:`LastAdministrator`, and what ``change`` raises.
        """
        for _ in range(_TRIES):
            record = await self._redis.hget(KEY, name)
            if not record:
                raise KeyError(name)
            before = Account.parse(record)
            after = change(before)
            if after is None:
                return before, before
            after = _revised(after)
            done = await _PUT(self._redis, [KEY], name, record, after.record())
            if done == -1:
                raise LastAdministrator(name)
            if done == 1:
                return before, after
        raise RuntimeError("an account that never stops changing")


def _revised(account: Account) -> Account:
    return dataclasses.replace(account, revision=secrets.token_hex(8))
