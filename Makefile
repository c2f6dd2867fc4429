# make help liệt kê các lệnh. Môi trường (.venv) tự dựng một lần từ requirements.lock.
# A conda user sets PY to its python: make report PY=python
PYTHON ?= python3
VENV   := .venv
PY     ?= $(VENV)/bin/python
READY  := $(if $(filter $(VENV)/%,$(PY)),$(VENV)/ready)
YEAR   ?=
PERIOD ?=
JOBS   ?= 2
REPORT  = $(PY) -m analysis.running.pipeline YEAR="$(YEAR)" PERIOD="$(PERIOD)" JOBS="$(JOBS)" MISSING="$(MISSING)" \
          KERNELS="$(KERNELS)"
# a name that a command does not know (make report YAER=...) is passed on to it, so that it stops the run
unknown = $(filter-out $(addsuffix =%,$(1)) PY=% PYTHON=%,$(MAKEOVERRIDES))
export PYTHONPATH := $(CURDIR)/src
export PYTHONHASHSEED := 0

.PHONY: help report reports trace backtest test check lab bench screenshots template check-data status answers lock clean
.DEFAULT_GOAL := help

help: ## in danh sách lệnh này
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/'

report: $(READY) ## dựng báo cáo kỳ mới nhất (HTML, xlsx, CSV, docx, PDF); kỳ khác: make report YEAR=2023-2024 PERIOD=HK2 [MISSING=partial|carry]
	@$(REPORT) $(call unknown,YEAR PERIOD JOBS MISSING KERNELS)

reports: $(READY) ## dựng báo cáo của mọi kỳ có biểu, dùng hết các nhân; chỉ một năm: make reports YEAR=2023-2024
	@$(REPORT) ALL=1 $(call unknown,YEAR PERIOD JOBS MISSING KERNELS)

template: $(READY) ## tạo biểu trống gửi đơn vị: make template YEAR=2024-2025 PERIOD=HK2 [AREA=le_chan]
	@$(PY) -m analysis.offices.template YEAR="$(YEAR)" PERIOD="$(PERIOD)" AREA="$(AREA)" $(call unknown,YEAR PERIOD AREA)

check-data: $(READY) ## kiểm tra biểu một kỳ, viết phiếu hỏi lại: make check-data [YEAR= PERIOD= RAW=thư mục]
	@$(PY) -m analysis.offices.check_data YEAR="$(YEAR)" PERIOD="$(PERIOD)" RAW="$(RAW)" $(call unknown,YEAR PERIOD RAW)

answers: $(READY) ## nhận phiếu đã trả lời thành dòng đề nghị sửa: make answers FILE=queries/le_chan.xlsx
	@$(PY) -m analysis.offices.answers FILE="$(FILE)" RAW="$(RAW)" $(call unknown,FILE RAW)

status: $(READY) ## đơn vị nào đã báo cáo, hạn ngày nào, còn thiếu gì: make status YEAR=2024-2025 PERIOD=HK2
	@$(PY) -m analysis.offices.status YEAR="$(YEAR)" PERIOD="$(PERIOD)" TODAY="$(TODAY)" $(call unknown,YEAR PERIOD TODAY)

trace: $(READY) ## một con số đến từ những ô nào: make trace AREA=le_chan INDICATOR=enrolment_rate BAND=nursery
	@$(PY) -m analysis.running.trace YEAR="$(YEAR)" PERIOD="$(PERIOD)" $(call unknown,YEAR PERIOD)

backtest: $(READY) ## thử lại cách dự báo trên chuỗi dài nhiều nước: make backtest [PANEL=tệp.csv OUT=tệp.csv]
	@$(PY) -m analysis.running.backtest PANEL="$(PANEL)" OUT="$(OUT)" $(call unknown,PANEL OUT)

test: $(READY) ## chạy toàn bộ kiểm thử
	@$(PY) -m pytest -n $(JOBS) --dist loadfile

check: $(READY) ## kiểm tra mã nguồn: lỗi, định dạng, kiểu, sổ tay sạch
	@$(PY) -m ruff check . && $(PY) -m ruff format --check . && $(PY) -m mypy && $(PY) -m pytest tests/test_notebooks.py

lab: $(READY) ## mở JupyterLab ở thư mục notebooks/
	@$(PY) -m jupyterlab --notebook-dir=notebooks

bench: $(READY) ## đo thời gian và bộ nhớ, in thành tỷ lệ trong cùng một lần chạy
	@$(PY) -m tests.bench

screenshots: $(READY) ## chụp lại các hình của README từ các trang mới nhất (cần Chromium, sau make report)
	@$(PY) -m tests.screenshots

lock: $(READY) ## ghi lại requirements.lock từ pyproject.toml
	@$(VENV)/bin/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
	  --no-annotate --no-header --no-emit-package rfc3987-syntax -o requirements.lock -q

# ledgers (ledger.py) are kept: what was released and forecast before cannot be built again
clean: ## xoá những gì dựng được: data/processed, reports, bộ nhớ đệm (giữ .venv và các bản lưu releases, forecasts)
	@[ ! -d data/processed ] || find data/processed -mindepth 1 -maxdepth 1 ! -name releases ! -name forecasts \
	  -exec rm -rf {} +
	rm -rf reports .doit.db* .pytest_cache .ruff_cache .mypy_cache
	find src tests simulation notebooks -name __pycache__ -prune -exec rm -rf {} +

# uv installs in seconds and compiles bytecode once, so that imports are fast from the first run on
$(VENV)/ready: requirements.lock bootstrap.lock
	@echo "Dựng môi trường lần đầu (khoảng một phút) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Cần Python 3.11 trở lên."; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r bootstrap.lock
	@$(VENV)/bin/uv pip sync -q --python $(VENV)/bin/python --compile-bytecode --require-hashes requirements.lock bootstrap.lock
	@touch $@
