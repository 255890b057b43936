"""Reading the console's pages."""
from __future__ import annotations

import re
from html import unescape


def hidden(text, name="version"):
    """The value of a hidden field."""
    return re.search(rf'name="{name}" value="([^"]*)"', text)[1]


def plain_text(html):
    """What a person reads, without the tags."""
    return unescape(re.sub(r"<[^>]+>", "", html))
