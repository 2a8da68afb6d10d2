# Everything that developers and CI run. `make help` lists the targets.
#
# What `make test` needs beyond Rust and a C compiler, and how it is got:
#   rustfmt, clippy   parts of the Rust toolchain (rustup component add rustfmt clippy)
#   openssl           the independent judge of signatures and envelopes; Debian package `openssl`, installed if missing
#   chromium          looks at the HTML report; Debian package `chromium`, installed if missing
#   cargo-nextest     used where installed; plain `cargo test` otherwise

CARGO ?= cargo
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
# KOUAN_NEEDS_JUDGES turns a test that would be skipped for want of a tool into a failure.
export KOUAN_NEEDS_JUDGES = 1

.PHONY: help test test-full setup fmt lint-code unit docs suite bench figures fixtures

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  \1\t/' | expand -t 16

test: setup fmt lint-code unit docs suite ## everything that CI runs: formatting, clippy, tests, docs, the suite

test-full: test ## the same, with long runs: more random cases, the suite in all seals and under several seeds
	PROPTEST_CASES=5000 $(CARGO) test --workspace --release
	set -e; for seal in sm2 rsa mac; do for seed in 1 2 3 4 5; do \
	  $(CARGO) run --release --quiet -- run scenarios --seal $$seal --seed $$seed; done; done

setup: ## install what the tests need
	@command -v $(CARGO) >/dev/null || { echo "Rust is missing: see https://rustup.rs"; exit 1; }
	@command -v cc >/dev/null || { echo "a C compiler is missing: apt-get install gcc"; exit 1; }
	@$(CARGO) fmt --version >/dev/null 2>&1 || rustup component add rustfmt
	@$(CARGO) clippy --version >/dev/null 2>&1 || rustup component add clippy
	@command -v openssl >/dev/null || { $(SUDO) apt-get update -q && $(SUDO) apt-get install -q -y --no-install-recommends openssl; }
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
	  || { $(SUDO) apt-get update -q && $(SUDO) apt-get install -q -y --no-install-recommends chromium; }

fmt: ## formatting is as rustfmt wants it
	$(CARGO) fmt --all --check

lint-code: ## clippy without a warning
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings

unit: ## unit, integration and documentation tests
	@if $(CARGO) nextest --version >/dev/null 2>&1; then \
	  $(CARGO) nextest run --workspace --locked --no-fail-fast && $(CARGO) test --workspace --locked --doc; \
	else $(CARGO) test --workspace --locked; fi

docs: ## documentation builds without a warning
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --locked --document-private-items

suite: ## the scenario suite as users run it, with sm2, and what it covers
	$(CARGO) run --release --locked --quiet -- lint scenarios
	$(CARGO) run --release --locked --quiet -- run scenarios --seal sm2
	$(CARGO) run --release --locked --quiet -- coverage scenarios > /dev/null

bench: ## micro-benchmarks
	$(CARGO) bench --workspace

figures: ## the figures of docs/benchmarks.md, measured here
	$(CARGO) build --release --locked --quiet
	bash docs/figures.sh

fixtures: ## make fixtures/pki and fixtures/cards anew (the same bytes each time)
	$(CARGO) run --release --example make_fixtures
