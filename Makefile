# Everything is asked of this project through these targets; `make` alone lists them.

VENV := .venv
PY := $(VENV)/bin/python
PORT ?= 8000
ARGS ?=
KILLS ?= 100
CYCLES ?= 200
ROTATIONS ?= 5
ERASURES ?= 200
PROBES ?= 20000
CASES ?= 50000
REQUESTS ?= 100000
CLIENTS ?= 16
EDITS ?= 500
KEYS ?= 1000
DUPLICATES ?= 20
SCANNER ?= var/scanner
# Empty: each campaign has a number of its own.
MUTATIONS ?=
# The first Python found that is recent enough; name another with `make PYTHON=/path/to/python3.11 …`.
PYTHON ?= $(shell for python in python3 python3.11 python3.12 python3.13; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo "$$python"; break; }; done)

# Stamps: what was done is done again only when its source changed.
BASE := $(VENV)/.base-installed
DEV := $(VENV)/.dev-installed
CATALOGUES := $(wildcard locale/*/LC_MESSAGES/*.po)
COMPILED := $(CATALOGUES:.po=.mo)

# What production would say, held against `check --deploy`; secrets come from .env.
PRODUCTION := DATABASE_URL=sqlite://:memory: DEBUG=no HTTPS=yes STATIC_MANIFEST=yes
MANAGE := $(PRODUCTION) $(PY) manage.py
PACKAGES := peph organizations cases auditing privacy
SOURCES := $(PACKAGES) tests scripts manage.py
NOT_SCANNED := .venv tests scripts requirements docs var static-collected

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install demo serve test check format lint imports templates types migrations deploy \
	schema translations messages diagrams data-map audit-campaign crash-reminders crash-campaign \
	completeness-campaign key-campaign erasure-campaign \
	access-campaign fuzz-campaign concurrency-campaign scan lock clean

help: ## list these targets
	@echo "make TARGET [PORT=8000] [ARGS='…']"
	@awk -F ':.*## ' '/^[a-z.-]+:.*## / { printf "  %-22s %s\n", $$1, $$2 }' Makefile

install: $(BASE) .env $(COMPILED) ## .venv with what the service needs, .env, compiled translations

demo: install ## a service with made-up data, on PORT
	@exec $(PY) manage.py demo --port $(PORT)

serve: install ## the service on the data it has, on PORT
	@$(PY) manage.py migrate --verbosity 0
	@exec $(VENV)/bin/gunicorn peph.wsgi --bind 127.0.0.1:$(PORT) --workers 2 --threads 4 \
		--no-control-socket

test: $(DEV) ## the tests; ARGS go to pytest, DATABASE_URL names another database
	$(PY) -m pytest -n auto --dist loadgroup $(ARGS)

check: lint imports templates types migrations deploy schema translations ## all but the tests

lint: $(DEV) ## format and lint of the code
	$(VENV)/bin/ruff format --check $(SOURCES)
	$(VENV)/bin/ruff check $(SOURCES)

imports: $(DEV) ## who may import whom
	$(VENV)/bin/lint-imports

templates: $(DEV) ## lint of the templates
	$(VENV)/bin/djlint --quiet --lint templates

types: $(DEV) ## static types
	$(VENV)/bin/mypy $(PACKAGES) scripts

migrations: $(DEV) .env ## no migration is missing
	$(MANAGE) makemigrations --check --dry-run

deploy: $(DEV) .env ## Django's checks, as in production
	$(MANAGE) check --deploy --fail-level WARNING

schema: $(DEV) .env ## the OpenAPI description is valid and complete
	$(MANAGE) spectacular --validate --fail-on-warn --file /dev/null

translations: $(DEV) .env ## the French interface is complete (needs gettext)
	$(MANAGE) check_translations

diagrams: $(BASE) .env ## docs/workflows.md, from the transition tables
	@$(PY) manage.py draw_workflows

data-map: $(BASE) .env ## the data map of docs/efvp.md, from the models; ARGS=--check only compares
	@$(PY) manage.py data_map $(ARGS)

format: $(DEV) ## write the code as `check` wants it
	$(VENV)/bin/ruff format $(SOURCES)
	$(VENV)/bin/ruff check --fix $(SOURCES)

messages: $(DEV) .env ## bring the catalogue up to the code (needs gettext)
	$(MANAGE) makemessages --locale fr --no-location --no-wrap --no-obsolete \
		$(addprefix --ignore=,$(NOT_SCANNED))

audit-campaign: $(DEV) ## tamper with the history MUTATIONS times; DATABASE_URL as for the tests
	AUDIT_MUTATIONS=$(or $(MUTATIONS),10000) $(PY) -m pytest tests/peph/audit/test_campaign.py -rP $(ARGS)

crash-reminders: $(DEV) ## kill run_due KILLS times at random points; DATABASE_URL as for the tests
	CRASH_KILLS=$(KILLS) $(PY) -m pytest tests/cases/test_run_due.py -rP $(ARGS)

crash-campaign: $(DEV) ## kill the service and its database CYCLES times as they write; needs PostgreSQL
	$(PY) -m tests.crash $(CYCLES)

completeness-campaign: $(DEV) ## hold MUTATIONS changes against their history; DATABASE_URL as for the tests
	COMPLETENESS_MUTATIONS=$(or $(MUTATIONS),100000) $(PY) -m pytest tests/completeness -rP $(ARGS)

key-campaign: $(DEV) ## change every key ROTATIONS times while the service works
	KEY_ROTATIONS=$(ROTATIONS) $(PY) -m pytest tests/peph/keys/test_under_load.py -rP $(ARGS)
erasure-campaign: $(DEV) ## erase ERASURES made-up people and look for what is left; DATABASE_URL as for the tests
	ERASURES=$(ERASURES) $(PY) -m pytest tests/privacy/test_erasure_campaign.py -rP $(ARGS)
access-campaign: $(DEV) ## ask PROBES things as everybody, plant every weakness, compare twin worlds
	ACCESS_PROBES=$(PROBES) $(PY) -m pytest tests/access -rP $(ARGS)

fuzz-campaign: $(DEV) ## CASES generated and REQUESTS hostile requests, on both engines; needs PostgreSQL
	FUZZ_CASES=$(CASES) FUZZ_REQUESTS=$(REQUESTS) $(PY) -m tests.fuzz requests

concurrency-campaign: $(DEV) ## CLIENTS that edit EDITS times, KEYS sent DUPLICATES times; needs PostgreSQL
	RACE_CLIENTS=$(CLIENTS) RACE_EDITS=$(EDITS) RACE_KEYS=$(KEYS) RACE_DUPLICATES=$(DUPLICATES) \
		$(PY) -m tests.fuzz races

scan: $(DEV) $(SCANNER)/bin/wapiti ## a vulnerability scanner against a service with made-up data
	$(PY) -m tests.fuzz.scan $(SCANNER)/bin/wapiti
	-$(SCANNER)/bin/pip-audit --requirement requirements/base.txt --disable-pip

# Not among the requirements: it brings a hundred packages that nothing else needs.
$(SCANNER)/bin/wapiti: | $(PY)
	@$(PY) -m venv $(SCANNER)
	@$(SCANNER)/bin/pip install --quiet wapiti3 pip-audit

lock: $(PY) ## pin the requirements again; ARGS=--upgrade takes newer versions
	@$(VENV)/bin/uv --version >/dev/null 2>&1 || $(PY) -m pip install --quiet uv
	$(VENV)/bin/uv pip compile --quiet pyproject.toml $(ARGS) --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header --output-file requirements/base.txt
	$(VENV)/bin/uv pip compile --quiet pyproject.toml --extra dev $(ARGS) --universal \
		--python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--constraint requirements/base.txt --output-file requirements/dev.txt

clean: ## remove what can be made again; keeps .env and the data in var/
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis \
		static-collected $(COMPILED)
	find $(PACKAGES) tests scripts -name __pycache__ -prune -exec rm -rf {} +

$(PY):
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed and none was found:" \
		"name one with make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@"$(PYTHON)" -m venv $(VENV) || { rm -rf $(VENV); echo "$(PYTHON) could not make $(VENV):" \
		"on Debian, install the package python3-venv" >&2; exit 1; }

$(BASE): requirements/base.txt | $(PY)
	@$(PY) scripts/install_requirements.py requirements/base.txt
	@touch $@

# The development requirements hold the others, at the same versions.
$(DEV): requirements/dev.txt | $(PY)
	@$(PY) scripts/install_requirements.py requirements/dev.txt
	@touch $(BASE) $@

.env: | $(PY)
	@$(PY) scripts/write_env.py $@

%.mo: %.po | $(BASE) .env
	@$(PY) manage.py compile_translations
	@touch $@
