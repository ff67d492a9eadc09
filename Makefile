# `make` alone lists the targets: each has its description behind ##.
.DEFAULT_GOAL := help
SHELL := /bin/bash

GOLANGCI_VERSION := v2.15.0
GOLANGCI := bin/golangci-lint-$(GOLANGCI_VERSION)

# The web app is built where npm is. The server compiles without it and then says so.
NPM := $(shell command -v npm)
WEB_BUILT := web/dist/index.html.gz
WEB_SOURCES := schema.graphqls $(shell find web -type f -not -path 'web/node_modules/*' -not -path 'web/dist/*' -not -name '*.go' -not -path 'web/e2e/*')
NPM_INSTALLED := web/node_modules/.package-lock.json

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: $(if $(NPM),$(WEB_BUILT)) ## build bin/mailferry, with the web app in it where npm is installed
	go build -trimpath -o bin/mailferry .

$(WEB_BUILT): $(NPM_INSTALLED) $(WEB_SOURCES)
	cd web && npm run build
	@touch $@

$(NPM_INSTALLED): web/package.json web/package-lock.json
	cd web && npm ci --no-audit --no-fund
	@touch $@

.PHONY: demo
demo: build ## move sample mailboxes between sample servers and serve the web app (DEMO_ARGS=--exit ends after the jobs)
	bin/mailferry demo $(DEMO_ARGS)

.PHONY: dev
dev: $(if $(NPM),$(NPM_INSTALLED)) ## run the server and Vite on loopback; changes of Go and of the web app are taken up at once; Ctrl-C ends both
	@scripts/dev.sh

.PHONY: trace
trace: ## show what the engine and its hosts say to each other, passwords masked (TRACE_ARGS="--host1 …"; without, two Dovecots are started)
	@scripts/trace.sh $(TRACE_ARGS)

.PHONY: test
test: test-deps test-web test-go ## install what tests need, then run all of them: Go with the race detector, web, end to end

.PHONY: test-deps
test-deps: ## install the servers and the browser that tests use
	scripts/install-test-deps.sh

.PHONY: test-go
test-go: ## run the Go tests, with the race detector
	MAILFERRY_TEST_REQUIRE=1 go test -race -timeout 20m $(TEST_ARGS) ./...

.PHONY: cover
cover: test-deps ## run the Go tests and say how much of each package they run (COVER_ARGS=./internal/... for some)
	MAILFERRY_TEST_REQUIRE=1 scripts/cover.sh $(COVER_ARGS)

.PHONY: fuzz
fuzz: ## run each fuzz test for FUZZ_TIME=10s, those that match FUZZ=Name
	FUZZ='$(FUZZ)' FUZZ_TIME='$(FUZZ_TIME)' scripts/fuzz.sh

.PHONY: torture
torture: build ## kill, freeze and cut servers at random moments, 300 times on each database (TORTURE=rounds)
	scripts/install-test-deps.sh
	MAILFERRY_TEST_REQUIRE=1 MAILFERRY_TORTURE=$(or $(TORTURE),300) go test -timeout 6h -v -run 'Kills|Partition|Absence' ./e2e

.PHONY: test-web
test-web: ## run the web app's tests, in node and in a browser
ifneq ($(NPM),)
test-web: build
	cd web && npm run typecheck && npm test && npm run e2e
else
	@echo "npm is not installed: the web app is not tested"
endif

.PHONY: lint
lint: $(GOLANGCI) lint-web ## run golangci-lint and the web app's linter
	$(GOLANGCI) run ./...

.PHONY: lint-web
lint-web: $(if $(NPM),$(NPM_INSTALLED))
	$(if $(NPM),cd web && npm run lint,@echo "npm is not installed: the web app is not linted")

$(GOLANGCI):
	GOBIN=$(CURDIR)/bin go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
	mv bin/golangci-lint $@

.PHONY: generate
generate: $(if $(NPM),$(NPM_INSTALLED)) ## refresh the code generated from schema.graphqls
	go tool gqlgen generate
	$(if $(NPM),cd web && npm run codegen)

.PHONY: verify
verify: ## fail if generated code is not what schema.graphqls gives
	scripts/verify-generated.sh

.PHONY: bench
bench: build ## measure the server: delay of the log, its growth, a thousand followers, pages of a million jobs (BENCH_ARGS=)
	scripts/install-test-deps.sh bench
	go test -run '^$$' -bench BenchmarkAppend -benchtime 500x ./internal/joblog
	go run ./bench/service $(BENCH_ARGS)

.PHONY: bench-engine
bench-engine: build ## compare the built-in engine with imapsync, mbsync and the wire itself (BENCH_ARGS=-help lists the choices)
	scripts/install-test-deps.sh bench
	go build -o bin/bench-engine ./bench/engine
	bin/bench-engine $(BENCH_ARGS)

.PHONY: bench-company
bench-company: build ## move 200 mailboxes from one CSV file through a restart, on each database, with figures (BENCH_ARGS=-help lists the choices)
	scripts/install-test-deps.sh
	go build -o bin/bench-company ./bench/company
	bin/bench-company $(BENCH_ARGS)

.PHONY: bench-web
bench-web: build ## measure the web app's log pane in a browser (BENCH_ARGS=--large for 100 MB)
	scripts/install-test-deps.sh
	cd web && npm run bench -- $(BENCH_ARGS)

.PHONY: screenshots
screenshots: build ## take the README's picture, docs/screenshot.png (SCREENSHOT_ARGS=--all takes every page)
	scripts/install-test-deps.sh
	cd web && npm run screenshots -- $(SCREENSHOT_ARGS)

.PHONY: licenses
licenses: ## list the licences of all dependencies; fails where one does not go with Apache-2.0 (LICENSES_ARGS=-texts prints what goes along with the binary)
	go run ./scripts/licenses $(LICENSES_ARGS)

.PHONY: vulncheck
vulncheck: ## report known vulnerabilities that the code can reach
	go tool govulncheck ./...
