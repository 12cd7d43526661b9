/* The schemes the program carries (schemes/), and the file a village begins with. Public: slices above may include this header. */
#ifndef SCHEME_PRESET_H
#define SCHEME_PRESET_H
#include "scheme/scheme.h"
struct scheme_preset { const char *name, *title, *place, *source, *text; int64_t items, choices, bytes; };
/* Of struct scheme_preset, by name; read once, valid until the process ends. */
struct list scheme_presets(void);
const struct scheme_preset *scheme_preset_find(const char *name); /* NULL: none */
/* A commented file that checks clean and that a cadre fills in; village and name may be NULL. */
const char *scheme_blank(struct arena *mem, const char *name, const char *village);
/* Another place's text as the beginning of this village's: its code, title, place and covenant, without how it was adopted
 * there; a township's template becomes a file that extends it. Comments stay. s: the text, parsed. */
const char *scheme_begin(struct arena *mem, const struct scheme *s, const char *text, const char *name, const char *village);
#endif
