"""The figures of sections 1 to 8: what is drawn, and the same in words for readers who cannot see it."""

from collections.abc import Mapping, Sequence

import pandas as pd

from analysis.pages import multiples, plots
from analysis.pages.drawing import ORANGE, paper
from analysis.pages.figures import Figure
from analysis.pages.marks import Marks, together
from analysis.pages.report import Number, Report
from analysis.pages.tables import HIDDEN, withheld_means
from analysis.pages.words import RATE_NAMES, RATES, area_name, indicator_name, label, listed, plain, round_name
from analysis.reference import periods, vietnamese
from analysis.reference.areas import CITY

TOO_FEW_YEARS = "Cần ít nhất hai năm học có số liệu cùng kỳ."
TOO_FEW_WEIGH_INS = "Cần ít nhất hai lần cân đo."
BROKEN = (
    "Vạch đứng: kể từ năm ấy đơn vị đếm trẻ dưới 1 tuổi từ tháng tuổi sớm hơn, nên tỷ lệ trước và sau vạch không so "
    "được với nhau, và dự báo không coi đó là xu hướng"
)


def against_target(report: Report, key: str, caption: str, indicator: str, bands: list[str], table: str) -> Figure:
    """A rate by area against the year's target and last year, one panel an age band."""
    panels = []
    for band in bands:
        rows = _by_area(report, indicator, band)
        if len(rows):
            panels.append((label("age_band", band), rows))
    if not panels:
        return Figure(key, caption, "")
    marks = _marks(pd.concat([rows for _, rows in panels]))
    height = 0.215 * (len(report.areas) + 1) + 0.75
    with paper(height, len(panels), len(panels), marks=marks) as sheet:
        for ax, (band, rows) in zip(sheet.axes, panels, strict=True):
            plots.dots(ax, rows, rows.loc[rows["city"], "target"].max(), area_name(CITY))
            ax.set_title(f"{band} (%)" if len(panels) > 1 else "%", pad=14)
    notes = ["Chấm tròn: đạt chỉ tiêu (hoặc không có chỉ tiêu); ô vuông: chưa đạt."]
    if report.has_last_year:
        notes.append("Vòng rỗng: cùng kỳ năm trước.")
    alt = " ".join(f"{band}: {_in_words(rows[~rows['city']])}." for band, rows in panels)
    return sheet.figure(key, caption, alt, notes, table)


def _in_words(rows: pd.DataFrame) -> str:
    """The highest and lowest area of a panel, and who meets the target. rows : areas from the highest down."""
    ranked = _in_percent(rows.set_index("name")["value"])
    words = f"cao nhất {ranked[0]}, thấp nhất {ranked[-1]}"
    judged = rows.dropna(subset="met")
    if judged.empty:
        return words
    met = judged.loc[judged["met"].astype(bool), "name"]
    words += f"; {len(met)} trên {len(rows)} đơn vị đạt chỉ tiêu"
    return f"{words} ({listed(met)})" if len(met) else words


def over_years(report: Report, key: str, caption: str, indicator: str, band: str, table: str) -> Figure:
    """A rate by area over the years, a small panel an area, with the city behind each."""
    only = {"indicator": [indicator], "age_band": [band], "sector": ["all"], "period": [report.period]}
    rows = report.table("series.parquet", **only)
    wide = rows.pivot(index="area", columns="school_year", values="value").sort_index(axis=1)
    years = list(wide)
    if len(years) < 2:
        return Figure(key, caption, "", empty=TOO_FEW_YEARS)
    city, own = wide.loc[CITY], wide.loc[report.areas]
    breaks = _breaks(report, band, years)
    upright = {
        number: [years.index(year) - 0.5 for year in breaks[area]]
        for number, area in enumerate(report.areas)
        if area in breaks
    }
    own.index = [f"{area_name(area)}  {vietnamese.number(now, 1)}" for area, now in own[years[-1]].items()]
    height = 1.25 * -(-len(own) // multiples.COLUMNS) + 0.3
    with paper(height, marks=report.marks_of(rows)) as sheet:
        multiples.draw(sheet.ax, own, city, (years[0][:4], years[-1][:4]), upright)
    notes = ["Nét liền: đơn vị, kèm giá trị kỳ này; nét chấm: toàn thành phố."]
    moved = (wide[years[-1]] - wide[years[0]]).drop(CITY).dropna().sort_values()
    moves = [f"{area_name(area)} ({vietnamese.change(change, 1, 'điểm %')})" for area, change in moved.items()]
    alt = (
        f"{label('age_band', band)}, từ {years[0]} đến {years[-1]}: thành phố từ {plain(city.iloc[0], 1)} đến "
        f"{plain(city.iloc[-1], 1)} %. Tăng nhiều nhất: {moves[-1]}; thấp nhất: {moves[0]}."
    )
    if breaks:
        named = ", ".join(f"{area_name(area)} ({', '.join(since)})" for area, since in breaks.items())
        notes.append(f"{BROKEN}: {named}.")
        alt += f" Chuỗi đứt do đổi cách đếm tuổi: {named}."
    return sheet.figure(key, caption, alt, notes, table)


def _breaks(report: Report, band: str, years: Sequence[str]) -> Mapping[str, list[str]]:
    """School years since which an area counts infants otherwise, where the band has infants in it."""
    if band not in ("nursery", "all"):
        return {}
    since = report.table("breaks.csv", since=years).groupby("area", sort=False)["since"]
    return since.agg(list).to_dict()


def shortage(report: Report, key: str, caption: str, table: str) -> Figure:
    """Teachers short by area: the whole as a bar, the public part as a diamond."""
    rows = _by_area(report, "teachers_shortage")
    city, own = rows[rows["city"]], rows[~rows["city"]]
    if own.empty:
        return Figure(key, caption, "")
    public = _by_area(report, "teachers_shortage", sector="public").set_index("area")["value"]
    with paper(0.23 * len(own) + 0.7, marks=_marks(rows)) as sheet:
        plots.bars(sheet.ax, own)
        plots.points(sheet.ax, public.reindex(own["area"]), marker="D", color=ORANGE)
        sheet.ax.set_xlabel("người")
    named = own["name"] + " " + own["words"]
    alt = f"Thiếu nhiều nhất: {listed(named[:3])}; ít nhất: {listed(named[-2:])}."
    if len(city):
        alt = f"Toàn thành phố thiếu {city['words'].iloc[0]} giáo viên. {alt}"
    note = "Thanh: cả hai loại hình; hình thoi: riêng công lập. Giá trị âm là nhiều hơn định mức."
    return sheet.figure(key, caption, alt, [note], table)


def weigh_ins(report: Report, key: str, caption: str, table: str) -> Figure:
    """The four in-school rates of the city over every weigh-in up to this one."""
    rows = report.table("series.parquet", area=[CITY], sector=["all"], age_band=["all"], indicator=RATES)
    wide = _by_weigh_in(rows, "indicator").reindex(RATES).dropna(how="all")
    rounds = list(wide)
    if len(rounds) < 2:
        return Figure(key, caption, "", empty=TOO_FEW_WEIGH_INS)
    wide = wide.rename(index=RATE_NAMES).T.reset_index(drop=True)
    years = _first_of_year(rounds)
    with paper(3.1, marks=report.marks_of(rows)) as sheet:
        plots.lines(sheet.ax, wide, 2)
        sheet.ax.set_xticks(list(years), list(years.values()))
        sheet.ax.set_xlabel("năm học bắt đầu; ba lần cân đo mỗi năm học: đầu năm, học kỳ I, cuối năm")
        sheet.ax.set_title("% trẻ được cân đo")
    alt = f"Từ {round_name(*rounds[0])} đến {round_name(*rounds[-1])}: {plots.moves(wide, 2)}."
    return sheet.figure(key, caption, alt, table=table)


def weigh_ins_by_area(report: Report, key: str, caption: str, indicator: str, table: str) -> Figure:
    """One in-school rate by area at every weigh-in up to this one: rows in the order of this weigh-in."""
    only = {"area": report.areas, "sector": ["all"], "age_band": ["all"], "indicator": [indicator]}
    rows = report.table("series.parquet", **only)
    wide = _by_weigh_in(rows, "area")
    rounds = list(wide)
    if len(rounds) < 2 or wide[rounds[-1]].isna().all():
        return Figure(key, caption, "", empty=TOO_FEW_WEIGH_INS)
    wide = wide.sort_values(rounds[-1], ascending=False)
    ends = [
        HIDDEN if report.withheld(indicator, area) else vietnamese.number(now, 2)
        for area, now in wide[rounds[-1]].items()
    ]
    wide = wide.rename(index=area_name)
    with paper(0.21 * len(wide) + 0.8, marks=report.marks_of(rows)) as sheet:
        plots.heat(sheet.ax, wide, ends, _first_of_year(rounds))
    ranked = _in_percent(wide[rounds[-1]].dropna())
    moved = (wide[rounds[-1]] - wide[rounds[0]]).dropna()
    alt = (
        f"{indicator_name(indicator)}, {round_name(*rounds[-1])}: cao nhất {ranked[0]}, thấp nhất {ranked[-1]}. "
        f"Từ {round_name(*rounds[0])}: giảm ở {(moved < 0).sum()} trên {len(moved)} đơn vị."
    )
    notes = ["Mỗi ô một lần cân đo (ba lần mỗi năm học); màu càng nổi trên nền, tỷ lệ càng cao; số cuối dòng: kỳ này."]
    if wide.isna().any(axis=None):
        notes.append(f"Ô gạch chéo: không có số liệu, hoặc {HIDDEN}. {HIDDEN} {withheld_means()}")
    return sheet.figure(key, caption, alt, notes, table)


def _by_weigh_in(rows: pd.DataFrame, index: str) -> pd.DataFrame:
    """Values by name and weigh-in, oldest first. Columns: pairs of school year and period."""
    wide = rows.pivot(index=index, columns=["school_year", "period"], values="value")
    return wide[sorted(wide, key=lambda which: periods.order(*which))]


def _first_of_year(rounds: Sequence[tuple[str, str]]) -> dict[int, str]:
    """Number of the first round of each school year, and the year in which that begins."""
    years = pd.Series([year[:4] for year, _ in rounds])
    return years.drop_duplicates().to_dict()


def _by_area(report: Report, indicator: str, band: str = "all", sector: str = "all") -> pd.DataFrame:
    """Numbers of areas from the highest value down, without those withheld, then the city's.

    The fields of Number, name, words (the value), and whether it is the city's.
    """
    numbers = [report.number(indicator, area, sector, band) for area in [*report.areas, CITY]]
    known = [number for number in numbers if number and (not number.hidden or number.area == CITY)]
    rows = pd.DataFrame(known, columns=Number._fields)
    names, words = rows["area"].map(area_name), rows["value"].map(vietnamese.number)
    rows = rows.assign(name=names, words=words, city=rows["area"] == CITY)
    return rows.sort_values(["city", "value"], ascending=[True, False], kind="stable")


def _in_percent(values: pd.Series) -> list[str]:
    """ "Lê Chân 49,6 %" of each."""
    return [f"{name} {plain(value, 2)} %" for name, value in values.items()]


def _marks(rows: pd.DataFrame) -> Marks:
    return together([*rows["marks"], *rows["marks_before"]])
