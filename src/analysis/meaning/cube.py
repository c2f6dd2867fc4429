"""Numbers by area, sector, age band and indicator as one array: adding and dividing look no key up."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

KEY = ["area", "sector", "age_band", "indicator"]


class Texts:
    """A column of texts, each held once: the cell in row i is names[places[i]], or empty where that is -1."""

    def __init__(self, column: pd.Series):
        if isinstance(column.dtype, pd.CategoricalDtype):  # known already; names no cell holds may be among them
            self.places = column.cat.codes.to_numpy()
            self.names = column.cat.categories
        else:
            self.places, names = pd.factorize(column)
            self.names = pd.Index(names)

    def among(self, *texts: str) -> np.ndarray:
        """Which cells hold one of these texts."""
        return self.lookup(self.names.isin(texts), False)

    def mapped(self, named: pd.Series) -> "Texts":
        """What is named for each cell's text; empty where nothing is."""
        result = Texts(named.reindex(self.names))
        result.places = self.lookup(result.places, -1)
        return result

    def lookup(self, of_names: np.ndarray, empty) -> np.ndarray:
        """For each cell what stands in `of_names` (in the order of `names`), `empty` for an empty cell."""
        return np.append(of_names, empty)[self.places]


class Cube:
    """Numbers by KEY, an axis each, sorted by name; NaN where there is none.

    cube[indicator] are its numbers: areas × sectors × age bands, what is put there is kept.
    """

    def __init__(self, **names: Iterable[str]):
        """names : of each axis, by KEY."""
        self.axes = {}
        for axis in ("indicator", *KEY[:-1]):  # an indicator lies together
            self.axes[axis] = pd.Index(sorted(set(names[axis])))
        shape = [len(axis) for axis in self.axes.values()]
        self._values = np.full(shape, np.nan)

    def put(self, rows: Mapping[str, Texts], values: np.ndarray, where: np.ndarray | slice = slice(None)) -> None:
        """Add numbers to those under their KEY; every text of it must be on its axis.  where : the rows that count."""
        places = []
        for axis in self.axes:
            texts = rows[axis]
            on_axis = np.array([self.at(axis, name) for name in texts.names], dtype=int)
            places.append(on_axis[texts.places[where]])
        flat = self._values.reshape(-1)
        at = np.ravel_multi_index(places, self._values.shape)
        sums = np.bincount(at, values[where], flat.size)
        there = np.bincount(at, minlength=flat.size) > 0
        flat[there] = np.nan_to_num(flat[there]) + sums[there]

    def __getitem__(self, indicator: str) -> np.ndarray:
        return self._values[self.at("indicator", indicator)]

    def __setitem__(self, indicator: str, values: np.ndarray) -> None:
        self._values[self.at("indicator", indicator)] = values

    def at(self, axis: str, name: str) -> int:
        """Where a name stands on an axis. Raises KeyError where it does not."""
        return self.axes[axis].get_loc(name)

    def along(self, axis: str) -> np.ndarray:
        """All numbers, that axis first, then indicator, area, sector, age band; what is put there is kept."""
        return np.moveaxis(self._values, list(self.axes).index(axis), 0)

    def add(self, axis: str, name: str, parts: Iterable[str]) -> None:
        """Put the sum of the parts where `name` has no number."""
        numbers = self.along(axis)
        places = [self.at(axis, part) for part in parts]
        sums = added(numbers[places])
        own = numbers[self.at(axis, name)]
        own[...] = np.where(np.isnan(own), sums, own)

    def table(self) -> pd.DataFrame:
        """Every number with its KEY, sorted by it."""
        values = np.moveaxis(self._values, 0, -1)
        there = np.nonzero(~np.isnan(values))
        columns = {}
        for axis, places in zip(KEY, there, strict=True):
            columns[axis] = self.axes[axis].take(places)
        return pd.DataFrame(columns | {"value": values[there]})


def added(parts: np.ndarray) -> np.ndarray:
    """The sums along the first axis of the parts that are there; NaN where none is.

    >>> added(np.array([[1.0, np.nan], [2.0, np.nan]])).tolist()
    [3.0, nan]
    """
    nothing = np.isnan(parts).all(axis=0)
    return np.where(nothing, np.nan, np.nansum(parts, axis=0))
