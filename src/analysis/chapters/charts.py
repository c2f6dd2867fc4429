"""The figures of sections 1 to 8: what is drawn, and the same in words for readers who cannot see it."""

from collections.abc import Mapping, Sequence

import pandas as pd

from analysis.pages import multiples, plots
from analysis.pages.drawing import paper
from analysis.pages.figures import Figure
from analysis.pages.marks import Marks, together
from analysis.pages.report import Number, Report
from analysis.pages.tables import HIDDEN, withheld_means
from analysis.pages.words import area_name, indicator_name, label, listed, plain, round_name
from analysis.reference import periods, vietnamese
from analysis.reference.areas import CITY

RATE_NAMES = {
    "underweight_rate": "Nhẹ cân",
    "stunting_rate": "Thấp còi",
    "overweight_rate": "Thừa cân",
    "obesity_rate": "Béo phì",
}
RATES = tuple(RATE_NAMES)
TOO_FEW_YEARS = "Cần ít nhất hai năm học có số liệu cùng kỳ."
TOO_FEW_WEIGH_INS = "Cần ít nhất hai lần cân đo."
BROKEN = (
    "Vạch đứng: kể từ năm ấy đơn vị đếm trẻ dưới 1 tuổi từ tháng tuổi sớm hơn, nên tỷ lệ trước và sau vạch không so "
    "được với nhau, và dự báo không coi đó là xu hướng"
)


def against_target(report: Report, key: str, caption: str, indicator: str, bands: list[str], table: str) -> Figure:
    """A rate by area against the year's target and last year, one panel an age band."""
    panels = {band: _by_area(report, indicator, band) for band in bands}
    panels = {band: rows for band, rows in panels.items() if len(rows)}
    if not panels:
        return Figure(key, caption, "")
    height = 0.215 * (len(report.areas) + 1) + 0.75
    marks = _marks(pd.concat(panels.values()))
    with paper(height, len(panels), len(panels), marks=marks) as sheet:
        for ax, (band, rows) in zip(sheet.axes, panels.items(), strict=True):
            target = rows.loc[rows["area"] == CITY, "target"].max()
            plots.dots(ax, rows, target, area_name(CITY))
            ax.set_title(f"{label('age_band', band)} (%)" if len(panels) > 1 else "%", pad=14)
    notes = ["Chấm tròn: đạt chỉ tiêu (hoặc không có chỉ tiêu); ô vuông: chưa đạt."]
    if report.has_last_year:
        notes.append("Vòng rỗng: cùng kỳ năm trước.")
    alt = " ".join(_in_words(rows[rows["area"] != CITY], band) for band, rows in panels.items())
    return sheet.figure(key, caption, alt, notes, table)


def _in_words(rows: pd.DataFrame, band: str) -> str:
    """The highest and lowest area of a panel, and who meets the target. rows : areas from the highest down."""
    top, bottom = rows.iloc[0], rows.iloc[-1]
    words = f"{label('age_band', band)}: cao nhất {top['name']} {plain(top['value'], 2)} %, "
    words += f"thấp nhất {bottom['name']} {plain(bottom['value'], 2)} %"
    judged = rows["met"].dropna()
    if judged.empty:
        return words + "."
    met = rows.loc[judged.index[judged.astype(bool)], "name"].tolist()
    words += f"; {len(met)} trên {len(rows)} đơn vị đạt chỉ tiêu"
    return f"{words} ({listed(met)})." if met else f"{words}."


def over_years(report: Report, key: str, caption: str, indicator: str, band: str, table: str) -> Figure:
    """A rate by area over the years, a small panel an area, with the city behind each."""
    only = {"indicator": [indicator], "age_band": [band], "sector": ["all"], "period": [report.period]}
    rows = report.table("series.parquet", **only)
    years = sorted(rows["school_year"].unique())
    if len(years) < 2:
        return Figure(key, caption, "", empty=TOO_FEW_YEARS)
    wide = rows.pivot(index="area", columns="school_year", values="value").reindex(columns=years)
    own = wide.loc[report.areas]
    own.index = [f"{area_name(area)}  {vietnamese.number(now, 1)}" for area, now in own[years[-1]].items()]
    breaks = _breaks(report, band, years)
    upright = {}
    for area, since in breaks.items():
        if area in report.areas:
            upright[report.areas.index(area)] = [years.index(year) - 0.5 for year in since]
    height = 1.25 * -(-len(own) // multiples.COLUMNS) + 0.3
    with paper(height, marks=report.marks_of(rows)) as sheet:
        multiples.draw(sheet.ax, own, wide.loc[CITY], (years[0][:4], years[-1][:4]), upright)
    notes = ["Nét liền: đơn vị, kèm giá trị kỳ này; nét chấm: toàn thành phố."]
    alt = f"{label('age_band', band)}, {_moves(wide, years[0], years[-1])}"
    if breaks:
        named = ", ".join(f"{area_name(area)} ({', '.join(since)})" for area, since in breaks.items())
        notes.append(f"{BROKEN}: {named}.")
        alt += f" Chuỗi đứt do đổi cách đếm tuổi: {named}."
    return sheet.figure(key, caption, alt, notes, table)


def _moves(wide: pd.DataFrame, first: str, last: str) -> str:
    """How the city moved between two years, and the areas that moved up and down most."""
    city = wide.loc[CITY]
    moved = (wide[last] - wide[first]).drop(CITY).dropna()
    most, least = (
        f"{area_name(area)} ({vietnamese.change(moved[area], 1, 'điểm %')})"
        for area in (moved.idxmax(), moved.idxmin())
    )
    return (
        f"từ {first} đến {last}: thành phố từ {plain(city[first], 1)} đến {plain(city[last], 1)} %. "
        f"Tăng nhiều nhất: {most}; thấp nhất: {least}."
    )


def _breaks(report: Report, band: str, years: Sequence[str]) -> Mapping[str, list[str]]:
    """School years since which an area counts infants otherwise, where the band has infants in it."""
    if band not in ("nursery", "all"):
        return {}
    rows = report.table("breaks.csv")
    rows = rows[rows["since"].isin(years)]
    return {str(area): list(part["since"]) for area, part in rows.groupby("area", sort=False)}


def shortage(report: Report, key: str, caption: str, table: str) -> Figure:
    """Teachers short by area: the whole as a bar, the public part as a diamond."""
    rows = _frame(report, "teachers_shortage", "all", report.areas).sort_values("value", ascending=False, kind="stable")
    if rows.empty:
        return Figure(key, caption, "")
    rows["words"] = rows["value"].map(vietnamese.number)
    public = _frame(report, "teachers_shortage", "all", rows["area"], "public").set_index("area")["value"]
    city = _frame(report, "teachers_shortage", "all", [CITY])
    with paper(0.23 * len(rows) + 0.7, marks=_marks(pd.concat([rows, city]))) as sheet:
        ax = sheet.ax
        plots.bars(ax, rows)
        plots.diamonds(ax, public.reindex(rows["area"]))
        ax.set_xlabel("người")
    named = [f"{row.name} {row.words}" for row in rows[["name", "words"]].itertuples(index=False)]
    alt = f"Thiếu nhiều nhất: {listed(named[:3])}; ít nhất: {listed(named[-2:])}."
    if len(city):
        alt = f"Toàn thành phố thiếu {vietnamese.number(city['value'].iloc[0])} giáo viên. {alt}"
    note = "Thanh: cả hai loại hình; hình thoi: riêng công lập. Giá trị âm là nhiều hơn định mức."
    return sheet.figure(key, caption, alt, [note], table)


def weigh_ins(report: Report, key: str, caption: str, table: str) -> Figure:
    """The four in-school rates of the city over every weigh-in up to this one."""
    rows = report.table("series.parquet", area=[CITY], sector=["all"], age_band=["all"], indicator=RATES)
    wide = _by_weigh_in(rows, "indicator").T
    if len(wide) < 2:
        return Figure(key, caption, "", empty=TOO_FEW_WEIGH_INS)
    rounds, rates = list(wide.index), [rate for rate in RATES if rate in wide]
    wide = wide[rates].rename(columns=RATE_NAMES).reset_index(drop=True)
    with paper(3.1, marks=report.marks_of(rows)) as sheet:
        ax = sheet.ax
        plots.lines(ax, wide, 2)
        years = _first_of_year(rounds)
        ax.set_xticks(list(years), list(years.values()))
        ax.set_xlabel("năm học bắt đầu; ba lần cân đo mỗi năm học: đầu năm, học kỳ I, cuối năm")
        ax.set_title("% trẻ được cân đo")
    moves = [
        f"{name.lower()} từ {plain(values.iloc[0], 2)} đến {plain(values.iloc[-1], 2)} %"
        for name, values in wide.items()
    ]
    alt = f"Từ {round_name(*rounds[0])} đến {round_name(*rounds[-1])}: {'; '.join(moves)}."
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
        HIDDEN if report.withheld(indicator, str(area)) else vietnamese.number(value, 2)
        for area, value in wide[rounds[-1]].items()
    ]
    wide.index = [area_name(area) for area in wide.index]
    with paper(0.21 * len(wide) + 0.8, marks=report.marks_of(rows)) as sheet:
        plots.heat(sheet.ax, wide, ends, _first_of_year(rounds))
    last = wide[rounds[-1]].dropna()
    moved = (last - wide[rounds[0]]).dropna()
    top, bottom = (f"{name} {plain(last[name], 2)} %" for name in (last.index[0], last.index[-1]))
    alt = (
        f"{indicator_name(indicator)}, {round_name(*rounds[-1])}: cao nhất {top}, thấp nhất {bottom}. "
        f"Từ {round_name(*rounds[0])}: giảm ở {(moved < 0).sum()} trên {len(moved)} đơn vị."
    )
    notes = ["Mỗi ô một lần cân đo (ba lần mỗi năm học); màu càng nổi trên nền, tỷ lệ càng cao; số cuối dòng: kỳ này."]
    if wide.isna().to_numpy().any():
        notes.append(f"Ô gạch chéo: không có số liệu, hoặc {HIDDEN}. {HIDDEN} {withheld_means()}")
    return sheet.figure(key, caption, alt, notes, table)


def _by_weigh_in(rows: pd.DataFrame, index: str) -> pd.DataFrame:
    """Values by name and weigh-in, oldest first. Columns: pairs of school year and period."""
    wide = rows.pivot(index=index, columns=["school_year", "period"], values="value")
    return wide[sorted(wide.columns, key=lambda which: periods.order(*which))]


def _first_of_year(rounds: Sequence[tuple[str, str]]) -> dict[int, str]:
    """Number of the first round of each school year, and the year in which that begins."""
    years = pd.Series([year[:4] for year, _ in rounds])
    return years.drop_duplicates().to_dict()


def _by_area(report: Report, indicator: str, band: str) -> pd.DataFrame:
    """Areas from the highest value down, without those withheld, then the city."""
    rows = _frame(report, indicator, band, [*report.areas, CITY])
    city = rows["area"] == CITY
    rows = rows[city | ~rows["hidden"].astype(bool)].assign(city=city)
    return rows.sort_values(["city", "value"], ascending=[True, False], kind="stable")


def _frame(report: Report, indicator: str, band: str, areas: Sequence[str], sector: str = "all") -> pd.DataFrame:
    """Numbers of areas that have one, a row each with the fields of Number, and `name`."""
    numbers = [report.number(indicator, area, sector, band) for area in areas]
    rows = pd.DataFrame([number for number in numbers if number], columns=Number._fields)
    return rows.assign(name=rows["area"].map(area_name))


def _marks(rows: pd.DataFrame) -> Marks:
    return together([*rows["marks"], *rows["marks_before"]])
