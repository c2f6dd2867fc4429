"""Reference tables survive a spreadsheet program; what else is wrong in them is said at once, by row and column."""

import csv
import io
import re
import shutil
import unicodedata
from pathlib import Path

import pytest

from analysis import reference
from analysis.chapters import sentences_patterns
from analysis.reading import forms, rounds
from analysis.reference import ROOT, ReferenceTableError
from analysis.reference.declared_tables import FOLDER, Tables
from tests.called import call

TABLES = ROOT / FOLDER
NAMES = sorted(file.relative_to(TABLES).with_suffix("").as_posix() for file in TABLES.rglob("*.csv"))
TONES = set("\u0300\u0301\u0303\u0309\u0323")
NUMBERS = ("value", "size_from", "size_to", "minimum", "maximum")
REGISTER = {
    "school_year": "2024-2025", "period": "HK1", "area": "le_chan", "sheet": "Đội ngũ", "cell": "J8",
    "expect": "8 người", "value": "8", "reason": "gõ cả đơn vị", "said_by": "Cô Hoa", "said_on": "2025-01-03",
    "status": "on", "facility": "HP305-001", "indicator": "cooks", "age_band": "all",
}  # fmt: skip


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A copy of the tables, which the code reads instead of the project's."""
    place = Path(shutil.copytree(TABLES, tmp_path / "reference"))
    (place / "preschool_panel.csv").write_text(text(rows_of("preschool_panel")[:9]), encoding="utf-8")  # it is long
    monkeypatch.setattr(reference, "TABLES", place)
    reference.refresh_before_cell()
    yield place
    monkeypatch.undo()
    reference.refresh_before_cell()


def rows_of(name: str, folder: Path = TABLES) -> list[list[str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def text(rows: list[list[str]], separator: str = ",") -> str:
    written = io.StringIO()
    csv.writer(written, delimiter=separator, lineterminator="\r\n").writerows(rows)
    return written.getvalue()


def windows_1258(letters: str) -> bytes:
    """Letters as Windows writes them there: the tone after its vowel."""
    written = ""
    for letter in letters:
        parts = unicodedata.normalize("NFD", letter)
        base = unicodedata.normalize("NFC", "".join(part for part in parts if part not in TONES))
        written += letter if letter in "\u00e0\u00e1" else base + "".join(part for part in parts if part in TONES)
    return written.encode("cp1258")


def spoil(folder: Path, name: str, row: int, **cells: str) -> None:
    """Change cells of one row, numbered as a spreadsheet shows it; a row past the last is added."""
    rows = rows_of(name, folder)
    if row > len(rows):
        rows.append([""] * len(rows[0]))
    for column, value in cells.items():
        rows[min(row, len(rows)) - 1][rows[0].index(column)] = value
    (folder / f"{name}.csv").write_text(text(rows), encoding="utf-8")


def faults(folder: Path) -> list[str]:
    return Tables(folder).faults()


def register(folder: Path, *rows: dict[str, str]) -> None:
    lines = [rows_of("corrections")[0], *([row[name] for name in REGISTER] for row in rows)]
    (folder / "corrections.csv").write_text(text(lines), encoding="utf-8")


def test_every_table_holds_what_the_dictionary_declares_and_each_column_is_described():
    known = reference.tables()
    assert known.faults() == []
    assert sorted(known.columns) == NAMES
    described = [column.description_vi for columns in known.columns.values() for column in columns.values()]
    assert len(described) > 250 and all(described)


def test_what_the_dictionary_refers_to_is_there():
    known = reference.tables()
    for columns in known.columns.values():
        for column in columns.values():
            for place in re.findall(r"([^|\[\]]+)\.(\w+)(?:\[(\w+))?", column.refers_to):
                table, name, other = place
                assert name in known.columns[table], column
                assert not other or other in known.columns[table], column


def dates_and_decimals(rows: list[list[str]]) -> list[list[str]]:
    """As a Vietnamese spreadsheet shows them: 16/12/2023 and 2,5."""
    changed = []
    for row in rows:
        cells = [re.sub(r"^(\d{4})-(\d\d)-(\d\d)$", r"\3/\2/\1", cell) for cell in row]
        decimals = zip(rows[0], cells, strict=True)
        changed.append([cell.replace(".", ",") if name in NUMBERS else cell for name, cell in decimals])
    return changed


SAVED = {
    "with a mark of UTF-8": lambda rows: text(rows).encode("utf-8-sig"),
    "as Unicode text": lambda rows: text(rows, "\t").encode("utf-16"),
    "with semicolons, decimal commas and Vietnamese dates": lambda rows: text(dates_and_decimals(rows), ";").encode(),
    "with empty columns and rows at the end": lambda rows: text(
        [[*row, "", ""] for row in rows] + [[""] * (len(rows[0]) + 2)] * 3
    ).encode(),
    "with empty cells left out at the end of rows": lambda rows: text(
        [row[: max((at for at, cell in enumerate(row, 1) if cell), default=1)] for row in rows]
    ).encode(),
}


@pytest.mark.parametrize("saved", SAVED)
def test_a_table_saved_by_a_spreadsheet_program_is_read_as_it_was(saved, folder):
    plain = Tables(TABLES)
    for name in ("norms", "areas", "targets", "settings", "calendar", "forms/columns", "questions"):
        (folder / f"{name}.csv").write_bytes(SAVED[saved](rows_of(name)))
        assert Tables(folder).rows(name) == plain.rows(name), name


def test_a_table_in_windows_1258_is_read_as_it_was(folder):
    for name in ("areas", "periods", "forms/sheets", "questions"):
        (folder / f"{name}.csv").write_bytes(windows_1258(text(rows_of(name), ";")))
        assert Tables(folder).rows(name) == Tables(TABLES).rows(name), name


def test_a_table_in_windows_1252_is_read_where_it_has_every_letter_and_refused_where_some_were_lost(folder):
    register(folder, REGISTER | {"sheet": "Bìa", "expect": "", "reason": "phòng đã gõ nhầm".replace("ầ", "a")})
    kept = (folder / "corrections.csv").read_text(encoding="utf-8").replace("đã", "có")
    (folder / "corrections.csv").write_bytes(kept.encode("cp1252"))
    assert Tables(folder).rows("corrections")[0]["reason"] == "phòng có gõ nham"
    (folder / "areas.csv").write_bytes(text(rows_of("areas")).encode("cp1252", errors="replace"))
    said = faults(folder)
    assert any("areas.csv, dòng 2, cột name_vi" in line and "dấu hỏi" in line for line in said)


def test_letters_that_two_encodings_read_differently_are_not_guessed(folder):
    register(
        folder, REGISTER | {"sheet": "", "cell": "", "expect": "", "status": "off", "reason": "GIO", "said_by": "x"}
    )
    data = (folder / "corrections.csv").read_bytes().replace(b"GIO", b"gi\xf2")  # giò, or gị
    (folder / "corrections.csv").write_bytes(data)
    (said,) = faults(folder)
    assert "corrections.csv, dòng 1" in said and "không đọc được chắc chắn" in said and "CSV UTF-8" in said


WRONG = [
    ("norms", 2, {"value": "2,5x"}, "value", "không phải là số"),
    ("norms", 2, {"value": "1,021"}, "value", "đọc được hai cách"),
    ("norms", 2, {"value": ""}, "value", "để trống"),
    ("norms", 2, {"age_band": "nursary"}, "age_band", "Có phải nursery?"),
    ("norms", 2, {"valid_from": "2015-13-01"}, "valid_from", "không phải là ngày"),
    ("norms", 2, {"valid_from": "5/1/2015"}, "valid_from", "đâu là ngày, đâu là tháng"),
    ("norms", 2, {"valid_from": "2024-01-01"}, "valid_to", "trước valid_from"),
    ("norms", 4, {"valid_from": "2023-12-15"}, "valid_from", "chồng lên dòng 2"),
    ("norms", 4, {"valid_from": "2023-12-18"}, "valid_from", "để hở sau dòng 2 (hết 2023-12-15); ghi 2023-12-16"),
    ("norms", 2, {"valid_to": ""}, "valid_from", "chồng lên dòng 2 (còn mở"),
    ("norms", 2, {"unit": "teacher per class"}, "unit", "không có trong labels.csv"),
    ("targets", 2, {"area": "hai_phong2"}, "area", "không có trong areas.csv"),
    ("targets", 2, {"indicator": "enrolment"}, "indicator", "không có trong indicators.csv, labels.csv"),
    ("targets", 2, {"school_year": "2023-2025"}, "school_year", "không phải là năm học"),
    ("targets", 2, {"status": "Printed"}, "status", "ghi một trong: implied, printed"),
    ("targets", 99, dict(zip(*(rows_of("targets")[at] for at in (0, 1)), strict=True)), "", "trùng dòng 2"),
    ("areas", 3, {"order": "1.5"}, "order", "không phải là số nguyên"),
    ("areas", 3, {"reports": "có"}, "reports", "ghi một trong: no, yes"),
    ("calendar", 2, {"month": "13"}, "month", "ngoài khoảng 1–12"),
    ("calendar", 2, {"valid_from": "2024-2025", "valid_to": "2023-2024"}, "valid_to", "trước valid_from"),
    ("forms/rows", 3, {"code": "2"}, "code", "không theo mẫu"),
    ("forms/columns", 9, {"part_of": "cooks"}, "part_of", "không có trong forms/columns.csv"),
    ("indicators", 30, {"numerator": "teachers|teecher"}, "numerator", '"teecher"'),
    ("screening", 2, {"check": "jumps"}, "check", "không có trong checks.csv"),
    ("checks", 2, {"severity": "stopp"}, "severity", "Có phải stop?"),
    ("labels", 2, {"source": ""}, "source", "để trống"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "row", "cells", "column", "says"), WRONG)
def test_a_wrong_cell_is_named_with_its_row_its_column_and_what_is_allowed(name, row, cells, column, says, folder):
    spoil(folder, name, row, **cells)
    with pytest.raises(ReferenceTableError) as problem:
        reference.table(name)
    said = [line for line in str(problem.value).splitlines() if line.startswith(f"{FOLDER}/{name}.csv, dòng ")]
    assert any(says in line and (not column or f"cột {column}: " in line) for line in said), said


def test_unknown_missing_and_repeated_columns_are_named(folder):
    rows = rows_of("tiles")
    (folder / "tiles.csv").write_text(text([["area", "rows", "column", "column", "source"], *rows[1:]]))
    said = "\n".join(line for line in faults(folder) if "tiles.csv, dòng 1," in line)
    assert "cột rows: cột lạ; các cột của bảng: area, row, column, source" in said
    assert "cột row: thiếu cột này (Hàng" in said and "cột column: cột có hai lần" in said


@pytest.mark.parametrize(("line", "says"), [("a,b,c,d,e", "có 5 ô, phải là 4"), ('"x', "dấu ngoặc kép")])
def test_a_row_with_more_cells_than_the_head_or_a_broken_quote_is_named(line, says, folder):
    with (folder / "tiles.csv").open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    assert any("tiles.csv, dòng 17" in fault and says in fault for fault in faults(folder))


def test_the_faults_of_every_table_are_told_at_once(folder):
    spoil(folder, "norms", 2, value="hai", status="đúng")
    spoil(folder, "targets", 3, area="lê chân")
    with pytest.raises(ReferenceTableError) as problem:
        reference.rows("norms")
    assert re.findall(r"(\w+)\.csv, dòng (\d+), cột (\w+)", str(problem.value)) == [
        ("norms", "2", "status"),
        ("norms", "2", "value"),
        ("targets", "3", "area"),
    ]
    assert reference.rows("areas")  # a table that is right is read


@pytest.mark.parametrize("status", ["rejected", "", "Proposed", "tắt", "Applied "])
def test_a_correction_of_unknown_status_is_never_applied(status, folder):
    register(folder, REGISTER, REGISTER | {"cell": "J9", "status": status})
    (said,) = faults(folder)
    assert "corrections.csv, dòng 3, cột status" in said
    assert not status or "ghi một trong: answered, off, on, proposed" in said


@pytest.mark.parametrize(
    ("cells", "column", "says"),
    [
        ({"value": ""}, "value", "để trống"),
        ({"value": "1,021"}, "value", "đọc được hai cách"),
        ({"value": "tám"}, "value", "không phải là số"),
        ({"area": "le_chann"}, "area", "Có phải le_chan?"),
        ({"area": "bach_long_vi"}, "area", "không có trong areas.csv"),
        ({"period": "HK3"}, "period", "ghi một trong: DN, HK1, HK2"),
        ({"sheet": "Đội ngu"}, "sheet", "Có phải Đội ngũ?"),
        ({"cell": "8J"}, "cell", "không theo mẫu"),
        ({"said_on": "hôm qua"}, "said_on", "không phải là ngày"),
        ({"indicator": "cook"}, "indicator", "Có phải cooks?"),
    ],
)
def test_a_row_of_the_register_that_cannot_hold_is_an_error_with_row_and_column(cells, column, says, folder):
    register(folder, REGISTER, REGISTER | {"cell": "J9"} | cells)
    with pytest.raises(ReferenceTableError, match=rf"corrections\.csv, dòng 3, cột {column}: .*{re.escape(says)}"):
        rounds.corrections("2024-2025", "HK1")


def test_a_register_of_before_without_the_numbers_it_is_about_is_still_read(folder):
    lines = [list(REGISTER)[:11], list(REGISTER.values())[:11]]
    (folder / "corrections.csv").write_text(text(lines), encoding="utf-8")
    assert reference.table("corrections").to_dict("records") == [
        REGISTER | {"facility": "", "indicator": "", "age_band": ""}
    ]


def test_patterns_and_labels_with_two_meanings_are_among_the_faults(folder, capsys):
    spoil(folder, "sentences", 2, pattern_vi="Có {scholls} trường [và")
    spoil(folder, "sentences", 3, pattern_vi="Có {schools} trường >")
    spoil(folder, "forms/aliases", 3, aliases="STT|Mã trường")
    reference.refresh_before_cell()
    assert call("tables") == 1
    said = capsys.readouterr().err
    assert "sentences.csv, mục 1.1" in said and "“scholls”" in said and said.count("sentences.csv") == 2
    assert "forms/aliases.csv, header" in said and "hai nhãn" in said
    for look in (sentences_patterns.patterns, forms.check_aliases):
        with pytest.raises(ReferenceTableError):
            look()


def test_the_command_describes_each_column_and_checks_every_table(folder, capsys):
    assert call("tables") == 0
    printed = capsys.readouterr().out
    assert all(f"\n  {name} " in printed for name in NAMES) and "Mọi bảng đều đúng." in printed
    assert call("tables", "TABLE=norms") == 0
    printed = capsys.readouterr().out
    assert "valid_to: Ngày cuối cùng còn hiệu lực; để trống là còn mở\n      ngày (2025-09-01)" in printed
    assert "status: " in printed and "ghi một trong: DERIVED, FROM MEMORY, NOT FOUND, found" in printed
    spoil(folder, "tiles", 2, area="thuỷ nguyên")
    assert call("tables", "TABLE=norms") == 1
    assert 'tiles.csv, dòng 2, cột area: "thuỷ nguyên"' in capsys.readouterr().err
    assert call("tables", "TABLE=norm") == 2
    assert "Có phải norms?" in capsys.readouterr().err


def test_a_new_column_takes_a_row_of_the_dictionary_and_no_python(folder):
    rows = rows_of("tiles")
    (folder / "tiles.csv").write_text(text([[*rows[0], "colour"], *([*row, "đỏ"] for row in rows[1:])]))
    assert any("cột colour: cột lạ" in line for line in faults(folder))
    with (folder / "dictionary.csv").open("a", encoding="utf-8") as file:
        file.write("tiles,colour,text,yes,đỏ|xanh,,,Màu của ô,quy ước của dự án\n")
    assert faults(folder) == [] and Tables(folder).rows("tiles")[0]["colour"] == "đỏ"


def test_a_table_without_rows_in_the_dictionary_is_a_fault_of_the_check_alone(folder):
    (folder / "colours.csv").write_text("name,source\nđỏ,x\n", encoding="utf-8")
    assert any("colours.csv: bảng chưa được khai" in line for line in faults(folder))
    assert reference.rows("colours") == [{"name": "đỏ", "source": "x"}]
