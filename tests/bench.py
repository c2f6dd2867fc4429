"""make bench: time and memory of make report, as ratios within this one run.

make report is held against the same functions in one plain Python process (tests/plain.py), and against papermill and
nbconvert as they come, one notebook after another. Everything runs in a copy of the project, with every round of
data/raw. RUNS=5 repeats it (3 by default) and prints medians; the last table and docs/growth.svg show how reading,
indicators, models and pages grow.
"""

import json
import os
import platform
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from unittest import mock

from python_calamine import CalamineWorkbook

from analysis.reading import rounds
from analysis.reference import ROOT, areas, periods, places, received
from analysis.running import pipeline, steps
from tests import growth, growth_picture, worlds
from tests import project as projects
from tests.measure import timed
from tests.workbooks import cells_of, write

PAGES = list(steps.PAGES)
PARTS = [part for parts in steps.PAGES.values() for part in parts]
STAGES = [notebook for notebook in steps.NOTEBOOKS if notebook not in PARTS]
OUTPUTS = ["tables", "word", "printed"]
PLAIN = [*STAGES, "changes", *PARTS, *OUTPUTS]
TIMES = (  # what, its seconds, what it is held against
    ("một tiến trình Python thường, từ đầu, đến hai trang", "plain, pages", "plain, pages"),
    ("papermill và nbconvert nguyên bản, lần lượt, từ đầu, đến hai trang", "stock", "plain, pages"),
    ("make report, từ đầu, đến hai trang", "report, pages", "plain, pages"),
    ("một tiến trình Python thường, từ đầu, cả bảng tính, Word và PDF", "plain", "plain"),
    ("make report, từ đầu, cả bảng tính, Word và PDF", "report", "plain"),
    ("make report, không có gì thay đổi", "no change", "plain"),
    ("make report, chạm vào một biểu mà không đổi", "touched", "plain"),
    ("make report, một biểu thay đổi, đến hai trang", "one workbook, pages", "plain, one workbook"),
    ("make report, sửa sổ tay tóm tắt, đến khi có trang", "brief edited", "plain"),
    ("make report, sửa sổ tay phụ lục, phần 1 đến 8, đến khi có trang", "appendix_report edited", "plain"),
    ("make report, sửa sổ tay phụ lục, phần 9 đến 13, đến khi có trang", "appendix_outlook edited", "plain"),
    ("make report, qua lại giữa hai kỳ đã dựng", "back again", "plain"),
)
PUBLISHED = (  # what is published: its files, what makes it
    ("appendix.html", "appendix.html", "appendix page"),
    ("brief.html", "brief.html", "brief page"),
    ("tables.xlsx và CSV", "tables*", "tables"),
    ("appendix.docx", "appendix.docx", "word"),
    ("hai tệp PDF", "*.pdf", "printed"),
)
OF_DISTRICTS = ("2024-2025", "HK1")  # the round of the old districts that the newest one is held against
APPENDIX = re.compile(r"✓ (?:appendix_report|appendix_outlook|appendix\.html) .*: ([\d,]+) giây")
MEMORY = (
    ("điều phối", "driver"),
    ("tiến trình nạp sẵn thư viện, và sổ tay hoặc trang lớn nhất tách từ đó", "forked"),
    ("make report, mọi tiến trình cùng lúc", "together"),
    ("một tiến trình Python thường", "plain"),
)


def one_run(folder: Path, year: str, period: str) -> dict[str, float]:
    """Every figure of the bench but growth, once."""
    project = project_of(folder)
    return _from_nothing(project, year, period) | _again(project, year, period)


def project_of(folder: Path) -> Path:
    """A copy of the project with every round, and these tests."""
    project = projects.copy(folder, received.available(pipeline.RAW))
    for other in filter(None, map(places.folder, places.known())):  # a merged city follows on the rounds of two places
        if (ROOT / pipeline.RAW / other).is_dir():
            shutil.copytree(ROOT / pipeline.RAW / other, project / pipeline.RAW / other)
    (project / "tests").symlink_to(ROOT / "tests")
    return project


def plainly(year: str, period: str, *names: str) -> list[str]:
    """The command that does the named parts of a report, or all, in one plain process."""
    return [sys.executable, "-m", "tests.plain", year, period, "plain", *(names or PLAIN)]


def _from_nothing(project: Path, year: str, period: str) -> dict[str, float]:
    out: dict[str, float] = {}
    say("một tiến trình Python thường, từ đầu")
    plain = timed(plainly(year, period), project)
    out["plain"] = plain.seconds
    spent = json.loads(plain.said[-1][1])["seconds"]
    out["plain, pages"] = plain.seconds - sum(spent[name] for name in OUTPUTS)
    out |= {name: spent[name] for _, _, name in PUBLISHED}
    say("papermill và nbconvert nguyên bản, từ đầu")
    out["stock"] = stock(project, year, period)
    say("make report, từ đầu")
    report = timed(make(), project)
    out |= {"report": report.seconds, "report, pages": pages_seen(report)}
    published = project / f"{pipeline.REPORTS}/{year}-{period}"
    return out | {f"{label} bytes": _size(published.glob(files)) for label, files, _ in PUBLISHED}


def memory(folder: Path, year: str, period: str) -> dict[str, int]:
    """Highest bytes of each kind of process, from nothing, and of all at once; in runs of their own."""
    say("bộ nhớ")
    project = project_of(folder)
    report = timed(make(), project, watched=True)
    plain = timed(plainly(year, period), project, watched=True)
    return {**report.memory, "together": report.together, "plain": max(plain.memory.values())}


def maps(folder: Path, rounds: Iterable[tuple[str, str]]) -> list[tuple[str, int, float, float, float]]:
    """Each round from nothing, with all before it: name, units, seconds, those of the appendix, bytes at most."""
    out = []
    for year, period in rounds:
        say(f"{year} {period}, từ đầu")
        run = timed(make(f"YEAR={year}", f"PERIOD={period}"), project_of(folder / f"{year}-{period}"), watched=True)
        spent = [APPENDIX.match(line) for _, line in run.said]
        appendix = sum(float(match[1].replace(",", ".")) for match in spent if match)
        units = len(areas.reporting(periods.as_of(year, period)))
        out.append((f"{year} {period}", units, run.seconds, appendix, max(run.memory.values())))
    return out


def _size(there: Iterable[Path]) -> int:
    files = [file for place in there for file in ([place] if place.is_file() else place.rglob("*.*"))]
    return sum(file.stat().st_size for file in files)


def _again(project: Path, year: str, period: str) -> dict[str, float]:
    out: dict[str, float] = {}
    say("make report, không có gì thay đổi, chạm một biểu, sửa sổ tay, một biểu thay đổi, kỳ khác")
    out["no change"] = timed(make(), project).seconds
    os.utime(a_workbook(project, year, period))
    out["touched"] = timed(make(), project).seconds
    for page, parts in steps.PAGES.items():
        for part in parts:
            edit(project / f"notebooks/{part}.ipynb")
            out[f"{part} edited"] = timed(make(), project).after(f"✓ {page}.html ")
    change_one_workbook(project, year, period)
    plain = timed(plainly(year, period, *STAGES, "changes", *PARTS), project)
    out["plain, one workbook"] = plain.seconds
    out["one workbook, pages"] = pages_seen(timed(make(), project))
    earlier = received.available(pipeline.RAW)[-2]
    other = make(f"YEAR={earlier[0]}", f"PERIOD={earlier[1]}")
    for command in (other, make(), other):  # the first time a round is new
        timed(command, project)
    out["back again"] = timed(make(), project).seconds
    return out


def make(*arguments: str, target: str = "report") -> list[str]:
    return ["make", target, f"PY={sys.executable}", *arguments]


def pages_seen(report) -> float:
    """Seconds until both pages had been rendered."""
    return report.after(*(f"✓ {page}.html " for page in PAGES))


def stock(project: Path, year: str, period: str) -> float:
    """Seconds of papermill's command for each notebook, and nbconvert's for each page, one after another."""
    asked = {"school_year": year, "period": period, "raw": pipeline.RAW, "processed": "stock", "experiment": ""}
    aside = project / "stock"
    aside.mkdir()
    spent = 0.0
    for name in (*STAGES, "changes", *PARTS):
        if name == "changes":
            spent += timed([sys.executable, "-m", "tests.plain", year, period, "stock", name], project).seconds
            continue
        parameters = [part for key, value in asked.items() for part in ("-r", key, value)]
        command = ["papermill", f"notebooks/{name}.ipynb", f"stock/{name}.ipynb", "-k", "python3", *parameters]
        spent += timed([sys.executable, "-m", *command, "--no-progress-bar"], project).seconds
        if name in PARTS:
            convert = ["nbconvert", "--to", "html", "--no-input", f"stock/{name}.ipynb"]
            spent += timed([sys.executable, "-m", *convert], project).seconds
    return spent


def edit(notebook: Path) -> None:
    """Add a sentence to the last words of a notebook."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    last = [cell for cell in content["cells"] if cell["cell_type"] == "markdown"][-1]
    last["source"] = [*last["source"], "\n\nThêm một câu."]
    notebook.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def reading(counts: tuple[int, ...] = (14, 140, 1000)) -> list[tuple[int, float, float]]:
    """Workbooks of one round, seconds to read it with its tables, seconds of the bare Excel reader on the same files.

    A round of more than its units has the same workbooks again and again. The two are measured in turn, in seconds of
    the processor over all threads, so that other work on the machine does not decide.
    """
    year, period = received.available(pipeline.RAW)[-1]
    units = areas.reporting(periods.as_of(year, period))
    rounds.read(pipeline.RAW, year, period)  # the form is read once
    out = []
    for count in counts:
        owing = [units[i % len(units)] for i in range(count)]
        times: list[tuple[float, float]] = []
        for _ in range(max(3, 140 // count)):
            with mock.patch.object(areas, "reporting", return_value=owing):
                ours = _seconds(rounds.read, pipeline.RAW, year, period)
            times.append((ours, _seconds(_read_bare, ROOT / pipeline.RAW / year / period, owing)))
        ours, bare = (statistics.median(each) for each in zip(*times, strict=True))
        out.append((count, ours, bare))
    return out


def _read_bare(folder: Path, owing: list[str]) -> None:
    for file in (folder / f"{area}.xlsx" for area in owing):
        book = CalamineWorkbook.from_path(str(file))
        for name in book.sheet_names:
            book.get_sheet_by_name(name).to_python(skip_empty_area=False)


def _seconds(work, *arguments) -> float:
    started = time.process_time()
    work(*arguments)
    return time.process_time() - started


def change_one_workbook(project: Path, year: str, period: str) -> None:
    """One office sends one more classroom built: a number that every table up to the pages rests on."""
    file = a_workbook(project, year, period)
    cells = cells_of(file)
    row = next(cell[1:] for (sheet, cell), value in cells.items() if sheet == "Chỉ tiêu" and value == "05")
    cells["Chỉ tiêu", f"E{row}"] += 1
    cells["Chỉ tiêu", f"F{row}"] += 1
    write(file, cells)


def a_workbook(project: Path, year: str, period: str) -> Path:
    """The workbook of the first unit of a round."""
    return received.workbooks(project / f"{pipeline.RAW}/{year}/{period}")[0]


def say(text: str) -> None:
    print(f"  đo: {text} ...", file=sys.stderr, flush=True)


def machine() -> str:
    """The machine, and how busy it was: ratios hold better than seconds where others work on it too."""
    busy = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    return f"{platform.machine()}, {os.cpu_count()} nhân, Python {platform.python_version()}, tải {busy}"


def figure(value: float | None, decimals: int) -> str:
    return "–" if value is None else f"{value:.{decimals}f}".replace(".", ",")


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    names = list(head)
    print(f"\n| {' | '.join(names)} |\n|---|{'---:|' * (len(names) - 1)}")
    for row in rows:
        print(f"| {' | '.join(row)} |")
    sys.stdout.flush()


def main() -> None:
    """Measure, print the tables of the README and draw docs/growth.svg; each table as soon as it is measured."""
    runs, began = int(os.environ.get("RUNS", "3")), time.monotonic()
    year, period = received.available(pipeline.RAW)[-1]
    measured = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(runs):
            say(f"lần {number + 1}/{runs}")
            measured.append(one_run(Path(folder) / f"project{number}", year, period))
        print(f"{machine()}, trung vị của {runs} lần đo, kỳ {year} {period}")
        _print_times({name: statistics.median(run[name] for run in measured) for name in measured[0]})
        _print_memory(memory(Path(folder) / "watched", year, period))
        _print_maps(maps(Path(folder) / "maps", dict.fromkeys([OF_DISTRICTS, (year, period)])))
        grown = Path(folder) / "maps" / "-".join(OF_DISTRICTS)
        _print_growth(growth.curves(grown, sys.executable, *OF_DISTRICTS, say))
        _print_every(Path(folder) / "every")
        _print_coverage()
    say(f"xong sau {(time.monotonic() - began) / 60:.1f} phút")


def _print_times(median: dict[str, float]) -> None:
    table(
        ("việc", "giây", "so với một tiến trình Python thường"),
        ((label, figure(median[name], 1), figure(median[name] / median[base], 2)) for label, name, base in TIMES),
    )
    print(f"\nSo với papermill và nbconvert nguyên bản: {figure(median['report, pages'] / median['stock'], 2)}.")
    table(
        ("tệp phát hành", "KB", "giây dựng"),
        ((label, f"{median[f'{label} bytes'] / 1e3:.0f}", figure(median[name], 2)) for label, _, name in PUBLISHED),
    )


def _print_memory(highest: dict[str, int]) -> None:
    table(("bộ nhớ cao nhất", "MB"), ((label, f"{highest[of] / 1e6:.0f}") for label, of in MEMORY))


def _print_maps(measured: list[tuple[str, int, float, float, float]]) -> None:
    """The old map beside the newest one."""
    _, _, _, before, _ = measured[0]
    table(
        ("make report, từ đầu, mọi kỳ trước", "đơn vị", "giây", "giây phụ lục", "lần", "MB, tiến trình lớn nhất"),
        (
            (name, str(units), figure(seconds, 0), figure(appendix, 1), figure(appendix / before, 2),
             figure(highest / 1e6, 0))
            for name, units, seconds, appendix, highest in measured
        ),
    )  # fmt: skip


def _print_every(folder: Path) -> None:
    """All rounds at once, from nothing."""
    say("make reports, mọi kỳ")
    wanted = received.available(pipeline.RAW)
    every = timed(make(target="reports"), project_of(folder)).seconds
    print(f"\nmake reports, {len(wanted)} kỳ, từ đầu, cả bảng tính, Word và PDF: {figure(every, 0)} giây.", flush=True)


def _print_coverage(count: int = 1000) -> None:
    """How often intervals hold in made-up worlds of every kind, beside what they say."""
    say(f"{count} thế giới giả định")
    head = ("số năm đã biết", "cấp", "trước mấy năm", "khoảng 80 % giữ được (%)", "khoảng 95 % giữ được (%)")
    rows = []
    for known in (3, 5, 8):
        for (level, lead), held in worlds.coverage(known, count).items():
            shares = (figure(100 * share, 1) for share in held.mean(axis=0))
            rows.append((str(known), {"area": "đơn vị", "city": "toàn bộ"}[level], str(lead), *shares))
    table(head, rows)


def _print_growth(sizes: list[growth.Size]) -> None:
    read = reading((14, 114, 1000))
    table(
        ("đọc một kỳ, cả bảng (giây bộ xử lý)", "giây", "giây một biểu", "so với trình đọc Excel trần"),
        ((f"{n} biểu", figure(ours, 2), figure(ours / n, 4), figure(ours / bare, 2)) for n, ours, bare in read),
    )
    table(
        ("lớn lên (giây bộ xử lý)", "chỉ tiêu một kỳ", "mô hình", "phụ lục", "MB"),
        (
            (f"{s.areas} đơn vị, {s.years} năm", *(figure(s.seconds[stage], 1) for stage in growth.STAGES),
             f"{s.memory / 1e6:.0f}")
            for s in sizes
        ),
    )  # fmt: skip
    growth_picture.draw(sizes, {count: ours for count, ours, _ in read}, ROOT / "docs/growth.svg")


if __name__ == "__main__":
    main()
