"""The command `analysis` (also python -m analysis): what each of its commands is asked for, and who does it.

Each option is also read from the environment, as ANALYSIS_YEAR, which is how make hands on NAME=VALUE.
"""

import os
import signal
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

import click

from analysis.reference import ROOT
from analysis.running import option_values
from analysis.running.command_help import PREFIX, VietnameseGroup

RAW, PROCESSED, REPORTS = "data/raw", "data/processed", "reports"
TEMPLATES, REGISTER = "reports/templates", "data/reference/corrections.csv"


def option(name: str, metavar: str, meaning: str, **settings) -> Callable:
    """An option that holds a text, empty where it is not given, and its name in the environment."""
    settings.setdefault("default", "")
    return click.option(f"--{name}", metavar=metavar, help=meaning, envvar=PREFIX + name.upper(), **settings)


def of_place(context: click.Context, parameter: click.Parameter, name: str) -> None:
    """What follows is about this place. Raises UsageError where there is none of that name."""
    from analysis.reference import places

    with refused(places.UnknownPlaceError):
        places.use(name)


place = option("place", "NƠI", "Nơi báo cáo, như trong places.csv. Không có: nơi đầu tiên.", expose_value=False,
               is_eager=True, callback=of_place)  # fmt: skip
year = option("year", "NĂM", "Năm học, ví dụ 2024-2025. Không có: kỳ mới nhất có biểu.")
period = option("period", "KỲ", "Kỳ báo cáo: DN, HK1 hoặc HK2.")
named_year = option("year", "NĂM", "Năm học, ví dụ 2024-2025; phải có.")
named_period = option("period", "KỲ", "Kỳ báo cáo: DN, HK1 hoặc HK2; phải có.")


@contextmanager
def refused(error: type[Exception], as_: type[click.ClickException] = click.UsageError):
    """An error of whoever does the work ends the command with its message, which is for the analyst.

    as_ : UsageError where the command was called wrongly (status 2), ClickException where it could not be done (1).
    """
    from analysis.reference.places import UnknownPlaceError

    try:
        yield
    except (error, UnknownPlaceError) as problem:
        raise as_(str(problem)) from problem


def shown(path: Path) -> Path:
    """A path of the project as it is reached from here."""
    if Path.cwd() == ROOT and path.is_relative_to(ROOT):
        return path.relative_to(ROOT)
    return ROOT / path


def from_here(path: str) -> str:
    """A path as it was given; made whole where the command is called from another folder than the project's."""
    return path if not path or Path.cwd() == ROOT else str(Path(path).absolute())


@click.group(cls=VietnameseGroup)
def main() -> None:
    """Báo cáo học kỳ giáo dục mầm non: từ biểu của các đơn vị đến phụ lục và tóm tắt cho lãnh đạo."""


@main.command()
@place
@year
@period
@option("jobs", "SỐ", "Số việc làm cùng lúc. Mặc định: 2.", default="2")
@option("missing", "CÁCH", "Đơn vị chưa gửi biểu: stop (dừng, mặc định), partial (bỏ ra), carry (lấy kỳ trước).",
        default="stop")  # fmt: skip
@click.option("--all", "every_round", is_flag=True, help="Mọi kỳ có biểu (trong năm học đã cho, nếu có).")
def report(year: str, period: str, jobs: str, missing: str, every_round: bool) -> int:
    """Dựng bản nháp báo cáo của kỳ mới nhất, hay của kỳ đã cho: HTML, xlsx, CSV, docx, PDF."""
    from analysis.reference import received

    wanted = option_values.rounds_with_workbooks(year, period, RAW)
    side_by_side = option_values.whole_number("JOBS", jobs)
    if missing not in received.MISSING:
        raise click.UsageError(f'MISSING="{missing}" không phải một trong: {", ".join(received.MISSING)}.')
    if not every_round:
        wanted = wanted[-1:]
    from analysis.running import pipeline

    _stop_like_ctrl_c()
    status = pipeline.run(wanted, side_by_side, RAW, PROCESSED, REPORTS, missing=missing)
    if status == 0:
        for which in wanted:
            for page in pipeline.pages(*which):
                print(shown(ROOT / page))
    return status


def _stop_like_ctrl_c() -> None:
    """Being ended, or losing the terminal, ends a run as Ctrl-C does."""
    if os.name == "posix":
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # the first is ignored in a shell's background
            signal.signal(number, signal.default_int_handler)


@main.command()
@place
@year
@period
@option("allow", "TÊN", "Cho phép một điều mà bình thường không được phát hành; nhiều điều cách nhau dấu phẩy.")
@option("correction", "LỜI", "Đính chính lần phát hành trước: đã sửa gì và vì sao.")
def release(year: str, period: str, allow: str, correction: str) -> int:
    """Phát hành báo cáo đã dựng: đánh số, giữ nguyên mọi tệp, lưu dự báo để các kỳ sau chấm."""
    from analysis.reading.released import ReleaseError
    from analysis.running import releases

    which = option_values.newest_round(year, period, RAW)
    allowed = tuple(allow.replace(",", " ").split())
    _stop_like_ctrl_c()
    with refused(ReleaseError, click.ClickException):
        folder = releases.release(*which, allowed, correction or None)
    for page in sorted((folder / "pages").glob("*.html")):
        print(shown(page))
    return 0


@main.command()
@place
@year
@period
def verify(year: str, period: str) -> int:
    """Kiểm tra các lần phát hành còn nguyên từng byte không; mọi kỳ, hay chỉ kỳ đã cho."""
    from analysis.running import releases

    return releases.verify(year or None, period or None)


@main.command()
@place
@named_year
@named_period
@option("number", "SỐ", "Lần phát hành thứ mấy của kỳ ấy.")
@option("reason", "LỜI", "Vì sao thu hồi.")
def withdraw(year: str, period: str, number: str, reason: str) -> int:
    """Thu hồi một lần phát hành: giữ lại, ghi rõ là đã thu hồi và vì sao."""
    school_year, period = option_values.named_round(year, period)
    which = option_values.whole_number("NUMBER", number)
    if not reason:
        raise click.UsageError('Cần REASON=vì sao thu hồi, ví dụ REASON="nhầm biểu của Lê Chân".')
    from analysis.reading.released import ReleaseError
    from analysis.running import releases

    with refused(ReleaseError, click.ClickException):
        print(shown(releases.withdraw(school_year, period, which, reason)))
    return 0


@main.command()
@place
@named_year
@named_period
@option("area", "ĐƠN VỊ", "Chỉ một đơn vị, ví dụ le_chan.")
@click.option(
    "--whole", is_flag=True, envvar=f"{PREFIX}WHOLE", help="Một biểu chung cho mọi đơn vị, mỗi dòng ghi đơn vị."
)
def template(year: str, period: str, area: str, whole: bool) -> int:
    """Tạo biểu trống của một kỳ để gửi các đơn vị."""
    from analysis import offices
    from analysis.offices import template

    which = option_values.named_round(year, period)
    with refused(offices.AskedError):
        return template.run(*which, area, whole, rounds_in=RAW, templates=TEMPLATES)


@main.command("check-data")
@place
@year
@period
@option("raw", "THƯ MỤC", "Nơi để biểu của kỳ này, nếu không ở data/raw/<năm học>/<kỳ>.")
def check_data(year: str, period: str, raw: str) -> int:
    """Đọc và sàng lọc biểu của một kỳ, viết phiếu hỏi lại cho từng đơn vị."""
    from analysis import offices
    from analysis.offices import check_data

    which = option_values.named_round(year, period) if raw else option_values.newest_round(year, period, RAW)
    with refused(offices.AskedError):
        return check_data.run(*which, from_here(raw), rounds_in=RAW, processed=PROCESSED, sums=_earlier_sums(which))


def _earlier_sums(which: tuple[str, str]) -> Path | None:
    """Where the rounds before one stand added up, so that only this one is read."""
    from analysis.running import pipeline

    _stop_like_ctrl_c()
    return pipeline.earlier_sums(which, RAW, PROCESSED)


@main.command()
@place
@option("file", "TỆP", "Phiếu hỏi lại đã trả lời, ví dụ queries/le_chan.xlsx; nhiều phiếu: queries/*.xlsx.")
@option("raw", "THƯ MỤC", "Nơi để biểu của kỳ ấy, nếu không ở data/raw/<năm học>/<kỳ>.")
@click.argument("more", nargs=-1, metavar="[PHIẾU]...")
def answers(file: str, raw: str, more: tuple[str, ...]) -> int:
    """Nhận các phiếu đã trả lời thành dòng đề nghị sửa; chưa dòng nào có hiệu lực."""
    from analysis import offices
    from analysis.offices import answers

    with refused(offices.AskedError):
        return answers.run(option_values.files(file, more), from_here(raw), rounds_in=RAW, register=REGISTER)


@main.command()
@place
@year
@period
@option("today", "NGÀY", "Tính đến ngày nào, ví dụ 2024-12-31. Mặc định: hôm nay.")
def status(year: str, period: str, today: str) -> int:
    """Đơn vị nào đã báo cáo, hạn ngày nào, còn thiếu gì."""
    from analysis import offices
    from analysis.offices import status

    both = year and period  # such a round need not have workbooks yet
    which = option_values.named_round(year, period) if both else option_values.newest_round(year, period, RAW)
    with refused(offices.AskedError):
        return status.run(*which, today, rounds_in=RAW, sums=_earlier_sums(which))


@main.command()
@place
@year
@period
@option("area", "ĐƠN VỊ", "Mã hoặc tên đơn vị. Mặc định: cả thành phố.")
@option("indicator", "CHỈ TIÊU", "Mã chỉ tiêu, ví dụ enrolment_rate.")
@option("sector", "LOẠI HÌNH", "all (mặc định), public, nonpublic, nonpublic_school, independent.")
@option("band", "NHÓM TUỔI", "all (mặc định), nursery, kindergarten, hoặc một tuổi.")
@option("limit", "SỐ", "Nhiều nhất bao nhiêu ô in dưới một tổng. Mặc định: 20.", default="20")
def trace(year: str, period: str, area: str, indicator: str, sector: str, band: str, limit: str) -> int:
    """Một con số đến từ những ô nào: đơn vị, tệp, trang, ô, chỗ đã sửa, so với năm trước và chỉ tiêu."""
    from analysis.running import trace

    which = option_values.newest_round(year, period, RAW)
    return trace.run(*which, area, indicator, sector, band, option_values.whole_number("LIMIT", limit), RAW)


@main.command()
@place
@click.argument("table", default="", envvar=f"{PREFIX}TABLE", metavar="[BẢNG]")
def tables(table: str) -> int:
    """Các bảng tham chiếu để sửa: từng cột nói gì, được ghi gì; kiểm tra mọi bảng."""
    from analysis.running import table_guide

    return table_guide.run(table)


@main.command()
@place
@option("panel", "TỆP", "CSV: đơn vị, year, children_enrolled (area, teachers, births_thousand). Mặc định: 67 nước.")
@option("known", "SỐ NĂM", "Chỉ biết bấy nhiêu năm cuối trước mỗi lần dự báo. Mặc định: mọi năm, khi đủ tám năm.")
@option("out", "TỆP", "Ghi thêm bảng kết quả thành CSV.")
def backtest(panel: str, known: str, out: str) -> int:
    """Thử lại cách dự báo trên chuỗi nhiều năm của nhiều đơn vị, bên cạnh các cách dự báo đơn giản."""
    from analysis.reading import panel_files
    from analysis.running import backtest_table

    years = option_values.whole_number("KNOWN", known) if known else 0
    with refused(panel_files.PanelError):
        return backtest_table.run(panel or backtest_table.OWN_PANEL, out, years)
