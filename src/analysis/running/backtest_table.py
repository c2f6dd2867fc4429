"""analysis backtest: the growth forecasts on any panel of children and teachers, beside plainer forecasts."""

import sys
from pathlib import Path

import pandas as pd

from analysis.models import panel_backtest
from analysis.reading import panel_files
from analysis.reference import ROOT, vietnamese

OWN_PANEL = ROOT / "data/reference/preschool_panel.csv"
MODELS = {
    panel_backtest.OURS: "dự báo này",
    panel_backtest.SAME: "như năm trước",
    "drift": "đà bình quân",
    "exponential_smoothing": "san mũ tự động",
}
SERIES = {"children_enrolled": "Trẻ đến trường", "teachers": "Giáo viên"}
LEVELS = {"unit": "từng đơn vị", "area": "từng vùng (tổng các đơn vị)", "whole": "cả bảng"}
COLUMN_WIDTHS = {  # of the table of scores: what stands above each, and its width in letters
    "forecasts": ("lần", 7),
    "mape": ("MAPE %", 9),
    "median_error": ("trung vị %", 12),
    "mase": ("MASE", 7),
    "relative_error": ("so năm trước", 14),
    "coverage_80": ("trúng 80 %", 12),
    "coverage_95": ("trúng 95 %", 12),
    "width_80": ("rộng 80 %", 11),
    "width_95": ("rộng 95 %", 11),
    "interval_score": ("điểm khoảng %", 15),
}
ODDITIES = 12  # printed before the rest is counted
MORE = 1.02  # an error above that of the same as last year by more than this is said


def run(panel_file: Path | str, out: Path | str = "", known: int = 0) -> int:
    """Score a panel and print the table; with `out`, write it as CSV too. Returns the exit status.

    known : last years that a forecast may rest on; 0 : all, once there are eight.
    Raises panel_files.PanelError where the panel cannot be used.
    """
    panel = panel_files.read(panel_file)
    _tell(panel, known)
    if known:
        trials = panel_backtest.short_trials(panel, known)
    else:
        trials = panel_backtest.long_trials(panel, lambda line: print(line, file=sys.stderr))
    table = panel_backtest.score(trials)
    if table.empty:
        print(f"Không có chuỗi nào đủ {known or 'tám'} năm liền cộng một năm để thử lại.")
    for (name, level, lead), models in table.groupby(panel_backtest.KEY, sort=False):
        print(f"\n{SERIES[name]}, {LEVELS[level]}, trước {lead} năm")
        _print_models(models)
    if out:
        table.to_csv(out, index=False, lineterminator="\n")
        print(f"\nĐã viết {out}")
    return 0


def _print_models(models: pd.DataFrame) -> None:
    print(" " * 18 + "".join(f"{head:>{width}}" for head, width in COLUMN_WIDTHS.values()))
    for row in models.to_dict("records"):
        cells = [f"{_figure(row[column]):>{width}}" for column, (_, width) in COLUMN_WIDTHS.items()]
        print(f"{MODELS[row['model']]:<18}" + "".join(cells))
        if row["relative_error"] > MORE:
            print(f"  ! sai nhiều hơn cách giữ nguyên số năm trước quá {100 * (MORE - 1):.0f} %.")


def _figure(value: float) -> str:
    return vietnamese.number(value, 0 if isinstance(value, int) else 2)


def _tell(panel: panel_files.LongPanel, known: int) -> None:
    what = f"{known} năm cuối đã biết" if known else "những năm đã biết"
    print(f"{len(panel.units)} chuỗi, {panel.years[0]}-{panel.years[-1]}. Mỗi lần dự báo chỉ dùng {what} lúc ấy.")
    print("điểm khoảng: sai số có tính cả độ rộng của khoảng; càng nhỏ càng tốt, so được với MAPE.")
    oddities = list(panel_files.oddities(panel))
    for line in oddities[:ODDITIES]:
        print(f"  lưu ý: {line}")
    if len(oddities) > ODDITIES:
        print(f"  … và {len(oddities) - ODDITIES} lưu ý khác (đứt quãng, số 0, thay đổi trên một nửa).")
