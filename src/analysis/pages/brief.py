"""The page for leadership: how many teachers to recruit, why, and what to be careful about, in sentences."""

from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from analysis import vietnamese
from analysis.areas import CITY
from analysis.meaning import norms
from analysis.pages import charts, outlook, quality
from analysis.pages.figures import Figure
from analysis.pages.outlook import NO_FORECAST, between, needs, steps
from analysis.pages.release import SIMULATED, Release, label, listed, plain
from analysis.pages.sentences import MARK, Says

Said = list[tuple[str, bool]]
BANDS = {"nursery": "nhóm trẻ", "kindergarten": "lớp mẫu giáo"}


@dataclass(frozen=True)
class Headline:
    """The number, large, and what it means in one sentence."""

    number: str
    what: str
    words: str
    simulated: bool

    def _repr_html_(self) -> str:
        mark = MARK if self.simulated else ""
        big = Markup('<p class="big">{} <span>{}</span>{}</p>').format(self.number, self.what, mark)
        return str((big if self.number else Markup("")) + Markup("<p>{}</p>").format(self.words))

    def __repr__(self) -> str:
        return f"{self.number} {self.what}. {self.words}"


def headline(release: Release) -> Headline:
    """Teachers to recruit next school year in the city; this year's shortage where there is no forecast."""
    by_key = needs(release)
    row = by_key.get((CITY, "all", "teachers_to_recruit"))
    if not steps(release) or row is None:
        short = release.number("teachers_shortage")
        if short is None:
            return Headline("", "", NO_FORECAST, False)
        words = f"Đó là số thiếu hiện nay so với định mức. {NO_FORECAST}"
        return Headline(vietnamese.number(short.value), "giáo viên đang thiếu", words, short.basis == SIMULATED)
    public = by_key.get((CITY, "public", "teachers_to_recruit"))
    words = (
        f"Năm học {release.next_year}, toàn thành phố cần tuyển khoảng {vietnamese.number(row['expected'])} giáo viên "
        f"mầm non để đủ định mức. Con số thật nhiều khả năng nằm từ {between(row, '80')}: dự báo như thế này mười lần "
        "thì chừng tám lần đúng trong khoảng ấy."
    )
    if public and pd.notna(public["expected"]):
        words += f" Riêng công lập: {vietnamese.number(public['expected'])} (từ {between(public, '80')})."
    return Headline(vietnamese.number(row["expected"]), "giáo viên cần tuyển", words, row["basis"] == SIMULATED)


def where(release: Release) -> Figure:
    """Where they are needed: recruits by area, or this year's shortage where there is no forecast."""
    if steps(release):
        return outlook.recruits(release, "recruits", f"Giáo viên cần tuyển năm học {release.next_year} theo đơn vị")
    return charts.shortage(release, "shortage", "Giáo viên đang thiếu theo đơn vị", "")


def reasons(release: Release) -> Says:
    """The three parts of the number, exact, each with what it is made of."""
    by_key, parts = needs(release), steps(release)
    if not parts:
        return Says()
    city = {name: row for (area, sector, name), row in by_key.items() if area == CITY and sector == "all"}
    simulated = city["teachers_to_recruit"]["basis"] == SIMULATED
    number = vietnamese.number
    needed, now = city["teachers_needed"], city["teachers_now"]["current"]
    said = [
        f"Đang thiếu {number(parts[0][1])}: định mức cần {number(needed['current'])}, hiện có {number(now)} giáo viên.",
        f"Nhu cầu năm sau {vietnamese.change(parts[1][1], unit='người')}: số nhóm, lớp dự kiến cần "
        f"{number(needed['expected'])} giáo viên.",
        f"Dự kiến {number(parts[2][1])} giáo viên đang dạy sẽ nghỉ"
        + (f" (năm qua: {number(left)})." if pd.notna(left := city["teachers_left"]["current"]) else "."),
    ]
    return Says([(words, simulated) for words in said])


def caveats(release: Release) -> Says:
    """What the number rests on and what could change it: data, units missing, model, how past forecasts did."""
    said: Said = []
    for warning in (quality.partial(release), quality.carried(release), quality.corrected(release)):
        if warning:
            said.append((" ".join(warning), False))
    said += quality.class_error(release).items
    if steps(release):
        said += _model(release)
        note = needs(release)[CITY, "all", "teachers_to_recruit"]["note"]
        if isinstance(note, str) and note:
            said.append((note, False))
    said.append((f"{_norms_in_words(release)} được áp dụng cho cả ngoài công lập, như báo cáo của Sở.", False))
    return Says(said)


def _model(release: Release) -> Said:
    """The models of the city's classes in words, and how their past forecasts did."""
    rows = release.table("enrolment.csv")
    rows = rows[(rows["indicator"] == "classes") & (rows["kind"] == "forecast") & (rows["area"] == CITY)]
    rows = rows[rows["sector"].isin(["public", "nonpublic"]) & rows["age_band"].isin(["nursery", "kindergarten"])]
    parts = [
        f"{listed(of)}: {label('model', str(model), short=True)}"
        for model, of in (
            (model, [f"{BANDS[r.age_band]} {label('sector', r.sector).lower()}" for r in part.itertuples()])
            for model, part in rows.groupby("model", sort=False)
        )
    ]
    words = f"Số nhóm, lớp dự báo: {'; '.join(parts)}."
    past = release.table("enrolment_backtest.csv")
    past = past[(past["indicator"] == "classes") & (past["sector"] == "all") & (past["age_band"] == "all")]
    past = past[(past["level"] == "city") & (past["model"] == "as_published")]
    if len(past):
        words += (
            f" Thử lại {int(past['forecasts'].iloc[0])} năm đã qua, tổng số nhóm, lớp dự báo lệch trung bình "
            f"{vietnamese.percent(past['mape'].iloc[0], 1)}."
        )
    return [(words, (rows["basis"] == SIMULATED).any())]


def _norms_in_words(release: Release) -> str:
    """Teachers per class by the norms in force on the day of the round."""
    norm = norms.of_round("teachers_per_class", release.school_year, release.period)
    each = [f"{plain(value, 2)} ({BANDS[band]})" for band, value in norm.items()]
    return f"Định mức {' và '.join(each)}"
