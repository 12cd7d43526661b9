/* The schemes the program carries (schemes/), and the file a village begins with. */
#ifndef SCHEME_PRESET_H
#define SCHEME_PRESET_H
#include "scheme/scheme.h"
struct scheme_preset { const char *name, *title, *place, *source, *text; int64_t items, choices, bytes; };
/* Of struct scheme_preset, by name; read once, valid until the process ends. */
struct list scheme_presets(void);
const struct scheme_preset *scheme_preset_find(const char *name); /* NULL: none */
/* A commented file that checks clean and that a cadre fills in; village and name may be NULL. */
const char *scheme_blank(struct arena *mem, const char *name, const char *village);
#endif
