"""Ledgers of before become releases once, and nothing is lost whatever stops it."""

import shutil
from pathlib import Path

import pytest

from analysis.reading import released
from analysis.reading.released import ReleaseError
from analysis.running import old_ledgers, releases

ROUND = "2024-2025-HK1"
VALUES = [{"release_values.parquet": b"v1", "release_inputs.csv": b"i1"}]
FORECASTS = [{"forecasts.csv": b"f1", "made_from.csv": b"m1"}, {"forecasts.csv": b"f2", "made_from.csv": b"m2"}]


def keep(processed: Path) -> None:
    """Both ledgers as they were written before: one record of values, two of forecasts."""
    for ledger, records in (("releases", VALUES), ("forecasts", FORECASTS)):
        for number, files in enumerate(records, 1):
            folder = processed / ledger / ROUND / f"{number:04d}-{old_ledgers._digest(files)}"
            folder.mkdir(parents=True)
            for name, content in files.items():
                (folder / name).write_bytes(content)


def taken(out: Path) -> list[dict[str, bytes]]:
    folders = [one.folder / "tables" for one in released.in_folder(out / ROUND)]
    return [{file.name: file.read_bytes() for file in folder.iterdir()} for folder in folders]


WHOLE = [VALUES[0] | FORECASTS[0], FORECASTS[1]]


def test_each_record_becomes_a_release_that_says_so_and_goes_then(tmp_path):
    processed, out = tmp_path / "processed", tmp_path / "releases"
    keep(processed)
    old_ledgers.take_over(processed, out)
    assert taken(out) == WHOLE
    first, second = released.in_folder(out / ROUND)
    assert first.manifest()["kind"] == second.manifest()["kind"] == released.TAKEN_OVER
    assert [name.partition("-")[0] for name in first.manifest()["taken_over"]] == ["releases/2024", "forecasts/2024"]
    assert not first.holds("needs.csv") and first.holds("forecasts.csv") and not second.holds("release_values.parquet")
    assert "Sổ lưu cũ" in (out / "index.html").read_text(encoding="utf-8")
    assert list(processed.iterdir()) == []
    assert releases.verify(releases=str(out)) == 0
    old_ledgers.take_over(processed, out)
    assert taken(out) == WHOLE


def test_the_name_of_a_record_is_what_the_old_ledger_made_of_its_files():
    assert old_ledgers._digest({"a": b"1", "b": b"2"}) == old_ledgers._digest({"b": b"2", "a": b"1"})
    assert old_ledgers._digest({"a": b"1", "b": b"2"}) != old_ledgers._digest({"a": b"12", "b": b""})


def test_a_record_that_was_changed_stops_with_its_name_and_stays(tmp_path):
    processed, out = tmp_path / "processed", tmp_path / "releases"
    keep(processed)
    (file,) = processed.glob("forecasts/*/0002-*/forecasts.csv")
    file.write_bytes(b"f3")
    for _ in range(2):
        with pytest.raises(ReleaseError, match=f"forecasts/{ROUND}/0002-"):
            old_ledgers.take_over(processed, out)
        assert file.read_bytes() == b"f3" and taken(out) == WHOLE[:1]
    file.write_bytes(b"f2")
    old_ledgers.take_over(processed, out)
    assert taken(out) == WHOLE


def test_stopped_at_any_moment_nothing_is_lost_and_the_next_run_goes_on(tmp_path, monkeypatch):
    left = 0

    def stopping(work):
        def counted(*arguments, **named):
            nonlocal left
            left -= 1
            if left == 0:
                raise KeyboardInterrupt
            return work(*arguments, **named)

        return counted

    moments = 0
    for moment in range(1, 100):
        place = tmp_path / str(moment)
        processed, out = place / "processed", place / "releases"
        keep(processed)
        left = moment
        with monkeypatch.context() as patched:
            for owner, name in ((Path, "write_bytes"), (Path, "write_text"), (Path, "chmod"), (Path, "mkdir"),
                                (old_ledgers.manifest.atomic_files.os, "rename"), (Path, "rmdir")):  # fmt: skip
                patched.setattr(owner, name, stopping(getattr(owner, name)))
            patched.setattr(old_ledgers.shutil, "rmtree", half_removed(stopping(shutil.rmtree), shutil.rmtree))
            try:
                old_ledgers.take_over(processed, out)
                break
            except KeyboardInterrupt:
                moments += 1
        old_ledgers.take_over(processed, out)
        assert taken(out) == WHOLE, moment
        assert not any(path.is_file() for path in processed.rglob("*")) and releases.verify(releases=str(out)) == 0
    assert moments > 20


def half_removed(stopping, remove):
    """Removing that, where it is stopped, has removed the first file already; folders written aside go as always."""

    def rmtree(path, **options):
        if Path(path).suffix == ".part":
            return remove(path, **options)
        if Path(path).is_dir():
            next(Path(path).iterdir()).unlink()
        return stopping(path, **options)

    return rmtree
