#include "tools/prof/view/diff.h"
#include "tools/prof/view/json.h"

static void put_number(struct json *j, const char *name, double value,
		       int decimals)
{
	json_name(j, name);
	json_number(j, value, decimals);
}

static void put_seconds(struct json *j, const char *name, double ns)
{
	put_number(j, name, ns * 1e-9, 9);
}

static void put_numbers(struct json *j, const struct diff *d,
			const struct diff_row *row)
{
	bool compares = row->ns[DIFF_BASE] > 0 && row->ns[DIFF_HEAD] > 0;

	json_put_text(j, "class", diff_class_name(row->kind));
	put_seconds(j, "base_seconds", row->ns[DIFF_BASE]);
	put_seconds(j, "head_seconds", row->ns[DIFF_HEAD]);
	put_seconds(j, "base_cumulative", row->cumulative_ns[DIFF_BASE]);
	put_seconds(j, "head_cumulative", row->cumulative_ns[DIFF_HEAD]);
	json_name(j, "change");
	if (compares)
		json_number(j, row->change, 6);
	else
		json_null(j);
	json_name(j, "margin");
	if (compares && row->margin > 0)
		json_number(j, row->margin, 6);
	else
		json_null(j);
	if (d->exact_calls) {
		put_number(j, "base_calls", row->calls[DIFF_BASE], 3);
		put_number(j, "head_calls", row->calls[DIFF_HEAD], 3);
	}
	put_number(j, "base_samples", row->samples[DIFF_BASE], 0);
	put_number(j, "head_samples", row->samples[DIFF_HEAD], 0);
	put_number(j, "p", row->p, 9);
}

static void put_functions(struct json *j, const struct diff *d)
{
	json_name(j, "functions");
	json_array(j);
	for (size_t i = 0; i < d->count; i++) {
		const struct diff_row *row = &d->rows[i];

		json_object(j);
		json_put_text(j, "name", row->symbol->name);
		json_put_text(j, "file", row->symbol->file);
		json_put_u64(j, "line", row->symbol->line);
		json_put_text(j, "module", row->symbol->module);
		put_numbers(j, d, row);
		json_end_object(j);
	}
	json_end_array(j);
}

void diff_print_json(const struct diff_view *view)
{
	struct json j = { .out = view->out };
	const struct diff *d = view->diff;

	json_object(&j);
	json_put_u64(&j, "base_runs", d->runs[DIFF_BASE]);
	json_put_u64(&j, "head_runs", d->runs[DIFF_HEAD]);
	json_put_u64(&j, "pairs", d->pairs);
	put_number(&j, "machine", d->machine, 6);
	json_name(&j, "machine_removed");
	json_bool(&j, d->machine_removed);
	put_number(&j, "noise", d->noise, 6);
	json_name(&j, "failed");
	json_bool(&j, diff_fails(view));
	json_name(&j, "total");
	json_object(&j);
	put_numbers(&j, d, &d->total);
	json_end_object(&j);
	put_functions(&j, d);
	json_end_object(&j);
	fputc('\n', view->out);
}
