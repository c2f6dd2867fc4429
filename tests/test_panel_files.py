"""Panels from files: what is refused, all at once and by row; what a blank, a zero and a missing row mean."""

import numpy as np
import pytest

from analysis import reference
from analysis.models import panel_backtest
from analysis.reading import panel_files
from analysis.reading.panel_files import PanelError
from tests.called import call

HEAD = "school,year,children_enrolled,teachers"


def read(tmp_path, *rows: str, head: str = HEAD):
    file = tmp_path / "panel.csv"
    file.write_text("\n".join([head, *rows]), encoding="utf-8")
    return panel_files.read(file)


def refusal(tmp_path, *rows: str, head: str = HEAD) -> str:
    with pytest.raises(PanelError) as refused:
        read(tmp_path, *rows, head=head)
    return str(refused.value)


class TestRows:
    @pytest.mark.parametrize("cell", ["inf", "-inf", "nan", "1.021", "1,5", "-3", "1e3", "ba", "12 trẻ", "١٢", "0x1F"])
    def test_a_cell_that_is_no_count_is_refused_with_its_row(self, tmp_path, cell):
        told = refusal(tmp_path, "A,2000,10,1", f'A,2001,"{cell}",1')
        assert f'dòng 3: A 2001; children_enrolled = "{cell}"' in told and "dòng 2" not in told

    def test_all_faulty_rows_are_told_at_once(self, tmp_path):
        told = refusal(tmp_path, "A,2000,x,1", "A,2001,10,y", "A,2001,11,1", ",2002,12,1", "A,năm,9,1", "A,2003,9,1")
        lines = [line for line in told.splitlines() if line.startswith("dòng")]
        assert [line.split(":")[0] for line in lines] == [f"dòng {row}" for row in (2, 3, 4, 5, 6)]
        assert "năm này có hơn một dòng" in lines[1] and 'teachers = "y"' in lines[1]
        assert "thiếu tên đơn vị" in lines[3] and "năm không đọc được" in lines[4]

    def test_a_year_twice_is_refused_even_where_both_rows_agree(self, tmp_path):
        assert "dòng 2" in refusal(tmp_path, "A,2000,10,1", "A,2000,10,1")

    def test_hundreds_of_faulty_rows_are_counted(self, tmp_path):
        assert "… và 60 dòng khác." in refusal(tmp_path, *(f"A{row},2000,x,1" for row in range(100)))

    def test_the_command_refuses_them_in_its_own_words(self, tmp_path, capsys):
        refusal(tmp_path, "A,2000,inf,1")
        assert call("backtest", f"PANEL={tmp_path / 'panel.csv'}", "KNOWN=3") == 2
        assert 'children_enrolled = "inf"' in capsys.readouterr().err

    @pytest.mark.parametrize("known", ["0", "ba", "-1", "2.5"])
    def test_years_known_are_a_whole_number(self, known, capsys):
        assert call("backtest", f"KNOWN={known}") == 2
        assert "KNOWN" in capsys.readouterr().err


class TestValues:
    def test_a_blank_is_not_known_and_a_zero_is(self, tmp_path):
        panel = read(tmp_path, "A,2000,10.0,", "A,2001,,1", "A,2003,0,2")
        children = panel.values["children_enrolled"].loc["A"]
        assert panel.years == [2000, 2001, 2002, 2003]
        assert children[[2000, 2003]].tolist() == [10, 0] and children[[2001, 2002]].isna().all()
        assert panel.values["births_thousand"].isna().all(axis=None)

    def test_school_years_and_a_panel_without_teachers_are_read(self, tmp_path):
        head = "school,school_year,children_enrolled"
        assert read(tmp_path, "A,2023-2024,10", head=head).years == [2023]
        assert "dòng 2" in refusal(tmp_path, "A,2023-2025,10", head=head)

    def test_a_unit_without_a_row_was_not_in_its_area_that_year(self, tmp_path):
        head = "school,area,year,children_enrolled"
        panel = read(tmp_path, "A,x,2000,10", "A,x,2001,11", "A,y,2001,5", head=head)
        assert panel.units == ["x / A", "y / A"]
        assert panel.values["children_enrolled"].to_numpy().tolist() == [[10, 11], [0, 5]]

    def test_gaps_and_jumps_are_told(self, tmp_path):
        told = "\n".join(panel_files.oddities(read(tmp_path, "B,2000,100,5", "B,2001,250,5", "B,2004,240,5")))
        assert "B 2001: children_enrolled đổi +150 %" in told and "B 2001-2004: children_enrolled đứt quãng" in told


class TestBrokenYears:
    def rows(self, collapsed=(), units=8, gone=()) -> list[str]:
        made = []
        for year in range(2015, 2024):
            for unit in range(units):
                count = 1 if year in collapsed and unit % 2 else 100 + unit
                if not (year in gone and unit % 4):
                    made.append(f"k{unit},x,{year},{count}")
        return made

    def test_years_in_which_many_units_collapse_are_refused_and_named_together(self, tmp_path):
        head = "school,area,year,children_enrolled"
        read(tmp_path, *self.rows(collapsed=(2020,), units=5), head=head)  # two units alone do not tell
        told = refusal(tmp_path, *self.rows(collapsed=(2020, 2022), units=20), head=head)
        assert "2020: 10 trên 20" in told and "2022: 10 trên 20" in told and "2021" not in told

    def test_a_year_in_which_most_units_have_no_row_is_refused(self, tmp_path):
        told = refusal(tmp_path, *self.rows(gone=(2023,), units=20), head="school,area,year,children_enrolled")
        assert "2023: 15 trên 20" in told

    def test_a_year_is_held_against_the_last_one_that_was_whole(self, tmp_path):
        rows = [row for row in self.rows(collapsed=(2021,), units=20) if ",2020," not in row]
        blank = [f"k{unit},2020," for unit in range(20)]
        told = refusal(
            tmp_path, *(row.replace(",x,", ",") for row in rows), *blank, head="school,year,children_enrolled"
        )
        assert "2021: 10 trên 20" in told

    def test_a_year_in_which_many_are_counted_in_another_way_is_told(self, tmp_path):
        rows = [f"k{unit},{year},{100 if year < 2018 else 135}" for unit in range(6) for year in range(2015, 2021)]
        panel = read(tmp_path, *rows, head="school,year,children_enrolled")
        assert list(panel_files.oddities(panel)) == [
            "2018: children_enrolled của 6 trên 6 đơn vị đổi quá một phần tư: đổi cách đếm?"
        ]

    def test_the_good_years_of_real_kindergartens_and_countries_pass(self):
        kindergartens = panel_files.from_table(reference.table("vilnius_panel"), "kindergarten")
        assert kindergartens.values["children_enrolled"].sum().loc[[2015, 2023]].tolist() == [11775, 12307]
        assert len(panel_files.from_table(reference.table("preschool_panel"), "area").units) == 67


class TestShortHistories:
    def test_nothing_but_the_last_years_known_is_used(self):
        table = reference.table("vilnius_panel")
        panel = panel_files.from_table(table, "kindergarten")
        trials = panel_backtest.short_trials(panel, 3)
        later = panel_files.from_table(table[table["year"] >= "2019"], "kindergarten")
        again = panel_backtest.short_trials(later, 3)
        columns = ["unit", "level", "lead", "origin", "growth", "lower_80", "upper_95"]
        both = trials[columns].merge(again[columns], on=columns[:4], suffixes=("", "_again"))
        assert len(both) == len(again) > 200
        for name in columns[4:]:
            assert np.allclose(both[name], both[f"{name}_again"], rtol=1e-9)

    def test_an_area_is_the_sum_of_its_units_those_that_open_and_close_too(self, tmp_path):
        rows = [f"{unit},x,{year},{count}" for unit, counts in (("A", (100, 100, 100, 100)), ("B", (50, 50, 50)))
                for year, count in enumerate(counts, 2000)]  # fmt: skip
        rows += ["C,x,2002,40", "C,x,2003,45"]
        trials = panel_backtest.short_trials(read(tmp_path, *rows, head="school,area,year,children_enrolled"), 2)
        made = trials[(trials["lead"] == 1) & (trials["origin"] == 2002)].set_index("level")
        assert made.loc["area", "growth"] == pytest.approx(190, rel=1e-3) and made.loc["area", "actual"] == 145
        assert made.loc[["unit"], "unit"].tolist() == ["x / A"]  # B has closed, C was there for one year

    def test_a_panel_too_short_for_any_trial_says_so(self, tmp_path, capsys):
        read(tmp_path, "A,2000,10,1", "A,2001,11,1", "B,2000,,")
        for known in ("KNOWN=5", "KNOWN=2", "KNOWN="):
            assert call("backtest", f"PANEL={tmp_path / 'panel.csv'}", known) == 0
            assert "Không có chuỗi nào đủ" in capsys.readouterr().out

    def test_the_weighted_interval_score_is_that_of_the_formula(self):
        limits = {"lower_80": 90.0, "upper_80": 120.0, "lower_95": 80.0, "upper_95": 150.0}
        row = {"series": "children_enrolled", "level": "unit", "lead": 1, "growth": 100.0, "same_as_last_year": 100.0}
        trials = panel_backtest.pd.DataFrame([row | limits | {"actual": 130.0, "scale": 5.0}])
        score = panel_backtest.score(trials).iloc[0]
        # |130 − 100| / 2 + 0.1 · (30 + 10 · 10) + 0.025 · 70, over 2.5, in percent of 130
        assert score["interval_score"] == pytest.approx(100 * (15 + 13 + 1.75) / 2.5 / 130)
        assert score["coverage_80"] == 0 and score["coverage_95"] == 100 and score["width_80"] == 30
