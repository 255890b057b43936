"""Cells that would run, or fall into two, in the program of whoever opens an export."""
import csv
import io

import pytest
from hypothesis import given, settings, strategies as st

from bot.knowledge.faq_table import csv_bytes, read_csv
from bot.knowledge.formula import guarded, is_formula, unguarded


@pytest.mark.parametrize("text", ["=1+1", "+86", "-1", "@SUM(1)", "＝1", "  =1", "\u200b=1", "'=1", "\n第二行", "\r第二行", "\t第二格", "'\n第二行"])
def test_gets_an_apostrophe(text):
    assert is_formula(text) and guarded(text) == "'" + text


@pytest.mark.parametrize("text", ["", "租房能提吗？", "1+1", "'引号", "第一行\n=第二行", "（=）"])
def test_stays_as_it_is(text):
    assert not is_formula(text) and guarded(text) == text


@settings(max_examples=500, deadline=None)
@given(st.text(alphabet=st.sampled_from("=+-@\t\r\n '＝\u3000\u200b\ufeffa1中"), max_size=6))
def test_comes_back_as_it_was(text):
    assert unguarded(guarded(text)) == text


def test_a_table_comes_back_as_it_was(tmp_path):
    rows = [["问", "\n第二行"], ["=1+1", "'\t两个"], ["'引号", "中"]]
    path = tmp_path / "faq.csv"
    path.write_bytes(csv_bytes(rows))
    assert read_csv(path) == rows
    assert next(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))[1] == "'\n第二行"
