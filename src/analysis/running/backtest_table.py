"""analysis backtest: the growth forecasts on any long panel of children and teachers, beside plainer forecasts."""

import sys
from pathlib import Path

import pandas as pd

from analysis.models import long_panel, panel_backtest
from analysis.reference import ROOT, vietnamese

OWN_PANEL = ROOT / "data/reference/preschool_panel.csv"
MODELS = {
    panel_backtest.OURS: "dự báo này",
    "same_as_last_year": "như năm trước",
    "drift": "đà bình quân",
    "exponential_smoothing": "san mũ tự động",
}
SERIES = {"children_enrolled": "Trẻ đến trường", "teachers": "Giáo viên"}
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
}
ODDITIES = 12  # printed before the rest is counted


def run(panel_file: Path | str, out: Path | str = "") -> int:
    """Score a panel and print the table; with `out`, write it as CSV too. Returns the exit status.

    Raises long_panel.PanelError where the panel cannot be read.
    """
    panel = long_panel.read(panel_file)
    _tell(panel)
    table = panel_backtest.score(panel, lambda line: print(line, file=sys.stderr))
    if not table["forecasts"].sum():
        print("Không có chuỗi nào đủ tám năm liền cộng một năm để thử lại.")
    for name, rows in table.groupby("series", sort=False):
        for lead, models in rows.groupby("lead", sort=False):
            print(f"\n{SERIES[str(name)]}, trước {lead} năm")
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


def _figure(value: float) -> str:
    return vietnamese.number(value, 0 if isinstance(value, int) else 2)


def _tell(panel: long_panel.LongPanel) -> None:
    span = f"{panel.years[0]}-{panel.years[-1]}" if panel.years else "không năm nào"
    print(f"{len(panel.areas)} chuỗi, {span}. Mỗi lần dự báo chỉ dùng những năm đã biết lúc ấy.")
    for line in panel.oddities[:ODDITIES]:
        print(f"  lưu ý: {line}")
    if len(panel.oddities) > ODDITIES:
        print(f"  … và {len(panel.oddities) - ODDITIES} lưu ý khác (đứt quãng, số 0, thay đổi trên một nửa).")
