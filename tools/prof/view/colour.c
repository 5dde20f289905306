#include "tools/prof/view/colour.h"

void colour_put(const struct view *view, enum colour c, const char *text)
{
	static const char *const codes[] = {
		[COLOUR_NONE] = "",
		[COLOUR_DIM] = "\033[2m",
		[COLOUR_WARM] = "\033[33m",
		[COLOUR_HOT] = "\033[1;31m",
	};

	if (view->colour && c != COLOUR_NONE && *text)
		fprintf(view->out, "%s%s\033[0m", codes[c], text);
	else
		fputs(text, view->out);
}

enum colour colour_by_share(double percent)
{
	if (percent >= 50)
		return COLOUR_HOT;
	return percent >= 10 ? COLOUR_WARM : COLOUR_NONE;
}
