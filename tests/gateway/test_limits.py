"""Rate limits: who is counted, what is answered, and that memory stays bounded."""
import pytest

from bot.gateway.address import Addresses
from bot.gateway.errors import ApiError
from bot.gateway.limits import LIMITS, Limit, RateLimiter
from tests.gateway.conftest import refusal

pytestmark = pytest.mark.asyncio
MESSAGE = {"text": "你好"}


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def limiter(clock, **more):
    return RateLimiter(clock=clock, limits={("message", "session"): Limit(2, 30)}, **more)


def spend(limits, who="a"):
    limits.spend("message", "session", who)


async def test_burst_then_429_then_refilled():
    clock = Clock()
    limits = limiter(clock)
    spend(limits), spend(limits)
    with pytest.raises(ApiError) as error:
        spend(limits)
    assert (error.value.code, error.value.retry_after) == ("rate_limited", 2)
    spend(limits, "b")
    clock.now = 2.0
    spend(limits)


async def test_many_addresses_do_not_fill_the_memory():
    """Attack: a new address for every request."""
    limits = limiter(Clock(), largest=100)
    for number in range(1000):
        spend(limits, str(number))
    assert len(limits) == 100


async def message(client, headers, number):
    return await client.post("/api/v1/messages", headers=headers, json={"id": f"00000000-0000-4000-8000-{number:012d}", **MESSAGE})


async def test_one_session_too_fast_is_429_and_another_goes_on(make_client, new_token):
    client = await make_client(for_tests=False)
    first, second = [{"Authorization": f"Bearer {await new_token(client)}"} for _ in range(2)]
    burst = LIMITS[("message", "session")].burst
    statuses = [(await message(client, first, n)).status for n in range(burst)]
    refused = await message(client, first, 99)
    assert statuses == [200] * burst and await refusal(refused) == (429, "rate_limited")
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert (await message(client, second, 1)).status == 200


async def test_new_sessions_and_token_guessing_are_limited_by_address(make_client):
    client = await make_client(for_tests=False)
    created = [(await client.post("/api/v1/sessions", json={})).status for _ in range(LIMITS[("session.create", "address")].burst + 3)]
    assert set(created[:60]) == {201} and created[-1] == 429
    guesses = [(await client.get("/api/v1/history", headers={"Authorization": "Bearer v1.a.b"})).status
               for _ in range(LIMITS[("auth.failure", "address")].burst + 3)]
    assert guesses[0] == 401 and guesses[-1] == 429


async def test_no_limits_for_tests(client, auth):
    assert {(await message(client, auth, n)).status for n in range(40)} == {200}


@pytest.mark.parametrize("peer, header, trusted, address", [
    ("203.0.113.9", None, (), "203.0.113.9"),
    ("203.0.113.9", "1.1.1.1", (), "203.0.113.9"),
    ("10.0.0.5", "203.0.113.9", ("10.0.0.5",), "203.0.113.9"),
    ("10.0.0.5", "1.1.1.1, 203.0.113.9", ("10.0.0.5",), "203.0.113.9"),
    ("10.0.0.5", "203.0.113.9, 10.0.0.6", ("10.0.0.0/24",), "203.0.113.9"),
    ("10.0.0.5", "nonsense", ("10.0.0.5",), "10.0.0.5"),
    ("10.0.0.5", None, ("10.0.0.5",), "10.0.0.5"),
    ("::ffff:10.0.0.5", "203.0.113.9", ("10.0.0.5",), "203.0.113.9"),
])
async def test_forged_forwarded_address_is_not_believed(peer, header, trusted, address):
    """Attack: escaping a limit by writing X-Forwarded-For oneself."""
    from aiohttp.test_utils import make_mocked_request
    headers = {} if header is None else {"X-Forwarded-For": header}
    request = make_mocked_request("GET", "/", headers=headers).clone(remote=peer)
    assert Addresses(trusted).of(request) == address
