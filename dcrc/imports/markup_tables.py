"""Tables that only pretend to be workbooks: web pages and XML spreadsheets under the name of `.xls`."""

from __future__ import annotations

from datetime import datetime
from html.parser import HTMLParser
from xml.parsers import expat

_SPREADSHEET = "urn:schemas-microsoft-com:office:spreadsheet"


def html_tables(text: str) -> list[list[list[str]]]:
    """The tables of a web page that hold more than layout: rows of text, merged cells in their first cell."""
    parser = _TableParser()
    parser.feed(text)
    parser.close()
    return [table for table in parser.tables if any(any(row) for row in table)]


class _Table:
    """A table being read; `hanging` are the places that merged cells above already take."""

    def __init__(self) -> None:
        self.rows: list[list[str]] = []
        self.hanging: set[tuple[int, int]] = set()


class _TableParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self._open: list[_Table] = []
        self._cell: list[str] | None = None
        self._span = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._end_cell()
            self._open.append(_Table())
            self.tables.append(self._open[-1].rows)
        elif not self._open:
            return
        elif tag == "tr":
            self._end_cell()
            self._open[-1].rows.append([])
        elif tag in ("td", "th"):
            self._start_cell(dict(attrs))
        elif tag in ("br", "p", "div") and self._cell is not None:
            self._cell.append(" ")

    def _start_cell(self, attributes: dict[str, str | None]) -> None:
        self._end_cell()
        table = self._open[-1]
        if not table.rows:
            table.rows.append([])
        number, row = len(table.rows), table.rows[-1]
        while (number, len(row)) in table.hanging:
            row.append("")
        self._cell = []
        self._span = _count(attributes.get("colspan"))
        for down in range(1, _count(attributes.get("rowspan"))):
            for right in range(self._span):
                table.hanging.add((number + down, len(row) + right))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self._end_cell()
        if tag == "table" and self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def _end_cell(self) -> None:
        if self._cell is not None and self._open:
            text = " ".join("".join(self._cell).split())
            self._open[-1].rows[-1].extend([text] + [""] * (self._span - 1))
        self._cell = None


def _count(written: str | None) -> int:
    return min(int(written), 1000) if written and written.strip().isdigit() else 1


def xml_sheets(text: str) -> list[tuple[str, list[list[str | float | datetime]]]]:
    """The sheets of an XML spreadsheet (the format of Office 2003): name and rows, numbers and dates typed.

    Raises ValueError when the XML is broken, or declares entities, which no export does.
    """
    reader = _SpreadsheetReader()
    try:
        reader.parser.Parse(text.lstrip("\ufeff \t\r\n"), True)
    except expat.ExpatError as error:
        raise ValueError(str(error)) from error
    return reader.sheets


class _SpreadsheetReader:
    def __init__(self) -> None:
        self.sheets: list[tuple[str, list[list[str | float | datetime]]]] = []
        self.parser = expat.ParserCreate("utf-8", namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.EntityDeclHandler = self._entity
        self._type = ""
        self._data: list[str] | None = None
        self._column = 0
        self._across = 0

    def _entity(self, *_: object) -> None:
        raise ValueError("it declares entities")

    def _start(self, name: str, given: dict[str, str]) -> None:
        tag = name.removeprefix(f"{_SPREADSHEET} ")
        said = {key.removeprefix(f"{_SPREADSHEET} "): value for key, value in given.items()}
        if tag == "Worksheet":
            self.sheets.append((said.get("Name", ""), []))
        elif tag == "Row" and self.sheets:
            rows = self.sheets[-1][1]
            rows.extend([] for _ in range(_index(said, len(rows)) - len(rows)))
            rows.append([])
            self._column = 0
        elif tag == "Cell" and self.sheets and self.sheets[-1][1]:
            self._column = _index(said, self._column)
            self._across = _count(said.get("MergeAcross")) if "MergeAcross" in said else 0
        elif tag == "Data":
            self._type, self._data = said.get("Type", "String"), []

    def _text(self, data: str) -> None:
        if self._data is not None:
            self._data.append(data)

    def _end(self, name: str) -> None:
        tag = name.removeprefix(f"{_SPREADSHEET} ")
        if tag == "Data" and self._data is not None and self.sheets and self.sheets[-1][1]:
            row = self.sheets[-1][1][-1]
            row.extend([""] * (self._column - len(row)))
            row.append(_typed("".join(self._data), self._type))
            self._data = None
        elif tag == "Cell":
            self._column += 1 + self._across


def _index(said: dict[str, str], position: int) -> int:
    """Where `ss:Index` says the next row or cell stands (0-based), never before `position`."""
    written = said.get("Index", "")
    return max(position, min(int(written), 1_048_576) - 1) if written.isdigit() else position


def _typed(text: str, kind: str) -> str | float | datetime:
    try:
        if kind == "Number":
            return float(text)
        if kind == "DateTime":
            return datetime.fromisoformat(text)
    except ValueError:
        return text
    return text
