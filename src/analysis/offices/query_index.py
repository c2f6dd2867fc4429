"""All units and the query sheets that go to them, as one list; and all of it as one file to send from."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from analysis import atomic_files
from analysis.offices.worksheets import BOX, FONT, HEAD, Sheet, new_workbook
from analysis.reading.findings import Finding
from analysis.reference import areas, periods

COLUMNS = {"STT": 6, "Đơn vị": 28, "Kính gửi": 36, "Phải xử lý": 12, "Phải trả lời": 12, "Lưu ý": 12, "Phiếu": 30}
SEVERITIES = ("stop", "question", "attention")
LOOKS = {"title": FONT | {"bold": True, "font_size": 14}, "head": HEAD, "text": BOX}


def write(
    folder: Path, sheets: Sequence[Path], findings: Iterable[Finding], school_year: str, period: str
) -> list[Path]:
    """Write queries.xlsx, a row a unit that reports, and queries.zip with it and every sheet; gives back both.

    Without a sheet there is neither, and what an earlier call left is taken away.
    """
    index, together = folder / "queries.xlsx", folder / "queries.zip"
    if not sheets:
        index.unlink(missing_ok=True)
        together.unlink(missing_ok=True)
        return []
    _write_index(index, {sheet.stem: sheet.name for sheet in sheets}, findings, school_year, period)
    with atomic_files.written(together) as aside, ZipFile(aside, "w", ZIP_DEFLATED) as archive:
        for file in (index, *sheets):
            archive.writestr(ZipInfo(file.name), file.read_bytes(), ZIP_DEFLATED)
    return [index, together]


def _write_index(
    file: Path, sheets: dict[str, str], findings: Iterable[Finding], school_year: str, period: str
) -> None:
    on = periods.as_of(school_year, period)
    counts = Counter((finding.area, finding.severity) for finding in findings)
    with new_workbook(file, "Danh sách phiếu hỏi lại") as book:
        looks = {name: book.add_format(look) for name, look in LOOKS.items()}
        page = Sheet(book.add_worksheet("Danh sách"), looks, COLUMNS)
        page.put(0, 0, f"Phiếu hỏi lại số liệu, {periods.names()[period]} {school_year}", "title")
        page.put_row(2, 0, COLUMNS, "head")
        for row, area in enumerate(areas.reporting(on), 3):
            asked = [counts[area, severity] for severity in SEVERITIES]
            about = areas.full_name(area, on), areas.office(area, on)
            page.put_row(row, 0, (row - 2, *about, *asked, sheets.get(area, "")), "text")
        page.widths(COLUMNS.values())
        page.page.freeze_panes(3, 2)
        page.page.repeat_rows(2)
        page.finish()
