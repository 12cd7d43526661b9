/* 试算: drafts tried on a village's real past, and real subjects explained (README.md). Everything
 * is read; nothing is written or kept.
 */
#ifndef TRIAL_TRIAL_H
#define TRIAL_TRIAL_H
#include "claim/claim.h"
#include "scheme/scheme_simulate.h"

/* A draft's text beside the scheme in force on the span's last day (or today, when that is
 * earlier), over what the village's registers and books say of the span. ERR_SCHEME with every
 * finding, ERR_NO_SCHEME. The result lives in r->mem. */
MUST_CHECK const struct err *trial_simulate(struct req *r, int64_t village, const char *text,
                                            size_t n, struct span in, struct simulation **out);
/* One subject of that trial by both schemes, with trees. ERR_NOT_FOUND: nobody of this id in it
 * (with household totals the members stand in their household). */
MUST_CHECK const struct err *trial_simulate_one(struct req *r, int64_t village, const char *text,
                                                size_t n, struct span in, int64_t id,
                                                struct run_result out[SIM_SIDES]);
/* One line per subject, largest gain first, for spreadsheets. */
void trial_csv(const struct simulation *sim, enum lang lang, struct buf *out);
extern const struct slice trial_slice;
#endif
