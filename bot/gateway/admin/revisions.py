"""修改记录: what each change to a record changed, and bringing an older state back; the same for every kind of record."""
from __future__ import annotations

from typing import Any, Callable, Dict, List, Protocol, Tuple, TypeVar

import msgspec
from aiohttp import web

from bot.content.differences import Difference, differences
from bot.content.history import History, Revision
from bot.content.refusal import Conflict
from bot.gateway import bodies
from bot.gateway.admin import content
from bot.gateway.admin.guard import account

State = Dict[str, Any]
Entry = Tuple[Revision, List[Difference]]
S = TypeVar("S", covariant=True)


class Desk(Protocol[S]):
    """A desk of :mod:`bot.content` whose records can be brought back; ``S`` is what it says about a change."""

    @property
    def history(self) -> History: ...

    async def get(self, ident: str, /) -> msgspec.Struct: ...

    async def restore(self, ident: str, revision: str, expected: str, by: str, /) -> S: ...


class Restore(bodies.Strict, frozen=True):
    """``version``: of the record as the person saw it."""

    revision: str
    version: str


async def entries(history: History, ident: str, worded: Callable[[State], State] = dict) -> List[Entry]:
    """Newest first; ``worded`` gives a state as the fields that a person reads."""
    return [(one, differences(worded(one.before or {}), worded(one.after))) for one in await history.list(ident)]


def clash(conflict: Conflict, typed: msgspec.Struct) -> List[Difference]:
    """Where a record that somebody else has changed meanwhile differs from what this person typed."""
    mine: State = msgspec.to_builtins(typed)
    return differences({name: conflict.current.get(name) for name in mine}, mine)


async def listed(desk: Desk[Any], ident: str) -> web.Response:
    """For programs; raises Unknown when there is no such record."""
    await desk.get(ident)
    return content.json({"revisions": await desk.history.list(ident)})


async def restored(request: web.Request, desk: Desk[S], ident: str) -> S:
    """What a program asked for; raises Refused, Unknown, Conflict, ApiError."""
    wanted = await content.decoded(request, Restore)
    return await desk.restore(ident, wanted.revision, wanted.version, account(request).name)


async def restored_by_form(request: web.Request, desk: Desk[S], ident: str) -> S:
    """What a person asked for; raises Refused, Unknown, Conflict."""
    form = await request.post()
    return await desk.restore(ident, str(form.get("revision", "")), str(form.get("version", "")), account(request).name)
