# Everything a user or a developer runs. `make help` lists it.
SHELL := /bin/bash
.DEFAULT_GOAL := help

# One release configuration for all that is shipped: the runtime is linked in, so that the binary starts fast and
# runs where no Swift is installed.
RELEASE := -c release --static-swift-stdlib
# Packages that depend on this one: SwiftPM's kept plan of their build does not see files that were added here.
BESIDE := swift build --disable-build-manifest-caching --package-path
IRIS := Models/IrisModel
SIBYL := .build/release/sibyl

.PHONY: help setup build plugin fixtures demo serve test test-unit test-models lint format bench chaos sanitize mutants fuzz clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install what is needed, from Debian and PyPI (asks nothing; quick when it is there)
	@scripts/setup

build: setup ## Build the release binary (.build/release/sibyl) and the iris plug-in
	swift build $(RELEASE) --product sibyl
	@$(MAKE) --no-print-directory plugin

plugin:
	$(BESIDE) $(IRIS) -c release -Xswiftc -static-stdlib --product IrisPlugin
	$(BESIDE) $(IRIS) -c release -Xswiftc -static-stdlib --product iris-worker

fixtures: setup
	@scripts/build-fixtures

demo: build ## Show the main job: serve, describe, predict all iris rows, survive a killed worker
	@scripts/demo

serve: build ## Serve the iris model on tcp://127.0.0.1:5555 until Ctrl-C
	$(SIBYL) serve

test: setup ## Run every test
	@scripts/test

lint: ## Check the format of every Swift file
	@scripts/lint

format: ## Format every Swift file in place
	@git ls-files '*.swift' | xargs swift format --in-place

bench: build ## Measure against zmq_proxy, Python and Foundation, into docs/performance.md (a quarter of an hour)
	Benchmarks/run --write

chaos: build fixtures ## Kill, stop and cut off processes under load (four minutes); SEED=n for those faults again
	$(BESIDE) Chaos/Client $(RELEASE)
	Chaos/run $(if $(SEED),--seed $(SEED))

sanitize: setup ## Run the tests and a quick Chaos under ThreadSanitizer and AddressSanitizer (a quarter of an hour)
	scripts/sanitize thread
	scripts/sanitize address

mutants: setup ## Break the state machines in sixty ways, and see the simulation notice each (four minutes)
	Tests/Mutants/run

fuzz: setup ## Fuzz what reads foreign bytes, 10 s a target
	Fuzz/run 10

clean: ## Remove everything that was built
	rm -rf .build .build-fuzz .build-sanitize .build-mutants $(IRIS)/.build Benchmarks/JSON/.build Chaos/Client/.build Benchmarks/.build Benchmarks/.venv
