"""analysis answers: an answered query sheet becomes proposed rows in the corrections register, without effect yet.

An analyst accepts a row by its status: "on" for a value to use, "answered" for a question whose number is right. The
workbook itself and the rows already in the register are never altered.
"""

import contextlib
import csv
import datetime as dt
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook

from analysis import reference
from analysis.offices import AskedError, queries
from analysis.reading import files
from analysis.reading.cells import shown
from analysis.reading.files import RefusedError
from analysis.reading.findings import shorten
from analysis.reading.intake import Correction, Workbook, read_workbook
from analysis.reference import areas, periods, received

RAW, REGISTER = "data/raw", "data/reference/corrections.csv"
PROPOSED = "proposed"
FORMULA = ("=", "+", "-", "@")


class SheetError(AskedError):
    """The file is not a query sheet of ours; the message is for the analyst."""


@dataclass(frozen=True)
class Answer:
    """One row of a query sheet as the office filled it in.

    severity, asked : of the finding, and what it is known by; empty for a cell that the office added itself.
    """

    row: int
    sheet: str
    cell: str
    current: str
    value: object
    reason: str
    said_by: str
    said_on: str
    severity: str
    asked: str

    @property
    def place(self) -> tuple[str, str]:
        """Sheet and cell of the workbook."""
        return self.sheet, self.cell

    @property
    def confirms(self) -> bool:
        """Whether it says that the number is right."""
        return self.value == "" or shown(self.value) == self.current

    @property
    def expect(self) -> str:
        """What the register expects: what the question is known by, or what the cell holds."""
        return self.asked if self.confirms else self.current


def run(file: str = "", raw: str = "", *, rounds_in: Path | str = RAW, register: Path | str = REGISTER) -> int:
    """Take one answered sheet into the register and say of each answer what became of it.

    raw : the folder of the round's workbooks, if not in the folder of all rounds (rounds_in).
    Returns 0 if every answer was taken, 1 if one was not. Raises AskedError where the file is no query sheet of ours.
    """
    if not file:
        raise AskedError("Cần FILE=đường dẫn của phiếu đã trả lời, ví dụ FILE=queries/le_chan.xlsx.")
    known, answers = read(reference.ROOT / file)
    folder = reference.ROOT / (raw or f"{rounds_in}/{known['school_year']}/{known['period']}")
    taken, refused = judged(known, answers, folder, reference.ROOT / register)
    append(reference.ROOT / register, known, taken)
    for answer in taken:
        accept = "answered (số đúng)" if answer.confirms else f"on (dùng {shown(answer.value)})"
        print(f"Đã nhận: {where(answer)}. Chấp nhận thì đổi status từ {PROPOSED} thành {accept}.")
    for answer, why in refused:
        print(f"Không nhận: {where(answer)}: {why}", file=sys.stderr)
    print(f"{len(taken)} dòng mới trong {register}, {len(refused)} câu không nhận. Chưa dòng nào có hiệu lực.")
    return 1 if refused else 0


def where(answer: Answer) -> str:
    """The place of an answer, in the query sheet and in the workbook."""
    places = (f"dòng {answer.row}", shorten(answer.sheet), shorten(answer.cell))
    return " › ".join(filter(None, places))


def read(file: Path) -> tuple[dict[str, str], list[Answer]]:
    """Unit and round of a query sheet, and its rows that were answered. Raises SheetError where it is no such sheet."""
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(files.look(file).data))
        lines = book.get_sheet_by_name(queries.SHEET).to_python(skip_empty_area=False)
    except FileNotFoundError as problem:
        raise SheetError(f"{file.name}: không mở được: không có tệp {file}. Xem lại FILE=.") from problem
    except (RefusedError, CalamineError, OSError) as problem:
        raise SheetError(f"{file.name}: không mở được như một phiếu hỏi lại ({type(problem).__name__}).") from problem
    known, header = _known_by(lines), _header(lines)
    if header is None or set(known) != set(queries.FIELDS) or not _is_round(known):
        raise SheetError(f"{file.name}: không phải phiếu hỏi lại của dự án (thiếu đơn vị, kỳ hoặc hàng tiêu đề).")
    return known, list(_answers(lines, header))


def _known_by(lines: list[list]) -> dict[str, str]:
    """What the sheet says of itself: rows of a label and a value."""
    fields = {label: field for field, label in queries.FIELDS.items()}
    known = {}
    for line in lines:
        texts = [str(value) for value in line if value != ""]
        if len(texts) == 2 and texts[0] in fields:
            known[fields[texts[0]]] = texts[1]
    return known


def _header(lines: list[list]) -> int | None:
    """The row of the labels of questions and answers, or None."""
    for row, line in enumerate(lines):
        if set(queries.QUESTION_COLUMNS) <= set(map(str, line)):
            return row
    return None


def _is_round(known: dict[str, str]) -> bool:
    try:
        return known["area"] in areas.reporting(periods.as_of(known["school_year"], known["period"]))
    except (ValueError, IndexError):
        return False


def _answers(lines: list[list], header: int) -> Iterator[Answer]:
    """The rows below the header in which an office wrote something."""
    labels = [str(label) for label in lines[header]]
    for row, line in enumerate(lines[header + 1 :], header + 2):
        value = dict(zip(labels, line, strict=True))
        text = {label: str(value[label]).strip() for label in queries.QUESTION_COLUMNS}
        if not any(text[label] for label in queries.ANSWERS):
            continue
        severity, _, asked = str(value["Khoá"]).partition("|")
        current = shown(value["Giá trị hiện tại"]).strip()
        if current == shorten(asked):  # the sheet showed it shortened
            current = asked
        yield Answer(
            row,
            text["Trang"],
            text["Ô"].upper(),
            current,
            number(value["Giá trị đúng"]),
            text["Lý do"],
            text["Người trả lời"],
            day(value["Ngày"]),
            severity,
            asked,
        )


def number(value):
    """A value as a number where it is one beyond doubt, "" where it is empty, else as it stands."""
    if isinstance(value, str):
        text = value.strip()
        return float(text) if text.isascii() and text.isdigit() else text
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def day(value) -> str:
    """A date as the register writes it (2025-01-03), or "" where it is none.

    >>> day("3/1/2025"), day(dt.datetime(2025, 1, 3, 8, 30)), day("hôm qua")
    ('2025-01-03', '2025-01-03', '')
    """
    if isinstance(value, dt.date):
        return value.strftime("%Y-%m-%d")
    for written in ("%d/%m/%Y", "%Y-%m-%d"):
        with contextlib.suppress(ValueError):
            return dt.datetime.strptime(str(value).strip(), written).strftime("%Y-%m-%d")
    return ""


def judged(
    known: dict[str, str], answers: list[Answer], folder: Path, register: Path
) -> tuple[list[Answer], list[tuple[Answer, str]]]:
    """Answers that may become proposed rows, and those that may not, each with the reason."""
    book = _tried(known, answers, folder)
    answered = _registered(register, known)
    taken: list[Answer] = []
    refused: list[tuple[Answer, str]] = []
    for answer in answers:
        why = _incomplete(answer) or _does_not_fit(answer, book) or answered.get(answer.place, "")
        if why:
            refused.append((answer, why))
        else:
            taken.append(answer)
            answered[answer.place] = "ô này đã có câu trả lời khác ngay trong phiếu. Giữ một câu."
    return taken, refused


def _incomplete(answer: Answer) -> str:
    """Why an answer cannot be used as it stands; empty where it can."""
    needed = {"lý do": answer.reason, "người trả lời": answer.said_by, "ngày": answer.said_on}
    missing = [label for label, text in needed.items() if not text]
    is_number = isinstance(answer.value, float)
    texts = (answer.reason, answer.said_by, answer.expect, answer.sheet, answer.cell)
    why = ""
    if missing:
        why = f"thiếu {', '.join(missing)}. Hỏi lại người trả lời."
    elif answer.confirms and answer.severity in ("", "stop"):
        why = "thiếu giá trị đúng, hoặc giá trị không đổi mà lỗi vẫn còn. Ghi số đúng, hoặc gửi lại biểu đã sửa."
    elif not is_number and answer.value != "":
        why = f'giá trị đúng "{shorten(str(answer.value))}" không phải là số. Ghi số, không dấu chấm hàng nghìn.'
    elif not answer.confirms and not all(answer.place):
        why = "câu hỏi về cả trang hoặc cả tệp không trả lời bằng một số được. Gửi lại biểu đã sửa."
    elif any(map(_like_a_formula, texts)):
        why = "có chữ bắt đầu bằng =, +, - hoặc @, giống một công thức. Viết lại rồi gửi."
    return why


def _like_a_formula(text: str) -> bool:
    if not text.startswith(FORMULA) or len(text) == 1:
        return False
    try:
        return text != str(shown(float(text)))
    except ValueError:
        return True


def _tried(known: dict[str, str], answers: list[Answer], folder: Path) -> Workbook | None:
    """The unit's workbook read as if the values answered were in the register; None where it is not there."""
    area = known["area"]
    here = received.workbooks(folder, area) if folder.is_dir() else []
    if len(here) != 1:
        return None
    values: dict[tuple[str, str], Correction] = {}
    for a in answers:
        if isinstance(a.value, float) and not a.confirms:
            values.setdefault(a.place, Correction(a.current, a.value, a.reason or "-", a.said_by, a.said_on))
    return read_workbook(here[0], here[0].name, known["school_year"], known["period"], area, corrections=values)


def _does_not_fit(answer: Answer, book: Workbook | None) -> str:
    """Why the reader would not use a value in place of what the cell holds; empty where it would."""
    if answer.confirms:
        return ""
    if book is None:
        return "không thấy biểu của đơn vị để đối chiếu. Đặt biểu vào thư mục của kỳ hoặc cho RAW=thư mục."
    if answer.place not in book.used:
        return f'ô này không phải ô số của mẫu hoặc không còn là "{shorten(answer.current)}". Chạy lại make check-data.'
    if answer.place in {(sheet, cell) for *_, sheet, cell, _ in book.numbers}:
        return ""
    for finding in book.findings:
        if (finding.sheet, finding.cell) == answer.place:
            return f"giá trị mới cũng không dùng được: {finding.message}"
    return ""


def _registered(register: Path, known: dict[str, str]) -> dict[tuple[str, str], str]:
    """Cells of this unit and round that the register already answers, and what to say of a second answer."""
    rows = pd.read_csv(register, dtype=str, keep_default_na=False, encoding="utf-8")
    same_round = (rows[list(known)] == pd.Series(known)).all(axis=1)
    answered = {}
    for row in rows[same_round & (rows["status"] != "off")].itertuples():
        says = f'sổ sửa lỗi đã có dòng cho ô này (giá trị "{row.value}", status {row.status}). Sửa dòng ấy.'
        answered[row.sheet, row.cell] = says
    return answered


def append(register: Path, known: dict[str, str], taken: list[Answer]) -> None:
    """Add proposed rows at the end of the register; the rows already there stay byte for byte."""
    if not taken:
        return
    columns = register.read_text(encoding="utf-8").splitlines()[0].split(",")
    ends_well = register.read_bytes().endswith(b"\n")
    with register.open("a", encoding="utf-8", newline="") as file:
        if not ends_well:
            file.write("\n")
        writer = csv.DictWriter(file, columns, lineterminator="\n", restval="")
        for answer in taken:
            row = {name: getattr(answer, name) for name in ("sheet", "cell", "expect", "reason", "said_by", "said_on")}
            value = "" if answer.confirms else shown(answer.value)
            writer.writerow(known | row | {"value": value, "status": PROPOSED})
