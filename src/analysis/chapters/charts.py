"""The figures of sections 1 to 8: what is drawn, and the same in words for readers who cannot see it."""

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from analysis import reference
from analysis.pages import distributions, multiples, plots
from analysis.pages.drawing import ORANGE, paper
from analysis.pages.figures import Figure
from analysis.pages.long_tables import many
from analysis.pages.marks import Marks, together
from analysis.pages.report import Number, Report
from analysis.pages.tables import HIDDEN, withheld_means
from analysis.pages.words import RATE_NAMES, RATES, area_name, indicator_name, label, listed, plain, round_name
from analysis.reference import periods, vietnamese
from analysis.reference.areas import WHOLE

TOO_FEW_YEARS = "Cần ít nhất hai năm học có số liệu cùng kỳ."
TOO_FEW_WEIGH_INS = "Cần ít nhất hai lần cân đo."
BROKEN = (
    "Vạch đứng: kể từ năm ấy đơn vị đếm trẻ dưới 1 tuổi từ tháng tuổi sớm hơn, nên tỷ lệ trước và sau vạch không so "
    "được với nhau, và dự báo không coi đó là xu hướng"
)


def against_target(report: Report, key: str, caption: str, indicator: str, bands: list[str], table: str) -> Figure:
    """A rate by area against the year's target and last year, one panel an age band."""
    panels = {}
    for band in bands:
        rows = _by_area(report, indicator, band)
        if len(rows):
            panels[label("age_band", band)] = rows
    if not panels:
        return Figure(key, caption, "")
    if many(len(report.areas)):
        return _spread_out(report, key, caption, panels, table)
    words = []
    height = 0.215 * (len(report.areas) + 1) + 0.75
    with paper(height, len(panels), len(panels), marks=_marks(*panels.values())) as sheet:
        for ax, (band, rows) in zip(sheet.axes, panels.items(), strict=True):
            target = rows.loc[rows["city"], "target"].max()
            plots.dots(ax, rows, target, area_name(WHOLE))
            ax.set_title(f"{band} (%)" if len(panels) > 1 else "%", pad=14)
            own = rows[~rows["city"]]
            words.append(f"{band}: {_in_words(own)}.")
    notes = ["Chấm tròn: đạt chỉ tiêu (hoặc không có chỉ tiêu); ô vuông: chưa đạt."]
    if report.has_last_year:
        notes.append("Vòng rỗng: cùng kỳ năm trước.")
    return sheet.figure(key, caption, " ".join(words), notes, table)


def _spread_out(report: Report, key: str, caption: str, panels: Mapping[str, pd.DataFrame], table: str) -> Figure:
    """The same where units are many: how they spread."""
    words = []
    with paper(distributions.HEIGHT, len(panels), len(panels), marks=_marks(*panels.values())) as sheet:
        for ax, (band, rows) in zip(sheet.axes, panels.items(), strict=True):
            own, target = rows[~rows["city"]], rows.loc[rows["city"], "target"].max()
            own = own.assign(words=own["value"].map(vietnamese.number, decimals=1), met=~(own["value"] < target))
            distributions.points(sheet, ax, own, target, "chỉ tiêu")
            ax.set_title(f"{band} (%)" if len(panels) > 1 else "%")
            words.append(f"{band}: {_highest_and_lowest(own.set_index('name')['value'])}; {_met(own)}.")
    notes = [distributions.POINTS, "Chấm tròn: đạt chỉ tiêu (hoặc không có chỉ tiêu); ô vuông: chưa đạt."]
    return sheet.figure(key, caption, " ".join(words), notes, table)


def _met(rows: pd.DataFrame) -> str:
    return f"{rows['met'].sum()} trên {len(rows)} đơn vị đạt chỉ tiêu"


def _in_words(rows: pd.DataFrame) -> str:
    """The highest and lowest area of a panel, and who meets the target. rows : areas from the highest down."""
    values = rows.set_index("name")["value"]
    words = _highest_and_lowest(values)
    judged = rows.dropna(subset="met")
    if judged.empty:
        return words
    meets = judged["met"].astype(bool)
    met = judged.loc[meets, "name"]
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
    first, last = years[0], years[-1]
    city, own = wide.loc[WHOLE], wide.reindex(report.areas)
    breaks = _breaks(report, band, years)
    if many(len(own)):
        return _courses(report, key, caption, wide.loc[[WHOLE, *own.index.intersection(wide.index)]], rows, table)
    upright = {}
    for area, since in breaks.items():
        upright[report.areas.index(area)] = [years.index(year) - 0.5 for year in since]
    now = own[last].map(vietnamese.number, decimals=1)
    panels = own.set_axis(own.index.map(area_name) + "  " + now)
    height = 1.25 * -(-len(own) // multiples.COLUMNS) + 0.3
    with paper(height, marks=report.marks_of(rows)) as sheet:
        multiples.draw(sheet.ax, panels, city, (first[:4], last[:4]), upright)
    notes = [f"Nét liền: đơn vị, kèm giá trị kỳ này; nét chấm: {report.everywhere}."]
    then, ended = plain(city[first], 1), plain(city[last], 1)
    alt = f"{label('age_band', band)}, từ {first} đến {last}: {report.kind} từ {then} đến {ended} %. "
    alt += _most_and_least(own[last] - own[first])
    if breaks:
        named = ", ".join(f"{area_name(area)} ({', '.join(since)})" for area, since in breaks.items())
        notes.append(f"{BROKEN}: {named}.")
        alt += f" Chuỗi đứt do đổi cách đếm tuổi: {named}."
    return sheet.figure(key, caption, alt, notes, table)


def _courses(report: Report, key: str, caption: str, wide: pd.DataFrame, rows: pd.DataFrame, table: str) -> Figure:
    """A rate over the years where areas are many: all as thin lines, the whole dotted. wide : the whole first."""
    city, own = wide.iloc[0], wide.iloc[1:]
    first, last = wide.columns[0], wide.columns[-1]
    words = own[last].map(vietnamese.number, decimals=1)
    with paper(3.0, marks=report.marks_of(rows)) as sheet:
        distributions.courses(sheet, sheet.ax, own.rename(index=area_name), city, words)
        sheet.ax.set_title("%")
        sheet.ax.set_xlabel("năm học bắt đầu")
    notes = [f"Nét mảnh: mỗi đơn vị; dải: 8 trên 10 đơn vị; nét chấm: {report.everywhere}."]
    alt = f"Từ {first} đến {last}: {report.kind} từ {plain(city[first], 1)} đến {plain(city[last], 1)} %. "
    return sheet.figure(key, caption, alt + _most_and_least(own[last] - own[first]), notes, table)


def _most_and_least(moved: pd.Series) -> str:
    """The areas that rose most and least."""
    ranked = moved.dropna().sort_values()
    words = ranked.map(lambda change: vietnamese.change(change, 1, "điểm %"))
    named = ranked.index.map(area_name) + " (" + words + ")"
    return f"Tăng nhiều nhất: {named.iloc[-1]}; thấp nhất: {named.iloc[0]}."


def _breaks(report: Report, band: str, years: Sequence[str]) -> Mapping[str, list[str]]:
    """School years since which an area counts infants otherwise, where the band has infants in it."""
    if band not in ("nursery", "all"):
        return {}
    rows = report.table("breaks.csv", area=report.areas, since=years)
    return rows.groupby("area", sort=False)["since"].agg(list).to_dict()


def shortage(report: Report, key: str, caption: str, table: str) -> Figure:
    """Teachers short by area: the whole as a bar, the public part as a diamond."""
    rows = _by_area(report, "teachers_shortage")
    city, own = rows[rows["city"]], rows[~rows["city"]]
    if own.empty:
        return Figure(key, caption, "")
    if many(len(own)):
        return _shortage_spread(report, key, caption, rows, table)
    public = _by_area(report, "teachers_shortage", sector="public").set_index("area")["value"].reindex(own["area"])
    with paper(0.23 * len(own) + 0.7, marks=_marks(rows)) as sheet:
        plots.bars(sheet.ax, own)
        plots.points(sheet.ax, public, marker="D", color=ORANGE)
        sheet.ax.set_xlabel("người")
    named = own["name"] + " " + own["words"]
    alt = f"Thiếu nhiều nhất: {listed(named[:3])}; ít nhất: {listed(named[-2:])}."
    if len(city):
        alt = f"{area_name(WHOLE)} thiếu {city['words'].iloc[0]} giáo viên. {alt}"
    note = "Thanh: cả hai loại hình; hình thoi: riêng công lập. Giá trị âm là nhiều hơn định mức."
    return sheet.figure(key, caption, alt, [note], table)


def _shortage_spread(report: Report, key: str, caption: str, rows: pd.DataFrame, table: str) -> Figure:
    """Teachers short where areas are many."""
    city, own = rows[rows["city"]], rows[~rows["city"]]
    with paper(distributions.HEIGHT + 0.3, marks=_marks(rows)) as sheet:
        distributions.points(sheet, sheet.ax, own.drop(columns="met"), 0.0, "đủ định mức:")
        sheet.ax.set_xlabel("người")
    named = own["name"] + " " + own["words"]
    alt = f"Thiếu nhiều nhất: {listed(named[:3])}; ít nhất: {listed(named[-2:])}."
    if len(city):
        alt = f"{area_name(WHOLE)} thiếu {city['words'].iloc[0]} giáo viên. {alt}"
    return sheet.figure(key, caption, alt, [distributions.POINTS, "Giá trị âm là nhiều hơn định mức."], table)


def weigh_ins(report: Report, key: str, caption: str, table: str) -> Figure:
    """The four in-school rates of the city over every weigh-in up to this one."""
    rows = report.table("series.parquet", area=[WHOLE], sector=["all"], age_band=["all"], indicator=RATES)
    wide = _by_weigh_in(rows, "indicator").reindex(RATES).dropna(how="all")
    rounds = list(wide)
    if len(rounds) < 2:
        return Figure(key, caption, "", empty=TOO_FEW_WEIGH_INS)
    first, last = rounds[0], rounds[-1]
    years = _first_of_year(rounds)
    wide = wide.rename(index=RATE_NAMES).T.reset_index(drop=True)
    with paper(3.1, marks=report.marks_of(rows)) as sheet:
        plots.lines(sheet.ax, wide, 2)
        sheet.ax.set_xticks(list(years), list(years.values()))
        sheet.ax.set_xlabel("năm học bắt đầu; ba lần cân đo mỗi năm học: đầu năm, học kỳ I, cuối năm")
        sheet.ax.set_title("% trẻ được cân đo")
    alt = f"Từ {round_name(*first)} đến {round_name(*last)}: {plots.moves(wide, 2)}."
    return sheet.figure(key, caption, alt, table=table)


def weigh_ins_by_area(report: Report, key: str, caption: str, indicator: str, table: str) -> Figure:
    """One in-school rate by area at every weigh-in up to this one: rows in the order of this weigh-in."""
    only = {"area": report.areas, "sector": ["all"], "age_band": ["all"], "indicator": [indicator]}
    rows = report.table("series.parquet", **only)
    wide = _by_weigh_in(rows, "area").dropna(axis="columns", how="all")  # a round of another map is withheld whole
    rounds = list(wide)
    if len(rounds) < 2 or rounds[-1] != (report.school_year, report.period):
        return Figure(key, caption, "", empty=TOO_FEW_WEIGH_INS)
    first, last = rounds[0], rounds[-1]
    every = wide = wide.sort_values(last, ascending=False)
    if many(len(wide)):
        most = int(reference.setting("shown_units"))
        known = wide[wide[last].notna()]
        wide = pd.concat([known.head(most), known.tail(most)])
    now = wide[last]
    ends = now.map(vietnamese.number, decimals=2)
    ends[[report.withheld(indicator, area) for area in wide.index]] = HIDDEN
    with paper(0.21 * len(wide) + 0.8, marks=report.marks_of(rows)) as sheet:
        plots.heat(sheet.ax, wide.rename(index=area_name), ends, _first_of_year(rounds))
    ranked = _highest_and_lowest(now.rename(index=area_name).dropna())
    moved = (every[last] - every[first]).dropna()
    fell = (moved < 0).sum()
    alt = (
        f"{indicator_name(indicator)}, {round_name(*last)}: {ranked}. "
        f"Từ {round_name(*first)}: giảm ở {fell} trên {len(moved)} đơn vị."
    )
    notes = ["Mỗi ô một lần cân đo (ba lần mỗi năm học); màu càng nổi trên nền, tỷ lệ càng cao; số cuối dòng: kỳ này."]
    notes += report.no_workbook
    if len(wide) < len(every):
        notes.append(f"Chỉ vẽ {most} đơn vị cao nhất và {most} đơn vị thấp nhất kỳ này.")
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
    rows = pd.DataFrame(_printable(report, indicator, band, sector), columns=Number._fields)
    rows["name"] = rows["area"].map(area_name)
    rows["words"] = rows["value"].map(vietnamese.number)
    rows["city"] = rows["area"] == WHOLE
    return rows.sort_values(["city", "value"], ascending=[True, False], kind="stable")


def _printable(report: Report, indicator: str, band: str, sector: str) -> Iterator[Number]:
    """Those numbers, of the city also where it is withheld."""
    for area in report.areas_and_city:
        number = report.number(indicator, area, sector, band)
        if number and (area == WHOLE or not number.hidden):
            yield number


def _highest_and_lowest(values: pd.Series) -> str:
    """ "cao nhất Lê Chân 49,6 %, thấp nhất Cát Hải 31,2 %" of values by name, from the highest down."""
    named = [f"{name} {plain(values[name], 2)} %" for name in values.index[[0, -1]]]
    return f"cao nhất {named[0]}, thấp nhất {named[1]}"


def _marks(*panels: pd.DataFrame) -> Marks:
    rows = pd.concat(panels)
    return together([*rows["marks"], *rows["marks_before"]])
