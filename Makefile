# Thin names for npm scripts, for hands that type make.
.DEFAULT_GOAL := help
.PHONY: help demo test verify build gen types lint format bench ci

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## everything on this machine, one URL to open
	npm run demo

test: ## all tests, with real PostgreSQL, Redis, HSM and browser
	npm test

verify: ## the quality gates
	npm run verify

build: ## dist of every workspace
	npm run build

gen: ## everything derived: contracts, documents
	npm run gen

types: ## type check
	npm run types

lint: ## lint, and who may import whom
	npm run lint

format: ## layout
	npm run format

bench: ## load against real processes
	npm run bench

ci: ## what CI runs
	./.ci/run
