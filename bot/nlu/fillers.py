"""Words that fill a pause (嗯, 就是说, 那个，) and politeness at the end say nothing about the question: they are left out.

A message that is little else keeps them: 嗯 alone is an answer, 谢谢 alone is thanks.
"""
from __future__ import annotations

import re

from .clauses import asks

SHORTEST = 4
"""Fewest characters, punctuation aside, that must be left; otherwise nothing is taken away."""

_OPENING = re.compile(
    r"^(?:(?:(?:那个|就是说|就是|这个|嗯|呃|额|哎呀?|唉|哈|那什么|是这样的|不好意思(?:打扰一下)?|打扰一下|请问(?:一下)?|(?:想|请)问(?:一)?下哈?)+[,。 ]+)|嗯+|呃+)+"
)
_PAUSE = re.compile(r"(?<=[,。;])(?:(?:那个|就是说|这个|就是|额)[, ]|嗯+[, ]?|呃+[, ]?|就是说|额(?!外|度))+|(?<=\w)(?:嗯+|呃+|就是说)(?=\w)")
_ENDING = re.compile(r"(?:[, ]+(?:嗯+|是吧|麻烦了|哈))+(?=[?。!]*$)")
_THANKS = re.compile(r"[, ]+(?:非常)?(?:感谢|谢谢|多谢)(?:了|啦|哈|您|你)?(?=[?。!]*$)")
"""After a question only: 你帮我省了一趟路，谢谢 is thanks."""
_SOUND = re.compile(r"\w")


def strip_fillers(text: str) -> str:
    """``text`` (normalised) without filler words; unchanged when fewer than :data:`SHORTEST` characters would be left."""
    bare = _PAUSE.sub("", _OPENING.sub("", _ENDING.sub("", text)))
    if asks(bare):
        bare = _THANKS.sub("", bare)
    return bare if len(_SOUND.findall(bare)) >= SHORTEST else text
