# unwind.mk - tests and measurements of the unwinder; included by tests.mk.

# What is walked: functions without a frame pointer or a sanitizer, bound to
# libc lazily.
$(B)/frames/%.o: tests/unit/frames/%.c
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -O2 -g -fomit-frame-pointer -I. $(WARN) -Wno-vla \
		-MMD -MP -c -o $@ $<

$(B)/frames/%.o: tests/unit/frames/%.S
	@mkdir -p $(@D)
	$(CC) -c -o $@ $<

# Not the archive, which has functions of libc's names as well.
WALK_SRC := $(wildcard lib/runtime/signal/*.c) \
	lib/runtime/control/ownstack.c lib/runtime/control/loader.c
$(B)/unit/rt_unwind_test: $(B)/obj/tests/unit/rt_unwind_test.o \
		$(B)/frames/frames.o $(B)/frames/asm.o \
		$(WALK_SRC:%.c=$(B)/obj/%.o)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_TOOL) -o $@ $^ -Wl,-z,lazy $(RT_LIBS) -lunwind -lm

$(B)/unit/rt_%: $(B)/obj/tests/unit/rt_%.o $(WALK_SRC:%.c=$(B)/obj/%.o)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_TOOL) -o $@ $^ $(RT_LIBS) -lunwind

# The same code that is in libprof.so, in a handler that times it.
$(B)/walks.so: tests/bench/walks.c $(WALK_SRC:%.c=$(B)/rt/%.o)
	@mkdir -p $(@D)
	$(CC) $(RT_CFLAGS) -shared -o $@ $^ -Wl,-z,defs -lunwind

$(B)/bench/%: tests/bench/%.c
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -O2 -g $(WARN) -pthread -o $@ $<

test-programs: $(B)/walks.so

.PHONY: bench-sample
bench-sample: all $(B)/walks.so $(B)/bench/depth $(B)/bench/shares ## what a sample costs
	$(TEST_ENV) sh tests/bench/sample.sh
