# Everything a person does with this project. `make` alone lists it.

SHELL := /bin/bash
PYTHON ?= python3
PORT ?= 8000
export PATH := $(CURDIR)/.venv/bin:$(PATH)

# Sets up what a part needs and does nothing where it is fresh.
SET_UP := $(PYTHON) .ci/set_up.py
# Without an activated environment, and also where the folder's name has spaces.
PY := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help setup run test test-full check generate lock bench bench-pwa pictures simulate

help: ## list what can be done here
	@echo "make …"
	@sed -nE 's/^([a-z-]+):.*## (.*)/  \1\t\2/p' Makefile | expand -t 14

setup: ## set up everything: .venv with all packages, Node, the PWA built
	@$(SET_UP) all

run: ## serve the demonstration county on http://127.0.0.1:8000 (PORT=… changes it, LAN=1 serves the local network)
	@$(SET_UP) run
	@$(PY) -m backend demo --port $(PORT) $(if $(LAN),--lan)

test: ## run every test; ONLY=tests/vouchers or ONLY=pwa runs a part
	@$(SET_UP) tests
	@.ci/test $(ONLY)

test-full: ## the long runs, outside CI, into tests/full-report.md; ONLY=tests/crash runs a part into var/
	@$(SET_UP) tests
	@mkdir -p var
	@$(PY) -m tests.full $(if $(ONLY),$(ONLY) --to var/full-report.md)

check: ## format, lint, types, import contracts, generated files
	@$(SET_UP) all
	@.ci/check

generate: ## make again what is generated: openapi.json and the PWA's types
	@$(SET_UP) all
	@.ci/generate

lock: ## choose versions again after a change of dependencies; UPGRADE=1 takes the newest
	@$(SET_UP) all
	@.ci/lock $(if $(UPGRADE),--upgrade)

bench: ## measure against the targets; ROWS=claim.sqlite,feed.postgresql measures some
	@$(SET_UP) bench
	@$(PY) -m tests.bench $(if $(ROWS),--rows $(ROWS))

bench-pwa: ## measure the PWA: first load of each app, Lighthouse on four pages, waits with and without a network, against the budgets
	@$(SET_UP) pages
	@$(PY) -m tests.bench.pages

pictures: ## draw the main screens in three modes into pwa/screenshots; SCREENS="wallet campaign" draws some
	@$(SET_UP) pages
	@$(PY) -m tests.pictures $(SCREENS)

simulate: ## random histories of a county and its tills; SEED=… replays a run, RUNS=… says how many, SCHEDULE=… replays one
	@$(SET_UP) all
	@$(PY) -m tests.simulation $(if $(SEED),--seed $(SEED)) $(if $(RUNS),--runs $(RUNS)) $(if $(SCHEDULE),--schedule $(SCHEDULE))
