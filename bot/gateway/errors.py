"""Errors the API answers with: a stable code for programs and one kind Chinese sentence for people."""
from __future__ import annotations

import json
from typing import Dict, Optional

from aiohttp import web

SENTENCES = {
    "bad_request": (400, "这条请求没看懂，请刷新页面再试一次。"),
    "bad_json": (400, "内容的格式不对，应是一个 JSON 对象。"),
    "bad_content_type": (400, "请用 application/json（UTF-8）发送内容。"),
    "unauthorized": (401, "会话已结束或无效，请重新开始咨询。"),
    "session_expired": (401, "这次咨询已经超时，请重新开始，刚才的话可以再说一遍。"),
    "forbidden_origin": (403, "这个网页没有获准使用本助手，请从中心官方网站进入。"),
    "forbidden": (403, "这个地址只对内部开放。"),
    "not_found": (404, "没有找到您要的页面或接口。"),
    "method_not_allowed": (405, "这个接口不支持这种访问方式。"),
    "conflict": (409, "别人刚刚改过，您的改动还没有保存，请刷新后再试。"),
    "too_large": (413, "内容太长了，请分几次发送。"),
    "invalid": (422, "内容没有填对，请检查后再发。"),
    "text_too_long": (422, "这段话有点长，请分几次说，每次一件事更容易答准。"),
    "text_empty": (422, "还没有输入内容，请写下您想问的事。"),
    "unknown_choice": (422, "这个按钮已经失效，请直接把想问的打出来。"),
    "rate_limited": (429, "您操作得有点快，请稍等一会儿再试。"),
    "internal": (500, "助手出了点问题，已经记录。请稍后再试，急事请拨打 12329。"),
    "unavailable": (503, "助手暂时忙不过来，请稍后再试，急事请拨打 12329。"),
    "timeout": (503, "这次答得太慢了，请再发一次，急事请拨打 12329。"),
}
"""code → (HTTP status, sentence). The OpenAPI description lists the same codes; a test compares them."""


class ApiError(Exception):
    """A refusal with a code of :data:`SENTENCES`. ``message`` replaces the usual sentence;
    ``retry_after`` is whole seconds for the Retry-After header."""

    def __init__(self, code: str, message: Optional[str] = None, retry_after: Optional[int] = None) -> None:
        super().__init__(code)
        self.code = code
        self.status, sentence = SENTENCES[code]
        self.message = message or sentence
        self.retry_after = retry_after

    def body(self, request_id: str) -> Dict[str, str]:
        """The ``error`` object's content, shared by HTTP bodies and WebSocket frames."""
        return {"code": self.code, "message": self.message, "request_id": request_id}

    def response(self, request_id: str) -> web.Response:
        response = web.json_response({"error": self.body(request_id)}, status=self.status, dumps=dumps)
        if self.retry_after is not None:
            response.headers["Retry-After"] = str(self.retry_after)
        if self.status == 401:
            response.headers["WWW-Authenticate"] = "Bearer"
        return response


BY_STATUS = {400: "bad_request", 403: "forbidden", 404: "not_found", 405: "method_not_allowed", 409: "conflict", 413: "too_large"}
"""What aiohttp's own refusals become."""


def dumps(value: object) -> str:
    """JSON with readable Chinese."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
