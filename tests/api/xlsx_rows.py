"""Reads a workbook without the library that wrote it: prints its sheets as JSON, each cell as [type, value, style]."""

import json
import re
import sys
import xml.etree.ElementTree as tree
import zipfile

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def cell(element):
    kind = element.get("t", "n")
    inline = element.find(f"{MAIN}is/{MAIN}t")
    value = element.findtext(f"{MAIN}v") if inline is None else inline.text
    column = re.match("[A-Z]+", element.get("r")).group()
    formula = element.find(f"{MAIN}f") is not None
    return column, ["formula" if formula else kind, value or "", element.get("s", "")]


def sheet(book, name):
    root = tree.fromstring(book.read(name))
    rows = [dict(cell(c) for c in row) for row in root.iter(f"{MAIN}row")]
    return {
        "rows": rows,
        "frozen": root.find(f".//{MAIN}pane[@state='frozen']") is not None,
        "filter": root.find(f"{MAIN}autoFilter").get("ref"),
    }


with zipfile.ZipFile(sys.argv[1]) as book:
    assert book.testzip() is None
    names = sorted(n for n in book.namelist() if n.startswith("xl/worksheets/"))
    json.dump([sheet(book, name) for name in names], sys.stdout)
