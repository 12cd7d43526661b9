/* How the rows of the table of keys are written, and the shapes that the files of rows share. */
#ifndef SCHEME_KEY_ROWS_H
#define SCHEME_KEY_ROWS_H
#include "scheme/scheme_extend.h"
#include "scheme/scheme_file.h"

#define K(T, m, nm, nm_zh, k, fl, lo, hi, ...) \
    { .name = nm, .name_zh = nm_zh, .kind = k, .flags = fl, .at = offsetof(struct T, m), .min = lo, .max = hi, __VA_ARGS__ }
#define DOC(z, e) .zh = z, .en = e
#define SHAPE(v, nm, T, ks, z, e) \
    const struct scheme_shape v = { nm, sizeof(struct T), offsetof(struct T, node), ks, z, e }

#define K_CODE_LABEL(T) \
    K(T, code, "code", "代号", KEY_CODE, KEY_REQUIRED, 0, 0, .example = "a1", DOC("代号", "its code")), \
    K(T, label, "label", "名称", KEY_TEXT, KEY_REQUIRED, 1, 60, .example = "每月评比", DOC("名称", "its name"))
#define K_WHY(T) \
    K(T, source, "source", "出处", KEY_TEXT, 0, 1, 200, .example = "000 篇3", DOC("文件出处", "where it comes from")), \
    K(T, choice, "choice", "取值理由", KEY_TEXT, 0, 1, 300, .example = "原文未写，取3天", DOC("原文未规定时的取值和理由", "what was chosen where the source is silent, and why"))
#define K_BOUNDS(T, m) \
    K(T, m.from_c, "from", "从", KEY_BOUND, 0, 0, 0, .example = "80", DOC("不低于（含）", "from, included")), \
    K(T, m.above_c, "above", "高于", KEY_BOUND, 0, 0, 0, .example = "85", DOC("高于（不含）", "above, not included")), \
    K(T, m.to_c, "to", "到", KEY_BOUND, 0, 0, 0, .example = "85", DOC("不高于（含）", "to, included")), \
    K(T, m.below_c, "below", "低于", KEY_BOUND, 0, 0, 0, .example = "80", DOC("低于（不含）", "below, not included"))

extern const struct scheme_word scheme_period_words[], scheme_bars_words[];
extern const struct scheme_shape cap_shape, band_shape, bands_shape, sheet_shape, step_shape, round_shape, streak_shape,
    assessment_shape, household_shape, ranking_shape, title_shape, board_shape, exchange_shape, budget_shape,
    dividend_shape, payment_shape, group_shape, template_shape;
#endif
