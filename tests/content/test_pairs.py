"""Word and text files with 问 and 答 → drafts, or what is wrong in which paragraph."""
from __future__ import annotations

import io
import zipfile

import pytest

from bot.content import pairs
from bot.knowledge.faq_table import SheetError

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def text(content):
    return pairs.read("问答.txt", content.encode())


def document(*paragraphs, head='<?xml version="1.0" encoding="UTF-8"?>', raw=None):
    """A .docx with these paragraphs; a pair (style, text) sets the style."""
    def one(paragraph):
        style, words = paragraph if isinstance(paragraph, tuple) else ("", paragraph)
        properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
        return f"<w:p>{properties}<w:r><w:t>{words}</w:t></w:r></w:p>"

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", raw or f"{head}<w:document {W}><w:body>{''.join(map(one, paragraphs))}</w:body></w:document>")
    return out.getvalue()


def test_pairs_with_further_ways_to_ask_and_long_answers():
    first, second = text("住房公积金问答\n\n问：能停车吗\n有地方停车没有\n相似问法：停哪里；停车场在哪\n答：能。\n\n· 早点来\n\n2、问题：几点下班\n答案：五点。\n")
    assert (first[0], first[1].question, first[1].similar, first[1].answer) == (3, "能停车吗", ["有地方停车没有", "停哪里", "停车场在哪"], "能。\n\n· 早点来")
    assert (second[0], second[1].question, second[1].similar, second[1].answer) == (10, "几点下班", None, "五点。")


@pytest.mark.parametrize(("asked", "answered"), [("Q: 能停车吗", "A: 能。"), ("问1：能停车吗", "答1：能。"), ("（1）问：能停车吗", "答复：能。"), ("一、问：能停车吗", "答:能。")])
def test_marks_people_use(asked, answered):
    (_, draft), = text(f"{asked}\n{answered}")
    assert (draft.question, draft.answer) == ("能停车吗", "能。")


def test_a_text_saved_by_chinese_windows():
    (_, draft), = pairs.read("问答.txt", "问：能停车吗\r\n答：能。\r\n".encode("gb18030"))
    assert (draft.question, draft.answer) == ("能停车吗", "能。")


def test_every_mistake_is_named_with_its_paragraph():
    with pytest.raises(SheetError) as error:
        text("答：没有问题的答案\n问：没有答案的问题\n问：能停车吗\n答：能。\n答：不能。\n问：\n答：什么")
    assert error.value.problems == [
        "第 1 段：“答：”前面没有“问：”", "第 2 段：“没有答案的问题”后面没有“答：”", "第 5 段：这一问已经有答案了，一问只能有一答", "第 6 段：“问：”后面没有写问题"]


def test_a_word_file_with_headings():
    (first, draft), (second, other) = pairs.read("问答.docx", document(("Heading1", "一、停车"), "问：能停车吗", "答：能。", "自己找地方。", ("2", "二、时间"), "问：几点下班", "答：五点。"))
    assert (first, draft.question, draft.answer, second, other.answer) == (2, "能停车吗", "能。\n自己找地方。", 6, "五点。")


def test_deleted_text_of_tracked_changes_is_not_read():
    raw = f"<w:document {W}><w:body><w:p><w:r><w:t>问：能停车吗</w:t></w:r></w:p><w:p><w:r><w:t>答：</w:t></w:r><w:del><w:r><w:delText>不</w:delText></w:r></w:del><w:r><w:t>能。</w:t></w:r></w:p></w:body></w:document>"
    (_, draft), = pairs.read("问答.docx", document(raw=raw))
    assert draft.answer == "能。"


@pytest.mark.parametrize("bad", [
    b"no archive",
    document(raw='<!DOCTYPE w [<!ENTITY a "x">]><w>&a;</w>'),  # entities that could grow without end
    document(raw='<!DOCTYPE w SYSTEM "file:///etc/passwd"><w/>'),
    document(raw="<w:document>"),
    document(raw=f"<w:document {W}/>"),
])
def test_what_is_no_word_file_is_refused(bad):
    with pytest.raises(SheetError, match="不是有效的 Word 文件"):
        pairs.read("问答.docx", bad)


def test_a_document_that_unpacks_to_gigabytes_is_not_unpacked():
    with pytest.raises(SheetError, match="展开后太大"):
        pairs.read("问答.docx", document(raw=" " * (pairs.MOST_UNPACKED + 1)))


def test_a_file_without_pairs():
    with pytest.raises(SheetError, match="没有找到问答"):
        text("今天天气不错")
