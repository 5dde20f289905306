#include "lib/runtime/signal/modules.h"

#include "lib/runtime/signal/arena.h"
#include "lib/runtime/signal/raw.h"
#include "lib/runtime/signal/text.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <string.h>
#include <sys/stat.h>

enum { MODULE_LIMIT = 4090, NOTE_LIMIT = 64 * 1024 };

/* A module that has a record. IDENTITY tells two apart that had one range. */
struct known {
	uintptr_t start, end;
	uint64_t identity;
	uint32_t epoch;
};

/* Ranges that have a record in the arena; wiped by fork, as the arena is. */
struct known_list {
	atomic_uint claimed, ready;
	struct known range[MODULE_LIMIT];
};

static struct known_list *known;

bool modules_prepare(void)
{
	known = raw_map_private(sizeof(*known));
	if (!known)
		return false;
	(void)syscall(SYS_madvise, known, sizeof(*known), MADV_WIPEONFORK);
	return true;
}

#ifdef DLFO_STRUCT_HAS_EH_DBASE
#pragma weak _dl_find_object

bool modules_find(uintptr_t pc, struct module_image *image)
{
	struct dl_find_object found;

	if (!_dl_find_object || _dl_find_object((void *)pc, &found))
		return false;
	image->start = (uintptr_t)found.dlfo_map_start;
	image->end = (uintptr_t)found.dlfo_map_end;
	image->bias = found.dlfo_link_map->l_addr;
	image->name = found.dlfo_link_map->l_name;
	image->eh_frame_hdr = found.dlfo_eh_frame;
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

/* Where the name starts in a line of maps, or its end. */
static const char *line_name(const char *line)
{
	int field;

	for (field = 0; field < 5; field++) {
		line += strcspn(line, " ");
		line += strspn(line, " ");
	}
	return line;
}

/* Read the lines up to the one of the mapping at ADDRESS. */
static bool search(struct maps *m, uintptr_t address)
{
	struct mapping *out = &m->found;

	while (next_line(m)) {
		const char *rest;

		out->start = text_parse_hex(m->line, &rest);
		out->end = text_parse_hex(rest + 1, &rest);
		if (address < out->start || address >= out->end)
			continue;
		rest += strcspn(rest + 1, " ") + 2; /* past the rights */
		out->offset = text_parse_hex(rest, &rest);
		strncpy(out->name, line_name(m->line), sizeof(out->name) - 1);
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

/* Copy the build-id from the notes of the image at START. */
static uint8_t find_build_id(uintptr_t start, uintptr_t bias, uint8_t *out,
			     size_t room)
{
	const ElfW(Ehdr) *ehdr = (const ElfW(Ehdr) *)start;
	const ElfW(Phdr) * phdr;
	int i;

	if (memcmp(ehdr->e_ident, ELFMAG, SELFMAG) ||
	    ehdr->e_phoff > ARENA_PAGE)
		return 0;
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
			    note->n_descsz > room)
				continue;
			memcpy(out, (const void *)desc, note->n_descsz);
			return (uint8_t)note->n_descsz;
		}
	}
	return 0;
}

static void write_record(const struct arena_module *module, const char *path)
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
		return;
	record = (struct arena_module *)(chunk + 1);
	*record = *module;
	record->path_length = (uint32_t)length;
	memcpy(record + 1, path, length);
	__atomic_store_n(&chunk->used,
			 sizeof(*chunk) + sizeof(*record) + length,
			 __ATOMIC_RELEASE);
}

static void stat_file(const char *path, struct arena_module *module)
{
	struct stat st;

	if (*path != '/' || stat(path, &st))
		return;
	module->file_size = (uint64_t)st.st_size;
	module->file_mtime = (uint64_t)st.st_mtim.tv_sec;
}

static uint64_t identify(const struct arena_module *module, const char *path)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
	size_t i;

	for (i = 0; path[i]; i++)
		h = (h ^ (unsigned char)path[i]) * UINT64_C(0x100000001b3);
	for (i = 0; i < module->build_id_size; i++)
		h = (h ^ module->build_id[i]) * UINT64_C(0x100000001b3);
	return h;
}

static void describe_image(const struct module_image *image,
			   struct arena_module *module)
{
	memset(module, 0, sizeof(*module));
	module->start = image->start;
	module->end = image->end;
	module->bias = image->bias;
	module->build_id_size =
		find_build_id(image->start, image->bias, module->build_id,
			      sizeof(module->build_id));
}

static void record_image(const struct module_image *image,
			 struct arena_module *module)
{
	const char *path = image->name;
	struct maps *maps = NULL;

	if (!path || !*path)
		path = rt.config.exe;
	else if (!strncmp(path, "linux-vdso", 10) ||
		 !strncmp(path, "linux-gate", 10))
		path = "[vdso]";
	else if (*path != '/' && (maps = maps_find(image->start)) &&
		 maps->found.name[0] == '/')
		path = maps->found.name; /* dlopen("./x.so"): see the kernel */
	stat_file(path, module);
	write_record(module, path);
	maps_free(maps);
}

/* Code that the loader does not know: a file mapped by hand, or what a JIT
 * compiler made. */
static bool record_mapping(uintptr_t address, struct known *range)
{
	struct maps *maps = maps_find(address);
	struct arena_module module;
	const struct mapping *m;
	const char *path;

	if (!maps)
		return false;
	m = &maps->found;
	path = m->name;
	memset(&module, 0, sizeof(module));
	module.start = range->start = m->start;
	module.end = range->end = m->end;
	module.bias = m->start - m->offset;
	module.epoch = range->epoch;
	if (!*path || !strncmp(path, "[anon", 5) || !strcmp(path, "[heap]"))
		path = "[jit]";
	if (*path == '/' && m->offset == 0)
		module.build_id_size =
			find_build_id(m->start, m->start, module.build_id,
				      sizeof(module.build_id));
	stat_file(path, &module);
	write_record(&module, path);
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

/* The module of IDENTITY at ADDRESS, or NULL; *NEXT_EPOCH is what a further
 * one there would get. */
static const struct known *find_same(uintptr_t address, uint64_t identity,
				     uint32_t *next_epoch)
{
	unsigned i, count = known_count();

	*next_epoch = 0;
	for (i = 0; i < count; i++) {
		const struct known *range = &known->range[i];

		if (!holds(range, address))
			continue;
		if (range->identity == identity)
			return range;
		if (range->epoch >= *next_epoch)
			*next_epoch = range->epoch + 1;
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

/* The epoch of ADDRESS, after making sure that its module has a record. */
static uint32_t settle(uintptr_t address)
{
	struct module_image image;
	struct arena_module module;
	const struct known *same;
	struct known range = { 0, 0, 0, 0 };

	if (!modules_find(address, &image)) {
		same = find_known(address);
		if (!same && record_mapping(address, &range))
			remember(&range);
		return same ? same->epoch : 0;
	}
	describe_image(&image, &module);
	range.identity = identify(&module, image.name ? image.name : "");
	same = find_same(address, range.identity, &range.epoch);
	if (same)
		return same->epoch;
	range.start = image.start;
	range.end = image.end;
	module.epoch = range.epoch;
	record_image(&image, &module);
	remember(&range);
	return range.epoch;
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

void modules_forget(void)
{
	atomic_store(&known->ready, 0);
	atomic_store(&known->claimed, 0);
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

		if (range->identity && !modules_find(range->start, &image))
			suspect(range);
	}
}
