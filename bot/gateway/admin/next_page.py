"""Where to go after logging in. Attack: a link to our log-in page that afterwards sends people to another site."""
from __future__ import annotations

import re

START = "/admin/"
_OWN = re.compile(r"/admin(?:/[A-Za-z0-9._~%!$&'()*+,;=:@-]+)*/?(?:\?[A-Za-z0-9._~%!$&'()*+,;=:@/?-]*)?", re.ASCII)
_LONGEST = 1000


def checked(wanted: str) -> str:
    """``wanted`` when it is a page of the console, else empty. Only a plain path can pass: no scheme, no host, no ``//``."""
    if len(wanted) > _LONGEST or not _OWN.fullmatch(wanted) or "/.." in wanted:
        return ""
    return wanted if wanted.partition("?")[0].rstrip("/") not in ("/admin", "/admin/log-in", "/admin/log-out") else ""


def after_log_in(wanted: str) -> str:
    return checked(wanted) or START
