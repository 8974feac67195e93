# `make demo` on a fresh clone needs Python 3.11+ and make; everything else is installed by name from PyPI.
PYTHON ?= python3
VENV := .venv
DEV := .venv-dev
BIN := $(VENV)/bin
DEVBIN := $(DEV)/bin

.PHONY: demo install test check format bench site serve clean

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

bench: $(DEV)/.installed  ## figures of the docs, ratios in one run
	PYTHONPATH=. $(DEVBIN)/python bench/embed.py
	$(DEVBIN)/python bench/cold_question.py
	$(DEVBIN)/python bench/website.py

clean:
	rm -rf $(VENV) $(DEV) build site index
