# make book | test | check : everything else is listed by `make help`.
# The environment is .venv; it is made anew when the lock or pyproject.toml changes.

PY := .venv/bin/python
CANDIDATES := $(or $(PYTHON),python3 python3.13 python3.12 python3.11)
SUITABLE := import sys, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))

.PHONY: help book pdf test fuzz bench lessons links check format lock clean

help:  ## show these lines
	@grep -E '^[a-z]+:.*##' Makefile | sed 's/:.*##/ -/'

# Touched last, so a broken installation is never taken for a whole one.
.venv/.installed: requirements.txt pyproject.toml
	@for candidate in $(CANDIDATES); do \
	  if $$candidate -c '$(SUITABLE)' 2>/dev/null; then python=$$candidate; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "No Python 3.11 to 3.13 that can make an environment was found among: $(CANDIDATES). Install one (on Debian and Ubuntu: apt install python3-venv), or name it: make PYTHON=/path/to/python3.12" >&2; exit 1; \
	fi; \
	echo "Making .venv with $$($$python --version). The first time takes a minute or two."; \
	$$python -m venv --clear .venv
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

book: .venv/.installed  ## execute the notebooks and build the site into _build/html
	@$(PY) book/build.py

pdf: book  ## print the page of each study as an A4 PDF into _build/pdf (needs Chromium)
	@$(PY) book/pdf.py

test: .venv/.installed  ## run the tests
	@$(PY) -m pytest

fuzz: .venv/.installed  ## mutate cohort files ten thousand times, kill batches of a hundred cohorts: half an hour
	FUZZ_EXAMPLES=10000 $(PY) -m pytest -n 0 tests/cohort/test_fuzz.py
	BATCH_COHORTS=100 $(PY) -m pytest -n 0 tests/test_batch.py

bench: .venv/.installed  ## measure speed and calibration for the book's tables: an hour, on a machine that does nothing else
	$(PY) benchmarks/speed.py
	$(PY) benchmarks/reruns.py
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(PY) benchmarks/calibration.py
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(PY) benchmarks/verdicts.py
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(PY) benchmarks/conditions.py

lessons: .venv/.installed  ## seal the answers of the lessons anew, after a solution has changed
	$(PY) -c "from secretome.classroom.lessons import *; [write_answers(read_lesson(name)) for name in lesson_names()]"

links: .venv/.installed  ## ask every address outside the site whether it answers; needs a network, and reports without failing
	@$(PY) book/links.py

check: .venv/.installed  ## formatter, linter, type checker, import order
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	.venv/bin/lint-imports

format: .venv/.installed  ## rewrite the code in the house style
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

lock:  ## resolve requirements.in into requirements.txt (needs uv)
	uv pip compile --no-config --universal --python-version 3.11 --no-header --no-annotate requirements.in -o requirements.txt

clean:  ## delete what was built; the environment stays
	rm -rf _build
