# tests.mk - how the tests are built and run; included by the Makefile.

PROVE ?= prove
JOBS ?= 2
TEST_ENV = BUILD=$(B) CC='$(CC)' CXX='$(CXX)' VARIANT=$(VARIANT) \
	MAKE='$(MAKE)' $(SAN_ENV)

# libprof.so is preloaded before the sanitizer's runtime, which minds.
SAN_ENV := $(if $(filter asan,$(VARIANT)),\
	ASAN_OPTIONS=verify_asan_link_order=0:detect_stack_use_after_return=0)

UNIT_HELP_OBJ := $(UNIT_HELP:%.c=$(B)/obj/%.o)

# A unit test links what it tests: the exporters where its name starts with
# export_, the runtime's modules where it starts with rt_ (unwind.mk), the
# analysis otherwise.
EXPORT_OBJ := $(filter $(B)/obj/tools/prof/export/%,$(TOOL_OBJ)) \
	$(patsubst %,$(B)/obj/tools/prof/%.o,cli/memory cli/message \
	cli/printable view/facts)
$(B)/unit/export_%: $(B)/obj/tests/unit/export_%.o $(UNIT_HELP_OBJ) \
		$(EXPORT_OBJ) $(B)/libanalysis.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_TOOL) -o $@ $^ $(TOOL_LIBS)

include tests/unwind.mk
include tests/torture.mk

$(B)/unit/%: $(B)/obj/tests/unit/%.o $(UNIT_HELP_OBJ) $(B)/libanalysis.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_TOOL) -o $@ $^ $(TOOL_LIBS)

$(B)/unit/export_random_test: | $(B)/cli/callgrind_strict

$(B)/cli/%: $(B)/obj/tests/cli/%.o
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_TOOL) -o $@ $^

$(B)/fuzz/%: $(B)/obj/tests/fuzz/%.o $(B)/libanalysis.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_TOOL) -o $@ $^ $(TOOL_LIBS)

# Test programs: NAME.c is built plain, and NAME.trace instrumented.
PROGRAM_CFLAGS := -std=gnu11 -O2 -g -I. -Iinclude $(DEFS) $(WARN) $(SAN) -MMD \
	-MP
$(B)/programs/%: tests/programs/%.c
	@mkdir -p $(@D)
	$(CC) $(PROGRAM_CFLAGS) -MF $@.d -o $@ $< -lm -pthread -ldl

$(B)/programs/%.trace: tests/programs/%.c
	@mkdir -p $(@D)
	$(CC) $(PROGRAM_CFLAGS) -finstrument-functions -MF $@.d -o $@ $< -lm \
		-pthread -ldl

.PHONY: test-programs
test-programs: all $(UNIT_BIN) $(PROGRAMS) $(PROGRAMS:=.trace) $(CLI_BIN) \
	$(FUZZ_BIN)

.PHONY: check
check: ## install what is missing, build, and run the tests
	@sh tools/deps.sh --for check
	@$(MAKE) --no-print-directory run-tests

.PHONY: run-tests
run-tests: test-programs
	$(TEST_ENV) PROVE='$(PROVE)' sh tests/run.sh $(JOBS) $(sort $(UNIT_BIN)) \
		$(sort $(wildcard tests/cli/*.t tests/programs/*.t \
		tests/truth/*.t tests/torture/*.t tests/fuzz/*.t \
		tests/lint/*.t))

.PHONY: check-long
check-long: test-programs ## the torture and fuzz tests (minutes)
	$(TEST_ENV) PROF_TEST_LONG=1 $(PROVE) -j1 --timer \
		$(sort $(wildcard tests/cli/*.t tests/programs/*.t tests/truth/*.t \
		tests/torture/*.t tests/fuzz/*.t))

# What the tracer has to stand, by itself: with VARIANT=tsan too.
TRACER_TESTS := $(patsubst %,tests/programs/%.t,coroutines deep exceptions \
	forks jumps life manythreads plugins threads)

.PHONY: check-tracer
check-tracer: test-programs ## the tracer's tests alone, for VARIANT=tsan
	$(TEST_ENV) PROVE='$(PROVE)' sh tests/run.sh $(JOBS) $(TRACER_TESTS)

.PHONY: lint
lint: all ## include direction, signal-safe calls, exported symbols, layout
	$(TEST_ENV) $(PROVE) $(sort $(wildcard tests/lint/*.t))

.PHONY: bench
bench: all $(B)/walks.so $(B)/bench/depth $(B)/bench/shares ## compare speed with rivals and floors (minutes)
	$(TEST_ENV) sh tests/bench/bench.sh

.PHONY: bench-diff
bench-diff: all ## twenty comparisons of builds, one 10 % slower, and of equal ones
	$(TEST_ENV) sh tests/bench/diff.sh

.PHONY: bench-trace
bench-trace: all ## the deterministic modes alone
	$(TEST_ENV) sh tests/bench/bench.sh trace
