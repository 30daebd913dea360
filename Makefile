# make demo    a real crash, symbolicated
# make test    the tests
# make check   everything that must hold before a change goes in
#
# make golden  rewrite golden files; review the difference like code
# make fuzz    every fuzz target in turn, FUZZ=30s each
# make bench   every benchmark, COUNT times, for benchstat
# make peers   the same jobs done by other symbolizers (see benchmarks)

GO    ?= go
FUZZ  ?= 30s
COUNT ?= 10
TOOL   = $(GO) tool -modfile=tools.mod
SHELL  = bash -o pipefail

demo:
	@$(GO) run ./cmd/symbolicate event --symbols testdata/symbols --code /src=testdata/src --format pretty testdata/events/linux-x86_64-crash.json

test:
	$(GO) test ./...

check: format vet generated test race

format:
	@bad=$$(gofmt -l . && $(TOOL) gofumpt -l .) && test -z "$$bad" || { echo "not formatted (make fix):"; echo "$$bad"; exit 1; }

vet:
	$(GO) vet ./...
	$(TOOL) staticcheck ./...
	GOOS=windows $(GO) build ./...
	GOOS=darwin GOARCH=arm64 $(GO) build ./...
	GOARCH=386 $(GO) build ./...

# Under the race detector what counts on the clock or on a lot of input sits out.
race:
	$(GO) test -race -short ./...

# What go generate writes is committed; it must be what it would write now.
STATE = { git diff; git ls-files --others --exclude-standard; } | sha256sum
generated:
	@before=$$($(STATE)) && $(GO) generate ./... && test "$$before" = "$$($(STATE))" || { echo "generated files were out of date: see git diff"; exit 1; }

generate:
	$(GO) generate ./...

fix:
	$(TOOL) gofumpt -w .

GOLDEN = github.com/nativesym/nativesym/internal/golden
golden:
	$(GO) test $$($(GO) list -f '{{range $$i := .TestImports}}{{if eq $$i "$(GOLDEN)"}}{{$$.ImportPath}}{{end}}{{end}} {{range $$i := .XTestImports}}{{if eq $$i "$(GOLDEN)"}}{{$$.ImportPath}}{{end}}{{end}}' ./...) -update

fuzz:
	@grep -rHo --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' . | sed 's/:func / /' | while read -r file target; do \
		echo "== $$target in $$(dirname $$file)"; \
		$(GO) test -run='^$$' -fuzz="^$$target\$$" -fuzztime=$(FUZZ) "$$(dirname $$file)" || exit 1; \
	done

bench:
	$(GO) test -run='^$$' -bench=. -benchmem -count=$(COUNT) ./...

peers:
	$(MAKE) -C benchmarks peers

.PHONY: demo test check format vet race generated generate fix golden fuzz bench peers
