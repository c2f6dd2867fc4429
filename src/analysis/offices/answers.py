"""analysis answers: an answered query sheet becomes proposed rows in the corrections register, without effect yet.

An analyst accepts a row by its status: "on" for a value to use, "answered" for a question whose number is right. The
workbook itself and the rows already in the register are never altered.
"""

import contextlib
import csv
import datetime as dt
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook

from analysis import reference
from analysis.offices import AskedError, queries
from analysis.offices.queries import Asked
from analysis.reading import files, rounds
from analysis.reading.cell_formats import CellFormats
from analysis.reading.cells import address, shown
from analysis.reading.files import RefusedError
from analysis.reading.findings import name_of, shorten
from analysis.reading.intake import Correction, Workbook
from analysis.reading.number_keys import UNTIED, NumberKey
from analysis.reference import areas, periods, received
from analysis.reference.table_files import SAVE_AS, read_file

RAW, REGISTER = "data/raw", "data/reference/corrections.csv"
PROPOSED = "proposed"
FORMULA = ("=", "+", "-", "@")
OWN_CELLS = "Số đúng ghi ở cột Giá trị đúng; sửa ô khác thì ghi ở các dòng trống cuối phiếu."
Known = dict[str, str]  # area, school year and period of a query sheet


class SheetError(AskedError):
    """The file is not a query sheet of ours; the message is for the analyst."""


@dataclass(frozen=True)
class Answer:
    """One row of a query sheet as the office filled it in.

    asked : what the question is known by; empty for a cell that the office added itself.
    unread : what is wrong with a cell of the row that has no value; empty where nothing is.
    of : the number that it is about, once the workbook was looked at.
    """

    row: int
    sheet: str
    cell: str
    current: str
    value: object
    reason: str
    said_by: str
    said_on: str
    asked: Asked
    unread: str = ""
    of: NumberKey = UNTIED

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
        return self.asked.found if self.confirms else self.current


def run(sheets: Sequence[Path], raw: str = "", *, rounds_in: Path | str = RAW, register: Path | str = REGISTER) -> int:
    """Take answered sheets into the register and say of each answer what became of it.

    raw : the folder of the round's workbooks, if not in the folder of all rounds (rounds_in).
    Returns 0 if every answer was taken, 1 if one was not. Raises AskedError, and takes none, where there is no sheet or
    one of them is no query sheet of ours.
    """
    if not sheets:
        raise AskedError(
            "Cần FILE=đường dẫn của phiếu đã trả lời, ví dụ FILE=queries/le_chan.xlsx hoặc FILE=queries/*.xlsx."
        )
    read_in, problems = [], []
    for sheet in sheets:
        try:
            read_in.append(read(reference.ROOT / sheet))
        except SheetError as problem:
            problems.append(str(problem))
    if problems:
        raise AskedError("\n".join([*problems, *(["Chưa nhận phiếu nào."] if len(sheets) > 1 else [])]))
    refused = 0
    for known, answers in read_in:
        refused += _take(
            known, answers, raw or received.folder(rounds_in, known["school_year"], known["period"]), register
        )
    return 1 if refused else 0


def _take(known: Known, answers: list[Answer], folder: Path | str, register: Path | str) -> int:
    """Take one sheet's answers into the register, and say so; gives back how many were refused."""
    taken, refused = judged(known, answers, reference.ROOT / folder, reference.ROOT / register)
    append(reference.ROOT / register, known, taken)
    print(f"{areas.name(known['area'])}, {periods.names()[known['period']]} {known['school_year']}:")
    for answer in taken:
        accept = "answered (số đúng)" if answer.confirms else f"on (dùng {shown(answer.value)})"
        print(f"Đã nhận: {where(answer)}. Chấp nhận thì đổi status từ {PROPOSED} thành {accept}.")
    for answer, why in refused:
        print(f"Không nhận: {where(answer)}: {why}", file=sys.stderr)
    print(f"{len(taken)} dòng mới trong {register}, {len(refused)} câu không nhận. Chưa dòng nào có hiệu lực.")
    return len(refused)


def where(answer: Answer) -> str:
    """The place of an answer, in the query sheet and in the workbook."""
    places = (f"dòng {answer.row}", shorten(answer.sheet), shorten(answer.cell))
    return " › ".join(filter(None, places))


def read(file: Path) -> tuple[Known, list[Answer]]:
    """Unit and round of a query sheet, and its rows that were answered. Raises SheetError where it is no such sheet."""
    try:
        content = files.look(file)
        book = CalamineWorkbook.from_filelike(BytesIO(content.data))
        lines = book.get_sheet_by_name(queries.SHEET).to_python(skip_empty_area=False)
    except FileNotFoundError as problem:
        raise SheetError(f"{file.name}: không mở được: không có tệp {file}. Xem lại FILE=.") from problem
    except (RefusedError, CalamineError, OSError) as problem:
        raise SheetError(
            f"{file.name}: không mở được như một phiếu hỏi lại (tệp hỏng, hoặc không có trang Câu hỏi)."
        ) from problem
    known, header = _known_by(lines), _header(lines)
    if header is None or set(known) != set(queries.FIELDS) or not _is_round(known):
        raise SheetError(f"{file.name}: không phải phiếu hỏi lại của dự án (thiếu đơn vị, kỳ hoặc hàng tiêu đề).")
    return known, list(_answers(lines, header, CellFormats(content)))


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


def _answers(lines: list[list], header: int, formats: CellFormats) -> Iterator[Answer]:
    """The rows below the header in which an office wrote something."""
    labels = [str(label) for label in lines[header]]
    for row, line in enumerate(lines[header + 1 :], header + 1):
        value = dict(zip(labels, line, strict=True))
        text = {label: str(value[label]).strip() for label in queries.QUESTION_COLUMNS}
        unread = _unread(row, labels, line, formats)
        if not unread and not any(text[label] for label in queries.ANSWERS):
            continue
        asked = Asked.read_back(str(value["Khoá"]))
        current = shown(value["Giá trị hiện tại"]).strip()
        place = text["Trang"], text["Ô"].upper(), current
        if asked.place and place != tuple(part.strip() for part in asked.place):
            sent = " › ".join(filter(None, asked.place)) or "để trống"
            unread = f'các ô Trang, Ô, Giá trị hiện tại đã bị ghi đè (phiếu gửi đi ghi "{shorten(sent)}"). {OWN_CELLS}'
        if current == shorten(asked.found):  # the sheet showed it shortened
            current = asked.found
        said = number(value["Giá trị đúng"]), text["Lý do"], text["Người trả lời"], day(value["Ngày"])
        yield Answer(row + 1, *place[:2], current, *said, asked, unread)


def _unread(row: int, labels: list[str], line: list, formats: CellFormats) -> str:
    """What is wrong with a cell of a row that the fast reader gives as empty; empty where nothing is."""
    for at, (label, value) in enumerate(zip(labels, line, strict=True)):
        check = formats.why_empty(queries.SHEET, (row, at)) if value == "" else "empty_cell"
        if label in queries.QUESTION_COLUMNS and check != "empty_cell":
            return f"ô {address(row, at)} ({label}): {name_of(check).lower()}. Ghi giá trị, không ghi công thức."
    return ""


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
    known: Known, answers: list[Answer], folder: Path, register: Path
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
            taken.append(replace(answer, of=_key(answer, book)))
            answered[answer.place] = "ô này đã có câu trả lời khác ngay trong phiếu. Giữ một câu."
    return taken, refused


def _incomplete(answer: Answer) -> str:
    """Why an answer cannot be used as it stands; empty where it can."""
    needed = {"lý do": answer.reason, "người trả lời": answer.said_by, "ngày": answer.said_on}
    missing = [label for label, text in needed.items() if not text]
    is_number = isinstance(answer.value, float)
    texts = (answer.reason, answer.said_by, answer.expect, answer.sheet, answer.cell)
    why = answer.unread
    if why:
        pass
    elif missing:
        why = f"thiếu {', '.join(missing)}. Hỏi lại người trả lời."
    elif answer.confirms and answer.asked.severity in ("", "stop"):
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


def _tried(known: Known, answers: list[Answer], folder: Path) -> Workbook | None:
    """The unit's workbook read as if the values answered were in the register; None where it is not there."""
    area = known["area"]
    values: dict[tuple[str, str], Correction] = {}
    for a in answers:
        if isinstance(a.value, float) and not a.confirms:
            said = a.reason or "-", a.said_by, a.said_on
            values.setdefault(a.place, Correction(a.current, a.value, *said, of=NumberKey(*a.asked.of)))
    if not folder.is_dir():
        return None
    return rounds.book_of(folder, known["school_year"], known["period"], area, {area: values})


def _does_not_fit(answer: Answer, book: Workbook | None) -> str:
    """Why the reader would not use a value in place of what the cell holds; empty where it would."""
    if answer.confirms:
        return ""
    if book is None:
        return "không thấy biểu của đơn vị để đối chiếu. Đặt biểu vào thư mục của kỳ hoặc cho RAW=thư mục."
    here = [finding for finding in book.findings if (finding.sheet, finding.cell) == answer.place]
    if answer.place not in book.used:
        for finding in here:
            if finding.check == "correction_of_another_number":
                return f"từ khi gửi phiếu, ô này đã thành số của {finding.found}. Chạy lại make check-data."
        return f'ô này không phải ô số của mẫu hoặc không còn là "{shorten(answer.current)}". Chạy lại make check-data.'
    is_used = answer.place in {(sheet, cell) for *_, sheet, cell, _ in book.numbers}
    return f"giá trị mới cũng không dùng được: {here[0].message}" if here and not is_used else ""


def _key(answer: Answer, book: Workbook | None) -> NumberKey:
    """Which number an answer is about: as the question knew, else as the workbook has it now."""
    asked = NumberKey(*answer.asked.of)
    return asked if asked != UNTIED or book is None else book.keys.get(answer.place, UNTIED)


def _registered(register: Path, known: Known) -> dict[tuple[str, str], str]:
    """Cells of this unit and round that the register already answers, and what to say of a second answer."""
    known_rows = reference.tables().rows("corrections", register)
    rows = pd.DataFrame(known_rows, columns=reference.tables().head("corrections"))
    same_round = (rows[list(known)] == pd.Series(known)).all(axis=1)
    answered = {}
    for row in rows[same_round & (rows["status"] != "off")].itertuples():
        says = f'sổ sửa lỗi đã có dòng cho ô này (giá trị "{row.value}", status {row.status}). Sửa dòng ấy.'
        answered[row.sheet, row.cell] = says
    return answered


def append(register: Path, known: Known, taken: list[Answer]) -> None:
    """Add proposed rows at the end of the register; the rows already there stay byte for byte.

    Raises AskedError where it is not in UTF-8, or lacks a column.
    """
    if not taken:
        return
    head = read_file(register, reference.tables().head("corrections"))
    rows = [known | _row(answer, "," if head.separator == ";" else ".") for answer in taken]
    lacking = [name for name in rows[0] if name not in head.head]
    if lacking:
        raise AskedError(f"{register.name} thiếu cột {', '.join(lacking)}. Ghi thêm vào cuối dòng đầu rồi nhận lại.")
    if not head.encoding.startswith("utf-8"):
        raise AskedError(f"{register.name} không phải UTF-8. {SAVE_AS}")
    ends_well = register.read_bytes().endswith(b"\n")
    with register.open("a", encoding="utf-8", newline="") as file:
        if not ends_well:
            file.write("\n")
        writer = csv.DictWriter(file, head.head, delimiter=head.separator, lineterminator="\n", restval="")
        writer.writerows(rows)


def _row(answer: Answer, decimal: str) -> dict[str, str]:
    """An answer as a row of the register; decimal : the mark that its other rows have in numbers."""
    row = {name: getattr(answer, name) for name in ("sheet", "cell", "expect", "reason", "said_by", "said_on")}
    value = "" if answer.confirms else shown(answer.value).replace(".", decimal)
    return row | answer.of._asdict() | {"value": value, "status": PROPOSED}
