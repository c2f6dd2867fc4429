"""One figure in a sentence: what its words show, written by the one number function; None where it is not known."""

from collections.abc import Callable
from typing import NamedTuple

from analysis.pages.marks import Marks, together
from analysis.pages.report import Number, Report
from analysis.pages.words import area_name, label, listed, plain
from analysis.reference import periods, vietnamese
from analysis.reference.areas import CITY

COUNTED = {  # units as they stand after a number in running text
    "class": {"all": "nhóm lớp", "nursery": "nhóm trẻ", "kindergarten": "lớp mẫu giáo", "age5": "lớp mẫu giáo 5 tuổi"},
}
OWN_UNIT = {"independent_facilities": "cơ sở độc lập"}
SCALED = {"million_vnd": (1000, "tỷ đồng")}  # as the report writes money
LEADERS = 2  # places that "dẫn đầu" names


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
        numbers = [n for area in report.areas if (n := _number(report, area, slot))]
        chosen = None if any(n.hidden for n in numbers) else OF_AREAS[slot.show](numbers)
        if chosen is None:
            return None
        text, of = chosen
        return Figure(slot, text, of, together([report.marks([CITY], []), *(n.marks for n in of)]))
    city = _number(report, CITY, slot)
    words = OF_CITY[slot.show](city) if city and not city.hidden else None
    if city is None or words is None:
        return None
    before = city.marks_before if slot.show in ("change", "moved") else ()
    return Figure(slot, words, (city,), together([city.marks, before]))


def written(n: Number, value: float) -> str:
    """A value as running text has it: trailing zeros dropped, a count below ten with a zero before it, as the report.

    "39,29", "02", "2", "25.000"
    """
    size = vietnamese.rounded(abs(value) / scale(n), n.decimals)
    text = plain(size, n.decimals)
    is_count = n.unit not in ("percent", "ratio", "score_100", *SCALED)
    sign = vietnamese.MINUS if value < 0 and size else ""
    return sign + (f"0{text}" if is_count and 0 < size < 10 and "," not in text else text)


def scale(n: Number) -> float:
    """What a value is divided by before it is written."""
    return SCALED[n.unit][0] if n.unit in SCALED else 1


def unit(n: Number) -> str:
    """Unit after a number in running text; "" for a ratio."""
    if n.unit in SCALED:
        return SCALED[n.unit][1]
    own = OWN_UNIT.get(n.indicator) or COUNTED.get(n.unit, {}).get(n.age_band)
    return own or {"percent": "%", "ratio": ""}.get(n.unit, label("unit", n.unit))


def with_unit(n: Number, value: float) -> str:
    """ "3,81%", "1.116 trẻ", "0,42"."""
    after = unit(n)
    return f"{written(n, value)}{'' if after == '%' else ' '}{after}".strip()


def moved(n: Number) -> str | None:
    """ "giảm 1.116 trẻ", "tăng 1,2%"; None where last year is not known or nothing moved."""
    return None if not _size(n, n.change) else f"{'tăng' if n.change > 0 else 'giảm'} {with_unit(n, abs(n.change))}"


def change(n: Number) -> str | None:
    """ "giảm 1.116 trẻ", "không đổi về số trường", "không đổi về tỷ lệ"; None where last year is not known."""
    if _size(n, n.change) is None:
        return None
    return moved(n) or f"không đổi về {'tỷ lệ' if n.unit in ('percent', 'ratio') else f'số {unit(n)}'}"


def gap(n: Number) -> str | None:
    """ "thiếu 5,71% so với chỉ tiêu năm", "đạt chỉ tiêu năm"; None where there is no target."""
    words = short_gap(n)
    return words and (f"{words} chỉ tiêu năm" if words == "đạt" else f"{words} so với chỉ tiêu năm")


def short_gap(n: Number) -> str | None:
    """ "thiếu 0,42", "vượt 0,75%", "đạt"; None where there is no target."""
    size = _size(n, n.gap)
    if size is None:
        return None
    return f"{'vượt' if n.gap > 0 else 'thiếu'} {with_unit(n, abs(n.gap))}" if size else "đạt"


def met(n: Number) -> str | None:
    """ "vượt chỉ tiêu năm", "đạt chỉ tiêu năm", "chưa đạt chỉ tiêu năm"; None where there is no target."""
    if n.met is None:
        return None
    return ("vượt chỉ tiêu năm" if _size(n, n.gap) else "đạt chỉ tiêu năm") if n.met else "chưa đạt chỉ tiêu năm"


def _some(n: Number) -> str | None:
    return written(n, n.value) if n.value > 0 and _size(n, n.value) else None


def _none(n: Number) -> str | None:
    return None if _some(n) else ""


def _size(n: Number, value: float) -> float | None:
    """A change or gap as it will be written, without its sign; None where it is not known."""
    return None if value != value else abs(vietnamese.rounded(value / scale(n), n.decimals))


def _number(report: Report, area: str, slot: Slot) -> Number | None:
    return report.number(slot.name, area, slot.sector, slot.age_band)


def _judged(numbers: list[Number]) -> list[Number]:
    return [n for n in numbers if n.met is not None]


def _areas(kept: list[Number], of: list[Number]) -> tuple[str, tuple[Number, ...]] | None:
    """Names in the administrative order; None for nobody and for everybody, whom a sentence need not name."""
    return (listed([area_name(n.area) for n in kept]), tuple(of)) if kept and len(kept) < len(of) else None


def _counted(kept: list[Number], of: list[Number]) -> tuple[str, tuple[Number, ...]] | None:
    return (f"{len(kept):02d}", tuple(of)) if kept else None


def _every(numbers: list[Number]) -> tuple[str, tuple[Number, ...]] | None:
    judged = _judged(numbers)
    return (f"{len(judged):02d}", tuple(judged)) if judged and all(n.met for n in judged) else None


def _full(n: Number) -> bool:
    return vietnamese.rounded(n.value, n.decimals) >= 100


def _in(test: Callable[[Number], object], name: str) -> dict[str, Callable]:
    """How many areas pass a test, which ones, and how many where all do: the slots name, areas_name, all_name."""

    def passing(numbers: list[Number]) -> list[Number]:
        return [n for n in numbers if test(n)]

    return {
        name: lambda ns: _counted(passing(ns), ns),
        f"areas_{name}": lambda ns: _areas(passing(ns), ns),
        f"all_{name}": lambda ns: _counted(ns, ns) if len(passing(ns)) == len(ns) else None,
    }


def _by_area(numbers: list[Number]) -> tuple[str, tuple[Number, ...]] | None:
    """Areas that have any, most first; among equals the administrative order."""
    ranked = sorted((n for n in numbers if _some(n)), key=lambda n: -n.value)
    words = [f"{area_name(n.area)} {with_unit(n, n.value)}" for n in ranked]
    return (listed(words), tuple(ranked)) if ranked else None


def _leaders(numbers: list[Number]) -> tuple[str, tuple[Number, ...]] | None:
    """The areas with the most, and every area level with the last of them; None where that is everybody."""
    ranked = sorted(numbers, key=lambda n: -n.value)
    if len(ranked) <= LEADERS:
        return None
    first = [n for n in ranked if n.value >= ranked[LEADERS - 1].value and n.value > 0]
    return (listed([area_name(n.area) for n in first]), tuple(first)) if 0 < len(first) < len(ranked) else None


def _when(report: Report) -> str:
    day = periods.as_of(report.school_year, report.period)
    return f"tháng {day.month}/{day.year}"


FACTS: dict[str, Callable[[Report], str]] = {"when": _when, "school_year": lambda report: report.school_year}
OF_CITY: dict[str, Callable[[Number], str | None]] = {
    "value": lambda n: written(n, n.value),
    "some": _some,  # only above zero
    "none": _none,  # no words, and known only at zero or below
    "change": change,
    "moved": moved,
    "gap": gap,
    "short_gap": short_gap,
    "met": met,
}
OF_AREAS: dict[str, Callable[[list[Number]], tuple[str, tuple[Number, ...]] | None]] = {
    "judged": lambda ns: _counted(_judged(ns), _judged(ns)),
    "reached": lambda ns: _counted([n for n in _judged(ns) if n.met], _judged(ns)),
    "short": lambda ns: _counted([n for n in _judged(ns) if not n.met], _judged(ns)),
    "all_reached": _every,
    "areas_reached": lambda ns: _areas([n for n in _judged(ns) if n.met], _judged(ns)),
    "areas_short": lambda ns: _areas([n for n in _judged(ns) if not n.met], _judged(ns)),
    "by_area": _by_area,
    "leaders": _leaders,
    "areas": lambda ns: _counted(ns, ns),  # how many report it
    **_in(_full, "full"),  # at 100 %
    **_in(_some, "having"),  # above zero
}
SHOWS = {**OF_CITY, **OF_AREAS}
