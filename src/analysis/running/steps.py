"""The notebooks of a report in their order: the tables each reads and writes, and what rests on what."""

from dataclasses import dataclass
from pathlib import Path

from analysis import dependencies
from analysis.reading import received, released
from analysis.reference import ROOT, periods
from analysis.running import outputs

TEMPLATES = ROOT / "src/analysis/pages/templates"
RAW, PROCESSED, REPORTS = "data/raw", "data/processed", "reports"


# what changes_since.py reads, and writes for the appendix
COMPARED, CHANGES = ("indicators.csv", "needs.csv", "corrections_used.csv"), ("changes.csv", "changed_inputs.csv")


@dataclass(frozen=True)
class Step:
    """One notebook: the tables it reads and writes.

    page : the page that it is, or one part of.  behind : notebooks that go first, since more rests on them.
    """

    notebook: str
    title: str
    reads: tuple[str, ...]
    writes: tuple[str, ...] = ()
    raw: bool = False  # reads workbooks or published figures
    earlier: bool = False  # reads forecasts that were released
    page: str = ""
    behind: tuple[str, ...] = ()


STEPS = (
    Step(
        "01_clean",
        "đọc và làm sạch số liệu",
        (),
        ("observations.parquet", "facilities.parquet", "observations_before.parquet", "facilities_before.parquet",
         "corrections_used.csv", "reporting.csv", "partial.csv",
         "findings.csv", "series.parquet", "indicators.csv", "reconciliation.csv"),
        raw=True,
    ),
    Step("02_enrolment", "trẻ và nhóm, lớp", ("series.parquet",),
         ("enrolment.csv", "class_paths.parquet", "breaks.csv", "enrolment_backtest.csv",
          "long_panel_scores.csv")),
    Step("03_staffing", "đội ngũ", ("observations.parquet", "facilities.parquet", "series.parquet"),
         ("staffing.csv", "leaver_paths.parquet", "staffing_backtest.csv", "norm_readings.csv")),
    Step("04_nutrition", "dinh dưỡng", ("series.parquet",),
         ("nutrition.csv", "nutrition_rounds.csv", "funnel.csv", "nutrition_backtest.csv"),
         behind=("02_enrolment", "03_staffing")),
    Step("05_needs", "nhu cầu giáo viên các năm học sau",
         ("series.parquet", "enrolment.csv", "staffing.csv", "class_paths.parquet", "leaver_paths.parquet"),
         ("needs.csv", "waterfall.csv", "scenarios.csv", "sensitivity.csv"), earlier=True),
    Step("06_scores", "chấm điểm các dự báo trước", ("enrolment.csv", "staffing.csv", "nutrition.csv", "needs.csv"),
         ("forecast_scores.csv",), earlier=True),
    Step(
        "appendix_report",
        "phụ lục, phần 1 đến 8",
        ("observations.parquet", "indicators.csv", "series.parquet", "reporting.csv", "partial.csv",
         "corrections_used.csv", "breaks.csv", "nutrition.csv", "nutrition_rounds.csv", "funnel.csv", "staffing.csv",
         "norm_readings.csv"),
        page="appendix",
    ),
    Step(
        "appendix_outlook",
        "phụ lục, phần 9 đến 13",
        ("observations.parquet", "facilities.parquet", "observations_before.parquet", "facilities_before.parquet",
         "indicators.csv", "series.parquet", "reporting.csv", "partial.csv", "findings.csv", "corrections_used.csv",
         "reconciliation.csv", "enrolment.csv", "enrolment_backtest.csv", "long_panel_scores.csv",
         "staffing_backtest.csv", "nutrition_backtest.csv", "needs.csv", "waterfall.csv", "scenarios.csv",
         "sensitivity.csv", "forecast_scores.csv", "changes.csv", "changed_inputs.csv"),
        raw=True,
        page="appendix",
    ),
    Step(
        "brief",
        "tóm tắt cho lãnh đạo",
        ("indicators.csv", "series.parquet", "reporting.csv", "partial.csv", "corrections_used.csv", "enrolment.csv",
         "enrolment_backtest.csv", "needs.csv", "waterfall.csv", "scenarios.csv", "forecast_scores.csv",
         "observations.parquet", "facilities.parquet", "reconciliation.csv"),
        page="brief",
        behind=("appendix_report",),
    ),
)  # fmt: skip


def notebook(step: Step) -> Path:
    """The file of a step."""
    return ROOT / "notebooks" / f"{step.notebook}.ipynb"


PAGES = tuple(dict.fromkeys(step.page for step in STEPS if step.page))


def executed(step: Step, folder: Path) -> Path:
    """The notebook of a step as it was run, with what it showed."""
    return folder / f"notebooks/{step.notebook}.ipynb"


def parts(page: str) -> list[Step]:
    """The steps whose notebooks make a page, in its order."""
    return [step for step in STEPS if step.page == page]


def drafts(page: str) -> list[str]:
    """What making a page leaves: the page, and of the appendix what it shows, for the other outputs."""
    return [f"pages/{page}.html", *([outputs.DOCUMENT] if page == "appendix" else [])]


def released_before(releases: str, school_year: str, period: str) -> list[str]:
    """Releases of the same period of this year and earlier ones, each with the hash of its manifest or withdrawal."""
    last = periods.start(school_year)
    rounds = [folder for folder in (ROOT / releases).glob(f"*-{period}") if int(folder.name[:4]) <= last]
    files = [file for folder in rounds for file in (*folder.glob("*/manifest.json"), *folder.glob("*.withdrawn.json"))]
    return sorted(f"{file.relative_to(ROOT / releases).as_posix()} {released.digest(file)}" for file in files)


def after(step: Step) -> list[Step]:
    """The steps that rest on what a step writes, near and far, in order."""
    made, found = set(step.writes), []
    for other in STEPS:
        if made & set(other.reads):
            found.append(other)
            made |= set(other.writes)
    return found


def rests_on(step: Step, raw: str, folder: Path, school_year: str, period: str) -> list[Path]:
    """Every file that a step rests on: its notebook and code, the tables it reads, the workbooks."""
    found = dependencies.files(notebook(step)) + [folder / table for table in step.reads] + [ROOT / "requirements.lock"]
    if step.page:
        found += sorted(TEMPLATES.glob("*.j2"))
    if step.raw:
        found += sorted((ROOT / raw / "published").glob("*.csv"))
    if step.raw and not step.page:
        found += workbooks_up_to(raw, school_year, period)
    return found


def page_rests_on() -> list[Path]:
    """Every file that a page rests on besides its executed notebooks."""
    code = dependencies.files(ROOT / "src/analysis/exports/document.py")
    return [*code, *sorted((TEMPLATES / "page").iterdir()), ROOT / "requirements.lock"]


def workbooks_up_to(raw: str, school_year: str, period: str) -> list[Path]:
    """Every file of this round and those before it."""
    last = periods.order(school_year, period)
    before = [which for which in received.available(raw) if periods.order(*which) <= last]
    return [file for which in before for file in workbooks(raw, *which)]


def workbooks(raw: str, school_year: str, period: str) -> list[Path]:
    """Every file in the folder of a round: what is no workbook is told as a fault, so that it counts too."""
    return sorted((ROOT / raw / school_year / period).iterdir())
