#include "lib/runtime/signal/modules.h"

#include "lib/runtime/signal/arena.h"
#include "lib/runtime/signal/filter.h"
#include "lib/runtime/signal/raw.h"
#include "lib/runtime/signal/text.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <string.h>
#include <sys/stat.h>

enum {
	MODULE_LIMIT = 4090,
	NOTE_LIMIT = 64 * 1024,
	BUILD_ID_MAX = sizeof(((struct arena_module *)0)->build_id)
};

/* A module that has a record. IDENTITY tells two apart that had one range. */
struct known {
	uintptr_t start, end;
	uint64_t identity;
	uint32_t epoch;
	uintptr_t bias;
	const struct filter_module *filter; /* NULL: not in PROF_FILTER */
};

/* Ranges that have a record in the arena; wiped by fork, as the arena is. */
struct known_list {
	atomic_uint claimed, ready;
	struct known range[MODULE_LIMIT];
};

static struct known_list *known;

bool modules_prepare(void)
{
	known = raw_map_wiped(sizeof(*known));
	return known != NULL;
}

#ifdef DLFO_STRUCT_HAS_EH_DBASE
#pragma weak _dl_find_object

RT_APART bool modules_find(uintptr_t pc, struct module_image *image)
{
	struct dl_find_object found;

	if (!_dl_find_object || _dl_find_object((void *)pc, &found))
		return false;
	image->start = (uintptr_t)found.dlfo_map_start;
	image->end = (uintptr_t)found.dlfo_map_end;
	image->bias = found.dlfo_link_map->l_addr;
	image->name = found.dlfo_link_map->l_name;
	image->eh_frame_hdr = found.dlfo_eh_frame;
	image->map = found.dlfo_link_map;
	return true;
}
#else
bool modules_find(uintptr_t pc, struct module_image *image)
{
	(void)pc;
	(void)image;
	return false;
}
#endif

struct mapping {
	uintptr_t start, end, offset;
	char name[RT_PATH_MAX];
};

/* Reading /proc/self/maps a line at a time. Too large for a handler's stack:
 * it is mapped for the moment, as happens once a module at most. */
struct maps {
	int fd;
	size_t used, size;
	char buffer[ARENA_PAGE];
	char line[RT_PATH_MAX + 128];
	struct mapping found;
};

static int next_char(struct maps *m)
{
	if (m->used == m->size) {
		long got = raw_read(m->fd, m->buffer, sizeof(m->buffer));

		if (got <= 0)
			return -1;
		m->used = 0;
		m->size = (size_t)got;
	}
	return (unsigned char)m->buffer[m->used++];
}

/* Read a line, cut where it is too long. False at the end of the file. */
static bool next_line(struct maps *m)
{
	size_t length = 0;
	int c;

	while ((c = next_char(m)) >= 0 && c != '\n')
		if (length + 1 < sizeof(m->line))
			m->line[length++] = (char)c;
	m->line[length] = '\0';
	return c >= 0 || length;
}

/* The next field of a line of maps, or its end. (strcspn takes a quarter of a
 * handler's stack.) */
static const char *next_field(const char *at)
{
	while (*at && *at != ' ')
		at++;
	while (*at == ' ')
		at++;
	return at;
}

/* Read the lines up to the one of the mapping at ADDRESS. */
static bool search(struct maps *m, uintptr_t address)
{
	struct mapping *out = &m->found;

	while (next_line(m)) {
		const char *rest;
		int field;

		out->start = text_parse_hex(m->line, &rest);
		out->end = text_parse_hex(rest + 1, &rest);
		if (address < out->start || address >= out->end)
			continue;
		rest = next_field(next_field(rest)); /* past the rights */
		out->offset = text_parse_hex(rest, &rest);
		for (field = 3; field < 6; field++) /* device, inode, name */
			rest = next_field(rest);
		strncpy(out->name, rest, sizeof(out->name) - 1);
		return true;
	}
	return false;
}

/* The mapping at ADDRESS, in memory to be given to maps_free; NULL: none. */
static struct maps *maps_find(uintptr_t address)
{
	struct maps *m = raw_map_private(sizeof(*m));
	bool found;

	if (!m)
		return NULL;
	m->fd = raw_open("/proc/self/maps", O_RDONLY, 0);
	found = m->fd >= 0 && search(m, address);
	if (m->fd >= 0)
		raw_close(m->fd);
	if (found)
		return m;
	raw_unmap(m, sizeof(*m));
	return NULL;
}

static void maps_free(struct maps *m)
{
	if (m)
		raw_unmap(m, sizeof(*m));
}

/* A build-id, where it lies in the notes of an image. */
struct build_id {
	const uint8_t *bytes;
	size_t size; /* 0: there is none */
};

static struct build_id find_build_id(uintptr_t start, uintptr_t bias)
{
	const struct build_id none = { NULL, 0 };
	const ElfW(Ehdr) *ehdr = (const ElfW(Ehdr) *)start;
	const ElfW(Phdr) * phdr;
	int i;

	if (memcmp(ehdr->e_ident, ELFMAG, SELFMAG) ||
	    ehdr->e_phoff > ARENA_PAGE)
		return none;
	phdr = (const ElfW(Phdr) *)(start + ehdr->e_phoff);
	for (i = 0; i < ehdr->e_phnum && i < 64; i++) {
		uintptr_t at = bias + phdr[i].p_vaddr;
		uintptr_t end = at + phdr[i].p_memsz;

		if (phdr[i].p_type != PT_NOTE || phdr[i].p_memsz > NOTE_LIMIT)
			continue;
		while (at + sizeof(ElfW(Nhdr)) <= end) {
			const ElfW(Nhdr) *note = (const ElfW(Nhdr) *)at;
			uintptr_t name = at + sizeof(*note);
			uintptr_t desc = name + ((note->n_namesz + 3) & ~3u);

			at = desc + ((note->n_descsz + 3) & ~3u);
			if (at > end || note->n_type != NT_GNU_BUILD_ID ||
			    note->n_namesz != 4 ||
			    memcmp((const void *)name, "GNU", 4) ||
			    note->n_descsz > BUILD_ID_MAX)
				continue;
			return (struct build_id){ (const uint8_t *)desc,
						  note->n_descsz };
		}
	}
	return none;
}

static RT_APART void stat_file(const char *path, struct arena_module *record)
{
	struct stat st;

	if (*path != '/' || stat(path, &st))
		return;
	record->file_size = (uint64_t)st.st_size;
	record->file_mtime = (uint64_t)st.st_mtim.tv_sec;
}

/* Write the record of the module in RANGE, right where it is to be: a handler's
 * stack has no room for it. NULL: there is none. */
static const struct arena_module *write_record(const struct known *range,
					       struct build_id id,
					       const char *path)
{
	size_t length = strlen(path);
	struct arena_chunk *chunk;
	struct arena_module *record;

	if (length >= RT_PATH_MAX)
		length = RT_PATH_MAX - 1;
	chunk = arena_claim(ARENA_CHUNK_MODULE,
			    sizeof(*chunk) + sizeof(*record) + length, 0,
			    ARENA_LOSS_MODULE);
	if (!chunk)
		return NULL;
	record = (struct arena_module *)(chunk + 1);
	record->start = range->start;
	record->end = range->end;
	record->bias = range->bias;
	record->epoch = range->epoch;
	record->build_id_size = (uint8_t)id.size;
	if (id.size)
		memcpy(record->build_id, id.bytes, id.size);
	stat_file(path, record);
	record->path_length = (uint32_t)length;
	memcpy(record + 1, path, length);
	__atomic_store_n(&chunk->used,
			 sizeof(*chunk) + sizeof(*record) + length,
			 __ATOMIC_RELEASE);
	return record;
}

static uint64_t identify(const struct module_image *image)
{
	struct build_id id = find_build_id(image->start, image->bias);
	const char *path = image->name ? image->name : "";
	uint64_t h = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
	size_t i;

	for (i = 0; path[i]; i++)
		h = (h ^ (unsigned char)path[i]) * UINT64_C(0x100000001b3);
	for (i = 0; i < id.size; i++)
		h = (h ^ id.bytes[i]) * UINT64_C(0x100000001b3);
	/* The same file a page further on is another module. */
	return h ^ image->bias;
}

/* Write the record of the module called PATH by the loader; what the filter
 * knows of it goes to RANGE. */
static RT_APART void record_image(struct known *range, const char *path)
{
	const struct arena_module *record;
	struct maps *maps = NULL;

	if (!path || !*path)
		path = rt.config.exe;
	else if (!strncmp(path, "linux-vdso", 10) ||
		 !strncmp(path, "linux-gate", 10))
		path = "[vdso]";
	else if (*path != '/' && (maps = maps_find(range->start)) &&
		 maps->found.name[0] == '/')
		path = maps->found.name; /* dlopen("./x.so"): see the kernel */
	record = write_record(range, find_build_id(range->start, range->bias),
			      path);
	range->filter = record ? filter_module_of(record, path) : NULL;
	maps_free(maps);
}

/* Code that the loader does not know: a file mapped by hand, or what a JIT
 * compiler made. */
static RT_APART bool record_mapping(uintptr_t address, struct known *range)
{
	struct maps *maps = maps_find(address);
	struct build_id id = { NULL, 0 };
	const struct mapping *m;
	const char *path;

	if (!maps)
		return false;
	m = &maps->found;
	path = m->name;
	range->start = m->start;
	range->end = m->end;
	range->bias = m->start - m->offset;
	if (!*path || !strncmp(path, "[anon", 5) || !strcmp(path, "[heap]"))
		path = "[jit]";
	if (*path == '/' && m->offset == 0)
		id = find_build_id(m->start, m->start);
	(void)write_record(range, id, path);
	maps_free(maps);
	return true;
}

static bool holds(const struct known *range, uintptr_t address)
{
	return address - range->start < range->end - range->start;
}

/* Slots that may be read. One that another thread has claimed and not filled
 * yet is empty, and so holds no address. */
static unsigned known_count(void)
{
	unsigned count =
		atomic_load_explicit(&known->ready, memory_order_acquire);

	return count > MODULE_LIMIT ? MODULE_LIMIT : count;
}

static const struct known *find_known(uintptr_t address)
{
	unsigned i, count = known_count();

	for (i = 0; i < count; i++)
		if (holds(&known->range[i], address))
			return &known->range[i];
	return NULL;
}

/* The module like RANGE, or NULL; RANGE's epoch becomes what a further one
 * there would get, above those of all that share an address with it. */
static const struct known *find_same(struct known *range)
{
	unsigned i, count = known_count();

	for (i = 0; i < count; i++) {
		const struct known *other = &known->range[i];

		if (other->end <= range->start || other->start >= range->end)
			continue;
		if (other->identity == range->identity)
			return other;
		if (other->epoch >= range->epoch)
			range->epoch = other->epoch + 1;
	}
	return NULL;
}

static void remember(const struct known *range)
{
	unsigned slot = atomic_fetch_add(&known->claimed, 1);

	if (slot >= MODULE_LIMIT)
		return; /* found again each time: slow, but right */
	known->range[slot] = *range;
	atomic_fetch_add_explicit(&known->ready, 1, memory_order_release);
}

/* Widen the suspicious range to hold RANGE as well. Readers may see the old
 * start with the new size for a moment: more is asked about, not less. */
static void suspect(const struct known *range)
{
	uintptr_t start = atomic_load(&rt.reused_start);
	uintptr_t end = start + atomic_load(&rt.reused_size);

	if (start == end) {
		start = range->start;
		end = range->end;
	}
	if (range->start < start)
		start = range->start;
	if (range->end > end)
		end = range->end;
	atomic_store(&rt.reused_start, start);
	atomic_store(&rt.reused_size, end - start);
	atomic_fetch_or(&rt.hooks, RT_REUSED);
}

/* The epoch of the module of IMAGE, after making sure that it has a record. */
static RT_APART uint32_t settle_image(const struct module_image *image)
{
	struct known range = { .start = image->start,
			       .end = image->end,
			       .bias = image->bias,
			       .identity = identify(image) };
	const struct known *same = find_same(&range);

	if (same)
		return same->epoch;
	if (range.epoch)
		suspect(&range); /* it may lie partly beside the one before */
	record_image(&range, image->name);
	remember(&range);
	return range.epoch;
}

static RT_APART uint32_t settle_mapping(uintptr_t address)
{
	const struct known *same = find_known(address);
	struct known range = { 0 };

	if (!same && record_mapping(address, &range))
		remember(&range);
	return same ? same->epoch : 0;
}

/* The epoch of ADDRESS, after making sure that its module has a record. */
static RT_APART uint32_t settle(uintptr_t address)
{
	struct module_image image;

	return modules_find(address, &image) ? settle_image(&image)
					     : settle_mapping(address);
}

uint64_t modules_tag(uintptr_t address)
{
	if (!rt_is_reused(address))
		return address;
	return address | (uint64_t)settle(address) << ARENA_ADDRESS_BITS;
}

void modules_note(uintptr_t address)
{
	if (address && !find_known(address))
		(void)settle(address);
}

/* The module that had FN, an address with its epoch: of those that held the
 * address the last one up to that epoch. */
static const struct known *find_of_epoch(uint64_t fn)
{
	uint64_t epoch = fn >> ARENA_ADDRESS_BITS;
	unsigned i, count = known_count();
	const struct known *best = NULL;

	for (i = 0; i < count; i++) {
		const struct known *range = &known->range[i];

		if (holds(range, fn & ARENA_ADDRESS_MASK) &&
		    (!best ||
		     (range->epoch <= epoch &&
		      (range->epoch > best->epoch || best->epoch > epoch))))
			best = range;
	}
	return best;
}

bool modules_hide(uint64_t fn)
{
	const struct known *range;

	if (!filter_has_functions())
		return false;
	modules_note(fn & ARENA_ADDRESS_MASK);
	range = find_of_epoch(fn);
	return filter_hides(range ? range->filter : NULL,
			    (fn & ARENA_ADDRESS_MASK) -
				    (range ? range->bias : 0));
}

void modules_forget(void)
{
	atomic_store(&known->ready, 0);
	atomic_store(&known->claimed, 0);
}

static atomic_uint closings;

unsigned modules_epoch(void)
{
	return atomic_load_explicit(&closings, memory_order_acquire);
}

void modules_closed(void)
{
	unsigned i, count;

	if (!known)
		return;
	count = known_count();
	for (i = 0; i < count; i++) {
		const struct known *range = &known->range[i];
		struct module_image image;

		if (range->identity && (!modules_find(range->start, &image) ||
					image.start != range->start))
			suspect(range);
	}
	/* Last: whoever sees the new count sees what is suspicious. */
	atomic_fetch_add(&closings, 1);
}
