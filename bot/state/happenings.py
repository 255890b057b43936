"""Implements actions.happenings.Happenings: collects turns in memory, writes counts, index and inbox when flushed.

One pipeline and one script for all turns since the last flush, so no message waits for it. A worker killed between two
flushes loses the counts of those seconds: they are statistics.
"""
from __future__ import annotations

import threading
from collections import Counter, deque
from typing import Deque, Dict, List, Optional, Sequence

from actions.happenings import Happening
from bot import clock

from . import day_counts
from .client import Client
from .inbox import Entry, Guess
from .masking import mask
from .talks import Note, Talks

MOST_WAITING = 2000
"""Turns held while Redis is away; further ones push out the oldest."""
LONGEST_SAID = 60
"""Characters of the first question that the list of conversations shows."""
Counts = Dict[str, "Counter[str]"]


class HappeningKeeper:
    """``ttl``: seconds a conversation is kept."""

    def __init__(self, client: Client, ttl: int):
        self._redis = client
        self._talks = Talks(client, ttl)
        self._lock = threading.Lock()  # actions run in threads
        self._counts: Counts = {}
        self._notes: Deque[Note] = deque(maxlen=MOST_WAITING)

    def turn(self, happening: Happening) -> None:
        now = clock.now()
        at, day = int(now.timestamp()), now.date().isoformat()
        counts = Counter({"messages": 1, f"hour:{now.hour}": 1, f"hit:{happening.hit}": 1})
        counts["conversations"] = int(happening.turn == 1)
        counts.update(f"asked:{home}.{aspect}" for home, aspect in happening.answered)
        counts.update(f"topic:{topic}" for topic in happening.topics)
        if happening.reason:
            counts[f"handed:{happening.reason}"] = 1
        facets = [f"hit:{happening.hit}", *(f"topic:{topic}" for topic in happening.topics)]
        if happening.reason:
            facets.append("hit:handed")
        turn, home = happening.picked
        note = Note(
            happening.conversation, at, turns=1, facets=list(dict.fromkeys(facets)),
            first={"said": mask(happening.text)[:LONGEST_SAID]} if happening.text else {}, last={"hit": happening.hit},
            entry=_entry(happening, at), picked={"turn": str(turn), "home": home} if turn else None)
        self._add(day, counts, [note])

    def offered(self, conversation: str, rules: Sequence[str]) -> None:
        now = clock.now()
        note = Note(conversation, int(now.timestamp()), facets=[f"rule:{rule}" for rule in rules])
        self._add(now.date().isoformat(), Counter(f"offered:{rule}" for rule in rules), [note] if rules else [])

    def outcome(self, rule: str, accepted: bool) -> None:
        self._add(clock.today().isoformat(), Counter({f"{'accepted' if accepted else 'passed'}:{rule}": 1}), [])

    async def flush(self) -> None:
        """Write what waits; what could not be written stays. Raises RedisError."""
        with self._lock:
            counts, self._counts = self._counts, {}
            notes = list(self._notes)
            self._notes.clear()
        try:
            if counts:
                await day_counts.add(self._redis, counts)
                counts = {}
            if notes:
                await self._talks.note(notes, int(clock.now().timestamp()))
                notes = []
        finally:
            if counts or notes:
                self._put_back(counts, notes)

    def _add(self, day: str, counts: "Counter[str]", notes: List[Note]) -> None:
        with self._lock:
            self._counts.setdefault(day, Counter()).update({name: by for name, by in counts.items() if by})
            self._notes.extend(notes)

    def _put_back(self, counts: Counts, notes: List[Note]) -> None:
        with self._lock:
            for day, changes in counts.items():
                self._counts.setdefault(day, Counter()).update(changes)
            room = max(0, MOST_WAITING - len(self._notes))
            self._notes.extendleft(reversed(notes[-room:] if room else []))


def _entry(happening: Happening, at: int) -> Optional[Dict[str, str]]:
    if not happening.learn:
        return None
    guesses = [Guess(r.home, r.aspect, r.topic, round(r.score, 3)) for r in happening.guesses]
    answered = next((f"{home}.{aspect}" for home, aspect in happening.answered), "")
    entry = Entry(happening.conversation, happening.message, at, happening.learn, happening.text, guesses, answered, happening.reason)
    return entry.stored(happening.turn)
