# Everything that developers and CI run. `make help` lists the targets.
#
# What `make test` needs beyond Rust and a C compiler, and how it is got:
#   rustfmt, clippy   parts of the Rust toolchain (rustup component add rustfmt clippy)
#   openssl           the independent judge of signatures and envelopes; Debian package `openssl`, installed if missing
#   xmllint, python3  judges of the JUnit report: the schema of the Jenkins xunit plugin (junit-10.xsd, as the source
#                     archive of pytest carries it) and PyPI's junitparser, both at a fixed version in target/judges
#   node, npm         for yaml-language-server, the judge of the editor's schema (tests/editor); installed if missing
#   chromium          looks at the HTML report; Debian package `chromium`, installed if missing
#   gmssl             PyPI's SM2, the second judge of the card's SM2 signatures, at a fixed version in target/judges
#   pcscd, vpcd       the system's PC/SC service and its driver for virtual readers, each test with one of its own
#   libpcsclite-dev   what the feature `pcsc` is built with
#   opensc, yubico-piv-tool, ssh, sshd   programs that use the card as they would any other
#   cargo-nextest     used where installed; plain `cargo test` otherwise

CARGO ?= cargo
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
# KOUAN_NEEDS_JUDGES turns a test that would be skipped for want of a tool into a failure.
export KOUAN_NEEDS_JUDGES = 1
JUDGES := target/judges
PIP := python3 -m pip --quiet --disable-pip-version-check
JUNIT_XSD_SHA256 := a1a816f58d1bf95ebabf371994df0b9246dee66ea9572fbec4f9296f1b2c0ff6

# What a test needs, by a program or file of it, and the Debian packages (joined by +) that bring it.
NEEDED := openssl:openssl xmllint:libxml2-utils npm:nodejs+npm pkg-config:pkg-config pcscd:pcscd \
  /usr/lib/pcsc/drivers/serial/libifdvpcd.so:vsmartcard-vpcd opensc-tool:opensc+opensc-pkcs11 \
  yubico-piv-tool:yubico-piv-tool ssh:openssh-client /usr/sbin/sshd:openssh-server

# Tests are built with readers of the system's; what users build (`make suite`) is built without.
FEATURES := --features kouan/pcsc

SECONDS ?= 60
FUZZED := scenario message apdu vpcd

.PHONY: help test test-full recipes audit fuzz setup fmt lint-code unit docs suite bench figures fixtures

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  \1\t/' | expand -t 16

test: setup fmt lint-code unit docs suite ## everything that CI runs: formatting, clippy, tests, docs, the suite

test-full: test recipes ## the same, with long runs: more random cases, what a clock sees of secrets, all seals, several seeds
	PROPTEST_CASES=5000 $(CARGO) test --workspace --release --locked $(FEATURES)
	KOUAN_DIFFERENTIAL=1000000 $(CARGO) test --release --locked --package signing --test differential
	KOUAN_APDUS=1000000 $(CARGO) test --release --locked --package virtual-card noise
	KOUAN_APDUS=100000 $(CARGO) test --release --locked $(FEATURES) --package kouan --test reader noise
	$(CARGO) test --release --locked --package signing --lib timing -- --ignored --nocapture
	set -e; for seal in sm2 rsa mac; do for seed in 1 2 3 4 5; do \
	  $(CARGO) run --release --quiet -- run scenarios --seal $$seal --seed $$seed; done; done

# Not a part of `test`: it builds everything anew for each of them.
recipes: ## the examples of docs/adding work, and fail where they say when something is left out: make recipes ONLY=rule
	bash docs/adding/check.sh $(ONLY)

setup: $(JUDGES)/junit-10.xsd $(JUDGES)/python/junitparser $(JUDGES)/python/gmssl ## install what the tests need
	@command -v $(CARGO) >/dev/null || { echo "Rust is missing: see https://rustup.rs"; exit 1; }
	@command -v cc >/dev/null || { echo "a C compiler is missing: apt-get install gcc"; exit 1; }
	@$(CARGO) fmt --version >/dev/null 2>&1 || rustup component add rustfmt
	@$(CARGO) clippy --version >/dev/null 2>&1 || rustup component add clippy
	@missing=""; for need in $(NEEDED); do \
	  tool=$${need%%:*}; \
	  case $$tool in /*) [ -e $$tool ] ;; *) command -v $$tool >/dev/null ;; esac || missing="$$missing $${need#*:}"; \
	done; \
	[ -e $$(pkg-config --variable=includedir libpcsclite 2>/dev/null || echo /none)/winscard.h ] || missing="$$missing libpcsclite-dev"; \
	missing=$$(echo $$missing | tr '+ ' '\n\n' | sort -u); \
	[ -z "$$missing" ] || { $(SUDO) apt-get update -q && $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $$missing; }
	@cd tests/editor && { cmp -s package-lock.json node_modules/installed.json || \
	  { npm ci --ignore-scripts --no-audit --no-fund && cp package-lock.json node_modules/installed.json; }; }
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
	  || { $(SUDO) apt-get update -q && $(SUDO) apt-get install -q -y --no-install-recommends chromium; }

$(JUDGES)/junit-10.xsd:
	@python3 -m pip --version >/dev/null 2>&1 || { $(SUDO) apt-get update -q && $(SUDO) apt-get install -q -y --no-install-recommends python3-pip; }
	@mkdir -p $(JUDGES)/pytest
	@$(PIP) download --no-deps --no-binary pytest --dest $(JUDGES)/pytest pytest==9.2.0
	@tar -xzf $(JUDGES)/pytest/pytest-9.2.0.tar.gz -C $(JUDGES)/pytest --strip-components=3 pytest-9.2.0/testing/example_scripts/junit-10.xsd
	@echo "$(JUNIT_XSD_SHA256)  $(JUDGES)/pytest/junit-10.xsd" | sha256sum --check --quiet
	@mv $(JUDGES)/pytest/junit-10.xsd $@

$(JUDGES)/python/junitparser: $(JUDGES)/junit-10.xsd
	@$(PIP) install --root-user-action ignore --no-deps --target $(JUDGES)/python junitparser==5.0.3

$(JUDGES)/python/gmssl: $(JUDGES)/junit-10.xsd
	@$(PIP) install --root-user-action ignore --no-deps --target $(JUDGES)/python gmssl==3.2.2 pycryptodomex==3.24.2

fmt: ## formatting is as rustfmt wants it
	$(CARGO) fmt --all --check

lint-code: ## clippy without a warning
	$(CARGO) clippy --workspace --all-targets --locked $(FEATURES) -- -D warnings
	$(CARGO) clippy --package kouan --locked -- -D warnings

unit: ## unit, integration and documentation tests
	@rm -rf target/skipped
	@if $(CARGO) nextest --version >/dev/null 2>&1; then \
	  $(CARGO) nextest run --workspace --locked $(FEATURES) --no-fail-fast && $(CARGO) test --workspace --locked $(FEATURES) --doc; \
	else $(CARGO) test --workspace --locked $(FEATURES); fi
	@[ ! -d target/skipped ] || { echo "NOT TESTED HERE: $$(ls target/skipped | wc -l) tests"; grep -H . target/skipped/*; }

docs: ## documentation builds without a warning
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --locked $(FEATURES) --document-private-items

suite: ## the scenario suite as users run it, with sm2, what it covers, and what it would let pass
	$(CARGO) run --release --locked --quiet -- lint scenarios
	$(CARGO) run --release --locked --quiet -- fmt --check scenarios docs/example.yaml
	$(CARGO) run --release --locked --quiet -- run scenarios --seal sm2
	$(CARGO) run --release --locked --quiet -- coverage scenarios > /dev/null
	@# Mutants of the cargo line's own tables are not all killed yet (CHANGELOG, Known limits): they are told by a bare self-test.
	$(CARGO) run --release --locked --quiet -- self-test scenarios --not '预约 ' --not '货运协议 ' --not '投保单 ' --not '投保表单 ' --not '交费 '

# Not a part of `test`: to install cargo-deny takes minutes, and what it finds changes with the world, not with us.
audit: ## licences, sources and doubles of all dependencies; known advisories where their list can be reached
	@cargo-deny --version >/dev/null 2>&1 || $(CARGO) install cargo-deny --locked
	$(CARGO) deny --locked check --hide-inclusion-graph licenses bans sources
	@# Of the fuzz targets nobody is given a copy, so their licences are no matter.
	$(CARGO) deny --manifest-path fuzz/Cargo.toml --config deny.toml --locked check --hide-inclusion-graph bans sources
	@if $(CARGO) deny fetch db >/dev/null 2>&1; then $(CARGO) deny --locked check --hide-inclusion-graph --disable-fetch advisories; \
	else echo "NOT CHECKED: advisories (the RustSec list cannot be fetched from here)"; fi

fuzz: ## each fuzz target for SECONDS (60 unless told): make fuzz SECONDS=600
	@$(CARGO) +nightly --version >/dev/null 2>&1 || { echo "fuzzing needs a nightly compiler: rustup toolchain install nightly"; exit 1; }
	@cargo-fuzz --version >/dev/null 2>&1 || $(CARGO) install cargo-fuzz --locked
	$(CARGO) run --quiet --locked --example fuzz_seeds -- fuzz/corpus
	set -e; for target in $(FUZZED); do \
	  $(CARGO) +nightly fuzz run --fuzz-dir fuzz $$target -- -max_total_time=$(SECONDS) -timeout=20 -rss_limit_mb=3000 -print_final_stats=1; done

bench: ## micro-benchmarks
	$(CARGO) bench --workspace

figures: ## the figures of docs/benchmarks.md, measured here
	$(CARGO) build --release --locked --quiet
	bash docs/figures.sh
	bash docs/figures-signing.sh
	$(CARGO) build --release --locked --quiet --features pcsc
	bash docs/figures-readers.sh

fixtures: ## make fixtures/pki and fixtures/cards anew (the same bytes each time)
	$(CARGO) run --release -p virtual-card --example make_fixtures
