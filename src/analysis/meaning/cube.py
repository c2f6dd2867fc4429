"""Numbers by area, sector, age band and indicator as one array: adding and dividing look no key up."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

KEY = ["area", "sector", "age_band", "indicator"]


class Cube:
    """Numbers by KEY, an axis each, sorted by name; NaN where there is none.

    cube[indicator] : one indicator, areas × sectors × age bands; what is put there is kept.
    """

    def __init__(self, rows: pd.DataFrame, **known: Iterable[str]):
        """rows : columns KEY and value; those alike are added.  known : names an axis has besides those of the rows."""
        self.axes: dict[str, pd.Index] = {}
        places = []
        for axis in KEY:
            place, names = pd.factorize(rows[axis])
            self.axes[axis] = pd.Index(sorted({*names, *known.get(axis, ())}))
            places.append(self.axes[axis].get_indexer(names)[place])
        shape = tuple(map(len, self.axes.values()))
        at = np.ravel_multi_index(places, shape)
        values = np.bincount(at, rows["value"].to_numpy(), minlength=int(np.prod(shape)))
        values[np.bincount(at, minlength=len(values)) == 0] = np.nan
        self._values = np.moveaxis(values.reshape(shape), -1, 0).copy()  # an indicator lies together

    def __getitem__(self, indicator: str) -> np.ndarray:
        return self._values[self.at("indicator", indicator)]

    def __setitem__(self, indicator: str, values: np.ndarray) -> None:
        self._values[self.at("indicator", indicator)] = values

    def at(self, axis: str, name: str) -> int:
        """Where a name stands on an axis. Raises KeyError where it does not."""
        return self.axes[axis].get_loc(name)

    def along(self, axis: str) -> np.ndarray:
        """All numbers, that axis first, then indicator, area, sector, age band; what is put there is kept."""
        return np.moveaxis(self._values, ("indicator", *KEY).index(axis), 0)

    def add(self, axis: str, whole: str, parts: Iterable[str]) -> None:
        """Put the sum of the parts where the whole has no number."""
        along, whole_at = self.along(axis), self.at(axis, whole)
        sums = added(along[[self.at(axis, part) for part in parts]])
        along[whole_at] = np.where(np.isnan(along[whole_at]), sums, along[whole_at])

    def table(self) -> pd.DataFrame:
        """Every number with its KEY, sorted by it."""
        values = np.moveaxis(self._values, 0, -1)
        there = np.nonzero(~np.isnan(values))
        names = {axis: self.axes[axis].take(place) for axis, place in zip(KEY, there, strict=True)}
        return pd.DataFrame({**names, "value": values[there]})


def added(parts: np.ndarray) -> np.ndarray:
    """The sums along the first axis of the parts that are there; NaN where none is.

    >>> added(np.array([[1.0, np.nan], [2.0, np.nan]])).tolist()
    [3.0, nan]
    """
    return np.where(np.isnan(parts).all(axis=0), np.nan, np.nansum(parts, axis=0))
