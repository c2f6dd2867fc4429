"""One figure in a sentence: what its words show, written by the one number function; None where it is not known."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from analysis.pages.marks import Marks, together
from analysis.pages.report import Number, Report
from analysis.pages.words import area_name, label, listed, plain
from analysis.reference import periods, vietnamese
from analysis.reference.areas import WHOLE

COUNTED = {  # units as they stand after a number in running text
    "class": {"all": "nhóm lớp", "nursery": "nhóm trẻ", "kindergarten": "lớp mẫu giáo", "age5": "lớp mẫu giáo 5 tuổi"},
}
OWN_UNIT = {"independent_facilities": "cơ sở độc lập"}
SCALED = {"million_vnd": (1000, "tỷ đồng")}  # as the report writes money
WITHOUT_WORDS = {"percent": "%", "ratio": ""}  # units that are no word
UNCOUNTED = ("percent", "ratio", "score_100", *SCALED)
LEADERS = 2  # places that "dẫn đầu" names


Numbers = list[Number]
Chosen = tuple[str, Numbers] | None  # words, and the numbers they stand for; None where nothing can be said
Test = Callable[[Number], object]


class Slot(NamedTuple):
    """What stands between braces in a pattern."""

    name: str
    sector: str
    age_band: str
    show: str


class Figure(NamedTuple):
    """A slot, filled: the words it became, the numbers they stand for and what these rest on."""

    slot: Slot
    text: str
    numbers: tuple[Number, ...] = ()
    marks: Marks = ()


def figure(report: Report, slot: Slot) -> Figure | None:
    """A slot filled from a round, or None where the round does not know it."""
    if slot.show == "fact":
        return Figure(slot, FACTS[slot.name](report))
    if slot.show in OF_AREAS:
        return _of_areas(report, slot)
    city = _number(report, WHOLE, slot)
    words = OF_CITY[slot.show](city) if city and not city.hidden else None
    if city is None or words is None:
        return None
    before = city.marks_before if slot.show in ("change", "moved") else ()
    return Figure(slot, words, (city,), together([city.marks, before]))


def _of_areas(report: Report, slot: Slot) -> Figure | None:
    """A slot about the areas; None where one of them is withheld, for it could be worked out from the others."""
    numbers = [number for area in report.areas if (number := _number(report, area, slot))]
    chosen = None if any(number.hidden for number in numbers) else OF_AREAS[slot.show](numbers)
    if chosen is None:
        return None
    words, of = chosen
    return Figure(slot, words, tuple(of), together([report.all_units, *(number.marks for number in of)]))


def written(n: Number, value: float) -> str:
    """A value as running text has it: trailing zeros dropped, a count below ten with a zero before it, as the report.

    "39,29", "02", "2", "25.000"
    """
    size = vietnamese.rounded(abs(value) / scale(n), n.decimals)
    words = plain(size, n.decimals)
    if n.unit not in UNCOUNTED and 0 < size < 10 and "," not in words:
        words = f"0{words}"
    return vietnamese.MINUS + words if value < 0 and size else words


def scale(n: Number) -> float:
    """What a value is divided by before it is written."""
    return SCALED[n.unit][0] if n.unit in SCALED else 1


def unit(n: Number) -> str:
    """Unit after a number in running text; "" for a ratio."""
    if n.unit in SCALED:
        return SCALED[n.unit][1]
    own = OWN_UNIT.get(n.indicator) or COUNTED.get(n.unit, {}).get(n.age_band)
    return own or WITHOUT_WORDS.get(n.unit, label("unit", n.unit))


def with_unit(n: Number, value: float) -> str:
    """ "3,81%", "1.116 trẻ", "0,42"."""
    after = unit(n)
    return written(n, value) + after if after == "%" else f"{written(n, value)} {after}".strip()


def moved(n: Number) -> str | None:
    """ "giảm 1.116 trẻ", "tăng 1,2%"; None where last year is not known or nothing moved."""
    if not _size(n, n.change):
        return None
    return f"{'tăng' if n.change > 0 else 'giảm'} {with_unit(n, abs(n.change))}"


def change(n: Number) -> str | None:
    """ "giảm 1.116 trẻ", "không đổi về số trường", "không đổi về tỷ lệ"; None where last year is not known."""
    if _size(n, n.change) == 0:
        return f"không đổi về {'tỷ lệ' if n.unit in WITHOUT_WORDS else f'số {unit(n)}'}"
    return moved(n)


def gap(n: Number) -> str | None:
    """ "thiếu 5,71% so với chỉ tiêu năm", "đạt chỉ tiêu năm"; None where there is no target."""
    words = short_gap(n)
    if words is None:
        return None
    return "đạt chỉ tiêu năm" if words == "đạt" else f"{words} so với chỉ tiêu năm"


def short_gap(n: Number) -> str | None:
    """ "thiếu 0,42", "vượt 0,75%", "đạt"; None where there is no target."""
    size = _size(n, n.gap)
    if not size:
        return None if size is None else "đạt"
    return f"{'vượt' if n.gap > 0 else 'thiếu'} {with_unit(n, abs(n.gap))}"


def met(n: Number) -> str | None:
    """ "vượt chỉ tiêu năm", "đạt chỉ tiêu năm", "chưa đạt chỉ tiêu năm"; None where there is no target."""
    if n.met is None:
        return None
    if not n.met:
        return "chưa đạt chỉ tiêu năm"
    return "vượt chỉ tiêu năm" if _size(n, n.gap) else "đạt chỉ tiêu năm"


def _value(n: Number) -> str:
    return written(n, n.value)


def _some(n: Number) -> str | None:
    return written(n, n.value) if n.value > 0 and _size(n, n.value) else None


def _none(n: Number) -> str | None:
    return None if _some(n) else ""


def _size(n: Number, value: float) -> float | None:
    """A change or gap as it will be written, without its sign; None where it is not known."""
    return None if value != value else abs(vietnamese.rounded(value / scale(n), n.decimals))


def _number(report: Report, area: str, slot: Slot) -> Number | None:
    return report.number(slot.name, area, slot.sector, slot.age_band)


def _any(_: Number) -> bool:
    return True


def _judged(n: Number) -> bool:
    return n.met is not None


def _reached(n: Number) -> bool:
    return bool(n.met)


def _short(n: Number) -> bool:
    return not n.met


def _full(n: Number) -> bool:
    return vietnamese.rounded(n.value, n.decimals) >= 100


def _chosen(says: Callable[[Numbers, Numbers], Chosen], considered: Test, passes: Test, numbers: Numbers) -> Chosen:
    """What is said of the areas that pass, among those considered."""
    of = list(filter(considered, numbers))
    return says(list(filter(passes, of)), of)


def _count(passing: Numbers, of: Numbers) -> Chosen:
    """How many; None for nobody."""
    return (f"{len(passing):02d}", of) if passing else None


def _every(passing: Numbers, of: Numbers) -> Chosen:
    """How many where all pass."""
    return _count(of, of) if len(passing) == len(of) else None


def _names(passing: Numbers, of: Numbers) -> Chosen:
    """Names in the administrative order; None for nobody and for everybody, whom a sentence need not name."""
    return (_listed(passing), of) if 0 < len(passing) < len(of) else None


def _listed(numbers: Numbers) -> str:
    return listed(area_name(n.area) for n in numbers)


def _most_first(numbers: Numbers) -> Numbers:
    """Among equals the administrative order."""
    return sorted(numbers, key=lambda n: -n.value)


def _by_area(numbers: Numbers) -> Chosen:
    """Areas that have any, most first."""
    ranked = _most_first([n for n in numbers if _some(n)])
    return (listed(f"{area_name(n.area)} {with_unit(n, n.value)}" for n in ranked), ranked) if ranked else None


def _leaders(numbers: Numbers) -> Chosen:
    """The areas with the most, and every area level with the last of them; None where that is everybody."""
    if len(numbers) <= LEADERS:
        return None
    ranked = _most_first(numbers)
    least = ranked[LEADERS - 1].value
    first = [n for n in ranked if n.value >= least and n.value > 0]
    return (_listed(first), first) if 0 < len(first) < len(ranked) else None


def _when(report: Report) -> str:
    day = periods.as_of(report.school_year, report.period)
    return f"tháng {day.month}/{day.year}"


FACTS: dict[str, Callable[[Report], str]] = {
    "when": _when,
    "school_year": lambda report: report.school_year,
    "whole": lambda report: report.everywhere,
    "place": lambda report: report.place,
}
OF_CITY: dict[str, Callable[[Number], str | None]] = {
    "value": _value,
    "some": _some,  # only above zero
    "none": _none,  # no words, and known only at zero or below
    "change": change,
    "moved": moved,
    "gap": gap,
    "short_gap": short_gap,
    "met": met,
}
OF_AREAS: dict[str, Callable[[Numbers], Chosen]] = {
    "judged": partial(_chosen, _count, _judged, _any),
    "reached": partial(_chosen, _count, _judged, _reached),
    "short": partial(_chosen, _count, _judged, _short),
    "all_reached": partial(_chosen, _every, _judged, _reached),
    "areas_reached": partial(_chosen, _names, _judged, _reached),
    "areas_short": partial(_chosen, _names, _judged, _short),
    "by_area": _by_area,
    "leaders": _leaders,
    "areas": partial(_chosen, _count, _any, _any),  # how many report it
    "full": partial(_chosen, _count, _any, _full),  # at 100 %
    "areas_full": partial(_chosen, _names, _any, _full),
    "all_full": partial(_chosen, _every, _any, _full),
    "having": partial(_chosen, _count, _any, _some),  # above zero
    "areas_having": partial(_chosen, _names, _any, _some),
    "all_having": partial(_chosen, _every, _any, _some),
}
SHOWS = {**OF_CITY, **OF_AREAS}
