# Everything a person needs on a machine with Python 3.11+ and nothing else.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
LOCAL := $(PY) -m hotline.local
# Which tests: make test T="tests/tickets -k clock"
T ?=
# Two workers suit two cores.
N ?= 2

.DEFAULT_GOAL := help
.PHONY: help run test lint fix bench shell clean venv venv-dev

help:
	@echo 'make run     the whole platform with a demo city; PORT=8000 chooses the port, Ctrl-C stops it'
	@echo 'make test    lint, then every test; T="tests/tickets -k clock" chooses, N=2 sets the workers'
	@echo 'make lint    style, imports between the rooms, vendored files'
	@echo 'make fix     formats the code and repairs what ruff can repair'
	@echo 'make bench   the measurements in bench/'
	@echo 'make shell   a Django shell on the local database'
	@echo 'make clean   removes caches, test databases and .venv; DATA=1 also the local city'

# $(1): requirements file, $(2): stamp. Installs when the files differ from what was installed.
define install
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed") if sys.version_info < (3, 11) else None'
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@want="$$(cat requirements.txt constraints.txt $(1) | cksum)"; \
	if [ "$$(cat $(VENV)/$(2) 2>/dev/null)" != "$$want" ]; then \
		echo "installing $(1)"; \
		$(PY) -m pip install --quiet --disable-pip-version-check -r $(1) && echo "$$want" > $(VENV)/$(2); \
	fi
endef

venv:
	$(call install,requirements.txt,installed-run)

venv-dev:
	$(call install,requirements-dev.txt,installed-dev)

run: venv
	@exec $(PY) manage.py up

test: lint
	$(LOCAL) --test -- $(PY) -m pytest -q -n $(N) --dist loadfile $(T)

lint: venv-dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(VENV)/bin/lint-imports --no-logo
	$(PY) tools/vendor.py check

fix: venv-dev
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

bench: venv-dev
	@for file in bench/[a-z]*.py; do echo "== $$file"; $(LOCAL) --test -- $(PY) "$$file" || exit 1; done

shell: venv
	@$(LOCAL) -- $(PY) manage.py shell

clean:
	$(PYTHON) -m hotline.local.erase --test
	@if [ -n "$(DATA)" ]; then $(PYTHON) -m hotline.local.erase; fi
	rm -rf $(VENV) .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
