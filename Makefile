# make help liệt kê các lệnh. Môi trường (.venv) tự dựng một lần từ requirements.lock.
# A conda user sets PY to its python: make report PY=python
PYTHON ?= python3
VENV   := .venv
PY     ?= $(VENV)/bin/python
JOBS   ?= 2
READY  := $(if $(filter $(VENV)/%,$(PY)),$(VENV)/ready)
export PYTHONHASHSEED := 0

# NAME=VALUE reaches a command as ANALYSIS_NAME in its environment, never through the shell, so that a value may hold
# any character; with the names that were given, so that one that the command does not know (YAER=...) stops it.
COMMANDS := report reports release verify withdraw template check-data answers facilities status trace backtest tables
NAMES    := YEAR CONFIRM PERIOD JOBS MISSING ALLOW CORRECTION NUMBER REASON AREA RAW PLACE FILE TODAY INDICATOR SECTOR BAND LIMIT PANEL KNOWN OUT TABLE
given    := $(foreach name,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $(name)))),$(name)))
$(foreach name,$(NAMES),$(eval $(COMMANDS): export ANALYSIS_$(name) := $$(value $(name))))
$(COMMANDS): export ANALYSIS_GIVEN := $(filter-out PY PYTHON,$(given))
unexport $(NAMES) $(given)
ifeq ($(READY),)  # a Python from elsewhere: the source beside this file goes before what may be installed there
export PYTHONPATH := $(CURDIR)/src
endif

.PHONY: help $(COMMANDS) test check lab bench screenshots lock clean
.DEFAULT_GOAL := help

help: ## in danh sách lệnh này
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/'

report: $(READY) ## dựng bản nháp kỳ mới nhất (HTML, xlsx, CSV, docx, PDF); kỳ khác: make report YEAR=2023-2024 PERIOD=HK2 [MISSING=partial|carry]
	@$(PY) -m analysis report

reports: $(READY) ## dựng bản nháp của mọi kỳ có biểu; chỉ một năm: make reports YEAR=2023-2024
	@$(PY) -m analysis report --all

release: $(READY) ## phát hành bản đã dựng: make release [YEAR= PERIOD= ALLOW=tên,tên CORRECTION="đã sửa gì, vì sao"]
	@$(PY) -m analysis release

verify: $(READY) ## các lần phát hành còn nguyên từng byte không: make verify [YEAR= PERIOD=]
	@$(PY) -m analysis verify

withdraw: $(READY) ## thu hồi một lần phát hành, giữ lại và ghi rõ: make withdraw YEAR= PERIOD= NUMBER=2 REASON="vì sao"
	@$(PY) -m analysis withdraw

template: $(READY) ## tạo biểu trống gửi đơn vị: make template YEAR=2024-2025 PERIOD=HK2 [AREA=le_chan]
	@$(PY) -m analysis template

check-data: $(READY) ## kiểm tra biểu một kỳ, viết phiếu hỏi lại: make check-data [YEAR= PERIOD= RAW=thư mục]
	@$(PY) -m analysis check-data

answers: $(READY) ## nhận phiếu đã trả lời thành dòng đề nghị sửa: make answers FILE=queries/le_chan.xlsx (nhiều phiếu: FILE='queries/*.xlsx') [RAW=thư mục]
	@$(PY) -m analysis answers

facilities: $(READY) ## cơ sở của kỳ trước là cơ sở nào của kỳ này, ở đơn vị nào: make facilities YEAR=2025-2026 PERIOD=HK1 [CONFIRM='ai xác nhận']
	@$(PY) -m analysis facilities

status: $(READY) ## đơn vị nào đã báo cáo, hạn ngày nào, còn thiếu gì: make status YEAR=2024-2025 PERIOD=HK2
	@$(PY) -m analysis status

trace: $(READY) ## một con số đến từ những ô nào: make trace AREA=le_chan INDICATOR=enrolment_rate BAND=nursery
	@$(PY) -m analysis trace

backtest: $(READY) ## thử lại cách dự báo trên chuỗi dài nhiều nước: make backtest [PANEL=tệp.csv KNOWN=3 OUT=tệp.csv]
	@$(PY) -m analysis backtest

tables: $(READY) ## các bảng tham chiếu để sửa, từng cột nói gì, được ghi gì; kiểm tra mọi bảng: make tables [TABLE=norms]
	@$(PY) -m analysis tables

test: $(READY) ## chạy toàn bộ kiểm thử
	@$(PY) -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder

check: $(READY) ## kiểm tra mã nguồn: lỗi, định dạng, kiểu, sổ tay sạch
	@$(PY) -m ruff check . && $(PY) -m ruff format --check . && $(PY) -m mypy && $(PY) -m pytest tests/test_notebooks.py

lab: $(READY) ## mở JupyterLab ở thư mục dự án (số liệu và trang ở ngay bên); lưu sổ tay thì không lưu kết quả vào tệp
	@$(PY) -m jupyterlab --config=notebooks/jupyter_config.py

bench: $(READY) ## đo thời gian và bộ nhớ, in thành tỷ lệ trong cùng một lần chạy
	@$(PY) -m tests.bench

screenshots: $(READY) ## chụp lại các hình của README từ các trang mới nhất (cần Chromium, sau make report)
	@$(PY) -m tests.screenshots

lock: $(READY) ## ghi lại requirements.lock từ pyproject.toml
	@$(VENV)/bin/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
	  --no-annotate --no-header --no-emit-package rfc3987-syntax -o requirements.lock -q

# data/releases is kept, and ledgers of before that are not yet taken over: they cannot be built again
clean: ## xoá những gì dựng được: data/processed, reports, bộ nhớ đệm (giữ .venv và data/releases)
	@[ ! -d data/processed ] || find data/processed -mindepth 1 -maxdepth 1 ! -name releases ! -name forecasts \
	  -exec rm -rf {} +
	rm -rf reports .pytest_cache .ruff_cache .mypy_cache
	find src tests simulation notebooks -name __pycache__ -prune -exec rm -rf {} +

# uv installs in seconds and compiles bytecode once, so that imports are fast from the first run on. The package itself
# is installed where it stands: a folder that was moved needs its environment anew.
ifneq ($(READY),)
ifneq ($(shell cat $(READY) 2>/dev/null),$(shell pwd -P))
.PHONY: $(READY)
endif
endif
$(VENV)/ready: requirements.lock bootstrap.lock
	@echo "Dựng môi trường lần đầu (khoảng một phút) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Cần Python 3.11 trở lên."; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV)
	@$(VENV)/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r bootstrap.lock
	@$(VENV)/bin/uv pip sync -q --python $(VENV)/bin/python --compile-bytecode --require-hashes requirements.lock bootstrap.lock
	@$(VENV)/bin/uv pip install -q --python $(VENV)/bin/python --no-deps --no-build-isolation --offline -e .
	@pwd -P > $@
