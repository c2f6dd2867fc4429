"""What the cells of an old .xls are beside their values: formulas, errors, and how a number is shown.

Records: [MS-XLS] 2.4; numbers are written one by one or, side by side, several in one record.
"""

import struct
from dataclasses import dataclass, field

from analysis.reading import binary_workbook
from analysis.reading.settling import Place

FORMULAS = {0x0006, 0x0206, 0x0406}
ERROR, FORMAT, STYLE = 0x0205, 0x041E, 0x00E0
NUMBER, SHORT_NUMBER, SHORT_NUMBERS = 0x0203, 0x027E, 0x00BD
IS_ERROR_RESULT = b"\x02", b"\xff\xff"  # the first and the last two of the eight bytes that a formula gave


@dataclass
class BinaryCells:
    """Cells of one sheet, from 0: worked out by a formula, in error, and numbers with the format they are shown in."""

    formulas: set[Place] = field(default_factory=set)
    errors: set[Place] = field(default_factory=set)
    formats: dict[Place, str] = field(default_factory=dict)


def sheets(data: bytes) -> dict[str, BinaryCells]:
    """Every sheet by its name; only formats that show zeros in front are kept. A record cut short says nothing."""
    by_name: dict[str, BinaryCells] = {}
    formats: dict[int, str] = {}
    styles: list[str] = []
    for name, kind, body in binary_workbook.records_by_sheet(data):
        try:
            if kind == FORMAT:
                number, _, is_wide = struct.unpack_from("<HHB", body)
                formats[number] = body[5:].decode("utf-16-le" if is_wide else "latin-1", "replace")
            elif kind == STYLE:
                styles.append(formats.get(struct.unpack_from("<H", body, 2)[0], ""))
            else:
                _take(by_name.setdefault(name, BinaryCells()), kind, body, styles)
        except (struct.error, IndexError):
            continue
    return by_name


def _take(cells: BinaryCells, kind: int, body: bytes, styles: list[str]) -> None:
    if kind in FORMULAS:
        place = struct.unpack_from("<HH", body)
        cells.formulas.add(place)
        if (body[6:7], body[12:14]) == IS_ERROR_RESULT:
            cells.errors.add(place)
    elif kind == ERROR and body[7]:
        cells.errors.add(struct.unpack_from("<HH", body))
    elif kind in (NUMBER, SHORT_NUMBER):
        row, column, style = struct.unpack_from("<HHH", body)
        _keep_format(cells, (row, column), styles[style])
    elif kind == SHORT_NUMBERS:
        row, column = struct.unpack_from("<HH", body)
        for beside, at in enumerate(range(4, len(body) - 2, 6)):
            (style,) = struct.unpack_from("<H", body, at)
            _keep_format(cells, (row, column + beside), styles[style])


def _keep_format(cells: BinaryCells, place: Place, shape: str) -> None:
    if shape.endswith("0") and "." not in shape and "#" not in shape:
        cells.formats[place] = shape
