"""What the areas FAQs, cards, figures and facts share: their desks, and how a refused change is answered."""
from __future__ import annotations

import functools
from datetime import date
from typing import Any, AsyncIterator, Awaitable, Callable, Mapping, Sequence, Tuple, Type, TypeVar

import msgspec
from aiohttp import web

from bot.content.cards import CardDesk
from bot.content.facts import FactDesk
from bot.content.faq_import import Imports
from bot.content.faq_search import FaqSearch
from bot.content.faqs import FaqDesk
from bot.content.figures import FigureDesk
from bot.content.history import OUTSIDE, History
from bot.content.library import Library
from bot.content.refusal import Conflict, Refused, Unknown, sentences
from bot.gateway import bodies, keys
from bot.gateway.admin import insight
from bot.gateway.errors import ApiError, dumps
from bot.gateway.middlewares import REQUEST_ID
from bot.knowledge.errors import ContentError
from bot.knowledge.faq_table import SheetError
from bot.knowledge.faq_text import TextError
from bot.training.releases import Releases
from bot.training.taught import Taught

LIBRARY = web.AppKey("content_library", Library)
FAQS = web.AppKey("content_faqs", FaqDesk)
SEARCH = web.AppKey("content_faq_search", FaqSearch)
IMPORTS = web.AppKey("content_imports", Imports)
CARDS = web.AppKey("content_cards", CardDesk)
FIGURES = web.AppKey("content_figures", FigureDesk)
FACTS = web.AppKey("content_facts", FactDesk)

REFUSALS = (Refused, SheetError, TextError, ContentError, OSError)
ACTIONS = {"create": "新建", "update": "修改", "enable": "启用", "disable": "停用", "restore": "恢复", "import": "导入", "confirm": "复核", "outside": "在控制台以外修改",
           "learn": "从待学问题加入", "remove": "去掉一部分"}
T = TypeVar("T", bound=msgspec.Struct)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def stores(app: web.Application) -> AsyncIterator[None]:
    """Opened after Redis."""
    redis = app[keys.REDIS]
    library = app[LIBRARY] = app[insight.LIBRARY]  # one copy of the content for all areas
    app[FAQS] = FaqDesk(library, History(redis, "faq"), functools.partial(_unanswered, app))
    app[SEARCH] = FaqSearch(Taught(Releases(app[keys.SETTINGS].releases_dir)).waiting)
    app[IMPORTS] = Imports(app[FAQS], redis)
    app[CARDS] = CardDesk(library, History(redis, "card"))
    app[FIGURES] = FigureDesk(library, History(redis, "figure"), redis)
    app[FACTS] = FactDesk(library, History(redis, "fact"))
    yield


async def _unanswered(app: web.Application, question: str) -> "list[str]":
    """Real messages like ``question`` that were not answered, from the learning inbox."""
    return await app[insight.LEARNING].suggestions(question)


def problems_of(error: Exception) -> "list[str]":
    """What is wrong, as sentences for the administrator."""
    if isinstance(error, (Refused, SheetError)):
        return sentences(error.problems)
    if isinstance(error, ContentError):
        return sentences([f"现有内容有错，先改好再来：{problem}" for problem in error.problems])
    if isinstance(error, OSError):
        return [f"写不进文件（{error.strerror}），什么都没有改，请检查磁盘空间和权限。"]
    return sentences([f"data 里的文件{error}" if not str(error).startswith(("data/", "别人")) else str(error)])


def api(handler: Handler) -> Handler:
    """The handler's refusals become JSON with every problem, and for a lost race what the record says now."""
    @functools.wraps(handler)
    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except Unknown as error:
            raise ApiError("not_found", problems_of(error)[0]) from None
        except Conflict as error:
            return _refused(request, 409, "conflict", problems_of(error), current=error.current, version=error.version)
        except REFUSALS as error:
            if isinstance(error, OSError) and error.errno is None:
                raise  # no file: a connection
            return _refused(request, 422, "invalid", problems_of(error))
    return answer


def _refused(request: web.Request, status: int, code: str, problems: Sequence[str], **more: Any) -> web.Response:
    body = {"code": code, "message": problems[0], "request_id": request[REQUEST_ID], "problems": list(problems), **more}
    return json({"error": body}, status)


def json(body: Any, status: int = 200) -> web.Response:
    return web.json_response(msgspec.to_builtins(body), status=status, dumps=dumps)


async def decoded(request: web.Request, kind: Type[T]) -> T:
    """The JSON body as ``kind``; raises ApiError 400, 413 or 422 with the field that is wrong."""
    return await bodies.read_as(request, kind, detailed=True)


def page_of(handler: Handler) -> Handler:
    """A page about a record that is not there is the page for that."""
    @functools.wraps(handler)
    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except Unknown as error:
            raise ApiError("not_found", problems_of(error)[0]) from None
    return answer


def given_date(form: Mapping[str, Any], name: str, title: str) -> "date | None":
    """A date field of a form; raises :class:`Refused`."""
    text = str(form.get(name, "")).strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(f"{title}“{text[:20]}”应写成 2026-11-22 这样") from None


def without_wrong_dates(form: Any) -> Any:
    """The form to be shown again: a validity date that is none is left out, everything else stays."""
    cleaned = form.copy()
    for name in ("effective_from", "effective_to"):
        try:
            given_date(cleaned, name, "")
        except Refused:
            cleaned[name] = ""
    return cleaned


def lines(form: Mapping[str, Any], name: str) -> "list[str]":
    """A field with one entry a line."""
    return [line for line in (" ".join(line.split()) for line in str(form.get(name, "")).splitlines()) if line]


def who(by: str) -> str:
    return by if by != OUTSIDE else "控制台以外（编辑文件或终端）"


def rows(form: Any, *names: str) -> "list[Tuple[str, ...]]":
    """Repeated fields side by side, empty rows left out."""
    columns = [[str(value).strip() for value in form.getall(name, [])] for name in names]
    return [row for row in zip(*columns) if any(row)]
