"""Numbers by area, sector, age band and indicator as one array: adding and dividing look no key up."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

KEY = ["area", "sector", "age_band", "indicator"]


class Texts:
    """A column of texts, each held once: the cell in row i is names[places[i]], or empty where that is -1."""

    def __init__(self, column: pd.Series | np.ndarray):
        if isinstance(column, pd.Series) and isinstance(
            column.dtype, pd.CategoricalDtype
        ):  # known already; names no cell holds may be among them
            self.places, self.names = column.cat.codes.to_numpy(), column.cat.categories
            return
        self.places, names = pd.factorize(column)
        self.names = pd.Index(names)

    def among(self, *texts: str) -> np.ndarray:
        """Which cells hold one of these texts."""
        return np.append(self.names.isin(texts), False)[self.places]

    def mapped(self, said: pd.Series) -> "Texts":
        """What is said of each cell's text; empty where nothing is."""
        told = Texts(said.reindex(self.names))
        told.places = np.append(told.places, -1)[self.places]
        return told


class Cube:
    """Numbers by KEY, an axis each, sorted by name; NaN where there is none.

    cube[indicator] : one indicator, areas × sectors × age bands; what is put there is kept.
    """

    def __init__(self, **names: Iterable[str]):
        """names : of each axis, by KEY."""
        self.axes = {axis: sorted(set(names[axis])) for axis in ("indicator", *KEY[:-1])}
        self._at = {axis: {name: at for at, name in enumerate(known)} for axis, known in self.axes.items()}
        self._values = np.full([len(axis) for axis in self.axes.values()], np.nan)  # an indicator lies together

    def put(self, rows: Mapping[str, Texts], values: np.ndarray, where: np.ndarray | slice = slice(None)) -> None:
        """Add numbers to those under their KEY; every text of it must be on its axis.  where : the rows that count."""
        texts = [(axis, rows[axis]) for axis in self.axes]
        places = [np.array([self.at(axis, name) for name in t.names.tolist()])[t.places[where]] for axis, t in texts]
        at, flat = np.ravel_multi_index(places, self._values.shape), self._values.reshape(-1)
        sums, there = np.bincount(at, values[where], flat.size), np.bincount(at, minlength=flat.size) > 0
        flat[there] = np.nan_to_num(flat[there]) + sums[there]

    def __getitem__(self, indicator: str) -> np.ndarray:
        return self._values[self.at("indicator", indicator)]

    def __setitem__(self, indicator: str, values: np.ndarray) -> None:
        self._values[self.at("indicator", indicator)] = values

    def at(self, axis: str, name: str) -> int:
        """Where a name stands on an axis. Raises KeyError where it does not."""
        return self._at[axis][name]

    def along(self, axis: str) -> np.ndarray:
        """All numbers, that axis first, then indicator, area, sector, age band; what is put there is kept."""
        return np.moveaxis(self._values, list(self.axes).index(axis), 0)

    def add(self, axis: str, whole: str, parts: Iterable[str]) -> None:
        """Put the sum of the parts where the whole has no number."""
        along, whole_at = self.along(axis), self.at(axis, whole)
        sums = added(along[[self.at(axis, part) for part in parts]])
        along[whole_at] = np.where(np.isnan(along[whole_at]), sums, along[whole_at])

    def table(self) -> pd.DataFrame:
        """Every number with its KEY, sorted by it."""
        values = np.moveaxis(self._values, 0, -1)
        there = np.nonzero(~np.isnan(values))
        names = {axis: pd.Index(self.axes[axis]).take(place) for axis, place in zip(KEY, there, strict=True)}
        return pd.DataFrame({**names, "value": values[there]})


def added(parts: np.ndarray) -> np.ndarray:
    """The sums along the first axis of the parts that are there; NaN where none is.

    >>> added(np.array([[1.0, np.nan], [2.0, np.nan]])).tolist()
    [3.0, nan]
    """
    return np.where(np.isnan(parts).all(axis=0), np.nan, np.nansum(parts, axis=0))
