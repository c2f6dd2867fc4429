"""analysis status: which units have reported a round, when their data were due, and what is still outstanding."""

import datetime as dt
from collections import Counter
from pathlib import Path

import pandas as pd

from analysis import reference
from analysis.offices import AskedError, check_data
from analysis.offices.answers import PROPOSED
from analysis.reading.rounds import Round
from analysis.reference import areas, periods

RAW = "data/raw"
STATUS_COLUMNS = ("Đơn vị", "Biểu", "Cơ sở", "Phải xử lý", "Phải trả lời", "Lưu ý", "Hạn", "Chậm", "Còn phải làm")
TODO, DONE = STATUS_COLUMNS[-1], "xong"
LISTED = 20  # units that are printed one by one
NOT_RECEIVED = "chưa có"
NOT_SENT = ("missing_workbook", "workbook_misnamed")
RIGHT = ("Cơ sở", "Phải xử lý", "Phải trả lời", "Lưu ý", "Chậm")


def run(
    school_year: str, period: str, today: str = "", *, rounds_in: Path | str = RAW, sums: Path | None = None
) -> int:
    """Print the state of one round on a day: who has reported, what is late, what is outstanding. Returns 0.

    today : as 2024-12-31; "" for the day on which it is called.  sums : as check_data.run has it.
    Raises AskedError where there is no such day, or nobody owes a workbook in that round.
    """
    day = a_day(today) if today else dt.date.today()
    if not areas.reporting(periods.as_of(school_year, period)):
        raise AskedError(f"Không có đơn vị nào phải báo cáo kỳ {period} năm học {school_year}.")
    try:
        this = check_data.screened(rounds_in, school_year, period, sums=sums)
    except FileNotFoundError:
        this = None  # nobody has reported yet
    table = of_units(this, school_year, period, day)
    print(f"{periods.names()[period]}, năm học {school_year}; tính đến ngày {day:%d/%m/%Y}\n")
    print(summary(table) + "\n")
    is_long = len(table) > LISTED
    shown = table[table[TODO] != DONE] if is_long else table
    print(as_text(shown.head(LISTED)))
    if len(shown) > LISTED:
        print(f"… và {len(shown) - LISTED} đơn vị nữa; make check-data ghi đủ vào findings.csv và queries.xlsx.")
    print("\n" + closing(table, school_year, period, day))
    return 0


def summary(table: pd.DataFrame) -> str:
    """How many units there are of each thing that is outstanding, each unit by its first."""
    first = table[TODO].str.split(", ").str[0].str.replace(r" \d+", "", regex=True)
    return "Còn phải làm: " + ", ".join(f"{what} {count} đơn vị" for what, count in first.value_counts().items()) + "."


def a_day(text: str) -> dt.date:
    """A day written as 2024-12-31. Raises AskedError for anything else."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise AskedError(f'TODAY="{text}" không phải một ngày. Viết như 2024-12-31.') from None


def deadlines(school_year: str, period: str) -> pd.DataFrame:
    """Rows of the reporting calendar for one round, each with its day in the column `due`, the earliest first."""
    rows = reference.in_force(reference.table("calendar"), school_year)
    rows = rows[rows["period"] == period].copy()
    days = rows[["month", "day"]].astype(int)
    days["year"] = periods.start(school_year) + rows["year_offset"].astype(int)
    rows["due"] = pd.to_datetime(days).dt.date
    return rows.sort_values("due", kind="stable", ignore_index=True)


def due(school_year: str, period: str) -> dt.date | None:
    """The day by which a round's data are due, as printed ("trước ngày 10/12" is the 10th); None where none is known.

    >>> due("2024-2025", "HK1")
    datetime.date(2024, 12, 10)
    """
    rows = deadlines(school_year, period)
    days = rows.loc[rows["kind"] == "data", "due"]
    return days.iloc[0] if len(days) else None


def of_units(this: Round | None, school_year: str, period: str, today: dt.date) -> pd.DataFrame:
    """One row a unit that owes a workbook, in the report's order, with the columns of STATUS_COLUMNS.

    this : the round read and screened, or None where it has no folder.  Days late count for units without a workbook.
    """
    on = periods.as_of(school_year, period)
    deadline, late = _deadline(due(school_year, period), today)
    workbooks: dict = {}
    open_findings: Counter[tuple[str, str]] = Counter()
    if this is not None:
        workbooks = this.reporting.set_index("area").to_dict("index")
        open_findings.update((f.area, f.severity) for f in this.findings if f.check not in NOT_SENT)
    rows = []
    for area in areas.reporting(on):
        counts = [open_findings[area, severity] for severity in check_data.ORDER]
        row = workbooks.get(area)
        received = [NOT_RECEIVED, *["–"] * (1 + len(counts)), deadline, late]
        if row is not None:
            received = [Path(row["workbook"]).name, str(row["facilities"]), *map(str, counts), deadline, ""]
        todo = outstanding(row is not None, counts, proposed(school_year, period, area))
        rows.append([areas.full_name(area, on), *received, todo])
    return pd.DataFrame(rows, columns=STATUS_COLUMNS)


def _deadline(day: dt.date | None, today: dt.date) -> tuple[str, str]:
    """The day that data are due, and how late they are, in words."""
    if day is None:
        return "chưa rõ", ""
    late = f"{(today - day).days} ngày" if today > day else ""
    return f"{day:%d/%m/%Y}", late


def outstanding(reported: bool, counts: list[int], waiting: int) -> str:
    """What a unit or the analyst still has to do, in words.

    counts : findings that stop, that ask, and others.  waiting : answers that wait for the analyst.
    """
    stops, questions, _ = counts
    todo = {
        "gửi biểu": not reported,
        f"sửa {stops} lỗi": stops,
        f"trả lời {questions} câu hỏi": questions,
        f"xét {waiting} dòng đề nghị sửa": waiting,
    }
    return ", ".join(text for text, is_open in todo.items() if is_open) or DONE


def proposed(school_year: str, period: str, area: str) -> int:
    """Answers of a unit that wait in the register for the analyst."""
    rows = reference.table("corrections")
    own = pd.Series({"school_year": school_year, "period": period, "area": area, "status": PROPOSED})
    return int((rows[own.index] == own).all(axis=1).sum())


def as_text(table: pd.DataFrame) -> str:
    """A table for the terminal: columns as wide as their longest text, numbers to the right."""
    columns = []
    for name in table.columns:
        width = max(len(name), *map(len, table[name]))
        side = ">" if name in RIGHT else "<"
        columns.append([f"{text:{side}{width}}" for text in (name, "─" * width, *table[name])])
    return "\n".join("  ".join(line).rstrip() for line in zip(*columns, strict=True))


def closing(table: pd.DataFrame, school_year: str, period: str, today: dt.date) -> str:
    """How many have reported, and the calendar of the round with its documents."""
    missing = table.loc[table["Biểu"] == NOT_RECEIVED, "Đơn vị"]
    lines = [f"Đã có biểu của {len(table) - len(missing)}/{len(table)} đơn vị."]
    if len(missing):
        more = f" … và {len(missing) - LISTED} đơn vị nữa" if len(missing) > LISTED else ""
        lines.append(f"Chưa có: {', '.join(missing.head(LISTED))}{more}.")
    lines.append("Lịch báo cáo:")
    for row in deadlines(school_year, period).itertuples():
        when = "đã qua" if today > row.due else f"còn {(row.due - today).days} ngày"
        source = f"Nguồn: {row.document}, mục {row.section}; {row.note}."
        lines.append(f"  {row.due:%d/%m/%Y} ({when}) {row.what}: {row.says}. {source}")
    return "\n".join(lines)
