#include "lib/runtime/signal/rows.h"

#include <elf.h>
#include <link.h>
#include <string.h>

enum { STAYING_MAX = 512, PROBES = 4 };

/* Written at start-up, and only read from then on. */
static struct {
	uintptr_t start, end;
} staying[STAYING_MAX];
static unsigned staying_count;

void rows_stays(uintptr_t start, uintptr_t end)
{
	if (staying_count == STAYING_MAX)
		return; /* it will be asked about each time: slower, but right
			 */
	staying[staying_count].start = start;
	staying[staying_count].end = end;
	staying_count++;
}

static bool stays(uintptr_t address)
{
	unsigned i;

	for (i = 0; i < staying_count; i++)
		if (address >= staying[i].start && address < staying[i].end)
			return true;
	return false;
}

/* Rows of modules that may go are valid no more. */
static void forget(struct rows *rows)
{
	if (++rows->tag == ROW_TAG_STAYS) {
		memset(rows->row, 0, sizeof(rows->row));
		rows->tag = 1;
	}
	memset(rows->module, 0, sizeof(rows->module));
}

bool rows_begin(struct rows *rows)
{
	unsigned epoch = modules_epoch();

	rows->sample++;
	if (RT_LIKELY(rows->epoch == epoch && rows->tag))
		return false;
	forget(rows);
	rows->epoch = epoch;
	return true;
}

static const ElfW(Phdr) *
	program_headers(const struct row_module *m, int *count)
{
	const ElfW(Ehdr) *ehdr = (const ElfW(Ehdr) *)m->start;

	*count = 0;
	if (memcmp(ehdr->e_ident, ELFMAG, SELFMAG) ||
	    ehdr->e_phentsize != sizeof(ElfW(Phdr)) ||
	    ehdr->e_phoff + ehdr->e_phnum * sizeof(ElfW(Phdr)) > ARENA_PAGE)
		return NULL;
	*count = ehdr->e_phnum;
	return (const ElfW(Phdr) *)(m->start + ehdr->e_phoff);
}

/* The end of the segment that holds ADDRESS, and its start; 0: there is none.
 */
static RT_APART uintptr_t segment_of(const struct row_module *m,
				     uintptr_t address, uintptr_t *first)
{
	int i, count;
	const ElfW(Phdr) *phdr = program_headers(m, &count);

	for (i = 0; i < count; i++) {
		uintptr_t start = m->bias + phdr[i].p_vaddr;

		/* Beyond what is in the file there is no table. */
		if (phdr[i].p_type == PT_LOAD && phdr[i].p_flags & PF_R &&
		    address - start < phdr[i].p_filesz) {
			*first = start;
			return start + phdr[i].p_filesz;
		}
	}
	return 0;
}

static void open_cfi(struct row_module *m)
{
	uintptr_t start, end = segment_of(m, m->header, &start);
	uintptr_t frame = end ? cfi_open(&m->cfi, m->header, end) : 0;

	if (frame)
		m->cfi.end = segment_of(m, frame, &m->cfi.start);
	if (!frame || !m->cfi.end)
		m->cfi.count = 0;
}

/* From the first to the last byte that may be executed. */
static void find_code(struct row_module *m)
{
	int i, count;
	const ElfW(Phdr) *phdr = program_headers(m, &count);

	m->code_start = m->code_end = 0;
	if (phdr)
		m->entry = m->bias + ((const ElfW(Ehdr) *)m->start)->e_entry;
	for (i = 0; i < count; i++) {
		uintptr_t start = m->bias + phdr[i].p_vaddr;
		uintptr_t end = start + phdr[i].p_memsz;

		if (phdr[i].p_type != PT_LOAD || !(phdr[i].p_flags & PF_X))
			continue;
		if (!m->code_end || start < m->code_start)
			m->code_start = start;
		if (end > m->code_end)
			m->code_end = end;
	}
}

static bool is_same(const struct row_module *m, const struct module_image *i)
{
	return m->start == i->start && m->end == i->end &&
	       m->identity == i->map && m->header == (uintptr_t)i->eh_frame_hdr;
}

/* Where the module of IMAGE is, or is to be. */
static struct row_module *module_slot(struct rows *rows,
				      const struct module_image *image)
{
	unsigned first = (unsigned)((image->start >> 12) *
					    UINT64_C(0x9e3779b97f4a7c15) >>
				    (64 - 8));
	struct row_module *free = NULL;
	unsigned i;

	for (i = 0; i < PROBES; i++) {
		struct row_module *m = &rows->module[(first + i) % ROW_MODULES];

		if (is_same(m, image))
			return m;
		if (!m->start && !free)
			free = m;
	}
	return free ? free : &rows->module[first];
}

/* M becomes the module of IMAGE, which has PC. */
static RT_APART void describe(struct rows *rows, struct row_module *m,
			      const struct module_image *image, uintptr_t pc)
{
	/* Rows know their module by its place here: those of the one that
	 * leaves it could be taken for rows of this one. */
	if (m->start && !m->stays)
		forget(rows);
	memset(m, 0, sizeof(*m));
	m->start = image->start;
	m->end = image->end;
	m->bias = image->bias;
	m->identity = image->map;
	m->header = (uintptr_t)image->eh_frame_hdr;
	m->stays = stays(pc);
	find_code(m);
	if (m->header)
		open_cfi(m);
}

/* The module that PC lies in, as the loader has it now; NULL: none. */
static struct row_module *module_at(struct rows *rows, uintptr_t pc)
{
	struct module_image *image = &rows->image;
	struct row_module *m;

	if (!modules_find(pc, image))
		return NULL;
	m = module_slot(rows, image);
	if (!is_same(m, image))
		describe(rows, m, image, pc);
	m->checked = rows->sample;
	return m;
}

const struct row_module *rows_code(struct rows *rows, uintptr_t pc)
{
	const struct row_module *m = module_at(rows, pc);

	return m && pc >= m->code_start && pc < m->code_end ? m : NULL;
}

/* What a row can say of RULES, or ROW_FULL. */
static void compact(const struct cfi_work *work, struct row *row)
{
	const struct cfi_rules *r = &work->rules;
	int64_t slot = r->how[CFI_RBP] == CFI_SAVED ? r->value[CFI_RBP] / 8 : 0;

	row->kind = ROW_FULL;
	if (work->signal_frame || r->cfa_expression)
		return;
	if (r->how[CFI_RA] == CFI_UNDEFINED) {
		row->kind = ROW_END;
		return;
	}
	if (r->how[CFI_RA] != CFI_SAVED || r->value[CFI_RA] != -8 ||
	    r->how[CFI_RBP] > CFI_SAVED || r->how[CFI_RSP] != CFI_SAME ||
	    r->value[CFI_RBP] % 8 || slot != (int16_t)slot ||
	    (r->how[CFI_RBP] == CFI_SAVED && !slot) ||
	    r->cfa_offset != (int32_t)r->cfa_offset)
		return;
	row->cfa_offset = (int32_t)r->cfa_offset;
	row->bp_slot = (int16_t)slot;
	if (r->cfa_register == CFI_RSP)
		row->kind = ROW_SP;
	else if (r->cfa_register == CFI_RBP)
		row->kind = ROW_BP;
}

static void fill(struct rows *rows, struct row *row, uintptr_t pc)
{
	struct row_module *m = module_at(rows, pc);
	uint64_t tag = rows->tag;

	memset(row, 0, sizeof(*row));
	if (!m || pc < m->code_start || pc >= m->code_end) {
		row->kind = ROW_UNKNOWN;
		return; /* the key is left free: it may become known */
	}
	if (m->stays)
		tag = ROW_TAG_STAYS;
	row->key = pc | tag << ROW_TAG_SHIFT;
	row->module = (uint8_t)(m - rows->module);
	row->kind = ROW_NONE;
	if (m->cfi.count && cfi_rules_at(&m->cfi, pc, &rows->work) == CFI_FOUND)
		compact(&rows->work, row);
}

/* Whether ROW, of a module that may go, still holds for PC. */
static bool still_holds(struct rows *rows, const struct row *row, uintptr_t pc)
{
	struct row_module *m = &rows->module[row->module];
	struct module_image *image = &rows->image;

	if ((row->key ^ pc) != (uint64_t)rows->tag << ROW_TAG_SHIFT)
		return false;
	if (row->kind == ROW_FOREIGN)
		return true;
	if (m->checked == rows->sample)
		return true;
	if (!modules_find(pc, image) || !is_same(m, image)) {
		forget(rows);
		return false;
	}
	m->checked = rows->sample;
	return true;
}

const struct row *rows_make(struct rows *rows, uintptr_t pc)
{
	struct row *row = rows_slot(rows, pc);

	if (!still_holds(rows, row, pc))
		fill(rows, row, pc);
	return row;
}

const struct row_module *rows_rules(struct rows *rows, uintptr_t pc)
{
	const struct row_module *m = rows_code(rows, pc);

	if (!m || !m->cfi.count ||
	    cfi_rules_at(&m->cfi, pc, &rows->work) != CFI_FOUND)
		return NULL;
	return m;
}

void rows_believe(struct rows *rows, uintptr_t pc)
{
	struct row *row = rows_slot(rows, pc);

	memset(row, 0, sizeof(*row));
	row->kind = ROW_FOREIGN;
	row->key = pc | (uint64_t)rows->tag << ROW_TAG_SHIFT;
}
