"""Several questions in one message: where one question ends and the next begins."""
from __future__ import annotations

import re
from typing import List

from .corrections import correction

_END = re.compile(r"[,。!?;]+")
_ENUMERATION = re.compile(
    r"(?:[,。;:?!]|^)\s*(?:第[一二三四1234](?:[是、.):,]|个(?:问题)?(?:是)?[:,]?)|[一二三四1234][是、.)]|一个是|另一个是|再一个(?:是)?|再(?:问|就是)|还(?:想|要|有)?(?:问|请问|有个?问题)(?:一?下)?|另外|以及|顺便(?:问(?:一?下)?)?|二是|三是|其次)"
    r"|\(?(?<!\d)[1-9][、.)](?!\d)"  # 1、租房怎么提2、多久到账 – but not 3.5% and not 7、8月
)
_ASKING = re.compile(
    r"吗|呢|怎(?!么都)|什么(?!都|也)|啥(?!都|也)|多少|(?<![好这那过近十])(?<!(?<!提)前)几(?!乎)|哪(?!都|里都|儿都)|如何|能不能|可不可以|可以不|能否|是否|多久|要不要|有没有|行不|得不|好多|么$|不$|咋|\?"
    r"|(?P<verb>[会算用是该贵行对准够大高好难快得需])不(?P=verb)|没$|没有$|多长|为何|(?:能|可以|要|得|是)[^,。]{0,8}吧$"
)
_CHOICE = re.compile(r"(?:是|要|该|先|直接)[^,。]{1,12}还是")
"""A question only beside another one: alone it is read whole."""
_JOINED = re.compile(r"(?<=[吗嘛])(?!啡)(?=[^,。?!]{3})|(?<=呢)(?=[^,。?!]{3})|(?=(?:还有|另外|顺便|以及|同时还?|然后)[^,。?!]{3})")
"""Where two questions may run on without a mark: 利率多少还有能贷几年, 能提吗要带什么."""
_ALTERNATIVE = re.compile(r"^(?:还是|或者|或是|抑或)")
_REQUEST = re.compile(r"(?:还|也|同时|顺便|另外)[^,。]{0,3}(?:想|要|需要|打算|得)(?!问|请问)")
"""After a question: 我同时还想打个缴存证明, 银行卡也想换一张."""
_LINK = re.compile(r"^(?:还有|另外|顺便|以及|然后)(?:就是)?(?:问(?:一?下)?)?")
_GREETING = re.compile(
    r"^(?:您好|你好|请问(?:一下)?|麻烦(?:问)?(?:一下)?|打听(?:一)?下|(?:我)?(?:就)?想?(?:咨询|问|打听|了解|晓得|知道)(?:一下|下)?(?:[两几二三]个|[两几]件)?(?:问题|事情?)?(?:哈|啊)?(?=[,。!?: ]|$)"
    r"|(?:咨询|问)(?:一下|下)(?:[两几]个)?(?:问题|事)?|谢谢|打扰了?|在吗|那个(?=,)|哦?对了)[,。!? :]*"
)
_TAG = re.compile(r"^(?:可以|行|能|对|是|好|得)?(?:吗|不|么|嘛|没|没有|不行|不对|不是|不能|不可以|吧)$|^(?:怎么办|咋办|咋整|怎么弄|咋弄|怎么搞|有人吗)$")
"""行吗, 咋办: belongs to what stands before it."""
_HEADING = re.compile(r"^(?:(?!吗|怎|什么|多|几|哪).){2,12}呢$")
"""装修的呢,要什么材料: names the matter of the question behind it."""
_NEXT = "\x01"
MIN_CLAUSE = 3
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
    One question told with a story: that question alone. A correction (不是买房,是租房): what is meant instead. A plain
    question or statement: nothing to split, ``[]``.
    """
    corrected = correction(text)
    if corrected is not None:
        text = corrected.meant
    asking: List[str] = []
    bare = ""
    story = ""
    pieces = [p for p in _parts(text) if p]
    for part, following in zip(pieces, [*pieces[1:], ""]):
        named = part.startswith(_NEXT)  # "…，另外还想打一份缴存证明": a matter of its own without a question word
        part = _bare(part)
        if not part:
            continue
        if _HEADING.search(part) and _ASKING.search(following) and not _HEADING.search(following):
            part = part[:-1]
        requested = named or (bool(asking) and bool(_REQUEST.search(part)))
        if (requested or _ASKING.search(part) or _CHOICE.search(part)) and len(part) >= MIN_CLAUSE and not _TAG.search(part):
            keep = story if len(story) + len(part) <= MAX_STORY else ""
            asking.append(f"{keep},{part}" if keep else part)
            bare, story = part, ""
        else:
            story = f"{story},{part}" if story else part
    if len(asking) == 1 and (corrected is not None or bare != text.rstrip("?。!") and _ASKING.search(bare)):
        return [bare]
    if corrected is not None and not asking and story:
        return [story]
    if story and asking and bare == asking[-1] and asking[0] != bare and len(story) + len(asking[0]) <= MAX_STORY:
        asking[0] = f"{story},{asking[0]}"  # "要带什么?多久到账?我是租房的": the matter comes last
    return asking if 2 <= len(asking) <= MAX_CLAUSES else []


def _bare(part: str) -> str:
    """``part`` without greeting and link words."""
    part = part.lstrip(_NEXT).strip()
    while True:
        shorter = _LINK.sub("", _GREETING.sub("", part))
        if shorter == part:
            return part
        part = shorter


def _parts(text: str) -> List[str]:
    """Pieces between marks; a run-on is cut behind its first question, an alternative stays with what it is one to."""
    marked = _ENUMERATION.sub(lambda m: f"。{_NEXT}" if m.start() else "", text)
    pieces: List[str] = []
    for piece in _END.split(marked):
        if _ALTERNATIVE.search(piece) and pieces:
            pieces[-1] += f",{piece}"
            continue
        start = 0
        for cut in _JOINED.finditer(piece):
            if start < cut.start() and _ASKING.search(piece[start : cut.start()]):
                pieces.append(piece[start : cut.start()])
                start = cut.start()
        pieces.append(piece[start:])
    return pieces
