# `make demo` on a fresh clone needs Python 3.11+ and make; everything else is installed by name from PyPI.
PYTHON ?= python3
VENV := .venv
DEV := .venv-dev
BIN := $(VENV)/bin
DEVBIN := $(DEV)/bin
STARD ?= ../shared/bench/stard-lite

.PHONY: demo install test check format bench bench-size site serve clean

demo: install  ## install, build the index of the shipped pages, answer one question
	$(BIN)/kb index
	$(BIN)/kb ask "上班玩游戏会怎么罚"

install: $(VENV)/.installed  ## the default environment: no torch, nothing for development

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -e .
	touch $@

$(DEV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(DEV)
	# the CPU build of torch; a newer or unpinned one brings gigabytes of CUDA libraries
	$(DEVBIN)/pip install --quiet --disable-pip-version-check torch==2.13.0
	$(DEVBIN)/pip install --quiet --disable-pip-version-check -e ".[sentence-transformers,server,site,test]"
	touch $@

test: $(DEV)/.installed  ## everything the tests need is set up here; no network beyond PyPI
	HF_HUB_OFFLINE=1 $(DEVBIN)/python -m pytest -n 2 --dist loadfile --cov=kb --cov-report=term:skip-covered --cov-fail-under=90

check: $(DEV)/.installed  ## format, lint, types, import directions
	$(DEVBIN)/ruff format --check .
	$(DEVBIN)/ruff check .
	$(DEVBIN)/mypy
	$(DEVBIN)/lint-imports

format: $(DEV)/.installed
	$(DEVBIN)/ruff format .
	$(DEVBIN)/ruff check --fix .

site: $(DEV)/.installed  ## the site, into site/: generated pages first, then the build
	$(DEVBIN)/kb publish
	$(DEVBIN)/mkdocs build --strict

serve: site  ## the site and the API on http://127.0.0.1:8000
	$(DEVBIN)/kb index
	$(DEVBIN)/kb serve

bench: $(DEV)/.installed  ## ours beside its peers in one run (20 minutes; STARD: a folder with corpus.jsonl and queries.jsonl)
	PYTHONPATH=. $(DEVBIN)/python bench/embed.py
	$(DEVBIN)/python bench/cold_question.py
	$(DEVBIN)/python bench/website.py
	$(DEVBIN)/python bench/peers.py $(STARD) --out bench/figures/peers.json
	$(DEVBIN)/python bench/speed_page.py

bench-size: $(DEV)/.installed  ## time and memory up to a million clauses, the real commands at 57,529 (an hour)
	$(DEVBIN)/python bench/scale.py $(STARD) --out bench/figures/scale.json
	$(DEVBIN)/python bench/update.py $(STARD) --out bench/figures/update.json
	$(DEVBIN)/python bench/stard.py $(STARD) --tier inverted --out bench/figures/inverted.json
	$(DEVBIN)/python bench/stard.py $(STARD) --out evals/stard.json
	$(DEVBIN)/python bench/speed_page.py

clean:
	rm -rf $(VENV) $(DEV) build site index
