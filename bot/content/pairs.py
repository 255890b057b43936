"""Questions and answers out of a Word document or a text: paragraphs that begin with 问 and 答."""
from __future__ import annotations

import io
import re
import zipfile
from typing import List, Optional, Tuple
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from bot.knowledge.faq_draft import Draft
from bot.knowledge.faq_table import MOST_ROWS, SheetError

MOST_UNPACKED = 40 * 1024 * 1024
"""Of the document's text in bytes; a thousand pages take far less."""
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_NUMBER = r"^\s*(?:[（(]?[\d一二三四五六七八九十百]+[）)、.．:：]\s*)?"
_ASKED = re.compile(_NUMBER + r"(?:问题?|提问|[QqＱｑ])\s*\d*\s*[:：、.．]\s*(.*)$")
_ANSWERED = re.compile(_NUMBER + r"(?:答案?|回答|答复|[AaＡａ])\s*\d*\s*[:：、.．]\s*(.*)$")
_SIMILAR = re.compile(_NUMBER + r"(?:相似问法|相似问|类似问法|其他问法|也可以问|也问)\s*[:：]\s*(.*)$")

Paragraph = Tuple[int, str, bool]
"""Number (as counted from the first), text, whether it is a heading."""


def read(name: str, raw: bytes) -> List[Tuple[int, Draft]]:
    """Paragraph number and draft of every pair; raises SheetError naming every paragraph that does not fit."""
    paragraphs = _document(name, raw) if name.lower().endswith(".docx") else _text(name, raw)
    return pairs(paragraphs)


def pairs(paragraphs: List[Paragraph]) -> List[Tuple[int, Draft]]:
    """The pairs in ``paragraphs``; what stands before the first question and headings belong to none."""
    found: List[Tuple[int, Draft]] = []
    problems: List[str] = []
    start, question, similar = 0, "", []  # type: int, str, List[str]
    answer: Optional[List[str]] = None

    def close() -> None:
        if not start:
            return
        text = "\n".join(answer or []).strip("\n")
        if not text.strip():
            problems.append(f"第 {start} 段：“{question[:20]}”后面没有“答：”")
        else:
            found.append((start, Draft(question=question, answer=re.sub(r"\n{3,}", "\n\n", text), similar=list(dict.fromkeys(similar)) or None)))

    for number, text, heading in paragraphs:
        asked, answered, alike = _ASKED.match(text), _ANSWERED.match(text), _SIMILAR.match(text)
        if asked:
            close()
            start, question, similar, answer = number, " ".join(asked[1].split()), [], None
            if not question:
                problems.append(f"第 {number} 段：“问：”后面没有写问题")
        elif answered and not start:
            problems.append(f"第 {number} 段：“答：”前面没有“问：”")
        elif answered and answer is not None:
            problems.append(f"第 {number} 段：这一问已经有答案了，一问只能有一答")
        elif answered:
            answer = [answered[1].strip()]
        elif alike and start:
            similar += [part for part in (" ".join(p.split()) for p in re.split("[;；]", alike[1])) if part]
        elif heading:
            close()
            start, answer = 0, None
        elif answer is not None:
            answer.append(text.rstrip())
        elif start and text.strip():
            similar.append(" ".join(text.split()))  # lines between 问 and 答 are further ways to ask
    close()
    if len(found) > MOST_ROWS:
        raise SheetError([f"超过 {MOST_ROWS} 问，请分成几个文件"])
    if problems:
        raise SheetError(problems)
    if not found:
        raise SheetError(["没有找到问答：每一问以“问：”开头，下一段以“答：”开头"])
    return found


def _text(name: str, raw: bytes) -> List[Paragraph]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise SheetError([f"{name} 的编码认不出来，请另存为 UTF-8 的文本"])
    if "\0" in text:
        raise SheetError([f"{name} 不是文本文件"])
    return [(number, line, line.startswith("#")) for number, line in enumerate(text.splitlines(), 1)]


def _document(name: str, raw: bytes) -> List[Paragraph]:
    bad = SheetError([f"{name} 不是有效的 Word 文件（.docx），请用 Word 或 WPS 另存一次"])
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            # Attack: a small file that unpacks to gigabytes. Nothing but this one part is ever unpacked.
            part = archive.getinfo("word/document.xml")
            if part.file_size > MOST_UNPACKED:
                raise SheetError([f"{name} 展开后太大，请分成几个文件"])
            xml = archive.read(part)
    except (zipfile.BadZipFile, KeyError, RuntimeError, NotImplementedError, EOFError, OSError, ValueError) as error:
        if isinstance(error, SheetError):
            raise
        raise bad from None
    try:
        # Attack: entities that grow without end or point to files of this machine. Word writes none.
        body = fromstring(xml, forbid_dtd=True).find(f"{_WORD}body")
    except (ParseError, DefusedXmlException, ValueError):
        raise bad from None
    if body is None:
        raise bad
    paragraphs: List[Paragraph] = []
    for paragraph in body.iter(f"{_WORD}p"):
        heading = _is_heading(paragraph)
        for line in _written(paragraph).split("\n"):
            paragraphs.append((len(paragraphs) + 1, line, heading))
    return paragraphs


def _is_heading(paragraph: Element) -> bool:
    style = paragraph.find(f"{_WORD}pPr/{_WORD}pStyle")
    named = style.get(f"{_WORD}val", "") if style is not None else ""
    return named.lower().startswith(("heading", "title")) or bool(re.fullmatch(r"[1-9]", named))  # a Chinese Word calls its headings 1, 2, 3


def _written(paragraph: Element) -> str:
    """Text as a reader sees it: deleted text of tracked changes stays out."""
    parts = []
    for node in paragraph.iter():
        if node.tag == f"{_WORD}t":
            parts.append(node.text or "")
        elif node.tag in (f"{_WORD}br", f"{_WORD}cr"):
            parts.append("\n")
        elif node.tag == f"{_WORD}tab":
            parts.append(" ")
    return "".join(parts)
