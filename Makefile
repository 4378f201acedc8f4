# Two commands do all: `make run` brings a switch up and proves it with a real call, `make test` passes the tests.
# Both install what they need into .venv (and Debian packages when root or with sudo) and say so.

SITE ?= var/site
BIN  := .venv/bin

.PHONY: help setup setup-test run demo test check fuzz bench load soak clean

help:            ## this list
	@grep -hE '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

setup:
	@.ci/setup run

setup-test:
	@.ci/setup test

run: setup       ## make a site, start the switch, prove it with a call, stay up until Ctrl-C
	@test -e $(SITE)/switch.yaml || $(BIN)/zongji init --site $(SITE)
	@$(BIN)/zongji serve --site $(SITE) --demo --log $(SITE)/zongji.log

demo: setup      ## the demonstration call alone, against a switch of its own on free ports
	@$(BIN)/zongji demo

test: setup-test ## all tests, two files at a time: most of them wait for phones, not for the processor
	$(BIN)/python -m pytest -n 2 --dist loadfile

check: setup-test ## style, types, the arrows between the packages, docs against code
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PYTHONPATH=. $(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest tests/apps/test_docs.py tests/apps/test_configuration_doc.py tests/ivr/test_manual.py \
	  tests/acd/test_picture.py

fuzz: setup-test ## a million hostile packets into the guard and the parser behind it
	$(BIN)/python -m tests.fuzz.packets --count 1000000

bench: setup     ## measure this machine; the table, and var/bench.json
	@$(BIN)/python -m tests.bench

load: setup      ## ten minutes of recorded calls at 70 % of a core: lateness, memory, losses, pass or fail
	@$(BIN)/python -m tests.bench.load_run $(LOAD)

soak: setup-test ## the long runs: ten thousand random days of the call centre
	$(BIN)/python -m pytest -m slow --timeout 1800

clean:           ## forget the environment and every cache; sites under var/ stay
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
