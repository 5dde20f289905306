# tests.mk - how the tests are built and run; included by the Makefile.

PROVE ?= prove
JOBS ?= 2
TEST_ENV = BUILD=$(B) CC='$(CC)' CXX='$(CXX)' VARIANT=$(VARIANT) \
	MAKE='$(MAKE)' $(SAN_ENV)

# libprof.so is preloaded before the sanitizer's runtime, which minds.
SAN_ENV := $(if $(filter asan,$(VARIANT)),\
	ASAN_OPTIONS=verify_asan_link_order=0:detect_stack_use_after_return=0)

$(B)/libruntime-test.a: $(RT_SRC:%.c=$(B)/obj/%.o)
	@rm -f $@
	$(AR) rcs $@ $^

UNIT_HELP_OBJ := $(UNIT_HELP:%.c=$(B)/obj/%.o)

# A unit test links what it tests: the runtime's modules where its name starts
# with rt_, the analysis otherwise.
$(B)/unit/rt_%: $(B)/obj/tests/unit/rt_%.o $(B)/libruntime-test.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_TOOL) -o $@ $^ $(RT_LIBS)

$(B)/unit/%: $(B)/obj/tests/unit/%.o $(UNIT_HELP_OBJ) $(B)/libanalysis.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_TOOL) -o $@ $^ $(TOOL_LIBS)

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
	$(TEST_ENV) $(PROVE) -j$(JOBS) $(sort $(UNIT_BIN)) \
		$(sort $(wildcard tests/cli/*.t tests/programs/*.t \
		tests/truth/*.t tests/fuzz/*.t tests/lint/*.t))

.PHONY: check-long
check-long: test-programs ## the torture and fuzz tests (minutes)
	$(TEST_ENV) PROF_TEST_LONG=1 $(PROVE) -j1 --timer \
		$(sort $(wildcard tests/programs/*.t tests/truth/*.t \
		tests/fuzz/*.t))

.PHONY: lint
lint: all ## include direction, signal-safe calls, exported symbols, layout
	$(TEST_ENV) $(PROVE) $(sort $(wildcard tests/lint/*.t))

.PHONY: bench
bench: all ## compare speed with rivals and floors (minutes)
	$(TEST_ENV) sh tests/bench/bench.sh
