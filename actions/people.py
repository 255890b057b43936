"""Whose situation is being told: the citizen's own, or that of a relative, a friend, a colleague."""
from __future__ import annotations

import re
from typing import Dict, List, Tuple

SELF = ""
"""The citizen; everybody else goes by a label such as 父亲."""
SPOUSE = "配偶"

_OTHERS = {
    SPOUSE: "爱人|老婆|老公|媳妇|丈夫|妻子|堂客|配偶|对象|另一半|男朋友|女朋友|未婚妻|未婚夫",
    "父母": "爸妈|父母|爸爸妈妈|双亲",
    "父亲": "爸爸|老爸|爸|父亲|老爷子|爹",
    "母亲": "妈妈|老妈|妈|母亲|老娘|娘(?!家)",
    "公婆": "公公婆婆|公婆|公公|婆婆",
    "岳父母": "岳父岳母|岳父|岳母|丈母娘|老丈人",
    "祖辈": "爷爷|奶奶|外公|外婆|姥姥|姥爷",
    "儿女": "儿子|女儿|崽|闺女|孩子|小孩|女婿|儿媳妇?",
    "弟弟": "弟弟|老弟|弟",
    "哥哥": "哥哥|老哥|哥",
    "姐姐": "姐姐|老姐|姐",
    "妹妹": "妹妹|老妹|妹",
    "亲戚": "表哥|表弟|表姐|表妹|堂哥|堂弟|堂姐|堂妹|叔叔|叔|伯伯|伯父|舅舅|舅|姑姑|姑|姨妈|姨|侄子|侄女|外甥|亲戚|姐夫|嫂子|妹夫|弟媳",
    "别人": "同事|朋友|同学|邻居|室友|战友|老乡|闺蜜|哥们|徒弟",
}
_MY = r"(?:(?<![给帮替让叫跟和对])(?:我们?|俺|咱们?)(?:家)?(?:的)?(?:一个|有个|有一个|那个|亲|大|二|小)?|(?:帮|替|给)我?(?:们)?(?:家)?(?=[爸妈父母爱老媳公婆岳爷奶外儿女弟哥姐妹孩]))"
_NAMES = "|".join(f"(?P<p{i}>{words})" for i, words in enumerate(_OTHERS.values()))
_MENTION = re.compile(
    rf"(?P<joint>(?:我|本人)(?:和|跟|与|同)我?(?:的)?(?:{_OTHERS[SPOUSE]})|(?:我们?)?(?:两口子|夫妻(?:俩|两个|双方)?|俩口子|我们俩)|共同|一起)"
    rf"|(?:{_MY}|(?<![^,。?!;])(?:有个|有一个|一个)?)(?:{_NAMES})(?!单位|公司|名下|的名|那边|手续|节)"
    r"|(?P<they>(?<![其吉])(?:他|她)(?!们|单位))"
    r"|(?P<me>(?<![给帮替让叫跟和对找扣欠])(?:我|本人|俺)(?!们?(?:单位|公司|厂|这|州|市|老家|家(?!里)))(?:自己|本人)?)"
)
_LABELS = list(_OTHERS)
_HEARSAY = re.compile(r"^(?:[^,。?!]{0,6})(?:说|讲|告诉|建议|推荐)")
Segment = Tuple[str, str]


def segments(text: str, talked_of: str) -> List[Segment]:
    """Normalised ``text`` cut where its subject changes: (person, words), in order.

    Words before anybody is named are about ``talked_of``; 他 and 她 mean the person named last.
    """
    found: List[Segment] = []
    person, start, last = talked_of, 0, talked_of
    for mention in _MENTION.finditer(text):
        if mention["joint"] or mention["me"]:
            now = SELF
        elif mention["they"]:
            now = last
        else:
            now = next(label for i, label in enumerate(_LABELS) if mention[f"p{i}"])
        if now != person:
            if mention.start() > start:
                found.append((person, text[start : mention.start()]))
            person, start = now, mention.start()
        last = now or last
    found.append((person, text[start:]))
    if len(found) > 1 and not found[0][1].strip(",。?!; 那请问你好您帮替给"):
        found.pop(0)
    return found


def concerned(parts: List[Segment]) -> str:
    """Whom the matter of a message is about: its last subject, but nobody who is only quoted (我同事说…能提吗)."""
    person, words = parts[-1]
    return SELF if _HEARSAY.search(words) else person


def told(parts: List[Segment]) -> Dict[str, str]:
    """What is said of each person, put together."""
    texts: Dict[str, List[str]] = {}
    for person, words in parts:
        texts.setdefault(person, []).append(words)
    return {person: ",".join(words) for person, words in texts.items()}
