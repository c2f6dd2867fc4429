"""python -m simulation: viết các biểu mô phỏng vào data/raw."""

import argparse
import sys
import time
from pathlib import Path

from simulation.course import course
from simulation.reference import HERE, areas, rounds
from simulation.story import infants_from_3_months
from simulation.workbook import write_workbook

RAW = HERE.parent / "data" / "raw"


def main(arguments: list[str] | None = None) -> int:
    """Writes all rounds, or the one asked for; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m simulation", description="Viết biểu mô phỏng của 14 quận, huyện.")
    parser.add_argument("--year", help="năm học, ví dụ 2024-2025 (mặc định: tất cả)")
    parser.add_argument("--period", help="kỳ: DN, HK1 hoặc HK2 (mặc định: tất cả)")
    parser.add_argument("--out", type=Path, default=RAW, help="thư mục ghi ra (mặc định: data/raw)")
    asked = parser.parse_args(arguments)
    wanted = [pair for pair in rounds() if asked.year in (None, pair[0]) and asked.period in (None, pair[1])]
    if not wanted:
        known = ", ".join(f"{year} {period}" for year, period in rounds())
        print(f"Không có kỳ {asked.year or ''} {asked.period or ''}. Các kỳ có thể viết: {known}.", file=sys.stderr)
        return 2
    started = time.monotonic()
    for now in course(last=wanted[-1]):
        if (now.year, now.period) not in wanted:
            continue
        infants = infants_from_3_months(now.year)
        for area, from_3 in zip(areas().index, infants.tolist(), strict=True):
            write_workbook(asked.out / now.year / now.period / f"{area}.xlsx", now, area, from_3)
        print(f"{now.year} {now.period}: đã viết {len(infants)} tệp", flush=True)
    print(f"Xong {len(wanted) * len(areas())} tệp trong {time.monotonic() - started:.0f} giây, tại {asked.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
