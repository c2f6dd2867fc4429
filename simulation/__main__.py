"""python -m simulation: viết các biểu mô phỏng vào data/raw."""

import argparse
import sys
import time
from pathlib import Path

from simulation.chronicle import draw, place_folder, planned
from simulation.course import course
from simulation.reference import HERE, areas, rounds
from simulation.workbook import write_workbook

RAW = HERE.parent / "data" / "raw"
FIRST = "hai_phong"  # the place whose rounds of 2017 to 2024 need no earlier ones


def main(arguments: list[str] | None = None) -> int:
    """Writes all rounds, or those asked for; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m simulation", description="Viết biểu mô phỏng của các đơn vị.")
    parser.add_argument("--place", help="hai_phong hoặc hai_duong (mặc định: cả hai)")
    parser.add_argument("--year", help="năm học, ví dụ 2024-2025 (mặc định: tất cả)")
    parser.add_argument("--period", help="kỳ: DN, HK1 hoặc HK2 (mặc định: tất cả)")
    parser.add_argument("--out", type=Path, default=RAW, help="thư mục ghi ra (mặc định: data/raw)")
    asked = parser.parse_args(arguments)
    known = [(FIRST, *pair) for pair in rounds()]
    known += list(planned()[["place", "school_year", "period"]].itertuples(index=False, name=None))
    limits = (asked.place, asked.year, asked.period)
    wanted = [one for one in known if all(limit in (None, has) for limit, has in zip(limits, one, strict=True))]
    if not wanted:
        names = ", ".join(" ".join(one) for one in known)
        print(f"Không có kỳ {asked.year or ''} {asked.period or ''}. Các kỳ có thể viết: {names}.", file=sys.stderr)
        return 2
    started = time.monotonic()
    written = _districts(wanted, asked.out) + _onward(wanted, asked.out)
    print(f"Xong {written} tệp trong {time.monotonic() - started:.0f} giây, tại {asked.out}")
    return 0


def _districts(wanted: list[tuple], out: Path) -> int:
    """Hải Phòng's rounds from 2017 to December 2024; returns how many workbooks."""
    pairs = [pair for pair in rounds() if (FIRST, *pair) in wanted]
    for now in course(last=pairs[-1]) if pairs else ():
        if (now.year, now.period) in pairs:
            for area in areas().index:
                write_workbook(out / now.year / now.period / f"{area}.xlsx", now.filled(area))
            print(f"{now.year} {now.period}: đã viết {len(areas())} tệp", flush=True)
    return len(pairs) * len(areas())


def _onward(wanted: list[tuple], out: Path) -> int:
    """Rounds that rest on the workbooks of the round before, in data/raw; returns how many workbooks."""
    written = 0
    for place, year, period in planned()[["place", "school_year", "period"]].itertuples(index=False):
        if (place, year, period) not in wanted:
            continue
        now = draw(place, year, period, RAW)
        for area in now.living.index:
            write_workbook(place_folder(out, place) / year / period / f"{area}.xlsx", now.filled(area))
        print(f"{place} {year} {period}: đã viết {len(now.living)} tệp", flush=True)
        written += len(now.living)
    return written


if __name__ == "__main__":
    sys.exit(main())
