"""Spreadsheets that attack: formulas in exports; files that reach out, unpack to gigabytes or are no spreadsheets in imports."""
import csv
import io
import random
import socket
import zipfile

import openpyxl
import pytest
from hypothesis import given, settings, strategies as st

from bot.knowledge.faq_table import SheetError, csv_bytes, read_csv, read_xlsx, xlsx_bytes

FORMULAS = ["=1+1", "=HYPERLINK(\"http://evil.example\")", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "\r=1+1", " =1+1", "'=1+1", "＝1+1", "＋1", "－1", "＠SUM(1)",
            "=cmd|' /C calc'!A0", "\n=1+1", "\u3000=1+1"]
RUNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""Beginnings that spreadsheet programs, Chinese ones included, take for a formula or strip before looking."""


def cells_of_csv(raw):
    return [cell for row in csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")) for cell in row]


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_exported_cell_is_a_formula(tmp_path, formula):
    """Attack: CSV injection, a FAQ that runs in the spreadsheet of whoever opens the export."""
    (cell,) = cells_of_csv(csv_bytes([[formula]]))
    assert cell.startswith("'") and not cell.lstrip().startswith(RUNS)
    path = tmp_path / "faq.xlsx"
    path.write_bytes(xlsx_bytes([["question"], [formula]]))
    assert {c.data_type for row in openpyxl.load_workbook(path).active.iter_rows() for c in row} == {"s"}


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.sampled_from("=+-@\t\r\n '\"\0,;|＝＋－＠\u3000\u200b\ufeffa1中"), max_size=6))
def test_whatever_is_exported_does_not_run(text):
    for cell in cells_of_csv(csv_bytes([[text]])):
        assert not cell.lstrip(" \u3000\t\r\n\0\u200b\ufeff").startswith(RUNS) and not cell.startswith(("\t", "\r"))


def book_with(**parts):
    """A good spreadsheet in which files of the archive are replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx_bytes([["question", "answer"], ["问", "答"]]))) as good, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bad:
        for name in good.namelist():
            bad.writestr(name, parts.pop(name, None) or good.read(name))
        for name, content in parts.items():
            bad.writestr(name, content)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
ROWS = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>%s</t></is></c></row></sheetData></worksheet>'
EVIL = {
    "an entity from outside": '<!DOCTYPE a [<!ENTITY x SYSTEM "http://169.254.169.254/latest/meta-data/">]>' + ROWS % "&x;",
    "a file as an entity": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + ROWS % "&x;",
    "a billion laughs": "<!DOCTYPE a [<!ENTITY a0 'ha'>" + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10)) + "]>" + ROWS % "&a9;",
    "a description from outside": '<!DOCTYPE a SYSTEM "http://169.254.169.254/x.dtd">' + ROWS % "x",
    "XML that does not end": "<worksheet><sheetData>",
    "no XML": "\x00\x01\x02",
}


@pytest.fixture
def offline(monkeypatch):
    """Any attempt to reach another machine is noted."""
    tried = []

    def refuse(self, place):
        tried.append(place)
        raise OSError("no way out")
    monkeypatch.setattr(socket.socket, "connect", refuse)
    yield tried
    assert tried == []


@pytest.mark.parametrize("name", list(EVIL))
def test_a_spreadsheet_that_reaches_out_is_refused_and_reaches_nothing(tmp_path, offline, name):
    """Attack: server-side request forgery and reading files through an import."""
    path = tmp_path / "faq.xlsx"
    path.write_bytes(book_with(**{SHEET: EVIL[name]}))
    with pytest.raises(SheetError):
        rows = read_xlsx(path)
        raise SheetError([]) if [row[0] for row in rows] == ["x"] else AssertionError(rows)  # a description that nobody read does no harm


def test_links_to_other_workbooks_are_not_followed(tmp_path, offline):
    path = tmp_path / "faq.xlsx"
    link = ('<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><externalBook '
            'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="rId1"/></externalLink>')
    target = ('<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" TargetMode="External" '
              'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLinkPath" Target="http://169.254.169.254/x.xlsx"/></Relationships>')
    path.write_bytes(book_with(**{"xl/externalLinks/externalLink1.xml": link, "xl/externalLinks/_rels/externalLink1.xml.rels": target}))
    assert read_xlsx(path)[1][:2] == ["问", "答"]


def test_a_spreadsheet_that_unpacks_to_gigabytes_is_refused(tmp_path):
    path = tmp_path / "faq.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as bomb:
        with bomb.open(SHEET, "w", force_zip64=True) as sheet:
            for _ in range(300):
                sheet.write(b" " * 1024 * 1024)
    assert path.stat().st_size < 1024 * 1024
    with pytest.raises(SheetError, match="展开后太大"):
        read_xlsx(path)


def test_paths_inside_a_spreadsheet_write_nothing(tmp_path):
    """Attack: zip slip."""
    path = tmp_path / "faq.xlsx"
    path.write_bytes(book_with(**{"../../outside.txt": "x", "/tmp/gjj-outside.txt": "x"}))
    assert read_xlsx(path)[1][:2] == ["问", "答"]
    assert [p.name for p in tmp_path.parent.rglob("*outside.txt")] == []


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_damaged_files_are_refused_with_a_sentence(tmp_path, kind):
    """Fuzzing: one byte changed, or the end cut off, 300 times. Anything but a SheetError would be a 500 in the console."""
    dice = random.Random(20261122)
    rows = [["question", "answer"], ["问", "答\n二"], ["=1", "'x"]]
    good = xlsx_bytes(rows) if kind == "xlsx" else csv_bytes(rows)
    path = tmp_path / f"faq.{kind}"
    refused = 0
    for _ in range(300):
        raw = bytearray(good[:dice.randrange(1, len(good))] if dice.random() < 0.2 else good)
        for _ in range(dice.randrange(1, 5)):
            raw[dice.randrange(len(raw))] = dice.randrange(256)
        path.write_bytes(raw)
        try:
            (read_xlsx if kind == "xlsx" else read_csv)(path)
        except SheetError as error:
            assert error.problems
            refused += 1
    assert refused > 10
