# Two commands: `make run` and `make test`. Everything they need is installed into .venv and node_modules.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run dev test test-postgresql eval-search bench bench-growth soak chaos lighthouse format lock clean snippet-platforms check-snippets

run: $(VENV)/.run
	@$(BIN)/python manage.py serve

dev: $(VENV)/.run
	@DEBUG=true $(BIN)/python manage.py serve --reload

test: $(VENV)/.dev node_modules/.installed
	@BIN=$(BIN) sh tests/run

# The tests that meet a database, on PostgreSQL and with Redis. Needs both installed; they run on free ports and end with it.
test-postgresql: $(VENV)/.dev
	@BIN=$(BIN) sh tests/run-postgresql

# What the snippets of the site run on: npm and Python packages in var/snippets, the rest from Debian.
snippet-platforms:
	@PYTHON="$(PYTHON)" sh snippets/install $(if $(FAST),fast)

# All snippets, or those of CODE=404, of PLATFORM=nginx, or with CHANGED=1 those without a good record; JOBS=2 at once.
check-snippets: $(VENV)/.dev
	@$(if $(CODE)$(CHANGED),,$(BIN)/python -m snippets.lines $(addprefix --platform ,$(PLATFORM)))
	@$(BIN)/python -m snippets $(CODE) $(addprefix --platform ,$(PLATFORM)) $(if $(CHANGED),--changed) --jobs $(or $(JOBS),2)

# Serving measured beside nginx in the same run. Needs nginx, wrk and hey.
bench: $(VENV)/.dev
	@$(BIN)/python -m bench

# Accessibility, best practices, SEO and speed on a phone, as Lighthouse sees them. Needs Chromium and npm, and some minutes of quiet.
lighthouse: $(VENV)/.dev lighthouse/node_modules/.installed
	@$(BIN)/python -m bench.lighthouse

lighthouse/node_modules/.installed: lighthouse/package-lock.json
	cd lighthouse && npm ci --silent --no-audit --no-fund --ignore-scripts
	@touch $@

# A mix of everything that visitors ask, for SECONDS=1800 at RATE=200 a second: memory and open files must not grow.
soak: $(VENV)/.dev
	@$(BIN)/python -m bench.soak

# What a page costs with ten and a hundred times the content.
bench-growth: $(VENV)/.dev
	@$(BIN)/python -m bench.growth

# The attacks of the tests, ten times as long: kill -9, malformed requests, slow clients, a database that goes away.
chaos: $(VENV)/.dev
	@CHAOS=$(or $(CHAOS),10) $(BIN)/python -m pytest tests/test_chaos_*.py

# What the search is worth, by kind of query: top-1, top-3, mean reciprocal rank.
eval-search: $(VENV)/.dev
	@$(BIN)/python manage.py migrate --verbosity 0 && $(BIN)/python manage.py import_content >/dev/null
	@DJANGO_SETTINGS_MODULE=statusref.settings $(BIN)/python -m tests.search_eval --missed

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(VENV)/.dev
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
		--python-version 3.11 --quiet --custom-compile-command 'make lock' --output-file requirements/run.txt
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --generate-hashes --no-emit-index-url \
		--no-emit-find-links --python-version 3.11 --quiet --custom-compile-command 'make lock' --constraint requirements/run.txt \
		--output-file requirements/dev.txt
	$(BIN)/uv pip compile snippets/requirements.in --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
		--python-version 3.11 --quiet --custom-compile-command 'make lock' --output-file snippets/requirements.txt

clean:
	rm -rf $(VENV) node_modules lighthouse/node_modules var

$(VENV)/bin/python:
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11) and "statusref needs Python 3.11 or newer; set PYTHON=/path/to/python3.11")'
	"$(PYTHON)" -m venv $(VENV)

$(VENV)/.run: requirements/run.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/run.txt
	@touch $@

$(VENV)/.dev: requirements/dev.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/dev.txt
	@touch $@ $(VENV)/.run

# axe-core and the HTML checker. Without npm the tests that need them are left out, and the run says so at its end.
node_modules/.installed: package-lock.json
	@mkdir -p node_modules
	@if command -v npm >/dev/null; then npm ci --silent --no-audit --no-fund --ignore-scripts; else echo "npm is not here: no axe-core, no HTML checker"; fi
	@mkdir -p node_modules && touch $@
