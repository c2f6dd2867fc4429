"""Which cells of one table of small counts must be withheld so that no small one can be worked out from the others.

The table is one condition at one weigh-in: a row an area, a column a view (VIEWS): all children, the two age bands, the
two sectors. The city's sums over the areas are known to everybody, and so is the group each count is out of.

Small cells are withheld first (primary), then cells of other areas (secondary) until whoever knows every published
number, and all relations among them, is left with an interval of at least `threshold` children for each withheld cell:
the sliding protection level of Fischetti & Salazar 2000; Willenborg & de Waal 2001, ch. 4. Where τ-ARGUS asks a linear
program for each interval of a general table, we rely on the shape of this one: moves of children between withheld
cells that leave every published number as it is prove that the interval is at least so wide (as in the hypercube
method, Giessing & Repsilber 2002). Rounding in print only widens what an attacker is left with.
"""

import contextlib
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

VIEWS = (("all", "all"), ("all", "nursery"), ("all", "kindergarten"), ("public", "all"), ("nonpublic", "all"))
PAIRS = ((1, 2), (3, 4))  # views that add up to the first one


class NotSafe(Exception):
    """No choice of cells leaves every interval wide enough."""


@dataclass(frozen=True)
class Counts:
    """One condition at one weigh-in, children.

    count, most : areas × views, and the most each could be (its group, less what else is known of it).
    singly : whether children of one band and sector are moved too, not only bundles of all: proves more, costs more.
    """

    count: np.ndarray
    most: np.ndarray
    threshold: float
    singly: bool = False

    def among(self, areas: np.ndarray) -> "Counts":
        """The same of some areas only (truth values)."""
        return replace(self, count=self.count[areas], most=self.most[areas])

    @property
    def room(self) -> np.ndarray:
        """How many more each cell could hold."""
        return np.maximum(self.most - self.count, 0)

    @property
    def needed(self) -> np.ndarray:
        """How wide the interval of each cell must stay: the threshold, or the whole group where that is smaller."""
        return np.minimum(self.threshold, self.most)


def small(count: np.ndarray, group: np.ndarray, threshold: float) -> np.ndarray:
    """Cells that tell about few children: a few have the condition, a few of the group have not, or the group is small.

    Nobody having it is no secret, except in a small group; everybody having it is one.

    >>> small(np.array([0.0, 3, 10, 95, 0]), np.array([100.0, 100, 100, 100, 4]), 10).tolist()
    [False, True, False, True, True]
    """
    few_have_it = (count > 0) & (count < threshold)
    few_have_not = (count > 0) & (group - count < threshold)
    few_in_all = (group > 0) & (group < threshold)
    return few_have_it | few_have_not | few_in_all


def withheld(
    of: Counts, group: np.ndarray, order: Sequence[int], forced: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Withheld cells of the areas (areas × views) and of the city (views).

    Where the cells of some areas cannot be chosen so that every interval stays wide enough, the whole table is withheld
    but for the city's total: whether that may stand then, `total_tells`.
    group : what each count is out of.  order : areas that may be withheld for the sake of others, first choice first.
    forced : cells withheld whatever they hold.
    """
    for way in (of,) if of.singly else (of, replace(of, singly=True)):
        with contextlib.suppress(NotSafe):
            return _some_cells(way, group, order, forced)
    every = np.ones(of.count.shape, dtype=bool)
    return every, np.arange(len(VIEWS)) > 0


def _some_cells(
    of: Counts, group: np.ndarray, order: Sequence[int], forced: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """The same where cells of some areas are enough. Raises NotSafe where they are not."""
    primary = small(of.count, group, of.threshold)
    if forced is not None:
        primary |= forced
    city = small(of.count.sum(axis=0), group.sum(axis=0), of.threshold)
    city[0] = False

    def total_is_narrow(chosen: np.ndarray) -> bool:
        here = of.among(chosen)
        return bool((_widths_whole(here) < here.needed[:, 0]).any())

    wholly = _joined(primary[:, 0], order, total_is_narrow)
    hidden = np.repeat(wholly[:, None], len(VIEWS), axis=1)
    for pair in PAIRS:
        views = list(pair)
        pair_of_city = _Pair(of, wholly, views, bool(city[views].any()))
        first = wholly | primary[:, views].any(axis=1)
        empty = of.count[:, views].min(axis=1) == 0  # no child to hide in one of the two cells
        try:
            chosen = _joined(first, sorted(order, key=empty.__getitem__), pair_of_city.is_narrow)
        except NotSafe:
            pair_of_city = replace(pair_of_city, of_city=True)
            chosen = _joined(np.ones_like(first), [], pair_of_city.is_narrow)
        hidden[:, views] = chosen[:, None]
        city[views] = pair_of_city.of_city
    return hidden, city


def total_tells(of: Counts) -> bool:
    """Whether, all else withheld, the city's total leaves an interval too narrow, as one does that is itself small."""
    total = of.count[:, 0].sum()
    most = of.most[:, 0]
    least = np.maximum(total - (most.sum() - most), 0)
    narrow = np.minimum(total, most) - least < of.needed[:, 0]
    for pair in PAIRS:
        needed = of.needed[:, pair].min(axis=1)
        for view, other in (pair, pair[::-1]):
            low = np.maximum(least - of.most[:, other], 0)
            narrow |= np.minimum(total, of.most[:, view]) - low < needed
    return bool(narrow.any())


def _joined(first: np.ndarray, order: Sequence[int], narrow: Callable[[np.ndarray], bool]) -> np.ndarray:
    """Areas that join, in order, until no interval is too narrow; those that turn out not to be needed leave again.

    Raises NotSafe where one is too narrow with all of them.
    """
    chosen, joined = first.copy(), []
    for area in order:
        if not narrow(chosen):
            break
        if not chosen[area]:
            chosen[area] = True
            joined.append(area)
    else:
        if narrow(chosen):
            raise NotSafe
    for area in joined:
        chosen[area] = False
        chosen[area] = narrow(chosen)
    return chosen


def _gains(of: Counts) -> tuple[np.ndarray, np.ndarray]:
    """How much of all the others' children each wholly withheld area could hold, and of its own they could (0 to 1).

    of : those areas.  All views of an area move together in the same proportion, so every relation among them holds.
    """
    others = of.count.sum(axis=0) - of.count
    own = of.count[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        taken = np.where(others > 0, of.room / others, 1.0)
        given = np.where(own > 0, of.room[None] / own, 1.0)
    takes = taken.min(axis=1, initial=1.0)
    gives = given.min(axis=2, initial=1.0)
    np.fill_diagonal(gives, 0.0)
    return takes, gives.max(axis=1, initial=0.0)


def _widths_whole(of: Counts) -> np.ndarray:
    """Interval that is certainly left open for the total of each wholly withheld area.  of : those areas."""
    takes, gives = _gains(of)
    total = of.count[:, 0]
    widths = takes * (total.sum() - total) + gives * total
    if of.singly:
        for each in itertools.product(*PAIRS):
            gained, lost = _singly(of, *each)
            widths = np.maximum(widths, gained + lost)
    return widths


def _singly(of: Counts, one: int, two: int) -> tuple[np.ndarray, np.ndarray]:
    """How many children of one band and one sector each wholly withheld area could get of the others, and give them.

    An area without any child of the other sector or band can take no bundle, as most communes have no private school.
    """
    views = [0, one, two]
    down, up = of.count[:, views].min(axis=1), of.room[:, views].min(axis=1)
    return np.minimum(up, down.sum() - down), np.minimum(down, up.sum() - up)


@dataclass(frozen=True)
class _Pair:
    """Two views that add up to all children, and what is withheld of them.

    wholly : areas that withhold everything.  views : the two.  of_city : whether the city's numbers are withheld too.
    """

    of: Counts
    wholly: np.ndarray
    views: list[int]
    of_city: bool

    def is_narrow(self, chosen: np.ndarray) -> bool:
        """Whether a cell of the pair could be known too closely, given the areas that withhold the pair."""
        if not chosen.any() and not self.of_city:
            return False
        here = self.of.among(chosen)
        wholly = self.wholly[chosen]
        view, other = self.views
        if self.of_city:
            low, high = _limits(here, view, other)
            if (high - low).sum() < here.threshold:
                return True
        needed = here.needed[:, self.views].min(axis=1)  # what one may hold, the other cannot hide beyond
        for one, another in ((view, other), (other, view)):
            if (self._widths(here, wholly, one, another) < needed).any():
                return True
        return False

    def _widths(self, of: Counts, wholly: np.ndarray, view: int, other: int) -> np.ndarray:
        """Interval that is certainly left open for one cell of the pair of each area that withholds it.

        Children of one area change places with children of another (a nursery child here, a kindergarten child there),
        so that areas and city keep their totals; in a wholly withheld area that may come after it took or gave whole
        bundles.
        """
        low, high = _limits(of, view, other)
        if self.of_city:
            widths, spare, back = high - low, np.inf, np.inf
        else:  # what one area gains another must lose
            count = of.count[:, view]
            below, above = count - low, high - count
            can_gain = np.minimum(above, below.sum() - below)
            can_lose = np.minimum(below, above.sum() - above)
            widths = can_gain + can_lose
            spare, back = below[~wholly].sum(), above[~wholly].sum()
        if wholly.any():
            inside = _widths_inside(of.among(wholly), view, other, spare)
            widths[wholly] = np.maximum(widths[wholly], inside)
            if of.singly:
                inside = _widths_inside_singly(of.among(wholly), view, other, spare, back)
                widths[wholly] = np.maximum(widths[wholly], inside)
        return widths


def _limits(of: Counts, view: int, other: int) -> tuple[np.ndarray, np.ndarray]:
    """Least and most of a cell while the total of its area stays as it is."""
    total = of.count[:, 0]
    count = of.count[:, view]
    low = np.maximum(total - of.most[:, other], 0)
    high = np.minimum(total, of.most[:, view])
    return np.minimum(low, count), np.maximum(high, count)


def _widths_inside(of: Counts, view: int, other: int, spare: float) -> np.ndarray:
    """The same for wholly withheld areas: bundles first, then an exchange with the `spare` children of the others."""
    takes, gives = _gains(of)
    count = of.count[:, view]
    partner = of.count[:, other]
    gained = takes * (count.sum() - count)
    partner_then = partner + takes * (partner.sum() - partner)
    exchanged = np.minimum(partner_then, of.room[:, view] - gained)
    return gained + np.minimum(exchanged, spare) + gives * count


def _widths_inside_singly(of: Counts, view: int, other: int, spare: float, back: float) -> np.ndarray:
    """The same by children of one band and sector: into the cell or its partner first, then an exchange with others.

    spare, back : how many of the view the areas that are not wholly withheld can give for the partner's, and take.
    """
    count, partner, room = of.count[:, view], of.count[:, other], of.room[:, view]
    gains = np.zeros(len(count))
    losses = np.minimum(np.minimum(count, of.room[:, other]), back)
    for third in PAIRS[view in PAIRS[0]]:
        gained, lost = _singly(of, view, third)
        direct = gained + np.minimum(np.minimum(partner, room - gained), spare)
        by_partner = np.minimum(np.minimum(partner + _singly(of, other, third)[0], room), spare)
        gains = np.max([gains, direct, by_partner], axis=0)
        losses = np.maximum(losses, lost)
    return gains + losses
