"""After loading: what stays is not looked through again, what was replaced is gone."""
from __future__ import annotations

import gc
import weakref

from bot.worker import heap


class Agent:
    def __init__(self):
        self.itself = self


def test_what_stays_is_kept_out_of_collections_and_what_was_replaced_goes():
    agent = Agent()
    gone = weakref.ref(agent)
    try:
        heap.settle()
        assert gc.get_freeze_count() > 0 and gone() is not None
        del agent
        assert gc.collect() >= 0 and gone() is not None, "frozen: an ordinary collection does not see it"
        heap.settle()
        assert gone() is None, "the next release lets go of it"
    finally:
        gc.unfreeze()
