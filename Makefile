# `make` alone prints this file's targets. Everything runs from .venv; nothing is installed outside the checkout.
.DEFAULT_GOAL := help
SHELL := /bin/sh

# The first of these that exists, runs, and is Python 3.11 or newer. Choose another with `make setup PYTHON=/path/to/python`.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.locked
DEMO := local/demo
SEED ?= 1
# Arguments for pytest, for example `make test T="tests/unit -k review"`.
T ?=
# How many times as many random histories as the tests try.
TIMES ?= 20

.PHONY: help setup demo test explore check bench contracts lock audit clean

help:
	@awk '/^##@/ {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z]+:.*## / {split($$0, part, ":.*## "); printf "  make %-10s %s\n", part[1], part[2]}' Makefile

##@ Use it
setup: $(STAMP) ## make .venv with the `ringback` command, from hash-pinned requirements
demo: $(STAMP) ## a simulated day of calls, checked: every abandoned call has one review and one disposition
	@rm -rf $(DEMO)
	$(BIN)/ringback timelapse force-day --seed $(SEED) --data $(DEMO)
	$(BIN)/ringback verify $(DEMO)
	@echo "The report of the day: file://$(CURDIR)/$(DEMO)/report.html"

##@ Change it
test: $(STAMP) ## all tests; T="..." goes to pytest
	$(BIN)/python -m pytest $(T)
explore: $(STAMP) ## the random histories of the tests, new ones and TIMES=20 as many; a failure prints the history
	RINGBACK_EXPLORE=$(TIMES) $(BIN)/python -m pytest -m hypothesis --timeout=0 $(T)
check: $(STAMP) ## style, types, import arrows, contracts, manifests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/ringback contracts check
	$(BIN)/hadolint deploy/Dockerfile
	deploy/k8s/validate $(CURDIR)/$(BIN)/python
contracts: $(STAMP) ## write schemas, AsyncAPI, OpenAPI and samples again from the event models
	$(BIN)/ringback contracts write
bench: $(STAMP) ## measure, each figure beside its floor in the same run
	$(BIN)/python -m tests.load

##@ Look after it
LOCK = $(BIN)/uv pip compile --quiet --system-certs --universal --python-version 3.11 --generate-hashes \
	--no-annotate --no-header $(UPGRADE)
lock: $(STAMP) ## pin pyproject.toml's requirements again; UPGRADE=--upgrade takes the newest
	$(LOCK) pyproject.toml -o requirements.txt
	$(LOCK) --extra local pyproject.toml -o requirements-local.txt
	$(LOCK) --extra local --extra dev pyproject.toml -o requirements-dev.txt
	sed -n 's/^requires = \["\(.*\)"\]/\1/p' pyproject.toml | $(LOCK) - -o requirements-build.txt
audit: $(STAMP) ## known vulnerabilities among the pinned requirements
	$(BIN)/pip-audit --require-hashes --disable-pip -r requirements.txt
clean: ## remove what can be made again
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache $(DEMO)

$(STAMP): requirements-dev.txt requirements-build.txt pyproject.toml
	@if [ -z "$(PYTHON)" ]; then \
		echo "Python 3.11 or newer was not found. On Debian or Ubuntu: sudo apt-get install python3 python3-venv"; exit 1; fi
	@if ! "$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "$(PYTHON) cannot make virtual environments. On Debian or Ubuntu: sudo apt-get install" \
			"$$($(PYTHON) -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"; exit 1; fi
	"$(PYTHON)" -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes \
		-r requirements-build.txt -r requirements-dev.txt
	PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--no-deps --no-build-isolation --editable .
	@touch $@
