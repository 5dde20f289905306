# torture.mk - the programs of tests/torture; included by tests.mk.

TORTURE_CFLAGS := -std=gnu11 -O2 -g -D_GNU_SOURCE $(WARN)
TORTURE := $(B)/torture/storm $(B)/torture/frame $(B)/torture/plugin.so $(B)/torture/guard.so \
	$(B)/torture/allocator.so

$(B)/torture/%: tests/torture/%.c
	@mkdir -p $(@D)
	$(CC) $(TORTURE_CFLAGS) -o $@ $< -pthread -ldl

$(B)/torture/%.so: tests/torture/%.c
	@mkdir -p $(@D)
	$(CC) $(TORTURE_CFLAGS) -fPIC -shared -o $@ $< -ldl

test-programs: $(TORTURE)
