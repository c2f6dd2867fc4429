"""One number as the tree of what it is made of, down to workbook, sheet and cell (provenance.py grows the trees)."""

from dataclasses import dataclass, field

Key = tuple[str, str, str, str]  # area, sector, age band, indicator


@dataclass(slots=True, eq=False)  # made by the ten thousand, and a frozen one takes seven times as long
class Origin:
    """One number and what it is made of.

    how : "cell" (read there), "sum" of the parts, "ratio" of the first part to the second × factor, "times" or
    "divided" (the part by a norm, the factor), "norm" (the factor itself: a post for a facility of that size), "less"
    (the sum of all parts but the last, less the last), "count" (how many parts there are).
    key : what the number is; for a facility's number the facility is in `facility`.  where : workbook, sheet and cell.
    note : the norm's document and date, or the correction: what was found, why another value is used, who said so.
    """

    key: Key
    value: float
    how: str
    parts: tuple["Origin", ...] = ()
    factor: float = 1.0
    facility: str = ""
    where: tuple[str, str, str] | None = None
    note: str = ""
    _again: float | None = field(default=None, init=False)  # kept: trees share their branches

    def recomputed(self) -> float:
        """The number computed again from the cells and norms at the ends of the tree."""
        if self._again is None:
            self._again = self._from_parts([part.recomputed() for part in self.parts])
        return self._again

    def _from_parts(self, values: list[float]) -> float:
        result = self.value
        match self.how:
            case "sum":
                result = sum(values)
            case "ratio":
                result = values[0] * self.factor / values[1]
            case "times":
                result = values[0] * self.factor
            case "divided":
                result = values[0] / self.factor
            case "norm":
                result = self.factor
            case "less":
                result = round(sum(values[:-1]) - values[-1], 6)
            case "count":
                result = float(len(values))
        return result
