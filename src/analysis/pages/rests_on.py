"""What the numbers of one round rest on: simulated ones, earlier rounds, fewer units; as marks that pages show."""

import functools
from collections import defaultdict
from collections.abc import Iterable, Sequence

import pandas as pd

from analysis import store
from analysis.meaning.indicators import ESTIMATED
from analysis.pages import marks
from analysis.pages.marks import Marks
from analysis.pages.printable_tables import SERIES, PrintableTables
from analysis.pages.words import listed, of_place, round_name, units_listed
from analysis.reference import areas, periods, received
from analysis.reference.areas import WHOLE

SIMULATED, CARRIED = "simulated", "carried"


class RestsOn(PrintableTables):
    """A round's tables, with what rows of them rest on."""

    def marks(self, of: Iterable[str], bases: Iterable[str], of_fewer: bool = False) -> Marks:
        """What numbers of this round, or forecast from it, rest on. of : their areas, as codes; bases : their basis.

        The city rests on every unit: on those that stand with an earlier workbook, and it lacks those left out.
        of_fewer : a number of the city that lacks both, as flows do (parts.flows).
        """
        about, kinds = set(of), set(bases)
        carried, left_out = self.without_workbook["carry"], self.left_out(of_fewer)
        some_carried = bool(carried) if WHOLE in about else not about.isdisjoint(carried)
        rests = []
        if SIMULATED in kinds or (ESTIMATED in kinds and self.simulated_rounds):
            rests.append(marks.SIMULATED)  # what is estimated rests on what was sent
        if ESTIMATED in kinds:
            rests.append(marks.ESTIMATED)
        if CARRIED in kinds or some_carried:
            rests.append(marks.carried(units_listed(carried), self._out_of_all(carried)))
        if left_out and WHOLE in about:
            rests.append(marks.partial(units_listed(left_out), self.counted(of_fewer)))
        return tuple(rests)

    def left_out(self, of_fewer: bool = False) -> list[str]:
        """Units that numbers of the city lack: those without a workbook.  of_fewer : those with an earlier one, too."""
        return in_order([*self.without_workbook["partial"], *(self.without_workbook["carry"] if of_fewer else ())])

    def counted(self, of_fewer: bool = False) -> str:
        """How many units the city's numbers are made of, of how many: "13/14"."""
        return f"{len(self.owing) - len(self.left_out(of_fewer))}/{len(self.owing)}"

    @property
    def everywhere(self) -> str:
        """The whole place as captions say it: "toàn thành phố"."""
        return of_place("{whole}", periods.as_of(self.school_year, self.period))

    @property
    def place(self) -> str:
        """Its name."""
        return of_place("{place}", periods.as_of(self.school_year, self.period))

    @property
    def kind(self) -> str:
        """What kind of place it is: "thành phố"."""
        return of_place("{kind}", periods.as_of(self.school_year, self.period))

    @property
    def city_in_words(self) -> str:
        """What the city's numbers are of, as a sentence says it: "toàn thành phố", or "13/14 đơn vị (chưa gồm …)"."""
        left_out = self.left_out()
        if not left_out:
            return self.everywhere
        return f"{self.counted()} đơn vị (chưa gồm {units_listed(left_out)})"

    def marks_of(self, rows: pd.DataFrame) -> Marks:
        """What the rows of a table with the columns area and basis rest on.

        Rows of school_year and period are of those rounds; rows of a target_year show or rest on this period's earlier
        rounds.
        """
        rounds = None
        if {"school_year", "period"} <= set(rows):
            city = rows[rows["area"] == WHOLE]
            rounds = [*zip(city["school_year"], city["period"], strict=True)]
        return self.rests(set(rows["area"]), set(rows["basis"]), "target_year" in rows, rounds)

    def rests(
        self, of: set[str], bases: set[str], ahead: bool, rounds: Sequence[tuple[str, str]] | None = None
    ) -> Marks:
        """The same of numbers by their areas and bases. ahead : of a target_year.  rounds : those of the city's."""
        if rounds is None:
            rounds = [which for which in self.earlier_without if which[1] == self.period] if ahead else []
        return self.marks(of, bases) + (self.marks_of_earlier(rounds) if WHOLE in of else ())

    def marks_of_earlier(self, rounds: Iterable[tuple[str, str]]) -> Marks:
        """The mark of city numbers that show or rest on these rounds, where an earlier one lacks units."""
        asked = set(rounds)
        rounds_without: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for which, units in self.earlier_without.items():
            if which in asked:
                rounds_without[tuple(units)].append(round_name(*which))
        lacking = [f"{listed(names)} (chưa gồm {units_listed(units)})" for units, names in rounds_without.items()]
        return (marks.partial_before("; ".join(lacking)),) if lacking else ()

    @functools.cached_property
    def earlier_without(self) -> dict[tuple[str, str], list[str]]:
        """Earlier rounds that lack units, as (school year, period) → those that owed a workbook and are in another."""
        reported: dict[tuple[str, str], set[str]] = defaultdict(set)
        for year, period, area, _ in self._bases:
            reported[year, period].add(area)
        ever = set().union(*reported.values())
        this = periods.order(self.school_year, self.period)
        lacking = {}
        for which in sorted(reported):
            missing = ever - reported[which]
            moved = received.is_elsewhere(which, periods.as_of(self.school_year, self.period))
            owing = self.owing if moved else areas.reporting(periods.as_of(*which))
            units = [area for area in owing if area in missing]
            if units and periods.order(*which) < this:
                lacking[which] = units
        return lacking

    @functools.cached_property
    def without_workbook(self) -> dict[str, list[str]]:
        """Units that have not reported, by what was done about them: "carry" and "partial" of received.MISSING."""
        rows = self.table("partial.csv")
        return {choice: in_order(rows.loc[rows["choice"] == choice, "area"]) for choice in ("carry", "partial")}

    @functools.cached_property
    def owing(self) -> tuple[str, ...]:
        """The areas that owe a workbook this round."""
        return areas.reporting(periods.as_of(self.school_year, self.period))

    @property
    def no_workbook(self) -> list[str]:
        """A note on the units that a figure of all units does not show; none where it shows all."""
        left_out = self.left_out()
        return [f"Không vẽ {units_listed(left_out)}: chưa có biểu kỳ này."] if left_out else []

    @property
    def all_units(self) -> Marks:
        """What a figure of all units rests on besides their own numbers: it lacks those left out."""
        return self.marks([WHOLE], [])

    def _out_of_all(self, units: list[str]) -> str:
        """ "1/14"; nothing for none."""
        return f"{len(units)}/{len(self.owing)}" if units else ""

    @functools.cached_property
    def simulated_areas(self) -> list[str]:
        """Areas whose workbook of this round holds simulated numbers."""
        rows = self.table("reporting.csv")
        return in_order(rows.loc[rows["basis"] == SIMULATED, "area"])

    @functools.cached_property
    def simulated_rounds(self) -> list[tuple[str, str]]:
        """Rounds up to this one that hold simulated numbers, oldest first."""
        rounds = {(year, period) for year, period, _, basis in self._bases if basis == SIMULATED}
        return sorted(rounds, key=lambda which: periods.order(*which))

    @property
    def past_marks(self) -> Marks:
        """What the city's numbers rest on where they were made of all rounds: trials of forecasts."""
        return self.marks([WHOLE], [SIMULATED] if self.simulated_rounds else [])

    @functools.cached_property
    def _bases(self) -> list[tuple[str, ...]]:
        """School year, period, area and basis of all that the series holds, each once."""
        return store.together(self.whole(SERIES), "school_year", "period", "area", "basis")


def in_order(codes: Iterable[str]) -> list[str]:
    """Areas, each once, as the report lists them."""
    places = areas.order()
    return sorted(set(codes), key=lambda area: (places.get(area, 999), area))
