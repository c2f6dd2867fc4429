"""Somebody who has every page we printed and wants one withheld number: reads them, and asks a linear program."""

import base64
import re
from collections.abc import Iterable

import numpy as np
import pandas as pd
from bs4 import BeautifulSoup
from matplotlib import colormaps
from matplotlib.colors import to_hex
from scipy.optimize import linprog

from analysis import reference
from analysis.meaning.suppression import PAIRS, VIEWS
from analysis.pages.tables import HIDDEN
from analysis.reference import areas
from analysis.reference.areas import WHOLE

COUNTS = {
    "underweight_rate": "underweight_children",
    "stunting_rate": "stunted_children",
    "overweight_rate": "overweight_children",
    "obesity_rate": "obese_children",
}
WHOLE_VI = "Toàn thành phố"
UNITS = ("%", "trẻ", "đồng/trẻ/ngày")  # the second column of the city's table
SHOWN = re.compile(r"\d|^–$|^\[kín\]$|^không đổi$")  # what stands where a number would
CLOSE = 0.005  # what rounding to two places hides


class Problem:
    """What is known of non-negative numbers: each key a variable, each piece of knowledge a range of a weighted sum."""

    def __init__(self):
        self.place: dict[tuple, int] = {}
        self.known: list[tuple[dict[int, float], float, float]] = []

    def tell(self, terms: Iterable[tuple[tuple, float]], low: float, high: float) -> None:
        weights: dict[int, float] = {}
        for key, weight in terms:
            at = self.place.setdefault(key, len(self.place))
            weights[at] = weights.get(at, 0.0) + weight
        self.known.append((weights, low, high))

    def interval(self, key: tuple) -> tuple[float, float]:
        """Least and most that one number can be, given all that is known."""
        rows = np.zeros((len(self.known), len(self.place)))
        for row, (weights, _, _) in zip(rows, self.known, strict=True):
            row[list(weights)] = list(weights.values())
        low, high = (np.array([known[side] for known in self.known]) for side in (1, 2))
        goal = np.zeros(len(self.place))
        goal[self.place[key]] = 1.0
        ends = []
        for sign in (1, -1):
            found = linprog(sign * goal, A_ub=np.vstack([rows, -rows]), b_ub=np.concatenate([high, -low]) + 1e-7)
            assert found.status == 0, found.message
            ends.append(sign * found.fun)
        return ends[0], ends[1]


def exactly(counts: dict[tuple[str, int], float], groups: dict, printed: set[tuple[str, int]]) -> Problem:
    """One condition at one weigh-in, every printable count known to the child. Keys: (area, number of the view)."""
    problem = Problem()
    units = sorted({area for area, _ in counts if area != WHOLE})
    for key, group in groups.items():
        problem.tell([(key, 1.0)], 0.0, group)
    for area in (*units, WHOLE):
        for pair in PAIRS:
            problem.tell([((area, 0), 1.0), *(((area, view), -1.0) for view in pair)], 0.0, 0.0)
    for view in range(len(VIEWS)):
        problem.tell([((WHOLE, view), 1.0), *(((area, view), -1.0) for area in units)], 0.0, 0.0)
    for key in printed:
        problem.tell([(key, 1.0)], counts[key], counts[key])
    return problem


class Printed:
    """Pages of several rounds: figures read from tables and from the colours of the picture."""

    def __init__(self) -> None:
        self.rates: dict[tuple, float] = {}  # round, area, band, rate
        self.changes: dict[tuple, float] = {}  # the same; since the round a year before
        self.measured: dict[tuple, float] = {}  # round, area
        self.hidden: set[tuple] = set()
        self.drawn: dict[tuple, tuple[float, float]] = {}  # round, area: a rate between two limits

    def read(self, lines: list[list[str]], which: tuple[str, str]) -> None:
        """Every line of cells that a published file holds (leaked.FORMS), whatever the file."""
        names = {areas.name(area) for area in areas.order()} | {WHOLE_VI}
        self._by_area([line for line in lines if line[0] in names and len(line) > 5], which)
        units = [(line, next((at for at, cell in enumerate(line) if cell in UNITS), 0)) for line in lines]
        self._of_city([line[at:] for line, at in units if at and all(map(SHOWN.search, line[at + 1 :]))], which)

    def _by_area(self, lines, which) -> None:
        columns = reference.table("appendix").query("table == 'nutrition_by_area'")
        for head, *cells in lines:
            shown = columns if len(cells) == len(columns) else columns[columns["show"] == ""]
            for cell, column in zip(cells, shown.itertuples(), strict=True):
                key = (which, _code(head), "all", column.indicator)
                if cell == HIDDEN:
                    self.hidden |= set() if column.show else {key}
                elif column.indicator == "children_measured":
                    self.measured[key[:2]] = _number(cell)
                elif cell != "–":
                    (self.changes if column.show else self.rates)[key] = _number(cell)

    def read_unit(self, lines: list[list[str]], which: tuple[str, str], area: str) -> None:
        """Lines of the page of one unit: value, last year's and the change of each number of the tables by unit."""
        columns = reference.table("appendix").query("table == 'nutrition_by_area' and show == ''")
        names = {": ".join(filter(None, (row.group_vi, row.label_vi))): row.indicator for row in columns.itertuples()}
        before = (f"{int(which[0][:4]) - 1}-{which[0][:4]}", which[1])
        for head, *cells in lines:
            if head not in names:
                continue
            told = dict(zip(("now", "before", "change"), cells[1:], strict=False))
            if names[head] == "children_measured":
                self.measured |= {(of, area): _number(told[name]) for of, name in ((which, "now"), (before, "before"))
                                  if re.search(r"\d", told.get(name, ""))}  # fmt: skip
                continue
            self.hidden |= {(before, area, "all", names[head])} if told.get("before") == HIDDEN else set()
            for of, shown in ((which, told["now"]), (before, told.get("before", "–"))):
                if re.search(r"\d", shown):
                    self.rates[of, area, "all", names[head]] = _number(shown)
            if re.search(r"\d", told.get("change", "")):
                sign = -1 if told["change"].startswith("giảm") else 1
                self.changes[which, area, "all", names[head]] = sign * abs(_number(told["change"]))

    def _of_city(self, lines, which) -> None:
        rows = reference.table("appendix").query("table == 'nutrition'")
        for cells, row in zip(lines, rows.itertuples(), strict=True):
            if row.indicator in COUNTS and re.search(r"\d", cells[1]):
                self.rates[which, WHOLE, row.age_band, row.indicator] = _number(cells[1])

    def look(self, html: str, rate: str, rounds: list[tuple[str, str]]) -> int:
        """Colours of the map of weigh-ins, made numbers by those printed at its side. Gives back how many were read."""
        image = BeautifulSoup(html, "html.parser").find("img")["src"].partition(",")[2]
        names = self._downwards(rate, rounds[-1])
        levels = {to_hex(colormaps["Blues"](level)): level for level in range(256)}
        mesh = base64.b64decode(image).decode().partition('id="QuadMesh_1"')[2].partition("</g>")[0]
        cells = re.findall(r'<path d="M ([\d.]+) ([\d.]+)[^"]*"[^>]*fill: (#\w{6})', mesh)
        across = {x: i for i, x in enumerate(sorted({float(x) for x, _, _ in cells}))}
        down = {y: i for i, y in enumerate(sorted({float(y) for _, y, _ in cells}))}
        seen = {(across[float(x)], down[float(y)]): levels[fill] for x, y, fill in cells}
        told = {name: self.rates[rounds[-1], name, "all", rate] for name in names}
        sure = {i: name for i, name in enumerate(names) if list(told.values()).count(told[name]) == 1}
        known = [(seen[len(rounds) - 1, i], told[name]) for i, name in sure.items()]
        slope, start = np.polyfit(*zip(*known, strict=True), 1)
        for (column, row), level in seen.items():
            if row in sure:  # of two that print the same rate, nobody can tell which stands above
                near = start + slope * level
                self.drawn[rounds[column], sure[row]] = (near - 2 * slope, near + 2 * slope)
        return len(seen)

    def _downwards(self, rate: str, which: tuple[str, str]) -> list[str]:
        """Areas from the highest printed rate down: the order of the map, withheld ones last."""
        at = {area: value for (of, area, *what), value in self.rates.items() if of == which and what == ["all", rate]}
        return sorted(at.keys() - {WHOLE}, key=lambda area: -at[area])

    def problem(self, rate: str) -> Problem:
        """All that the pages say about one condition, in children: keys (round, area)."""
        problem = Problem()
        for key, children in self.measured.items():
            problem.tell([(key, 1.0)], 0.0, children)
        for which in dict.fromkeys(which for which, _ in self.measured):
            units = [area for of, area in self.measured if of == which and area != WHOLE]
            problem.tell([((which, WHOLE), 1.0), *(((which, area), -1.0) for area in units)], 0.0, 0.0)
        told = {
            key[:2]: (value - CLOSE, value + CLOSE) for key, value in self.rates.items() if key[2:] == ("all", rate)
        }
        drawn = {key: limits for key, limits in self.drawn.items() if key in self.measured} if self.drawn else {}
        for ranges in (told, drawn if rate == "underweight_rate" else {}):
            for key, (low, high) in ranges.items():
                if key not in self.measured:  # a whole of which the units are not printed
                    continue
                problem.tell([(key, 100 / self.measured[key])], low, high)
        for (which, area, band, name), value in self.changes.items():
            before = ((f"{int(which[0][:4]) - 1}-{which[0][:4]}", which[1]), area)
            if name == rate and band == "all" and before in self.measured:
                terms = [((which, area), 100 / self.measured[which, area]), (before, -100 / self.measured[before])]
                problem.tell(terms, value - CLOSE, value + CLOSE)
        return problem


def _code(head: str) -> str:
    return WHOLE if head == WHOLE_VI else next(area for area in areas.order() if areas.name(area) == head)


def _number(shown: str) -> float:
    bare = re.sub(r"[^\d,−+-]", "", shown).replace("−", "-").replace(",", ".")
    return float(bare)


def counts_of(series: pd.DataFrame, which: tuple[str, str], indicator: str) -> dict[tuple[str, int], float]:
    """One count of one round by (area, number of the view)."""
    rows = series[(series["school_year"] == which[0]) & (series["period"] == which[1])]
    rows = rows[rows["indicator"] == indicator]
    views = {view: number for number, view in enumerate(VIEWS)}
    return {(r.area, views[r.sector, r.age_band]): r.value for r in rows.itertuples()
            if (r.sector, r.age_band) in views}  # fmt: skip
