# libprof: make help lists the targets. VARIANT=release|debug|asan|tsan|cover
# builds into build/VARIANT.

.DEFAULT_GOAL := all
.SECONDARY: # keep objects: a second make has nothing to do
SHELL := /bin/sh

VARIANT ?= release
PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
B := build/$(VARIANT)

ifeq ($(origin CC),default)
CC := gcc
endif
ifeq ($(origin CXX),default)
CXX := $(patsubst %gcc,%g++,$(patsubst %clang,%clang++,$(CC)))
endif
AR ?= ar

VERSION := $(shell sed -n 's/.*PROF_VERSION_[A-Z]* //p' include/prof.h | \
	paste -sd. -)
SOMAJOR := $(firstword $(subst ., ,$(VERSION)))

WARN := -Wall -Wextra -Wstrict-prototypes -Wmissing-prototypes -Wshadow \
	-Wpointer-arith -Wvla
ifdef CI
WARN += -Werror
endif
DEFS := -D_GNU_SOURCE -DPROF_VERSION_TEXT='"$(VERSION)"'
BASE_CFLAGS := -std=gnu11 -g -I. -Iinclude $(DEFS) $(WARN) -MMD -MP

OPT_release := -O2
OPT_debug := -O0
OPT_asan := -O1 -fno-omit-frame-pointer
OPT_tsan := -O1 -fno-omit-frame-pointer
OPT_cover := -O0
SAN_asan := -fsanitize=address,undefined -fno-sanitize-recover=undefined
# gcc's warns of fences that it does not follow: ours order a thread's own
# writes against its own handlers.
SAN_tsan := -fsanitize=thread $(if $(findstring clang,$(CC)),,-Wno-tsan)
SAN_cover := --coverage
ifeq ($(OPT_$(VARIANT)),)
$(error VARIANT is one of release, debug, asan, tsan, cover; not "$(VARIANT)")
endif
OPT := $(OPT_$(VARIANT))
SAN := $(SAN_$(VARIANT))

# The runtime is loaded into other people's programs: no sanitizer, whose own
# runtime would have to be there first, and no frame larger than 1 KiB where
# it may be a signal handler's. Its unit tests build it with the sanitizer.
RT_OPT := $(if $(filter debug,$(VARIANT)),-O0,-O2)
RT_CFLAGS := $(BASE_CFLAGS) $(RT_OPT) -fPIC -fvisibility=hidden \
	-ftls-model=initial-exec -fno-stack-protector -fno-plt \
	-U_FORTIFY_SOURCE
CFLAGS_TOOL := $(BASE_CFLAGS) $(OPT) $(SAN) $(CFLAGS)

RT_SRC := lib/base/error.c lib/base/options.c lib/base/similar.c \
	$(wildcard lib/runtime/signal/*.c lib/runtime/control/*.c)
LIB_SRC := $(wildcard lib/base/*.c lib/format/*.c lib/analysis/*.c)
TOOL_SRC := $(wildcard tools/prof/*.c tools/prof/*/*.c)
UNIT_SRC := $(wildcard tests/unit/*_test.c)
UNIT_HELP := $(filter-out $(UNIT_SRC),$(wildcard tests/unit/*.c))
EXAMPLE_SRC := $(wildcard examples/*.c)
COMMON_SRC := $(wildcard examples/common/*.c)
PROGRAM_SRC := $(wildcard tests/programs/*.c)
CLI_SRC := $(wildcard tests/cli/*.c)

RT_OBJ := $(RT_SRC:%.c=$(B)/rt/%.o)
RT_STATIC_OBJ := $(RT_SRC:%.c=$(B)/rt-static/%.o)
LIB_OBJ := $(LIB_SRC:%.c=$(B)/obj/%.o)
TOOL_OBJ := $(TOOL_SRC:%.c=$(B)/obj/%.o)
UNIT_BIN := $(UNIT_SRC:tests/unit/%.c=$(B)/unit/%)
EXAMPLES := $(EXAMPLE_SRC:examples/%.c=$(B)/examples/%)
PROGRAMS := $(PROGRAM_SRC:tests/programs/%.c=$(B)/programs/%)
CLI_BIN := $(CLI_SRC:tests/cli/%.c=$(B)/cli/%)
FUZZ_BIN := $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(wildcard tests/fuzz/*.c))

# Stacks are walked by our own rows of unwind information on x86-64, else by
# libunwind; UNWINDER=libunwind takes that there, too.
MACHINE := $(shell $(CC) -dumpmachine)
UNWINDER ?= $(if $(filter x86_64-%,$(MACHINE)),rows,libunwind)
ifeq ($(UNWINDER),libunwind)
RT_CFLAGS += -DRT_CFI=0
RT_UNWIND := -lunwind
endif
RT_LIBS := $(RT_UNWIND) -lz -pthread
TOOL_LIBS := -ldw -lelf -lz -lstdc++ -lm

SONAME := libprof.so.$(SOMAJOR)

.PHONY: all
all: $(B)/libprof.so $(B)/libprof.a $(B)/prof $(B)/prof.pc examples ## build all

.PHONY: examples
examples: $(EXAMPLES) $(EXAMPLES:=.trace) $(EXAMPLES:=.lines) ## build the example programs

include tests/tests.mk

# --- the runtime ----------------------------------------------------------
$(B)/rt/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(RT_CFLAGS) -DPROF_SHARED=1 -c -o $@ $<

$(B)/rt-static/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(RT_CFLAGS) -DPROF_SHARED=0 -c -o $@ $<

$(B)/$(SONAME): $(RT_OBJ) lib/libprof.map
	$(CC) -shared -o $@ $(RT_OBJ) -Wl,-soname,$(SONAME) \
		-Wl,--version-script=lib/libprof.map -Wl,-z,nodelete \
		-Wl,-z,now -Wl,-z,relro -Wl,-z,defs -Wl,--as-needed $(RT_LIBS)

$(B)/libprof.so: $(B)/$(SONAME)
	ln -sf $(SONAME) $@

# The archive has three members: the runtime, whole; the hooks, which are
# linked only into programs that call them: that is how mode auto knows; and
# the counter of blocks, which a fuzzer's program may bring itself. What is not
# public gets a prefix, out of the way of the program's own names.
HOOKS_STATIC_OBJ := $(B)/rt-static/lib/runtime/signal/hooks.o
COVER_STATIC_OBJ := $(B)/rt-static/lib/runtime/signal/cover.o
$(B)/libprof.a: $(RT_STATIC_OBJ)
	@rm -f $@
	ld -r -o $(B)/libprof_runtime.o \
		$(filter-out $(HOOKS_STATIC_OBJ) $(COVER_STATIC_OBJ),\
		$(RT_STATIC_OBJ))
	cp $(HOOKS_STATIC_OBJ) $(B)/libprof_hooks.o
	cp $(COVER_STATIC_OBJ) $(B)/libprof_cover.o
	readelf -sW $(RT_STATIC_OBJ) | awk '$$6 == "HIDDEN" && \
		$$8 !~ /^__(start|stop)_/ { print $$8, "libprof_" $$8 }' | \
		sort -u >$(B)/libprof.rename
	objcopy --redefine-syms=$(B)/libprof.rename $(B)/libprof_runtime.o
	objcopy --redefine-syms=$(B)/libprof.rename $(B)/libprof_hooks.o
	objcopy --redefine-syms=$(B)/libprof.rename $(B)/libprof_cover.o
	$(AR) rcs $@ $(B)/libprof_runtime.o $(B)/libprof_hooks.o \
		$(B)/libprof_cover.o

# Made anew each time: PREFIX may be another one now.
.PHONY: FORCE
FORCE:

$(B)/prof.pc: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' 'prefix=$(PREFIX)' 'libdir=$(LIBDIR)' \
		'includedir=$${prefix}/include' '' 'Name: libprof' \
		'Description: sampling and deterministic profiler' \
		'Version: $(VERSION)' 'Cflags: -I$${includedir}' \
		'Libs: -L$${libdir} -Wl,--no-as-needed,-u,libprof_version -lprof -Wl,--as-needed' \
		'Libs.private: $(RT_LIBS)' >$@

# --- the tool -------------------------------------------------------------
$(B)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_TOOL) -c -o $@ $<

$(B)/libanalysis.a: $(LIB_OBJ)
	@rm -f $@
	$(AR) rcs $@ $^

$(B)/prof: $(TOOL_OBJ) $(B)/libanalysis.a
	$(CC) $(CFLAGS_TOOL) $(LDFLAGS) -o $@ $^ $(TOOL_LIBS)

# --- examples -------------------------------------------------------------
EXAMPLE_CFLAGS := -std=gnu11 -O2 -g -I. -Iinclude $(WARN) $(SAN) \
	-ffp-contract=off -MMD -MP
TRACE_CFLAGS := -finstrument-functions

$(B)/examples/common/%.o: examples/common/%.c
	@mkdir -p $(@D)
	$(CC) $(EXAMPLE_CFLAGS) -c -o $@ $<

$(B)/examples/%: examples/%.c $(COMMON_SRC:%.c=$(B)/%.o)
	@mkdir -p $(@D)
	$(CC) $(EXAMPLE_CFLAGS) -MF $@.d -o $@ $(filter %.c %.o,$^) -lm -pthread

$(B)/examples/%.trace: examples/%.c $(COMMON_SRC:%.c=$(B)/%.o)
	@mkdir -p $(@D)
	$(CC) $(EXAMPLE_CFLAGS) $(TRACE_CFLAGS) -MF $@.d -o $@ \
		$(filter %.c %.o,$^) -lm -pthread

# Counts blocks of code, for "prof lines": without a sanitizer, whose runtime
# brings a counter of its own. gcc places counters before it changes loops, but
# joins what jumps make equal (-fthread-jumps, without which it warns of what it
# cannot see through), and packs values into vectors that the calls spill, with
# which times shift (-ftree-slp-vectorize). clang places them after all its
# optimizations, and leaves out what follows from others unless told not to.
LINES_CFLAGS := -fno-optimize-sibling-calls
ifneq ($(findstring clang,$(CC)),)
LINES_CFLAGS += -O0 -fsanitize-coverage=trace-pc,no-prune
else
LINES_CFLAGS += -fno-thread-jumps -fno-tree-slp-vectorize \
	-Wno-maybe-uninitialized -fsanitize-coverage=trace-pc
endif
$(B)/examples/%.lines: examples/%.c $(COMMON_SRC) $(B)/libprof.so
	@mkdir -p $(@D)
	$(CC) $(filter-out $(SAN),$(EXAMPLE_CFLAGS)) $(LINES_CFLAGS) -MF $@.d \
		-o $@ $(filter %.c,$^) -L$(B) -lprof \
		-Wl,-rpath,'$$ORIGIN/..' -lm -pthread

# --- the two commands of the README ---------------------------------------
.PHONY: demo
demo: ## install what is missing, build, profile basel, report, convert
	@sh tools/deps.sh --for demo
	@$(MAKE) --no-print-directory -s all
	@sh tools/demo.sh $(B) $(KERNEL)

.PHONY: examples-doc
examples-doc: all ## run the commands in examples/README.md, and put in their output
	@sh tools/examples_doc.sh $(B) examples/README.md

.PHONY: deps
deps: ## install missing Debian packages (root or sudo), or say which
	@sh tools/deps.sh --for check

.PHONY: install
install: all ## install into PREFIX, below DESTDIR
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(LIBDIR)/pkgconfig \
		$(DESTDIR)$(PREFIX)/include
	install -m 755 $(B)/prof $(DESTDIR)$(PREFIX)/bin/prof
	install -m 755 $(B)/$(SONAME) $(DESTDIR)$(LIBDIR)/$(SONAME)
	ln -sf $(SONAME) $(DESTDIR)$(LIBDIR)/libprof.so
	install -m 644 $(B)/libprof.a $(DESTDIR)$(LIBDIR)/libprof.a
	install -m 644 $(B)/prof.pc $(DESTDIR)$(LIBDIR)/pkgconfig/prof.pc
	install -m 644 include/prof.h $(DESTDIR)$(PREFIX)/include/prof.h

.PHONY: format
format: ## lay out every source file by .clang-format
	clang-format -i $$(git ls-files '*.c' '*.h')

.PHONY: clean
clean: ## delete build/
	rm -rf build

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | \
		expand -t 18
	@echo "  VARIANT=release|debug|asan|tsan|cover, CC=gcc|clang," \
		"PREFIX=, DESTDIR="

-include $(shell find $(B)/rt $(B)/rt-static $(B)/obj $(B)/examples \
	$(B)/programs -type f -name '*.d' 2>/dev/null)
