# make run             the studio: a page to write in, with the models that ship
# make run TEXT=my.txt a model of your own text in two minutes, and a page of it
# make test            the tests, on two cores
# make fuzz            10,000 bodies, and all that Schemathesis can think of (half an hour)
# make lint            style and types
# make docs            the pages that are made from the code
# make models          the models that ship, from nothing (hours); make model-names one of them

PYTHON ?= python3
MINUTES ?= 2
BIN := .venv/bin
READY := .venv/ready

ifdef TEXT
NAME := $(shell basename "$(TEXT)" | cut -d. -f1 | tr " " -)
else
NAME := shakespeare
endif
RUN := runs/$(NAME)
WHAT := $(or $(TEXT),shakespeare)

.PHONY: run test fuzz lint docs models model-%
.DELETE_ON_ERROR:

# Without a text the studio opens on the models that ship, or else on one trained now.
SHIPPED := $(wildcard src/charbard/models/*.safetensors)
ifeq ($(TEXT)$(SHIPPED),)
run: $(RUN)/model.safetensors
	$(BIN)/charbard serve $(RUN)
else ifdef TEXT
run: $(RUN)/model.safetensors
	$(BIN)/charbard write $(RUN) --length 1500 --finish-line --temperature 0.8
else
run: $(READY)
	$(BIN)/charbard serve
endif

# A run that was interrupted goes on.
$(RUN)/model.safetensors: | $(READY)
	$(if $(TEXT),,$(BIN)/charbard corpus build shakespeare)
	$(BIN)/charbard train "$(WHAT)" --minutes $(MINUTES) --out $(RUN) \
		$$(ls $(RUN)/checkpoint_* > /dev/null 2>&1 && echo --resume)

test: $(READY)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile

# A studio of its own, without the limit on one client's requests.
fuzz: $(READY)
	CHARBARD_FUZZ=10000 $(BIN)/python -m pytest tests/web/test_fuzz.py
	$(BIN)/charbard serve --port 8099 --quiet --set rate=1e9 --set burst=1000000000 & \
	trap "kill $$!" EXIT; \
	$(BIN)/st --config-file tests/web/schemathesis.toml run http://127.0.0.1:8099/api/openapi.json \
		--wait-for-schema 60 --checks all --exclude-checks positive_data_acceptance \
		--phases examples,coverage,fuzzing --max-examples 200 --continue-on-failure

models: model-verse model-names model-english

model-%: $(READY)
	PYTHON=$(BIN)/python scripts/build_models.sh $*

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python scripts/write_options.py --check
	$(BIN)/python scripts/write_commands.py --check

docs: $(READY)
	$(BIN)/python scripts/write_options.py
	$(BIN)/python scripts/write_commands.py

$(READY): pyproject.toml setup.py constraints.txt $(wildcard src/charbard/runtime/c/*)
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'charbard needs Python 3.11 or newer')"
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[train,dev]"
	touch $@
