"""Odd but right workbooks, each made from the good one by what offices do to a form; and how to spoil one cell."""

import re
import unicodedata
from collections.abc import Callable

from analysis.reading import encodings, forms
from analysis.reading.cells import address, shown
from tests.workbooks import FACILITIES, Cells, Formula

COVER, NETWORK, STAFF, HEALTH, CHILDREN, ROWS = (name for name, _ in forms.sheets("2024-2025").values())
FACILITY_SHEETS = (NETWORK, STAFF, HEALTH)
SHEETS = (*FACILITY_SHEETS, CHILDREN, ROWS)
FIRST, LAST = 7, 7 + len(FACILITIES)  # rows of the facility sheets, from 0: the first facility and the total
Grid = dict[tuple[int, int], object]


def at(cell: str) -> tuple[int, int]:
    """Row and column, from 0, of a cell's name."""
    letters, row = re.fullmatch(r"([A-Z]+)(\d+)", cell).groups()
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(row) - 1, column - 1


def on(*names: str) -> Callable:
    """A change of the cells of these sheets, as (row, column) → value."""

    def make(change: Callable[[Grid], Grid]) -> Callable[[Cells], Cells]:
        def changed(cells: Cells) -> Cells:
            out: Cells = {}
            for sheet in dict.fromkeys(sheet for sheet, _ in cells):
                grid = {at(cell): value for (s, cell), value in cells.items() if s == sheet}
                new = change(grid) if sheet in names else grid
                out |= {(sheet, address(*place)): new[place] for place in sorted(new)}
            return out

        return changed

    return make


def moved(grid: Grid, row: Callable = lambda r: r, column: Callable = lambda c: c) -> Grid:
    return {(row(r), column(c)): value for (r, c), value in grid.items()}


def texts(change: Callable[[str], object], *names: str) -> Callable[[Cells], Cells]:
    """Every text of these sheets (all, if none is named) changed."""
    return lambda cells: {
        (sheet, cell): change(value) if isinstance(value, str) and (not names or sheet in names) else value
        for (sheet, cell), value in cells.items()
    }


def numbers(change: Callable, *names: str) -> Callable[[Cells], Cells]:
    """Every number below the header of these sheets changed, but for the first two columns."""
    return lambda cells: {
        (sheet, cell): change(value)
        if sheet in names and isinstance(value, int) and at(cell)[1] > 1 and at(cell)[0] > 3
        else value
        for (sheet, cell), value in cells.items()
    }


def written_in(encoding: str) -> Callable[[str], str]:
    """A text as an old encoding writes it; capitals it has no letter for are those of the capital font."""
    letters = {letter: written for written, letter in encodings._letters(encoding)[1].items()}

    def encoded(text: str) -> str:
        plain = unicodedata.normalize("NFC", text)
        return "".join(letters.get(letter, letters.get(letter.lower(), letter)) for letter in plain)

    return encoded


def replaced(words: dict[str, str], *names: str) -> Callable[[Cells], Cells]:
    """Texts replaced, whole cells only."""
    return texts(lambda text: words.get(text, text), *names)


def filled_header(grid: Grid) -> Grid:
    """The merged header taken apart: its label written into every cell it covered to the right."""
    top = min(r for (r, _), v in grid.items() if v == "TT")
    width = max(c for _, c in grid) + 1
    out = dict(grid)
    for row in (top, top + 1):
        carried = ""
        for column in range(width):
            if (row > top and (row - 1, column) in grid) or (row, column) in grid:
                carried = grid.get((row, column), "")
            if carried and any((below, column) in grid for below in range(row + 1, top + 3)):
                out[row, column] = carried
    return out


def total_on_top(grid: Grid) -> Grid:
    return {(FIRST if r == LAST else r + 1 if FIRST <= r < LAST else r, c): v for (r, c), v in grid.items()}


def with_subtotals(grid: Grid) -> Grid:
    """Each facility followed by a subtotal of its own, then the grand total."""
    out: Grid = {}
    for (r, c), value in grid.items():
        row = r if r < FIRST else FIRST + (r - FIRST) * 2
        out[row, c] = value
        if FIRST <= r < LAST and (LAST, c) in grid and c > 0:
            out[row + 1, c] = value
        if FIRST <= r < LAST and c == 0:
            out[row + 1, 0] = "Cộng"
    return out


def with_headings(grid: Grid) -> Grid:
    out = moved(grid, row=lambda r: r if r < FIRST else r + 1 + (r > FIRST) + (r > FIRST + 1))
    return out | {(FIRST, 0): "I. Trường công lập", (FIRST + 2, 0): "II. Trường tư thục", (FIRST + 4, 0): "III. Khác"}


def with_signature(grid: Grid) -> Grid:
    last = max(r for r, _ in grid)
    return grid | {(last + 2, 1): "NGƯỜI LẬP BIỂU", (last + 2, 3): "TRƯỞNG PHÒNG", (last + 5, 1): "(Ký, ghi rõ họ tên)"}


def lettered(grid: Grid) -> Grid:
    """Columns numbered A, B, 1, 2, 3 … in place of (1), (2), (3) …"""
    out = dict(grid)
    for (r, c), value in grid.items():
        if isinstance(value, str) and re.fullmatch(r"\(\d+\)", value):
            out[r, c] = "AB"[c] if c < 2 else c - 1
    return out


def without_announcing_row(grid: Grid) -> Grid:
    """A header of two rows: the labels under "Trong đó" stand in its place."""
    top = min(r for (r, _), v in grid.items() if v == "TT")
    out = {place: value for place, value in grid.items() if value != "Trong đó"}
    for (r, c), value in grid.items():
        if r == top + 2:
            out.pop((r, c))
            out[top + 1, c] = value
    return out


def dashes_for_zeros(grid: Grid) -> Grid:
    """Staff that left: none anywhere, written as a dash in each facility and as a typed 0 in the total row."""
    columns = [c for (r, c), v in grid.items() if v == "Giáo viên nghỉ từ kỳ báo cáo trước"]
    out = dict(grid)
    for column in (columns[0], columns[0] + 1):
        out |= {(row, column): "-" for row in range(FIRST, LAST)}
        out[LAST, column] = 0
    return out


def zeros(grid: Grid) -> Grid:
    return {place: 0 if value == "-" else value for place, value in dashes_for_zeros(grid).items()}


def other_order(grid: Grid) -> Grid:
    """Indicator rows upside down."""
    last = max(r for r, _ in grid)
    return moved(grid, row=lambda r: r if r < 5 else last + 5 - r)


def cached(value: int) -> Formula:
    return Formula(f"={value}+0", value)


def thousands_in_children(written: Callable[[int], object]) -> Callable[[Cells], Cells]:
    """The children of one birth year ten times as many, written in some way; the total is right."""
    return lambda cells: cells | {(CHILDREN, "D6"): written(1100), (CHILDREN, "D12"): written(1615)}


GV = {
    "Giáo viên": "GV", "Cán bộ quản lý": "CBQL", "Nhân viên": "NV", "Mã cơ sở": "Mã trường", "Tên cơ sở": "Tên trường",
    "Tổng số": "TS", "Nhóm trẻ": "Nhóm nhà trẻ", "3-4 tuổi": "Mẫu giáo bé", "Ngoài công lập": "Tư thục", "Mã số": "Mã",
    "SDD nhẹ cân": "Suy dinh dưỡng nhẹ cân", "Số khu trường": "Số điểm trường", "Năm sinh": "Sinh năm", "TT": "STT",
}  # fmt: skip

ODD: dict[str, Callable[[Cells], Cells]] = {
    "three title lines above": on(*SHEETS)(
        lambda g: moved(g, row=lambda r: r + 3) | {(0, 0): "UỶ BAN NHÂN DÂN", (1, 0): "PHÒNG GD&ĐT", (2, 0): "Năm học"}
    ),
    "an empty column in front": on(*SHEETS)(lambda g: moved(g, column=lambda c: c + 1)),
    "a column of remarks after the codes": on(*FACILITY_SHEETS)(
        lambda g: moved(g, column=lambda c: c + (c > 1)) | {(3, 2): "Ghi chú", (FIRST, 2): "mới thành lập"}
    ),
    "an empty column among the counts": on(*FACILITY_SHEETS)(lambda g: moved(g, column=lambda c: c + (c > 7))),
    "codes and names at the right end": on(STAFF)(
        lambda g: moved(g, column=lambda c: c + 60 if c in (1, 2) else c) | {(3, 3): "Tổng số"}
    ),
    "indicator columns in another order": on(ROWS)(lambda g: moved(g, column=lambda c: {4: 6, 5: 4, 6: 5}.get(c, c))),
    "labels in capitals": texts(str.upper, *FACILITY_SHEETS, ROWS),
    "decomposed Unicode": texts(lambda t: unicodedata.normalize("NFD", t)),
    "the other place of the tone mark": texts(lambda t: t.replace("oà", "òa").replace("oẻ", "ỏe").replace("uỷ", "ủy")),
    "TCVN3": texts(written_in("tcvn3")),
    "VNI": texts(written_in("vni")),
    "only headers and labels in TCVN3": lambda cells: {
        k: written_in("tcvn3")(v) if isinstance(v, str) and at(k[1])[0] < FIRST - 1 else v for k, v in cells.items()
    },
    "line breaks and double spaces in labels": texts(lambda t: t.replace(" ", "\n ", 1), *SHEETS),
    "renamed headers": replaced(GV, *SHEETS),
    "chia ra for trong đó": replaced({"Trong đó": "Chia ra"}),
    "a header of two rows": on(NETWORK, STAFF)(without_announcing_row),
    "headers taken apart": on(*FACILITY_SHEETS)(filled_header),
    "footnotes in headers": replaced({"Giáo viên": "Giáo viên (1)", "Công lập": "Công lập *", "Tổng số": "Tổng số:"}),
    "every count stored as text": numbers(str, *SHEETS),
    "counts as full-width digits": numbers(lambda n: str(n).translate({48 + d: 0xFF10 + d for d in range(10)}), STAFF),
    "counts with a plus or spaces around": numbers(lambda n: f" +{n} ", HEALTH),
    "counts with a zero in front": numbers(lambda n: f"{n:02d}", STAFF),
    "counts as formulas with their values": numbers(cached, *SHEETS),
    "the total row on top": on(*FACILITY_SHEETS)(total_on_top),
    "a total of the whole district": replaced({"Tổng cộng": "Toàn quận"}),
    "a total with the unit's name": replaced({"Tổng cộng": "Tổng cộng quận Lê Chân"}),
    "cộng for tổng cộng": replaced({"Tổng cộng": "CỘNG:"}),
    "no total row": on(*FACILITY_SHEETS)(lambda g: {p: v for p, v in g.items() if p[0] != LAST}),
    "subtotals and a grand total": on(*FACILITY_SHEETS)(with_subtotals),
    "columns numbered A B 1 2 3": on(*FACILITY_SHEETS)(lettered),
    "columns not numbered": on(*FACILITY_SHEETS)(lambda g: {p: v for p, v in g.items() if p[0] != FIRST - 1}),
    "empty rows between facilities": on(*FACILITY_SHEETS)(
        lambda g: moved(g, row=lambda r: r if r < FIRST else 2 * r - FIRST)
    ),
    "headings between facilities": on(*FACILITY_SHEETS)(with_headings),
    "signatures below": on(*SHEETS)(with_signature),
    "sheets in another order and one more": lambda cells: {("Ghi chú", "A1"): "Nháp", **dict(reversed(cells.items()))},
    "sheets named by their number": lambda cells: {
        ({STAFF: "Biểu 2", CHILDREN: "biểu 4", COVER: "Trang bìa"}.get(s, s), c): v for (s, c), v in cells.items()
    },
    "a sheet known by its columns alone": lambda cells: {
        ("Sheet1" if s == HEALTH else s, c): v for (s, c), v in cells.items()
    },
    "the cover in one cell a line": lambda cells: {k: v for k, v in cells.items() if k[0] != COVER}
    | {
        (COVER, f"B{3 + n}"): f"{cells[COVER, f'B{4 + n}']}: {cells[COVER, f'C{4 + n}']}" for n in range(4)
    },
    "the unit in short": lambda cells: cells | {(COVER, "C4"): "Phòng GD&ĐT q. LÊ CHÂN"},
    "the unit without accents": lambda cells: cells | {(COVER, "C4"): "UBND Quan Le Chan".replace("Quan", "quận")},
    "the year with spaces": lambda cells: cells | {(COVER, "C5"): "Năm học 2024 – 2025"},
    "the period in short": lambda cells: cells | {(COVER, "C6"): "HK1"},
    "kinds in short": replaced({"Trường công lập": "Công lập", "Trường tư thục": "tư thục"}),
    "codes of rows as numbers": lambda cells: {
        (s, c): int(v) if s == ROWS and at(c)[1] == 3 and shown(v).isdigit() else v for (s, c), v in cells.items()
    },
    "codes of rows with a dot": lambda cells: {
        (s, c): f"{v}." if s == ROWS and at(c)[1] == 3 and shown(v).isdigit() else v for (s, c), v in cells.items()
    },
    "rows upside down": on(ROWS)(other_order),
}  # fmt: skip
