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

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

VIEWS = (("all", "all"), ("all", "nursery"), ("all", "kindergarten"), ("public", "all"), ("nonpublic", "all"))
PAIRS = ((1, 2), (3, 4))  # views that add up to the first one


@dataclass(frozen=True)
class Counts:
    """One condition at one weigh-in, children.

    count, most : areas × views, and the most each could be (its group, less what else is known of it).
    """

    count: np.ndarray
    most: np.ndarray
    threshold: float

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
    few = (count > 0) & ((count < threshold) | (group - count < threshold))
    return few | ((group > 0) & (group < threshold))


def withheld(
    of: Counts, group: np.ndarray, order: Sequence[int], forced: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Withheld cells of the areas (areas × views) and of the city (views); its total over all children never is.

    group : what each count is out of.  order : areas that may be withheld for the sake of others, first choice first.
    forced : cells withheld whatever they hold.
    """
    primary = small(of.count, group, of.threshold)
    if forced is not None:
        primary |= forced
    city = small(of.count.sum(0), group.sum(0), of.threshold)
    city[0] = False
    whole = _joined(primary[:, 0], order, lambda chosen: (_widths_whole(of, chosen) < of.needed[chosen, 0]).any())
    found = np.repeat(whole[:, None], len(VIEWS), axis=1)
    for pair in PAIRS:
        of_city = bool(city[list(pair)].any())
        first = whole | primary[:, list(pair)].any(axis=1)
        narrow = _narrow(of, whole, pair, of_city)
        found[:, list(pair)] = _joined(first, _holding(of, pair, order), narrow)[:, None]
        city[list(pair)] = of_city
    return found, city


def _joined(first: np.ndarray, order: Sequence[int], narrow: Callable[[np.ndarray], bool]) -> np.ndarray:
    """Areas that join, in order, until no interval is too narrow; those that turn out not to be needed leave again."""
    chosen, joined = first.copy(), []
    for area in order:
        if not narrow(chosen):
            break
        if not chosen[area]:
            chosen[area] = True
            joined.append(area)
    for area in joined:
        chosen[area] = False
        chosen[area] = narrow(chosen)
    return chosen


def _holding(of: Counts, pair: tuple[int, int], order: Sequence[int]) -> list[int]:
    """Areas in order, those without a child to hide in one of the two cells last."""
    return sorted(order, key=(of.count[:, list(pair)].min(axis=1) == 0).__getitem__)


def _gains(of: Counts, whole: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How much of all the others' children each wholly withheld area could hold, and of its own they could (0 to 1).

    All views of an area move together in the same proportion, so every relation among them keeps holding.
    """
    count, room = of.count[whole], of.room[whole]
    others = count.sum(axis=0) - count
    with np.errstate(divide="ignore", invalid="ignore"):
        takes = np.where(others > 0, room / others, 1.0).min(axis=1, initial=1.0)
        gives = np.where(count[:, None] > 0, room[None] / count[:, None], 1.0).min(axis=2, initial=1.0)
    np.fill_diagonal(gives, 0.0)
    return takes, gives.max(axis=1, initial=0.0)


def _widths_whole(of: Counts, whole: np.ndarray) -> np.ndarray:
    """Interval that is certainly left open for the total of each wholly withheld area."""
    takes, gives = _gains(of, whole)
    count = of.count[whole, 0]
    return takes * (count.sum() - count) + gives * count


def _narrow(of: Counts, whole: np.ndarray, pair: tuple[int, int], of_city: bool) -> Callable[[np.ndarray], bool]:
    """Whether a cell of a pair could be known too closely, given the areas that withhold the pair."""

    def narrow(chosen: np.ndarray) -> bool:
        if not chosen.any() and not of_city:
            return False
        widths = np.stack([_widths(of, whole, chosen, view, other, of_city) for view, other in (pair, pair[::-1])])
        needed = of.needed[chosen][:, list(pair)].min(axis=1)  # what one may hold, the other cannot hide beyond
        low, high = _limits(of, chosen, *pair)
        city = of_city and (high - low).sum() < of.threshold
        return bool(city or (widths < needed).any())

    return narrow


def _limits(of: Counts, chosen: np.ndarray, view: int, other: int) -> tuple[np.ndarray, np.ndarray]:
    """Least and most of a cell while the total of its area stays as it is."""
    total = of.count[chosen, 0]
    low, high = np.maximum(total - of.most[chosen, other], 0), np.minimum(total, of.most[chosen, view])
    count = of.count[chosen, view]
    return np.minimum(low, count), np.maximum(high, count)


def _widths(of: Counts, whole: np.ndarray, chosen: np.ndarray, view: int, other: int, of_city: bool) -> np.ndarray:
    """Interval that is certainly left open for one cell of the pair of each area that withholds it.

    Children of one area change places with children of another (a nursery child here, a kindergarten child there), so
    that areas and city keep their totals; in a wholly withheld area that may come after it took or gave whole bundles.
    """
    low, high = _limits(of, chosen, view, other)
    count = of.count[chosen, view]
    below, above = count - low, high - count
    widths = high - low
    if not of_city:  # what one area gains another must lose
        widths = np.minimum(above, below.sum() - below) + np.minimum(below, above.sum() - above)
    inside = whole[chosen]
    if inside.any():
        spare = np.inf if of_city else below[~inside].sum()
        widths[inside] = np.maximum(widths[inside], _widths_inside(of, whole, view, other, spare))
    return widths


def _widths_inside(of: Counts, whole: np.ndarray, view: int, other: int, spare: float) -> np.ndarray:
    """The same for wholly withheld areas: bundles first, then an exchange with the `spare` children of the others."""
    takes, gives = _gains(of, whole)
    count, partner = of.count[whole, view], of.count[whole, other]
    gained = takes * (count.sum() - count)
    exchanged = np.minimum(partner + takes * (partner.sum() - partner), of.room[whole, view] - gained)
    return gained + np.minimum(exchanged, spare) + gives * count
