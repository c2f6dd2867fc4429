"""How the growth forecasts did on a long panel, from rolling origins, beside what they are held against."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from analysis import store
from analysis.models import benchmarks, growth, long_panel
from analysis.models.long_panel import LEADS, MEASURES, LongPanel

OURS = "growth"
COLUMNS = [field.name for field in store.TABLES["long_panel_scores.csv"]]


def score(panel: LongPanel, tell: Callable[[str], None] = lambda _: None, smoothing: bool = True) -> pd.DataFrame:
    """One row a measure, lead and model: COLUMNS, from every year with eight known ones in a row, itself included.

    mape, median_error : mean and median error in percent of the actual count; mase : mean error over the mean yearly
    change of the years known by then (Hyndman & Koehler 2006); relative_error : mape over that of same_as_last_year;
    coverage : percent of actual counts inside the interval; width : median width in percent of the forecast. A count
    that did not become known is not scored. smoothing : with automatic exponential smoothing, which takes minutes.
    """
    rows = []
    for measure in MEASURES:
        history = panel.histories(measure)
        settled = history.run >= growth.SETTLED
        comes = np.any([np.isfinite(_later(history.counts, lead)) for lead in LEADS], axis=0)
        smooth = benchmarks.smoothing(history.counts, history.run, settled & comes, tell) if smoothing else None
        scale = _yearly_change(history.counts, history.run)
        for lead in LEADS:
            ours = long_panel.outlook(panel, measure, lead)
            actual = _later(history.counts, lead)
            due = settled & np.isfinite(actual) & np.isfinite(ours.expected)
            models = {
                OURS: ours.expected,
                "same_as_last_year": benchmarks.same_as_last_year(history.counts, lead),
                "drift": benchmarks.drift(history.counts, lead),
            }
            if smooth is not None:
                models["exponential_smoothing"] = smooth[..., lead - 1]
            for name, forecast in models.items():
                error = np.abs(forecast - actual)[due]
                row = {"series": measure, "lead": lead, "model": name, "forecasts": int(due.sum())}
                rows.append(
                    row | _errors(error, actual[due], scale[due]) | (_held(ours, actual, due) if name == OURS else {})
                )
    table = pd.DataFrame(rows)
    same = table[table["model"] == "same_as_last_year"].set_index(["series", "lead"])["mape"].rename("same")
    table["relative_error"] = table["mape"] / table.join(same, on=["series", "lead"])["same"]
    return table.reindex(columns=COLUMNS)


def reference_scores() -> pd.DataFrame:
    """Table long_panel_scores.csv: score of the panel of data/reference, without exponential smoothing."""
    return score(long_panel.known(), smoothing=False)


def _later(counts: np.ndarray, lead: int) -> np.ndarray:
    """Counts of so many years later."""
    return growth.lagged(counts[:, ::-1], lead)[:, ::-1]


def _yearly_change(counts: np.ndarray, run: np.ndarray) -> np.ndarray:
    """Mean absolute yearly change of the unbroken years up to each year."""
    change = np.abs(counts - growth.lagged(counts))
    total = np.cumsum(np.nan_to_num(change), axis=1)
    rows = np.arange(len(counts))[:, None]
    before = np.concatenate([np.zeros((len(counts), 1)), total], axis=1)
    first = np.maximum(np.arange(counts.shape[1]) - run + 2, 0).clip(max=counts.shape[1])
    passed = total - before[rows, first]
    return np.divide(passed, run - 1, out=np.full(counts.shape, np.nan), where=run > 1)


def _errors(error: np.ndarray, actual: np.ndarray, scale: np.ndarray) -> dict[str, float]:
    if not len(error):
        return dict.fromkeys(("mape", "median_error", "mase"), np.nan)
    percent = 100 * error / actual
    moved = scale > 0
    return {
        "mape": float(percent.mean()),
        "median_error": float(np.median(percent)),
        "mase": float((error[moved] / scale[moved]).mean()) if moved.any() else np.nan,
    }


def _held(ours: long_panel.Outlook, actual: np.ndarray, due: np.ndarray) -> dict[str, float]:
    scores = {}
    for width in ("80", "95"):
        lower = ours.limits[f"lower_{width}"]
        upper = ours.limits[f"upper_{width}"]
        known = due & np.isfinite(lower)
        held = ((lower <= actual) & (actual <= upper))[known]
        scores[f"coverage_{width}"] = 100 * float(held.mean()) if held.size else np.nan
        wide = 100 * (upper - lower)[known] / ours.expected[known]
        scores[f"width_{width}"] = float(np.median(wide)) if wide.size else np.nan
    return scores
