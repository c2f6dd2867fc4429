"""The figures of sections 1 to 8: what is drawn, and the same in words for readers who cannot see it."""

import numpy as np

from analysis.pages import figures, multiples, plots
from analysis.pages.figures import Figure
from analysis.pages.marks import Marks, together
from analysis.pages.report import Number, Report
from analysis.pages.tables import HIDDEN, withheld_means
from analysis.pages.words import area_name, indicator_name, label, listed, plain, round_name
from analysis.reference import periods, vietnamese
from analysis.reference.areas import CITY

RATES = ("underweight_rate", "stunting_rate", "overweight_rate", "obesity_rate")
RATE_NAMES = {
    "underweight_rate": "Nhẹ cân",
    "stunting_rate": "Thấp còi",
    "overweight_rate": "Thừa cân",
    "obesity_rate": "Béo phì",
}


def against_target(report: Report, key: str, caption: str, indicator: str, bands: list[str], table: str) -> Figure:
    """A rate by area against the year's target and last year, one panel an age band."""
    panels = {band: _by_area(report, indicator, band) for band in bands}
    panels = {band: numbers for band, numbers in panels.items() if numbers}
    if not panels:
        return Figure(key, caption, "")
    with figures.style():
        drawing, axes = figures.canvas(0.215 * (len(report.areas) + 1) + 0.75, columns=len(panels))
        for ax, (band, numbers) in zip(axes[0], panels.items(), strict=True):
            target = report.number(indicator, CITY, "all", band)
            goal = target.target if target and target.target == target.target else None
            names = [area_name(number.area) for number in numbers]
            values, before = [n.value for n in numbers], [n.last_year for n in numbers]
            plots.dots(ax, names, values, before, goal, 1, area_name(CITY))
            ax.set_title(f"{label('age_band', band)} (%)" if len(panels) > 1 else "%", pad=14)
            figures.vietnamese_ticks(ax.xaxis)
        done = figures.finish(drawing, _marks([number for numbers in panels.values() for number in numbers]))
    notes = ["Chấm tròn: đạt chỉ tiêu (hoặc không có chỉ tiêu); ô vuông: chưa đạt."]
    if report.has_last_year:
        notes.append("Vòng rỗng: cùng kỳ năm trước.")
    alt = " ".join(_dots_words(numbers, band) for band, numbers in panels.items())
    return Figure(key, caption, alt, notes=tuple(notes), table=table, **done)  # type: ignore[arg-type]


def over_years(report: Report, key: str, caption: str, indicator: str, band: str, table: str) -> Figure:
    """A rate by area over the years, a small panel an area, with the city behind each."""
    of = {"indicator": [indicator], "age_band": [band], "sector": ["all"], "period": [report.period]}
    rows = report.table("series.parquet", **of)
    years = sorted(rows["school_year"].unique())
    if len(years) < 2:
        return Figure(key, caption, "", empty="Cần ít nhất hai năm học có số liệu cùng kỳ.")
    wide = rows.pivot(index="area", columns="school_year", values="value").reindex(columns=years)
    areas = report.areas
    broken = _breaks(report, band, years)
    titled = {f"{area_name(area)}  {vietnamese.number(wide.loc[area].iloc[-1], 1)}": wide.loc[area] for area in areas}
    lines = {
        number: [years.index(since) - 0.5 for since in broken[area]]
        for number, area in enumerate(areas)
        if area in broken
    }
    with figures.style():
        drawing, ((ax,),) = figures.canvas(1.25 * -(-len(areas) // multiples.COLUMNS) + 0.3)
        multiples.draw(ax, titled, wide.loc[CITY], (years[0][:4], years[-1][:4]), lines)
        done = figures.finish(drawing, report.marks_of(rows))
    moved = (wide[years[-1]] - wide[years[0]]).drop(CITY).dropna()
    alt = (
        f"{label('age_band', band)}, từ {years[0]} đến {years[-1]}: thành phố từ {plain(wide.at[CITY, years[0]], 1)} "
        f"đến {plain(wide.at[CITY, years[-1]], 1)} %. Tăng nhiều nhất: {area_name(moved.idxmax())} "
        f"({vietnamese.change(moved.max(), 1, 'điểm %')}); thấp nhất: {area_name(moved.idxmin())} "
        f"({vietnamese.change(moved.min(), 1, 'điểm %')})."
    )
    notes = ["Nét liền: đơn vị, kèm giá trị kỳ này; nét chấm: toàn thành phố."]
    if broken:
        named = ", ".join(f"{area_name(area)} ({', '.join(since)})" for area, since in broken.items())
        notes.append(
            "Vạch đứng: kể từ năm ấy đơn vị đếm trẻ dưới 1 tuổi từ tháng tuổi sớm hơn, nên tỷ lệ trước và sau vạch "
            f"không so được với nhau, và dự báo không coi đó là xu hướng: {named}."
        )
        alt += f" Chuỗi đứt do đổi cách đếm tuổi: {named}."
    return Figure(key, caption, alt, notes=tuple(notes), table=table, **done)  # type: ignore[arg-type]


def _breaks(report: Report, band: str, years: list[str]) -> dict[str, list[str]]:
    """School years since which an area counts infants otherwise, where the band has infants in it."""
    rows = report.table("breaks.csv")
    rows = rows[rows["since"].isin(years)] if band in ("nursery", "all") else rows[:0]
    return {str(area): list(of["since"]) for area, of in rows.groupby("area", sort=False)}


def shortage(report: Report, key: str, caption: str, table: str) -> Figure:
    """Teachers short by area: the whole as a bar, the public part as a diamond."""
    numbers = [n for area in report.areas if (n := report.number("teachers_shortage", area))]
    if not numbers:
        return Figure(key, caption, "")
    numbers.sort(key=lambda n: -n.value)
    with figures.style():
        drawing, axes = figures.canvas(0.23 * len(numbers) + 0.7)
        ax = axes[0, 0]
        plots.bars(ax, [area_name(n.area) for n in numbers], [n.value for n in numbers])
        own = [report.number("teachers_shortage", n.area, "public") for n in reversed(numbers)]
        public = [n.value if n else np.nan for n in own]
        ax.plot(public, range(len(public)), "D", color=figures.ORANGE, markersize=4)
        ax.set_xlabel("người")
        city = report.number("teachers_shortage")
        done = figures.finish(drawing, _marks([*numbers, city] if city else numbers))
    alt = f"Thiếu nhiều nhất: {_named(numbers[:3])}; ít nhất: {_named(numbers[-2:])}."
    if city:
        alt = f"Toàn thành phố thiếu {vietnamese.number(city.value)} giáo viên. {alt}"
    note = "Thanh: cả hai loại hình; hình thoi: riêng công lập. Giá trị âm là nhiều hơn định mức."
    return Figure(key, caption, alt, notes=(note,), table=table, **done)  # type: ignore[arg-type]


def weigh_ins(report: Report, key: str, caption: str, table: str) -> Figure:
    """The four in-school rates of the city over every weigh-in up to this one."""
    rows = report.table("series.parquet", area=[CITY], sector=["all"], age_band=["all"], indicator=RATES)
    rounds = sorted(set(zip(rows["school_year"], rows["period"], strict=True)), key=lambda which: periods.order(*which))
    if len(rounds) < 2:
        return Figure(key, caption, "", empty="Cần ít nhất hai lần cân đo.")
    at = rows.set_index(["indicator", "school_year", "period"])["value"]
    named = {
        RATE_NAMES[rate]: [at.get((rate, *which), np.nan) for which in rounds] for rate in RATES if rate in at.index
    }
    with figures.style():
        drawing, axes = figures.canvas(3.1)
        ax = axes[0, 0]
        plots.lines(ax, list(range(len(rounds))), named, 2)
        starts = [i for i, which in enumerate(rounds) if i == 0 or rounds[i - 1][0] != which[0]]
        ax.set_xticks(starts, [rounds[i][0][:4] for i in starts])
        ax.set_xlabel("năm học bắt đầu; ba lần cân đo mỗi năm học: đầu năm, học kỳ I, cuối năm")
        ax.set_title("% trẻ được cân đo")
        figures.from_zero(ax)
        figures.vietnamese_ticks(ax.yaxis, 1)
        done = figures.finish(drawing, report.marks_of(rows))
    first, last = rounds[0], rounds[-1]
    alt = f"Từ {round_name(*first)} đến {round_name(*last)}: " + "; ".join(
        f"{name.lower()} từ {plain(values[0], 2)} đến {plain(values[-1], 2)} %" for name, values in named.items()
    )
    return Figure(key, caption, alt + ".", table=table, **done)  # type: ignore[arg-type]


def weigh_ins_by_area(report: Report, key: str, caption: str, indicator: str, table: str) -> Figure:
    """One in-school rate by area at every weigh-in up to this one: rows in the order of this weigh-in."""
    of = {"area": report.areas, "sector": ["all"], "age_band": ["all"], "indicator": [indicator]}
    rows = report.table("series.parquet", **of)
    wide = rows.pivot(index="area", columns=["school_year", "period"], values="value")
    rounds = sorted(wide.columns, key=lambda which: periods.order(*which))
    if len(rounds) < 2 or wide[rounds[-1]].notna().sum() == 0:
        return Figure(key, caption, "", empty="Cần ít nhất hai lần cân đo.")
    wide = wide[rounds].sort_values(rounds[-1], ascending=False)
    ends = [
        HIDDEN if report.withheld(indicator, str(area)) else vietnamese.number(value, 2)
        for area, value in wide[rounds[-1]].items()
    ]
    wide.index = [area_name(area) for area in wide.index]
    starts = {i: which[0][:4] for i, which in enumerate(rounds) if i == 0 or rounds[i - 1][0] != which[0]}
    with figures.style():
        drawing, axes = figures.canvas(0.21 * len(wide) + 0.8)
        plots.heat(axes[0, 0], wide, ends, starts)
        done = figures.finish(drawing, report.marks_of(rows))
    last = wide[rounds[-1]].dropna()
    moved = (last - wide[rounds[0]]).dropna()
    top, bottom = (f"{name} {plain(last[name], 2)} %" for name in (last.index[0], last.index[-1]))
    alt = (
        f"{indicator_name(indicator)}, {round_name(*rounds[-1])}: cao nhất {top}, thấp nhất {bottom}. "
        f"Từ {round_name(*rounds[0])}: giảm ở {int((moved < 0).sum())} trên {len(moved)} đơn vị."
    )
    notes = ["Mỗi ô một lần cân đo (ba lần mỗi năm học); màu càng nổi trên nền, tỷ lệ càng cao; số cuối dòng: kỳ này."]
    if wide.isna().to_numpy().any():
        notes.append(f"Ô gạch chéo: không có số liệu, hoặc {HIDDEN}. {HIDDEN} {withheld_means()}")
    return Figure(key, caption, alt, notes=tuple(notes), table=table, **done)  # type: ignore[arg-type]


def _by_area(report: Report, indicator: str, band: str) -> list[Number]:
    """Areas from the highest value down, then the city."""
    numbers = [n for area in report.areas if (n := report.number(indicator, area, "all", band)) and not n.hidden]
    numbers.sort(key=lambda n: -n.value)
    city = report.number(indicator, CITY, "all", band)
    return [*numbers, city] if city else numbers


def _marks(numbers: list[Number]) -> Marks:
    return together(marks for n in numbers for marks in (n.marks, n.marks_before))


def _named(numbers: list[Number]) -> str:
    return listed([f"{area_name(n.area)} {vietnamese.number(n.value)}" for n in numbers])


def _dots_words(numbers: list[Number], band: str) -> str:
    own = [n for n in numbers if n.area != CITY]
    words = f"{label('age_band', band)}: cao nhất {area_name(own[0].area)} {plain(own[0].value, 2)} %, "
    words += f"thấp nhất {area_name(own[-1].area)} {plain(own[-1].value, 2)} %"
    met = [area_name(n.area) for n in own if n.met]
    if any(n.met is not None for n in own):
        words += f"; {len(met)} trên {len(own)} đơn vị đạt chỉ tiêu" + (f" ({listed(met)})" if met else "")
    return words + "."
