# make book | test | check : everything else is listed by `make help`.
# The environment is .venv; it is made anew when the lock changes.

PY := .venv/bin/python
CANDIDATES := $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11)
SUITABLE := import sys, ensurepip; sys.exit(sys.version_info < (3, 11))

.PHONY: help book publish-site runtime pdf slides test test-slow test-r test-oldest test-newest fuzz bench bench-browser lab lessons links check check-js format lock wheel coverage clean environment

help:  ## show these lines
	@grep -E '^[a-z-]+:.*##' Makefile | sed 's/:.*##/ -/'

# Touched last, so a broken installation is never taken for a whole one.
.venv/.installed: requirements.txt
	@for candidate in $(CANDIDATES); do \
	  if $$candidate -c '$(SUITABLE)' 2>/dev/null; then python=$$candidate; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "No Python 3.11 or later that can make an environment was found among: $(CANDIDATES). Install one (on Debian and Ubuntu: apt install python3-venv), or name it: make PYTHON=/path/to/python3.12" >&2; exit 1; \
	fi; \
	echo "Making .venv with $$($$python --version). The first time takes a minute or two."; \
	$$python -m venv --clear .venv
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

environment:  ## make the environment anew, after a change of the scripts or entry points in pyproject.toml
	@rm -f .venv/.installed
	@$(MAKE) --no-print-directory .venv/.installed

book: .venv/.installed  ## execute the notebooks and build the site into _build/html
	@$(PY) book/build.py

runtime: .venv/.installed  ## fetch and pack what the in-browser page calculates with, 50 MB, into _build/runtime
	@$(PY) book/runtime_packs.py

pdf: book  ## print the page of each study as an A4 PDF into _build/pdf (needs Chromium)
	@$(PY) book/pdf.py

slides: book  ## write the slides of the lessons again, from their pages; `make book` does it too
	@$(PY) book/slides.py

publish-site: book  ## push the site to the branch gh-pages of the remote origin, or of REMOTE=address BRANCH=name
	@$(PY) book/publish_site.py $(or $(REMOTE),origin) $(or $(BRANCH),gh-pages)

# Images of containers often forbid it; each process would then compile the package anew.
unexport PYTHONDONTWRITEBYTECODE

# On all cores, the documentation's examples among the tests; a worker that has nothing left takes tests from another.
PYTEST := $(PY) -m pytest --doctest-modules -n auto --dist worksteal

test: .venv/.installed  ## run the tests that a change is likely to break
	@$(PYTEST) -m "not slow and not r"

test-slow: .venv/.installed  ## run the other tests: every page by every rule of accessibility, accidents of batches and clusters, simulations
	@$(PYTEST) -m slow

test-r: .venv/.installed  ## run the R steps of the exercises, and what the lessons say that R prints (needs Rscript)
	@$(PY) -m pytest -n 0 -m r tests/course

# Browsers have older versions of the packages, and Python 3.12.
OLDEST := _build/oldest
OLDEST_PYTHON ?= python3.12

$(OLDEST)/.installed: tests/oldest.txt pyproject.toml
	$(OLDEST_PYTHON) -m venv --clear $(OLDEST)
	$(OLDEST)/bin/python -m pip install --quiet --disable-pip-version-check --constraint tests/oldest.txt \
	  --editable . docutils hypothesis pytest pytest-xdist
	@touch $@

CALCULATIONS := -m "not slow" -W ignore::DeprecationWarning tests/stats tests/cohort tests/analysis \
  tests/test_claims.py tests/test_claims_several.py tests/test_figures.py tests/test_protocol.py \
  tests/test_protocol_json.py tests/test_browser_imports.py tests/test_report_without_jupyter.py

test-oldest: $(OLDEST)/.installed  ## run the tests of the calculations on the oldest supported versions (needs Python 3.12)
	$(OLDEST)/bin/python -m pytest -n auto $(CALCULATIONS)

# What `pip install` gives today, whatever the lock says.
NEWEST := _build/newest
NEWEST_PYTHON ?= python3

test-newest:  ## run the tests of the calculations on the newest versions of all packages
	$(NEWEST_PYTHON) -m venv --clear $(NEWEST)
	$(NEWEST)/bin/python -m pip install --quiet --disable-pip-version-check --editable . docutils hypothesis pytest pytest-xdist
	$(NEWEST)/bin/python -m pytest -n auto $(CALCULATIONS)

fuzz: .venv/.installed  ## mutate cohort files ten thousand times, kill batches of a hundred cohorts, drop a hundred on the in-browser page: an hour
	FUZZ_EXAMPLES=10000 $(PY) -m pytest -n 0 tests/cohort/test_fuzz.py
	BATCH_COHORTS=100 $(PY) -m pytest -n 0 tests/test_batch.py
	BROWSER_COHORTS=20 $(PY) -m pytest -n auto tests/book/test_try_same.py

ONE_THREAD := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1

BENCHMARKS := speed reruns calibration verdicts conditions designs design_conditions

bench: .venv/.installed  ## measure speed and calibration for the book's tables: an hour, on an idle machine; with PART=reruns or another script only that, with OPTIONS=... its options; with STUDY=key the verdicts of one study, in minutes
ifdef STUDY
	$(ONE_THREAD) $(PY) benchmarks/verdicts.py $(STUDY)
else
	for part in $(or $(PART),$(BENCHMARKS)); do $(ONE_THREAD) $(PY) benchmarks/$$part.py $(OPTIONS) || exit 1; done
endif

# JupyterLab needs other versions than the lock has, so it has a separate environment; notebooks run in .venv.
LAB := _build/lab
JUPYTEXT = $(shell sed -n 's/^\(jupytext==[^ ;]*\).*/\1/p' requirements.txt)

$(LAB)/.installed: .venv/.installed
	@echo "Installing JupyterLab into $(LAB). The first time takes a minute or two."
	@$(PY) -m venv --clear $(LAB)
	@$(LAB)/bin/python -m pip install --quiet --disable-pip-version-check 'jupyterlab>=4.4,<5' '$(JUPYTEXT)'
	@$(PY) -m ipykernel install --prefix $(LAB) --name python3 > /dev/null
	@touch $@

lab: $(LAB)/.installed  ## open the notebooks in JupyterLab, each paired with its script (installs JupyterLab the first time)
	$(PY) -m jupytext --quiet --sync notebooks/*/analysis.py notebooks/methods/*/lesson.py
	$(LAB)/bin/jupyter-lab --notebook-dir=notebooks $(LAB_OPTIONS)

bench-browser: book  ## measure the in-browser page for the book's table: five minutes, on a machine that does nothing else
	$(PY) benchmarks/browser.py

lessons: .venv/.installed  ## seal the answers of the lessons anew, after a solution has changed
	$(PY) -c "from secretome.course.lessons import *; [write_answers(read_lesson(name)) for name in lesson_names()]"

links: .venv/.installed  ## ask every address outside the site whether it answers; needs a network, and reports without failing
	@$(PY) book/links.py

check: .venv/.installed  ## formatter, linter, type checker, order of imports, retired names
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	$(PY) .ci/retired_names.py

check-js:  ## types of the in-browser page's scripts, by TypeScript (needs npm and a network)
	npx --yes --package typescript@5.6 tsc -p book/jsconfig.json

format: .venv/.installed  ## rewrite the code in the house style
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

wheel: .venv/.installed  ## build the wheel into _build/dist, and try it in an empty environment
	$(PY) -m pip wheel --quiet --no-deps --wheel-dir _build/dist .
	$(PY) -m pytest -n 0 tests/test_wheel.py

coverage: .venv/.installed  ## run the tests and report the lines that none of them reaches
	$(PY) -m pytest -n auto -m "not r" --cov --cov-report=term

lock:  ## resolve pyproject.toml and requirements.in into requirements.txt (needs uv)
	uv pip compile --no-config --universal --python-version 3.11 --no-header --no-annotate --generate-hashes \
	  --all-extras --group pyproject.toml:test --group pyproject.toml:check pyproject.toml requirements.in -o requirements.txt

clean:  ## delete what was built; the environment stays
	rm -rf _build
