"""A citizen mends what was said or understood: 不是买房,是租房; 说错了,是二套; 我问的是还贷不是贷款."""
from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Optional

_SLIP = re.compile(r"^(?:哦|噢|哎|诶|啊|呃|不好意思|抱歉)?[,。!]?(?:我)?(?:刚才|前面|上面)?(?:说|讲|打|写|问|搞|弄)(?:错|反|岔)(?:了|字)*[,。!:]*(?P<meant>.{2,})$")
_WRONG = re.compile(r"^(?:不对|不不+|错了|你?(?:理解|听|搞|弄)(?:错|岔)了?|不是这个(?:意思)?|我不是(?:说|问|指)?这个(?:意思)?)[,。!:]*(?P<meant>.{2,})$")
_NO = re.compile(r"^不[,。!]+(?P<meant>(?:我)?(?:是|要|说的是|问的是|想问).{2,})$")
_NOT_BUT = re.compile(
    r"^(?P<before>(?:[^,。!?]{0,12}[,。!])?[^,。!?]{0,6}?)(?:并)?(?:我)?(?:不是|没有?(?:说|问)|没(?:说|问)|不(?:问|要|说))(?:要|想|说|问|指)?(?P<denied>[^,。!?是吗呢]{1,12})[,。!]*(?:而|我|我这)?(?:是|我(?:要|想)?(?:问|说|指)的?是|(?:问|说|指)的是?|要的是)(?:要|想|说|问|指)?(?P<meant>[^?]{1,40})\??$"
)
_BUT_NOT = re.compile(
    r"^(?:我)?(?:(?:想|要)?(?:问|说|指|讲)的?(?:是)?|要(?:办|的)的?是|是)(?P<meant>[^,。!?]{2,16})[,。!]*(?:又|可|并)?(?:不是|不要|没(?:问|说))(?:要|想|说|问|指)?(?P<denied>[^,。!?吗呢]{1,12})[。!]?$"
)
_NOT_COMMA = re.compile(r"^(?:我)?不是(?P<denied>[^,。!?吗呢]{1,8}),(?P<meant>[^,。!?吗呢怎么哪多能可]{2,8})[。!]?$")
_LEAD = re.compile(r"^(?:我)?(?:(?:应该|其实|实际上?|说的|问的|要说的|想问的|意思)?是(?:要|想)?(?:问|说)?|(?:想|要)(?:问|说)的?是|改成)")
_ASKED = re.compile(r"(?:吗|是不是|呢|不是)[?。!]?$")


@dataclass(frozen=True)
class Correction:
    """``meant`` replaces what was said before; ``denied`` is what it was not, "" when that was not said again.

    ``told`` is ``meant`` in the citizen's own words, from which facts are read: 我是商业贷款.
    """

    meant: str
    denied: str = ""
    told: str = ""


def correction(text: str) -> Optional[Correction]:
    """The correction that normalised ``text`` makes; None when it makes none.

    A question about a difference (不是买房是不是也能提) and 是不是 are no corrections.
    """
    for pattern in (_SLIP, _WRONG, _NO):
        match = pattern.search(text)
        if match:
            inner = correction(match["meant"])
            return inner or Correction(_lead(match["meant"]), told=match["meant"])
    match = _NOT_BUT.search(text)
    if match and not _ASKED.search(match["denied"]) and not match["meant"].startswith("不是"):
        meant = match["before"].lstrip(",。!") + match["meant"]
        return Correction(_lead(meant), match["denied"], text[match.end("denied") :].strip(",。! "))
    match = _NOT_COMMA.search(text) or _BUT_NOT.search(text)
    if match and not _ASKED.search(text):
        return Correction(_lead(match["meant"]), match["denied"], match["meant"])
    return None


def _lead(meant: str) -> str:
    return _LEAD.sub("", meant.strip(",。! ")) or meant
