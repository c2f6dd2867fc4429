"""Whole numbers that add up: proportional allocation, allocation that keeps last round's values, two-way raking."""

import hashlib

import numpy as np


def stream(*names: object) -> np.random.Generator:
    """A random generator of its own for each name, the same on every run and whatever is drawn elsewhere."""
    text = "/".join(str(name) for name in names)
    return np.random.default_rng(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big"))


def fit(total: int, weights, low=0, high=None) -> np.ndarray:
    """Real numbers in proportion to `weights`, each within its bounds, that add up to `total`.

    Raises ValueError when the bounds leave no room for `total`.
    """
    weights = np.maximum(np.asarray(weights, dtype=float), 1e-9)
    low = np.broadcast_to(np.asarray(low, dtype=float), weights.shape)
    high = np.broadcast_to(np.asarray(np.inf if high is None else high, dtype=float), weights.shape)
    if (low > high).any() or low.sum() > total or high.sum() < total:
        raise ValueError(f"{total} does not fit between {low.sum()} and {high.sum()}")
    bottom, top = 0.0, 1.0
    while np.clip(top * weights, low, high).sum() < total:
        top *= 4
    for _ in range(60):
        middle = (bottom + top) / 2
        if np.clip(middle * weights, low, high).sum() < total:
            bottom = middle
        else:
            top = middle
    return np.clip(top * weights, low, high)


def settle(values, wanted, total: int, low, high) -> np.ndarray:
    """Integers near `values`, moved one by one where they are farthest from `wanted`, that add up to `total`."""
    values = np.asarray(values, dtype=np.int64).copy()
    while (gap := int(total - values.sum())) != 0:
        step = 1 if gap > 0 else -1
        free = np.flatnonzero(values < high) if gap > 0 else np.flatnonzero(values > low)
        if not len(free):
            raise ValueError(f"no room left for {gap}")
        need = np.round((wanted - values)[free] * step, 9)
        values[free[np.argsort(-need, kind="stable")[: abs(gap)]]] += step
    return values


def allocate(total: int, weights, low=0, high=None) -> np.ndarray:
    """`total` shared out in whole numbers in proportion to `weights`, within bounds; largest remainders first."""
    wanted = fit(total, weights, low, high)
    low, high = _bounds(wanted, low, high)
    return settle(np.floor(np.round(wanted, 9)), wanted, total, low, high)


def allocate_near(previous, total: int, weights, low=0, high=None, slack: float = 0.85) -> np.ndarray:
    """Like `allocate`, but a value of last round stays while it is within `slack` of its share (NaN: no last round).

    Schools do not gain and lose a class each term because a remainder moved.
    """
    wanted = fit(total, weights, low, high)
    low, high = _bounds(wanted, low, high)
    previous = np.asarray(previous, dtype=float)
    start = np.where(np.isnan(previous), np.round(wanted), previous)
    start = np.clip(start, np.ceil(np.round(wanted - slack, 9)), np.floor(np.round(wanted + slack, 9)))
    return settle(np.clip(start, low, high), wanted, total, low, high)


def rake_table(seed, rows, columns) -> np.ndarray:
    """A whole-number table near `seed` (all positive) with exactly the given row and column sums."""
    rows, columns = np.asarray(rows, dtype=float), np.asarray(columns, dtype=float)
    if rows.sum() != columns.sum():
        raise ValueError(f"rows add to {rows.sum()}, columns to {columns.sum()}")
    table = np.asarray(seed, dtype=float)
    for _ in range(200):
        table = table * (rows / table.sum(axis=1))[:, None]
        table = table * (columns / table.sum(axis=0))
    whole = np.floor(np.round(table, 9)).astype(np.int64)
    rest = np.round(table - whole, 9)
    for place in np.argsort(-rest, axis=None, kind="stable").tolist() * 3:
        r, c = divmod(place, whole.shape[1])
        if whole[r].sum() < rows[r] and whole[:, c].sum() < columns[c]:
            whole[r, c] += 1
    return whole


def split_rows(totals, weights) -> np.ndarray:
    """Each total shared out over its row of weights in whole numbers (a row without weight stays at zero)."""
    totals, weights = np.asarray(totals, dtype=np.int64), np.asarray(weights, dtype=float)
    share = weights / np.maximum(weights.sum(axis=1), 1e-12)[:, None]
    wanted = np.round(share * totals[:, None], 9)
    whole = np.floor(wanted).astype(np.int64)
    missing = totals - whole.sum(axis=1)
    order = np.argsort(-(wanted - whole) + (weights <= 0) * 10, axis=1, kind="stable")
    rank = np.argsort(order, axis=1, kind="stable")
    return whole + (rank < missing[:, None]) * (weights.sum(axis=1) > 0)[:, None]


def _bounds(like: np.ndarray, low, high) -> tuple[np.ndarray, np.ndarray]:
    ceiling = np.iinfo(np.int64).max // 4 if high is None else high
    return np.broadcast_to(np.asarray(low), like.shape), np.broadcast_to(np.asarray(ceiling), like.shape)
