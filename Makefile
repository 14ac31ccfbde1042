# make run: the lab in the browser. make test: every check. Nothing has to be installed by hand but Python 3.11 or later.
.DEFAULT_GOAL := run
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: run test test-long bench load scenes warm lint format messages screenshots browser firefox node clean

BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
BABEL := $(BIN)/pybabel --quiet
POT := translations/messages.pot

run: .venv/runtime
	@$(BIN)/streamlit run app.py --server.showEmailPrompt=false

# All but the browser, the browser, and of it what measures time, which has the machine to itself. The browser comes second: it finds most
# programs compiled.
TEST := $(BIN)/python -m pytest --durations=10
test: lint browser
	@$(TEST) -m "not long" --numprocesses=2 --dist=worksteal --ignore=tests/browser
	@$(TEST) -m "not long and not timed" --numprocesses=2 --dist=loadfile tests/browser
	@$(TEST) -m "not long and timed" tests/browser

# What is too long for every change: all pairs, all pages on all devices, another browser, a slow line. Here programs are compiled as they
# are shipped, and so everything but the browser is tested once more.
test-long: export ERROR_SURFACE_TEST_AS_SHIPPED = 1
test-long: lint browser firefox
	@$(TEST) -m "not timed" --numprocesses=2 --dist=worksteal --ignore=tests/browser
	@$(TEST) -m "long and not timed" --numprocesses=2 --dist=worksteal tests/browser
	@$(TEST) -m "long and timed"

# The table of ratios, printed and written into docs/benchmarks.md; every time of every round is in .benchmarks/latest.json.
# With torch in the environment the same work is timed in PyTorch too.
bench: .venv/development
	@mkdir -p .benchmarks
	@$(BIN)/python -m pytest benchmarks --override-ini=addopts= --override-ini=timeout=3000 --benchmark-disable-gc --benchmark-columns=min,median,rounds \
		--benchmark-json=.benchmarks/latest.json --table=docs/benchmarks.md

# A class on one server: how long a change takes for 1, 10, 30 and 60 people, on Scale and with most of them training networks.
load: .venv/development
	@$(BIN)/python -m benchmarks.load --people 1 10 30 60
	@$(BIN)/python -m benchmarks.load --people 1 10 --mixed

# The answers for the scenes that pages open on, into compute/scenes: to be made anew where a test says that they are others by now.
scenes: .venv/runtime
	@$(BIN)/python -m views.openings

# Compile the programs of all opening scenes and lessons, and keep their results: for the image of a container, before anybody comes.
warm: .venv/runtime
	@$(BIN)/python -m views.openings --warm

lint: .venv/development node
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy --no-error-summary . & types=$$!; \
	! command -v npm >/dev/null || { $(MAKE) --no-print-directory node_modules/.installed && \
		node_modules/.bin/eslint browser/client && node_modules/.bin/tsc --project .; }; scripts=$$?; \
	wait $$types && exit $$scripts

format: .venv/development
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format --quiet .

# The texts of the sources -> messages.pot -> every language's .po; what is new there is empty until somebody translates it.
messages: .venv/development
	@$(BABEL) extract --mapping=translations/babel.cfg --no-default-keywords --keywords="N_ tr" --add-comments=NOTE: --strip-comment-tags \
		--add-location=file --sort-by-file --no-wrap --omit-header --output=$(POT) .
	@for po in $(wildcard translations/*.po); do \
		$(BABEL) update --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --no-wrap \
			--input-file=$(POT) --output-file=$$po --locale=$$(basename $$po .po) || exit 1; \
	done

screenshots: .venv/development browser
	@$(BIN)/python -m tests.screenshots

# ---- The environment. Each file below stands for "installed as this requirements file says", and is made anew when that changes.

.venv/bin/python:
	@for python in $(PYTHON) python3.13 python3.12 python3.11 python3; do \
		if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			echo "Creating .venv with $$($$python --version)"; \
			$$python -m venv --clear .venv && exit 0; \
			rm -rf .venv; \
			echo "$$python cannot create a virtual environment (Debian and Ubuntu: apt install python3-venv)." >&2; \
			exit 1; \
		fi; \
	done; \
	echo "Python 3.11 or later is needed and was not found. Install it, or name one: make PYTHON=/path/to/python3" >&2; \
	exit 1

.venv/runtime: requirements.txt | .venv/bin/python
	@echo "Installing $<"
	@$(PIP) --requirement $<
	@touch $@

.venv/development: requirements-dev.txt requirements-cluster.txt requirements.txt | .venv/bin/python
	@echo "Installing $<"
	@$(PIP) --requirement $<
	@touch .venv/runtime $@

SUDO = if [ "$$(id -u)" = 0 ]; then sudo=""; elif sudo -n true 2>/dev/null; then sudo="sudo -n"; else sudo=none; fi

# A Chromium: $CHROMIUM, one on the PATH, Debian's package where we may install it, else the one that Playwright brings.
browser: .venv/development
	@if [ -n "$$CHROMIUM" ]; then \
		[ -x "$$CHROMIUM" ] || { echo "CHROMIUM=$$CHROMIUM is not a program." >&2; exit 1; }; exit 0; \
	fi; \
	for name in chromium chromium-browser google-chrome; do command -v $$name >/dev/null && exit 0; done; \
	$(SUDO); \
	if [ "$$sudo" != none ] && command -v apt-get >/dev/null; then \
		echo "Installing Chromium"; \
		$$sudo apt-get update -qq || true; \
		if apt-cache policy chromium 2>/dev/null | grep -q 'Candidate: [0-9]'; then \
			$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends chromium >/dev/null && exit 0; \
		fi; \
		$$sudo $(CURDIR)/$(BIN)/playwright install-deps chromium >/dev/null || true; \
	fi; \
	$(BIN)/playwright install chromium

# A Firefox for the long tests: $FIREFOX, one on the PATH, else Debian's package where we may install it. Without one its tests are skipped.
firefox: .venv/development
	@[ -z "$$FIREFOX" ] && ! command -v firefox-esr >/dev/null && ! command -v firefox >/dev/null || exit 0; \
	$(SUDO); \
	if [ "$$sudo" != none ] && command -v apt-get >/dev/null && grep -qs '^ID=debian' /etc/os-release; then \
		echo "Installing Firefox"; \
		$$sudo apt-get update -qq >/dev/null 2>&1; \
		$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends firefox-esr >/dev/null 2>&1 || \
			echo "Firefox could not be installed; its tests will be skipped." >&2; \
	fi

# Node and npm, which the checks of the browser's scripts run on: those on the PATH, else Debian's where we may install them.
node:
	@if command -v npm >/dev/null; then exit 0; fi; \
	$(SUDO); \
	if [ "$$sudo" != none ] && command -v apt-get >/dev/null; then \
		echo "Installing Node"; \
		$$sudo apt-get update -qq >/dev/null 2>&1; \
		$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends nodejs npm >/dev/null 2>&1; \
	fi; \
	command -v npm >/dev/null || echo "There is no npm here: the browser's scripts are not checked." >&2

node_modules/.installed: package.json
	@echo "Installing $<"
	@npm install --no-package-lock --no-audit --no-fund --silent
	@touch $@

clean:
	@rm -rf .venv node_modules .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis screenshots static
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
