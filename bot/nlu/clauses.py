"""Several questions in one message: where one question ends and the next begins."""
from __future__ import annotations

import re
from typing import List

_END = re.compile(r"[,。!?;]+")
_ENUMERATION = re.compile(
    r"(?:[,。;:?!]|^)\s*(?:第?[一二三四1234][是、.)]|一个是|另一个是|再一个|再(?:问|就是)|还(?:想|要|有)?(?:问|请问|有个?问题)|另外|以及|顺便(?:问)?|二是|三是|其次)"
    r"|\(?(?<!\d)[1-9][、.)](?!\d)"  # 1、租房怎么提2、多久到账 – but not 3.5% and not 7、8月
)
_ASKING = re.compile(
    r"吗|呢|怎(?!么都)|什么(?!都|也)|啥(?!都|也)|多少|几|哪(?!都|里都|儿都)|如何|能不能|可不可以|可以不|能否|是否|多久|要不要|有没有|行不|得不|好多|么$|不$|咋|\?"
)
_GREETING = re.compile(r"^(?:您好|你好|请问(?:一下)?|麻烦(?:问)?(?:一下)?|想?(?:咨询|问)(?:一下|下)?(?:两个|几个)?(?:问题|事)?|谢谢|打扰了?|在吗|哦?对了)[,。!? :]*")
_NEXT = "\x01"
MIN_CLAUSE = 4
"""Shorter pieces (行吗, 可以不) belong to what stands before them."""
MAX_STORY = 60
"""Characters of statements kept in front of a question."""
MAX_CLAUSES = 4
"""More than this many questions in one message are answered as one: the rest would be a wall of text."""


def asks(text: str) -> bool:
    """Whether normalised ``text`` contains something that reads like a question."""
    return bool(_ASKING.search(text))


def clauses(text: str) -> List[str]:
    """Split normalised ``text`` into its questions, in order.

    Several questions: each with the statements before it (its story), greetings dropped, at most ``MAX_CLAUSES``.
    One question told with a story: that question alone. A plain question or statement: nothing to split, ``[]``.
    """
    marked = _ENUMERATION.sub(lambda m: f"。{_NEXT}" if m.start() else "", text)
    asking: List[str] = []
    bare = ""
    story = ""
    for part in _END.split(marked):
        named = part.startswith(_NEXT)  # "…，另外还想打一份缴存证明": a matter of its own without a question word
        part = _GREETING.sub("", part.lstrip(_NEXT).strip())
        if not part:
            continue
        if (named or _ASKING.search(part)) and len(part) >= MIN_CLAUSE:
            keep = story if len(story) + len(part) <= MAX_STORY else ""
            asking.append(f"{keep},{part}" if keep else part)
            bare, story = part, ""
        else:
            story = f"{story},{part}" if story else part
    if len(asking) == 1 and bare != text.rstrip("?。!"):
        return [bare]
    return asking if 2 <= len(asking) <= MAX_CLAUSES else []
