"""Several gateways: what is spent at one counts at the others, nothing waits for Redis, and no address is kept there."""
import pytest
import pytest_asyncio

from bot.gateway.errors import ApiError
from bot.gateway.limits import Limit, RateLimiter
from bot.gateway.shared_limits import SharedLimits
from bot.state.client import close, connect

pytestmark = pytest.mark.asyncio
LIMITS = {("message", "session"): Limit(6, 60), ("message", "address"): Limit(100, 60)}


class Clock:
    now = 1_795_300_000.0

    def __call__(self):
        return self.now


@pytest_asyncio.fixture
async def gateways(redis_url):
    """Call with a number to get so many (limiter, sharing) and their clock."""
    client = connect(redis_url, 3, decode=True)
    left = await client.keys("gjj:limits:*")
    if left:
        await client.delete(*left)
    clock = Clock()

    def make(number, redis=client, secret=b"s" * 32):
        limiters = [RateLimiter(clock=clock, limits=LIMITS) for _ in range(number)]
        return [(limiter, SharedLimits(limiter, redis, secret, clock)) for limiter in limiters], clock
    make.redis = client
    yield make
    await close(client)


def spend(limiter, number=1, who="a"):
    for _ in range(number):
        limiter.spend("message", "session", who)


async def test_what_is_spent_at_one_gateway_counts_at_the_other(gateways):
    """Attack: spreading requests over the gateways."""
    ((first, at_first), (second, at_second)), _ = gateways(2)
    spend(first, 4)
    await at_first.exchange()
    spend(second)
    await at_second.exchange()
    spend(second)
    with pytest.raises(ApiError) as error:
        spend(second)
    assert error.value.retry_after == 1
    spend(second, who="b")


async def test_nothing_is_charged_twice_or_to_oneself(gateways):
    ((first, at_first), (second, at_second)), _ = gateways(2)
    for _ in range(2):
        spend(first)
        await at_first.exchange()
        spend(second)
        await at_second.exchange()
    await at_first.exchange()
    spend(first, 3)  # 2 of its own and 1 of the other's before: 3 are left; the other's second one it has not heard of
    with pytest.raises(ApiError):
        spend(first)


async def test_three_gateways_give_little_more_than_one(gateways):
    several, clock = gateways(3)
    passed = 0
    for _ in range(60):
        for limiter, _ in several:
            try:
                spend(limiter)
                passed += 1
            except ApiError:
                pass
        for _, sharing in several:
            await sharing.exchange()
        clock.now += 1
    assert passed <= 6 * 3 + 60 * 1.5  # 18 before they had met; then 60 a minute, with little to spare


async def test_the_debt_is_bounded_so_the_wait_is(gateways):
    ((first, at_first), (second, at_second)), clock = gateways(2)
    first.charge(("message", "session", "a"), 10_000)
    with pytest.raises(ApiError) as error:
        spend(first)
    assert error.value.retry_after == 7


async def test_neither_address_nor_session_is_kept_and_it_does_not_last(gateways):
    ((first, at_first),), _ = gateways(1)
    first.spend("message", "address", "203.0.113.9")
    await at_first.exchange()
    (key,) = await gateways.redis.keys("gjj:limits:*")
    assert "203" not in str(await gateways.redis.hgetall(key)) and 0 < await gateways.redis.ttl(key) <= 30


async def test_without_redis_the_limits_of_each_gateway_go_on(gateways):
    away = connect("unix:///nonexistent/redis.sock", 0.05, decode=True)
    ((first, at_first),), _ = gateways(1, redis=away)
    spend(first, 6)
    with pytest.raises((OSError, Exception)):
        await at_first.exchange()
    with pytest.raises(ApiError) as error:
        spend(first)
    assert error.value.code == "rate_limited"
    await close(away)


@pytest.mark.parametrize("address, counted_as", [
    ("203.0.113.9", "203.0.113.9"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
    ("2001:db8:1:3::1", "2001:db8:1:3::/64"), ("::ffff:203.0.113.9", "203.0.113.9"), ("unknown", "unknown")])
async def test_ipv6_is_counted_by_its_network(address, counted_as):
    """Attack: 2⁶⁴ addresses of one's own."""
    from bot.gateway.address import counted
    assert counted(address) == counted_as
