"""FAQs as a table: reading and writing .csv and .xlsx with the columns of the template."""
from __future__ import annotations

import os
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any, Dict, Iterable, List, Sequence, Tuple

from .faq import Faq
from .faq_draft import Draft
from .faq_table import MOST_ROWS, SheetError, csv_bytes, read_csv, read_xlsx, xlsx_bytes

COLUMNS = ("question", "answer", "similar", "topic", "related", "facts", "source", "enabled", "effective_from", "effective_to", "id")
_NAMES = {
    "问题": "question", "答案": "answer", "相似问法": "similar", "主题": "topic", "相关事项": "related", "启用": "enabled",
    "依据": "facts", "来源": "source", "生效日期": "effective_from", "失效日期": "effective_to", "编号": "id",
}
"""Chinese headings mean the same."""
_YES = {"true", "1", "是", "启用", "yes", "y"}
_NO = {"false", "0", "否", "停用", "no", "n"}
CLEAR = "-"
"""In a cell: take away what is there. An empty cell keeps it."""
MOST_BYTES = 10 * 1024 * 1024


def titled_columns() -> List[Tuple[str, str]]:
    """Name and Chinese title of every column, in order."""
    titles = {name: title for title, name in _NAMES.items()}
    return [(name, titles[name]) for name in COLUMNS]


def content(kind: str, faqs: Iterable[Faq]) -> bytes:
    """``faqs`` as a file of ``kind`` (xlsx or csv); none gives the template."""
    rows = [list(COLUMNS), *([_shown(getattr(faq, name)) for name in COLUMNS] for faq in faqs)]
    return xlsx_bytes(rows) if kind == "xlsx" else csv_bytes(rows)


def write(path: Path, faqs: Iterable[Faq]) -> None:
    """Write ``faqs`` to ``path``; the file appears whole or not at all. Raises SheetError for another file type."""
    table = content(_kind(path), faqs)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_bytes(table)
        os.replace(temporary, path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def read(path: Path) -> List[Tuple[int, Draft]]:
    """Row number (as the spreadsheet shows it) and draft of every filled row; raises SheetError naming every bad row."""
    kind = _kind(path)
    if path.stat().st_size > MOST_BYTES:
        raise SheetError([f"{path.name} 超过 10 MB，请分成几个文件"])
    rows = read_xlsx(path) if kind == "xlsx" else read_csv(path)
    if not rows:
        raise SheetError([f"{path.name} 是空的，第一行应是列名：{'、'.join(COLUMNS)}"])
    header = _header(rows[0])
    drafts: List[Tuple[int, Draft]] = []
    problems: List[str] = []
    for number, row in enumerate(rows[1:], 2):
        cells = {name: row[i] for i, name in header.items() if i < len(row)}
        if not any(str(value).strip() for value in cells.values() if value is not None):
            continue
        if len(drafts) >= MOST_ROWS:
            raise SheetError([f"{path.name} 超过 {MOST_ROWS} 行，请分成几个文件"])
        try:
            drafts.append((number, _draft(cells)))
        except ValueError as error:
            problems.append(f"第 {number} 行：{error}")
    if problems:
        raise SheetError(problems)
    if not drafts:
        raise SheetError([f"{path.name} 里只有列名，没有内容"])
    return drafts


def _kind(path: Path) -> str:
    suffix = path.suffix.lower().lstrip(".")
    if suffix not in ("csv", "xlsx"):
        raise SheetError([f"{path.name} 应是 .xlsx 或 .csv 文件"])
    return suffix


def _header(row: Sequence[Any]) -> Dict[int, str]:
    header: Dict[int, str] = {}
    unknown: List[str] = []
    for i, cell in enumerate(row):
        title = str(cell if cell is not None else "").strip()
        name = _NAMES.get(title, title.lower())
        if not title:
            continue
        if name not in COLUMNS:
            unknown.append(title)
        elif name in header.values():
            raise SheetError([f"第 1 行：{title} 这一列出现了两次"])
        header[i] = name
    if unknown:
        raise SheetError([f"第 1 行：不认识列名 {'、'.join(unknown)}，可以用 {'、'.join(COLUMNS)}"])
    missing = [name for name in ("question", "answer") if name not in header.values()]
    if missing:
        raise SheetError([f"第 1 行：缺少列 {'、'.join(missing)}"])
    return header


def _draft(cells: Dict[str, Any]) -> Draft:
    values: Dict[str, Any] = {"question": "", "answer": ""}
    cleared: List[str] = []
    for name, cell in cells.items():
        if cell is None or (isinstance(cell, str) and not cell.strip()):
            continue
        text = _text(cell)
        if name in ("effective_from", "effective_to"):
            if text == CLEAR:
                cleared.append(name)
            else:
                values[name] = _date(cell, text)
        elif name == "similar":
            parts = [] if text == CLEAR else [" ".join(p.split()) for p in re.split("[\n;；]", text)]
            values[name] = list(dict.fromkeys(p for p in parts if p))
        elif name in ("related", "facts"):
            values[name] = [] if text == CLEAR else [p for p in re.split(r"[\s,，;；、]+", text) if p]
        elif name == "enabled":
            if text.lower() not in _YES | _NO:
                raise ValueError(f"enabled 是“{text}”，应为 是 或 否")
            values[name] = text.lower() in _YES
        else:
            values[name] = text
    return Draft(cleared=tuple(cleared), **values)


def _text(cell: Any) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).replace("\r\n", "\n").replace("\r", "\n").strip()


def _date(cell: Any, text: str) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    match = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", text)
    try:
        return date(*map(int, match.groups()))  # type: ignore[union-attr]
    except (AttributeError, ValueError):
        raise ValueError(f"日期“{text}”应写成 2026-11-22 这样") from None


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "\n".join(value)
    return value.isoformat() if isinstance(value, date) else str(value)
