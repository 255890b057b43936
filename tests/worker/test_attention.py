"""What the worker hands to the attentive engine, and that it takes it back."""
from __future__ import annotations

import asyncio

import pytest

from actions.attend.usefulness import Attention, Exploration, Forgetful
from actions.happenings import Happening, Unheeded, Watch
from actions.trace import Trace
from bot.settings import Settings
from bot.state.client import connect
from bot.state.decisions import DecisionLog
from bot.state.talks import Talks
from bot.worker.attention import Keeper


def with_keeper(redis_url, scenario, **settings):
    async def run():
        client = connect(redis_url, 3)
        keeper = Keeper(Settings(**settings), client)
        try:
            return await scenario(keeper, client)
        finally:
            await keeper.close()
            await client.close()

    return asyncio.run(run())


@pytest.mark.parametrize("for_tests, share, learns", [(False, 0.2, True), (True, 0.0, False)])
def test_under_for_tests_nothing_is_learnt_or_tried(redis_url, for_tests, share, learns):
    async def scenario(keeper, client):
        return Attention.exploration, isinstance(Attention.experience, Forgetful)

    exploration, forgetful = with_keeper(redis_url, scenario, exploration=20, seed=4, for_tests=for_tests)
    assert (exploration, forgetful) == (Exploration(share, 4), not learns)


def test_decisions_reach_the_log_and_the_hooks_are_let_go(redis_url):
    async def scenario(keeper, client):
        Trace.log({"turn": 7})
        await keeper.flush()
        return (await DecisionLog(client).latest(1))[0]["turn"]

    assert with_keeper(redis_url, scenario) == 7
    assert Trace.log is None and isinstance(Attention.experience, Forgetful) and Attention.exploration == Exploration()


def test_what_happens_in_a_turn_is_counted_and_indexed(redis_url):
    async def scenario(keeper, client):
        Watch.happenings.turn(Happening("counted", "m1", 1, "direct", "租房能提吗", topics=["withdraw_rent"]))
        Watch.happenings.offered("counted", ["C08-Q1"])
        await keeper.flush()
        found, _ = await Talks(client, 600).find(["topic:withdraw_rent", "rule:C08-Q1"], 0, 10**11)
        return [(talk.conversation, talk.said) for talk in found]

    assert with_keeper(redis_url, scenario) == [("counted", "租房能提吗")] and isinstance(Watch.happenings, Unheeded)


def test_a_lost_redis_stops_nothing(tmp_path, caplog):
    async def scenario(keeper, client):
        Trace.log({"turn": 7})
        await keeper.flush()
        return True

    assert with_keeper(f"unix://{tmp_path}/nobody.sock", scenario)
    assert "DecisionLog not written" in caplog.text
