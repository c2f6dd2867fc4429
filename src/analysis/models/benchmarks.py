"""What our forecasts of long series are held against: last year's value, drift, and automatic exponential smoothing."""

import os
import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

import numpy as np
from numpy import ndarray

from analysis.models import growth

TRENDS = ({"trend": None}, {"trend": "add"}, {"trend": "add", "damped_trend": True})


def unbroken_mean(change: ndarray, run: ndarray) -> ndarray:
    """Mean of what changed from year to year in the unbroken years up to each year: series × years; NaN with one."""
    total = np.cumsum(np.nan_to_num(change), axis=1)
    years = change.shape[1]
    first = (np.arange(years) - run + 1).clip(0, years - 1)
    passed = total - np.take_along_axis(total, first, axis=1)
    return np.divide(passed, run - 1, out=np.full(change.shape, np.nan), where=run > 1)


def drift(counts: ndarray, run: ndarray, lead: int) -> ndarray:
    """The last count, moved on by the mean yearly change of the unbroken years behind it (Hyndman & Athanasopoulos)."""
    return np.maximum(counts + lead * unbroken_mean(counts - growth.lagged(counts), run), 0)


def smoothed(history: ndarray) -> ndarray:
    """Forecasts 1, 2 and 3 years ahead by the exponential smoothing that statsmodels fits with the least AICc.

    history : unbroken counts above zero, oldest first. Error additive; trend none, additive, or damped. The last
    count where no fit comes out. Source: Hyndman et al. 2008, Forecasting with Exponential Smoothing.
    """
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel  # a second to import, and no report needs it

    best = np.inf
    forecast = np.repeat(history[-1], 3)
    for trend in TRENDS:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a fit that does not settle is judged by its AICc all the same
            try:
                result = ETSModel(history, error="add", **trend).fit(disp=False)
                ahead = result.forecast(3)
            except (ValueError, np.linalg.LinAlgError, FloatingPointError):
                continue
        if result.aicc < best and np.isfinite(ahead).all():
            best = result.aicc
            forecast = np.maximum(ahead, 0)
    return forecast


def smoothing(counts: ndarray, run: ndarray, wanted: ndarray, tell: Callable[[str], None]) -> ndarray:
    """smoothed at the years wanted, from the unbroken ones behind each: series × years × 3, on every core."""
    places = np.argwhere(wanted)
    histories = [counts[i, year - run[i, year] + 1 : year + 1] for i, year in places]
    forecast = np.full((*counts.shape, 3), np.nan)
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for done, ((i, year), ahead) in enumerate(
            zip(places, pool.map(smoothed, histories, chunksize=20), strict=True)
        ):
            forecast[i, year] = ahead
            if done % 200 == 199:
                tell(f"… san mũ tự động: {done + 1}/{len(places)}")
    return forecast
