/* Claims 申报: a deed put forward, in six steps (seed 000 篇2):
 *   自行申报/代报 → 初审 → 公示 → 审核 → 录入 → 奖分通知单
 * What may follow what, who may do it and who may not is one table, claim_moves. Every step is a row
 * and a compare-and-set on the claim's version: of two people deciding at once one wins, the other
 * gets ERR_STATE. The services below are what HTTP, the CLI, batches and the demo all call.
 *
 *     struct claim *c;
 *     TRY(claim_submit(r, &(struct claim_new){ .village = v, .subject_kind = "resident", … }, &c));
 *     TRY(claim_do(r, ACT_CHECK, &(struct claim_do){ .village = v, .claim = c->id, … }, &c));
 */
#ifndef CLAIM_CLAIM_H
#define CLAIM_CLAIM_H
#include "notice/notice.h"

/* How old a deed may be: a quarter, so that a quarter's ranking can still be completed (choice: the
 * sources are silent). */
#define CLAIM_AGE_DAYS 92
/* Photos of one claim: 佐证 is optional and four are plenty; bytes of one after the phone shrank it. */
#define CLAIM_PHOTOS 4
#define CLAIM_PHOTO_BYTES (2 * 1024 * 1024)
/* Rows of one batch: a village's month fits. */
#define CLAIM_BATCH 200
/* Working days a step may wait before it is overdue (choice: the sources only fix publicity). */
#define CLAIM_CHECK_DAYS 3
#define CLAIM_PUBLISH_DAYS 2
#define CLAIM_APPROVE_DAYS 3
#define CLAIM_RECORD_DAYS 2

enum claim_state {
    CLAIM_NONE, CLAIM_SUBMITTED, CLAIM_RETURNED, CLAIM_CHECKED, CLAIM_PUBLISHED, CLAIM_OBJECTED,
    CLAIM_APPROVED, CLAIM_RECORDED, CLAIM_REJECTED, CLAIM_WITHDRAWN, CLAIM_REVERSED, CLAIM_STATES,
};
enum claim_action {
    ACT_SUBMIT,   /* a corrected claim again 更正重报 */
    ACT_CHECK,    /* 初审 */
    ACT_RETURN,   /* 退回 */
    ACT_PUBLISH,  /* 公示 */
    ACT_APPROVE,  /* 审核 */
    ACT_REJECT,   /* 不予通过 */
    ACT_RECORD,   /* 录入 */
    ACT_WITHDRAW, /* 撤回 */
    ACT_FALSE,    /* 认定虚假 */
    ACT_OBJECT, ACT_UPHOLD, ACT_DISMISS, /* by the notice, never by a route: 异议, 成立, 不成立 */
    CLAIM_ACTIONS,
};
extern const char *const claim_states[];  /* names by number, closed by NULL */
extern const char *const claim_actions[];
extern const char *const claim_states_zh[], *const claim_actions_zh[];

/* Who may not. */
enum {
    NOT_OWN = 1,      /* the deed of one's own household 回避 */
    NOT_CLAIMED = 2,  /* what one claimed for somebody */
    NOT_CHECKED = 4,  /* what one checked */
    ONLY_CLAIMANT = 8, /* only who claimed, or whose deed it is */
    WITH_REASON = 16, /* the step must say why */
};
struct claim_move {
    enum claim_state from;
    enum claim_action act;
    enum claim_state to;
    enum perm perm; /* at the claim's grid and household; PERM_UNSET: the notice's own checks hold */
    unsigned rules;
};
extern const struct claim_move claim_moves[]; /* closed by { 0 } */
/* NULL: not possible in that state. */
const struct claim_move *claim_move_find(enum claim_state from, enum claim_action act);
enum claim_state claim_state_of(const char *name); /* BUG on an unknown name */
/* "next" in words: who does what until when; NULL when it is over. */
const char *claim_next(struct arena *mem, enum claim_state s, int64_t last_day, int64_t due_on, enum lang lang);
/* What hangs on a wall: the subject's name masked wherever it occurs, numbers of seven digits and more
 * (phones, ID cards) masked. */
char *claim_public_text(struct arena *mem, const char *text, const char *name, const char *masked);

/* In `posting` (and, taken back, `reversal`): recorded, and there was nothing to post. A fault that
 * only warns costs no points; that it was recorded lets the next one cost. */
enum { CLAIM_NOTHING_POSTED = 0 };
struct claim {
    int64_t village, id;
    const char *number, *state;
    int64_t version;
    const char *subject_kind;
    int64_t subject;
    const char *subject_name, *subject_masked, *subject_public, *class_;
    int64_t household;
    const char *grid, *item, *item_label, *category;
    int64_t scheme_version, deed_on;
    const char *place, *cause, *evidence, *level, *difficulty;
    int64_t chosen_c, quantity_c, points_c;
    int64_t reverse; /* 反之: the contrary of the deed was done; 1 or 0 */
    const char *explain_zh, *explain_en, *tree;
    const char *channel, *claimant, *reporter;
    int64_t claimed_by;
    const char *claimed_by_name;
    int64_t checked_by, approved_by;
    const char *decided_by_name;
    int64_t decided_on, notice, first_day, last_day, due_on;
    int64_t posting, reversal, penalty, false_claim; /* posting, reversal: see CLAIM_NOTHING_POSTED */
    int64_t created_at, updated_at;
};
extern const struct record claim_row_record;
MUST_CHECK const struct err *claim_load(struct req *r, int64_t village, int64_t id, struct claim **out);

extern const char *const claim_channels[];  /* phone_page oral phone sms qq wechat paper grid_worker */
extern const char *const claim_claimants[]; /* self proxy recorder */
struct claim_new {
    int64_t village;
    const char *subject_kind; int64_t subject;
    const char *item;
    int64_t deed_on;
    const char *place, *cause, *evidence, *level, *difficulty;
    int64_t chosen_c, quantity_c, reverse; /* reverse: 1, else not */
    const char *channel, *claimant; /* claimant NULL: self when it is one's own, else proxy */
    const char *reporter;           /* who said so, when somebody else types 口头/电话申报人 */
};
MUST_CHECK const struct err *claim_submit(struct req *r, const struct claim_new *n, struct claim **out);

/* One action. Absent members of the deed (NULL, NONE) stay as they are. */
struct claim_do {
    int64_t village, claim;
    int64_t version;          /* what the caller saw; NONE: whatever it is now */
    const char *reason;
    int64_t deed_on;          /* ACT_SUBMIT and ACT_CHECK: what was found */
    const char *place, *cause, *evidence, *level, *difficulty;
    int64_t chosen_c, quantity_c, reverse;
    const char *public_text;  /* ACT_PUBLISH: the wording for the wall, instead of the cause */
};
MUST_CHECK const struct err *claim_do(struct req *r, enum claim_action act, const struct claim_do *in, struct claim **out);
/* Errors that claim_do would give before it writes, for lists of what one may do. */
MUST_CHECK const struct err *claim_may(struct req *r, enum claim_action act, const struct claim *c);
/* ---- deeds as the books took them (claim_deeds.c), for trials and explanations ---- */
struct claim_deed {
    int64_t id;
    const char *number, *state, *kind; /* kind: of the subject */
    int64_t subject, household;        /* household: as of the day of the claim */
    const char *class_, *item, *item_label;
    int64_t on;
    const char *level, *difficulty;
    int64_t chosen_c, quantity_c, reverse, points_c, scheme_version;
    int64_t posting, reversal, penalty, false_claim;
};
/* kind NULL: of the households first…last and whoever belonged to them then; else the subjects
 * first…last of that kind. Up to the day `until`. */
struct claim_range {
    int64_t village;
    const char *kind;
    int64_t first, last, until;
};
/* Claims that were recorded, also those reversed since, and those found false before they were: struct
 * claim_deed by household, subject, day. */
MUST_CHECK const struct err *claim_deeds(struct req *r, const struct claim_range *in, db_row_fn *fn,
                                         void *arg);
/* Deeds of these days whose claims are not decided yet. */
MUST_CHECK const struct err *claim_waiting(struct req *r, int64_t village, struct span in, int64_t *n);
extern const struct slice claim_slice;
#endif
