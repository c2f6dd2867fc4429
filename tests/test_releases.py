"""Publishing: what is refused, what is kept, and that no byte of it changes unnoticed."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from analysis import store
from analysis.reading import released
from analysis.reading.released import ReleaseError
from analysis.reference import ROOT, periods
from analysis.running import changes_since, editions, manifest, releases, steps
from tests import plain, publishing
from tests import releases as small

YEAR, PERIOD = "2024-2025", "HK1"
BAD = "<script>alert(1)</script>"
QUESTION = ("x", "question", "le_chan", "le_chan.xlsx", "Trẻ", "C7", "1", "2", "le_chan.xlsx › Trẻ › C7: bao nhiêu?")


class World:
    """A small round whose draft stands; `release` publishes it without running notebooks or making pages."""

    def __init__(self, folder):
        self.raw, self.processed, self.out = folder / "raw", folder / "processed", folder / "releases"
        self.workbook = self.raw / YEAR / PERIOD / "le_chan.xlsx"
        self.workbook.parent.mkdir(parents=True)
        self.workbook.write_text("biểu")
        self.asked = []
        self.draft()

    def draft(self, **tables):
        small.report(self.processed, **tables)
        changes_since.compare(self.folder, self.raw, self.out, YEAR, PERIOD, [])

    def other_numbers(self, value):
        rows = store.read(self.folder, "indicators.csv")
        rows.loc[rows["indicator"] == "schools", "value"] = value
        store.write(rows, self.folder, "indicators.csv")
        changes_since.compare(self.folder, self.raw, self.out, YEAR, PERIOD, [])

    @property
    def folder(self):
        return periods.folder(self.processed, YEAR, PERIOD)

    def build(self, missing):
        self.asked.append(missing)
        return 0

    def release(self, allow=(), correction=None, build=None):
        places = {"raw": str(self.raw), "processed": str(self.processed), "releases": str(self.out)}
        folder = releases.release(YEAR, PERIOD, allow, correction, **places, build=build or self.build)
        return released.Release(folder)

    def withdraw(self, number, reason):
        return releases.withdraw(YEAR, PERIOD, number, reason, releases=str(self.out))

    def verify(self, *which):
        return releases.verify(*which, releases=str(self.out))

    @property
    def files(self):
        return {file.relative_to(self.out).as_posix() for file in self.out.rglob("*") if file.is_file()}


def one_page(notebooks, target, report, edition):
    target.mkdir()
    (target / "brief.html").write_text(edition.words, encoding="utf-8")


@pytest.fixture
def world(tmp_path, monkeypatch):
    monkeypatch.setattr(editions, "make", one_page)
    monkeypatch.setattr(manifest, "sources", lambda: ("abc", []))
    return World(tmp_path)


def words(release):
    return (release.folder / "pages/brief.html").read_text(encoding="utf-8")


def test_a_release_keeps_pages_and_tables_with_the_hash_of_every_input_and_output(world):
    release = world.release()
    says = release.manifest()
    assert (release.number, says["kind"], says["note"], says["allowed"]) == (1, "release", "", {})
    assert says["git"] == {"commit": "abc", "clean": True}
    assert words(release) == "Bản phát hành số 1."
    assert f"raw/{YEAR}/{PERIOD}/le_chan.xlsx" in says["inputs"]
    assert {
        "src/analysis/store.py",
        "notebooks/05_needs.ipynb",
        "data/reference/norms.csv",
        "requirements.lock",
    } <= set(says["inputs"])
    for name in ("needs.csv", "series.parquet", "release_values.parquet", "forecasts.csv"):
        assert says["outputs"][f"tables/{name}"] == released.digest(release.folder / "tables" / name)
    assert not any(str(world.out.parent) in file.read_text("utf-8", "replace") for file in release.folder.rglob("*.*"))


def test_the_same_inputs_give_the_same_bytes(tmp_path, monkeypatch, world):
    first = world.release()
    other = World(tmp_path / "elsewhere")
    second = other.release()
    assert [file.read_bytes() for file in sorted(first.folder.rglob("*.*"))] == [
        file.read_bytes() for file in sorted(second.folder.rglob("*.*"))
    ]


def test_a_release_is_never_written_over_and_its_files_are_read_only(world):
    first = world.release()
    before = {file: file.read_bytes() for file in first.folder.rglob("*.*")}
    world.other_numbers(77.0)
    assert world.release().number == 2
    assert before == {file: file.read_bytes() for file in first.folder.rglob("*.*")}
    assert all(file.stat().st_mode & 0o222 == 0 for file in before)


def test_what_did_not_change_is_no_release_and_only_a_correction_may_change_words_alone(world):
    world.release()
    with pytest.raises(ReleaseError, match="không khác bản phát hành 2024-2025-HK1/0001"):
        world.release()
    assert world.release(correction="Sửa lời mục 3.").number == 2


def test_a_correction_is_a_new_number_that_says_what_changed_and_which_it_corrects(world):
    with pytest.raises(ReleaseError, match="Chưa có bản phát hành nào"):
        world.release(correction="Sửa số lớp.")
    world.release()
    with pytest.raises(ReleaseError, match="phải nói đã sửa gì"):
        world.release(correction="  ")
    second = world.release(correction="Sửa số lớp của Lê Chân.")
    says = second.manifest()
    assert (says["kind"], says["corrects"], says["note"]) == ("correction", 1, "Sửa số lớp của Lê Chân.")
    assert words(second) == "Bản phát hành số 2, đính chính bản số 1. Sửa số lớp của Lê Chân."


def lacking(choice):
    rows = [(YEAR, PERIOD, "cat_hai", choice, None)]
    return {"partial.csv": pd.DataFrame(rows, columns=store.schema("partial.csv").names)}


def asking():
    return {"findings.csv": pd.DataFrame([QUESTION], columns=store.schema("findings.csv").names)}


@pytest.mark.parametrize(
    ("name", "tables", "changed", "told", "on_page"),
    [
        ("partial", lacking("partial"), [], "thiếu biểu của Cát Hải", "còn thiếu biểu của Cát Hải."),
        ("carry", lacking("carry"), [], "thay cho Cát Hải", "biểu của kỳ trước còn thay cho Cát Hải."),
        ("questions", asking(), [], "C7: bao nhiêu", "còn 1 câu hỏi về số liệu"),
        ("sources", {}, ["src/analysis/x.py"], "src/analysis/x.py", "1 tệp mã nguồn, sổ tay"),
    ],
)
def test_each_reason_refuses_by_its_name_and_allowed_is_said_on_the_page(
    world, monkeypatch, name, tables, changed, told, on_page
):
    world.draft(**tables)
    monkeypatch.setattr(manifest, "sources", lambda: ("abc", changed))
    others = [other for other in releases.ALLOWANCES if other != name]
    with pytest.raises(ReleaseError, match=f"- {name}: ") as refused:
        world.release(allow=others)
    assert told in str(refused.value) and f"ALLOW={name}," in str(refused.value)
    assert world.files == set()
    release = world.release(allow=[name])
    assert on_page in words(release) and list(release.manifest()["allowed"]) == [name]


def test_all_reasons_are_told_at_once_and_a_name_that_is_none_is_refused(world, monkeypatch):
    world.draft(**lacking("partial"), **asking())
    monkeypatch.setattr(manifest, "sources", lambda: ("abc", ["src/x.py"]))
    with pytest.raises(ReleaseError, match=r"partial(.|\n)*questions(.|\n)*sources"):
        world.release()
    with pytest.raises(ReleaseError, match="parcial"):
        world.release(allow=["parcial"])


def test_an_answered_question_and_what_is_for_attention_refuse_nothing(world):
    row = (QUESTION[0], "attention", *QUESTION[2:])
    world.draft(**{"findings.csv": pd.DataFrame([row], columns=store.schema("findings.csv").names)})
    assert world.release().manifest()["allowed"] == {}


def test_the_draft_is_built_as_it_was_or_as_it_is_allowed(world):
    world.release()
    world.draft(**lacking("partial"))
    for allow in ([], ["carry"]):
        with pytest.raises(ReleaseError):
            world.release(allow=allow)
    assert world.asked == ["stop", "partial", "carry"]


def test_a_draft_that_cannot_be_built_is_not_released(world):
    with pytest.raises(ReleaseError, match="không dựng được"):
        world.release(build=lambda missing: 1)
    assert world.files == set()


def test_an_input_that_changes_meanwhile_stops_the_release(world):
    def build(missing):
        world.workbook.write_text("biểu khác")
        return 0

    with pytest.raises(ReleaseError, match="đầu vào bị sửa"):
        world.release(build=build)
    assert world.files == set()


def test_without_git_sources_are_not_checked_and_that_is_said(world, monkeypatch, capsys):
    monkeypatch.setattr(manifest, "sources", lambda: None)
    assert world.release().manifest()["git"] is None
    assert "Không có git" in capsys.readouterr().err


def test_git_tells_each_changed_and_new_source_and_nothing_else(tmp_path, monkeypatch):
    monkeypatch.setattr(manifest, "ROOT", tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert manifest.sources() is None
    for name in ("src/a.py", "notebooks/a.ipynb", "requirements.lock", "README.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("một")
    who = ("-c", "user.name=x", "-c", "user.email=x@y")
    for command in (("init", "-q"), ("add", "."), (*who, "commit", "-qm", "một")):
        subprocess.run(["git", "-C", tmp_path, *command], check=True)
    assert manifest.sources()[1] == []
    (tmp_path / "README.md").write_text("hai")
    (tmp_path / "requirements.lock").write_text("hai")
    (tmp_path / "src/b.py").write_text("mới")
    assert sorted(manifest.sources()[1]) == ["requirements.lock", "src/b.py"]
    monkeypatch.setenv("PATH", "")
    assert manifest.sources() is None


def change(file: Path, content: bytes) -> None:
    file.chmod(0o644)
    file.write_bytes(content)


def test_every_changed_added_or_missing_byte_is_told(world, capsys):
    release = world.release()
    assert world.verify() == 0
    for file in sorted(file for file in release.folder.rglob("*") if file.is_file()):
        content = file.read_bytes()
        change(file, bytes([content[0] ^ 1]) + content[1:])
        assert world.verify() == 1, file
        assert file.name in capsys.readouterr().out
        file.unlink()
        assert world.verify() == 1, file
        assert file.name in capsys.readouterr().out
        file.write_bytes(content)
    assert world.verify(YEAR, PERIOD) == 0
    (release.folder / "pages/thêm.txt").write_text("")
    assert world.verify(YEAR) == 1
    assert "pages/thêm.txt: thừa" in capsys.readouterr().out


def test_a_manifest_rewritten_with_its_seal_is_noticed_by_the_next_release(world, capsys):
    first = world.release()
    world.other_numbers(77.0)
    world.release()
    says = first.manifest() | {"note": "khác"}
    content = json.dumps(says).encode()
    change(first.folder / "manifest.json", content)
    change(first.folder / "manifest.sha256", released.sealed(content).encode())
    assert world.verify() == 1
    assert "0001/manifest.json: không phải bản mà 2024-2025-HK1/0002 đã ghi nhận" in capsys.readouterr().out


def test_a_release_that_is_gone_and_a_copy_of_one_are_told(world, capsys):
    for value in (1.0, 2.0, 3.0):
        world.other_numbers(value)
        world.release()
    place = periods.folder(world.out, YEAR, PERIOD)
    (place / "0002").rename(place / "0002 (bản sao)")
    assert world.verify() == 1
    said = capsys.readouterr().out
    assert "0002: cả bản phát hành này mất" in said and "0002 (bản sao): thừa" in said
    assert "0001" not in said and "0003" not in said


def test_where_nothing_was_released_nothing_is_wrong(world, capsys):
    assert world.verify() == 0
    assert "Chưa có bản phát hành nào" in capsys.readouterr().out


def test_a_withdrawn_release_is_kept_as_it_is_marked_and_told_in_the_index(world, capsys):
    first = world.release()
    before = {file: file.read_bytes() for file in first.folder.rglob("*.*")}
    for number, reason in ((2, "nhầm"), (1, " ")):
        with pytest.raises(ReleaseError):
            world.withdraw(number, reason)
    marker = world.withdraw(1, f"Nhầm biểu của Lê Chân. {BAD}")
    assert before == {file: file.read_bytes() for file in first.folder.rglob("*.*")}
    assert json.loads(marker.read_text())["reason"].startswith("Nhầm biểu")
    index = (world.out / "index.html").read_text(encoding="utf-8")
    assert "Đã thu hồi: Nhầm biểu của Lê Chân." in index and BAD not in index
    with pytest.raises(ReleaseError, match="đã được thu hồi"):
        world.withdraw(1, "lần nữa")
    assert world.verify() == 0
    change(marker, marker.read_bytes().replace(b'"number": 1', b'"number": 2'))
    assert world.verify() == 1
    assert "0001.withdrawn.json: đã bị sửa" in capsys.readouterr().out


def test_the_same_numbers_may_be_released_again_once_the_last_was_withdrawn(world):
    world.release()
    world.withdraw(1, "phát hành nhầm ngày")
    second = world.release()
    assert (second.number, second.manifest()["kind"]) == (2, "release")


def test_a_release_killed_halfway_leaves_none(world):
    code = f"""
import os
from pathlib import Path
from analysis.running import manifest
with manifest.next_release(Path({str(periods.folder(world.out, YEAR, PERIOD))!r}), {{}}) as aside:
    (aside / "half.html").write_text("x")
    os._exit(9)
"""
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env={"PYTHONPATH": str(ROOT / "src")}, check=False)
    assert run.returncode == 9 and len(world.files) == 1
    assert world.verify() == 0 and released.of_round(world.out, YEAR, PERIOD) == []
    assert world.release().number == 1
    assert not [name for name in world.files if "half" in name or ".part" in name]


def test_a_folder_that_stands_is_never_replaced(world):
    with pytest.raises(OSError), manifest.next_release(world.out / "r", {}) as aside:
        (aside.parent / "0001").mkdir()
        (aside.parent / "0001/there").write_text("x")
    assert world.files == {"r/0001/there"}


def test_pages_carry_the_line_of_their_release(tmp_path, monkeypatch):
    monkeypatch.setattr(editions.pdf, "browser", lambda: None)  # what prints them has tests of its own
    monkeypatch.setattr(manifest, "sources", lambda: ("abc", []))
    world = World(tmp_path)
    notebooks = world.folder / "notebooks"
    notebooks.mkdir()
    asked = {"school_year": YEAR, "period": PERIOD, "raw": "data/raw", "processed": str(world.processed)}
    for parts in steps.PAGES.values():
        for name in parts:
            node = plain.run(steps.notebook_file(name), **asked)
            (notebooks / f"{name}.ipynb").write_text(json.dumps(node), encoding="utf-8")
    publishing.put_down(world.out, YEAR, PERIOD, {})
    pages = world.release(correction="Sửa số lớp & lời.").folder / "pages"
    names = {"appendix.html", "brief.html", "appendix.docx", "tables.xlsx", "tables/dictionary.csv"}
    assert all((pages / name).stat().st_size for name in names)
    for name in ("appendix.html", "brief.html", "units/index.html", "units/le_chan.html"):
        html = (pages / name).read_text(encoding="utf-8")
        assert "Bản phát hành số 2, đính chính bản số 1. Sửa số lớp &amp; lời." in html
        assert "Bản nháp" not in html
    word, cover = (zipfile.ZipFile(pages / name) for name in ("appendix.docx", "tables.xlsx"))
    for part in (word.read("word/document.xml"), cover.read("xl/sharedStrings.xml")):
        assert "Bản phát hành số 2, đính chính bản số 1." in part.decode() and "Bản nháp" not in part.decode()


def test_a_release_put_down_without_tables_holds_none(tmp_path):
    release = publishing.put_down(tmp_path, YEAR, PERIOD, {})
    assert not release.holds("forecasts.csv")
    assert released.standing(tmp_path, YEAR, PERIOD, "forecasts.csv") == []
