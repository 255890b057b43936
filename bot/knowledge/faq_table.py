"""Table files: rows of cells from and to .csv and .xlsx. What the columns mean is faq_sheet's business."""
from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path
from typing import Any, Iterable, List, Sequence

from .formula import guarded, is_formula, unguarded

MOST_ROWS = 5000
MOST_COLUMNS = 40
MOST_UNPACKED = 200 * 1024 * 1024
_WIDTHS = (28, 70, 40, 16, 16, 24, 16, 10, 16, 16, 16)
"""Of the columns, in characters."""


class SheetError(ValueError):
    """The file is no usable table; ``problems`` are Chinese clauses, with row numbers where they belong to a row."""

    def __init__(self, problems: Sequence[str]):
        self.problems = list(problems)
        super().__init__("；".join(problems))


def csv_bytes(rows: Iterable[Sequence[str]]) -> bytes:
    """``rows`` as a CSV file that Excel opens rightly."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([guarded(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")  # the mark makes Excel read Chinese rightly


def read_csv(path: Path) -> List[List[Any]]:
    """All rows of a CSV file in UTF-8 or GB 18030; raises :class:`SheetError`."""
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = raw.decode("gb18030")  # what Excel in China saves as CSV
        except UnicodeDecodeError:
            raise SheetError([f"{path.name} 的编码认不出来，请另存为 UTF-8 的 CSV"]) from None
    if "\0" in text:
        raise SheetError([f"{path.name} 不是 CSV 文字文件"])
    first = text.split("\n", 1)[0]
    delimiter = max(",\t;", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise SheetError([f"{path.name} 不是完整的 CSV（{error}）"]) from None
    return [[unguarded(cell) for cell in row] for row in rows]


def xlsx_bytes(rows: Iterable[Sequence[str]]) -> bytes:
    """``rows`` (the first is the heading) as an Excel file of text cells."""
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "常见问题"
    for r, row in enumerate(rows, 1):
        for c, text in enumerate(row, 1):
            cell = sheet.cell(r, c)
            cell.value = ILLEGAL_CHARACTERS_RE.sub("", text) or None
            if cell.value is not None:
                cell.data_type = "s"  # text, whatever it looks like: never a formula
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if r == 1:
                cell.font = Font(bold=True)
            elif is_formula(text):
                cell.quotePrefix = True
    for c, width in enumerate(_WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(c)].width = width
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read_xlsx(path: Path) -> List[List[Any]]:
    """All rows of the first sheet; raises :class:`SheetError`, also for formulas: their values would be guesses."""
    from openpyxl import load_workbook

    raw = io.BytesIO(path.read_bytes())
    try:
        # Attack: a small file that unpacks to gigabytes.
        with zipfile.ZipFile(raw) as archive:
            if sum(info.file_size for info in archive.infolist()) > MOST_UNPACKED:
                raise SheetError([f"{path.name} 展开后太大，请另存一份只含文字的表格"])
        book = load_workbook(raw, read_only=True)
        sheet = book.worksheets[0]
        rows, problems = [], []
        for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS, max_row=MOST_ROWS + 2), 1):
            problems += [f"第 {number} 行：有公式，请改成文字" for cell in row if cell.data_type == "f"][:1]
            rows.append([cell.value for cell in row])
        book.close()
    except SheetError:
        raise
    except Exception:  # noqa: BLE001
        # Of a damaged file openpyxl raises whatever its parts raise: errors of XML, zlib, missing keys, wrong types.
        raise SheetError([f"{path.name} 不是有效的 Excel 文件（.xlsx），请用 Excel 或 WPS 另存一次"]) from None
    if problems:
        raise SheetError(problems)
    while rows and all(value is None for value in rows[-1]):
        rows.pop()
    return rows
