"""make backtest: the growth forecasts on any long panel of children and teachers, beside what they are held against."""

import sys
from collections.abc import Iterable

from analysis import command
from analysis.models import long_panel, panel_backtest
from analysis.reference import ROOT, vietnamese

KNOWN = ("PANEL", "OUT")
OWN_PANEL = ROOT / "data/reference/preschool_panel.csv"
MODELS = {
    panel_backtest.OURS: "dự báo này",
    "same_as_last_year": "như năm trước",
    "drift": "đà bình quân",
    "exponential_smoothing": "san mũ tự động",
}
SERIES = {"children_enrolled": "Trẻ đến trường", "teachers": "Giáo viên"}
HEAD = (("lần", 7), ("MAPE %", 9), ("trung vị %", 12), ("MASE", 7), ("so năm trước", 14), ("trúng 80 %", 12),
        ("trúng 95 %", 12), ("rộng 80 %", 11), ("rộng 95 %", 11))  # fmt: skip
SHOWN = 12  # oddities printed before the rest is counted


def run(arguments: Iterable[str]) -> int:
    """Score a panel and print the table; with OUT, write it as CSV too. Returns the exit status."""
    try:
        said = command.asked(arguments, KNOWN)
        panel = long_panel.read(said.get("PANEL", OWN_PANEL))
    except (command.UsageError, long_panel.PanelError) as problem:
        print(problem, file=sys.stderr)
        return command.MISUSED
    _tell(panel)
    table = panel_backtest.score(panel, lambda line: print(line, file=sys.stderr))
    if not table["forecasts"].sum():
        print("Không có chuỗi nào đủ tám năm liền cộng một năm để thử lại.")
    for name, rows in table.groupby("series", sort=False):
        for lead, of in rows.groupby("lead", sort=False):
            print(f"\n{SERIES[str(name)]}, trước {lead} năm")
            print(" " * 18 + "".join(f"{head:>{width}}" for head, width in HEAD))
            for row in of.itertuples(index=False):
                cells = (row.forecasts, row.mape, row.median_error, row.mase, row.relative_error, row.coverage_80,
                         row.coverage_95, row.width_80, row.width_95)  # fmt: skip
                print(f"{MODELS[row.model]:<18}" + "".join(map(_cell, cells, HEAD)))
    if "OUT" in said:
        table.to_csv(said["OUT"], index=False, lineterminator="\n")
        print(f"\nĐã viết {said['OUT']}")
    return 0


def _cell(value: float, head: tuple[str, int]) -> str:
    return f"{vietnamese.number(value, 0 if isinstance(value, int) else 2):>{head[1]}}"


def _tell(panel: long_panel.LongPanel) -> None:
    span = f"{panel.years[0]}-{panel.years[-1]}" if panel.years else "không năm nào"
    print(f"{len(panel.areas)} chuỗi, {span}. Mỗi lần dự báo chỉ dùng những năm đã biết lúc ấy.")
    for line in panel.oddities[:SHOWN]:
        print(f"  lưu ý: {line}")
    if len(panel.oddities) > SHOWN:
        print(f"  … và {len(panel.oddities) - SHOWN} lưu ý khác (đứt quãng, số 0, thay đổi trên một nửa).")


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
