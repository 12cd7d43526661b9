/* The rule language: a village's scheme (积分细则) is one YAML file that people read and the program
 * computes with. Parsing, checking and awarding are pure: no store, no clock, integer hundredths.
 * The store part keeps versions per village; a past result is always computed with the version in
 * force on its business date.
 *
 *     struct scheme_finding *found;
 *     const struct scheme *s = scheme_parse(mem, "zengxiang.yaml", text, n, &found);
 *     if (!s) … print found …
 *     struct award a;
 *     TRY(scheme_award(mem, s, &(struct award_facts){ .item = "C05", .class_ = "resident",
 *         .chosen_c = NONE, .quantity_c = 350, .on = today, .claimant = "self" }, &a));
 *     // a.points_c = 700, a.explain_zh = "参加义务劳动（C05）：每小时2分×3.5小时=7分。"
 *
 * The table of keys (scheme_keys.c) drives parsing, checking, the JSON Schema and the reference.
 */
#ifndef SCHEME_SCHEME_H
#define SCHEME_SCHEME_H
#include "kernel/date.h"
#include "scheme/scheme_rules.h"

/* Points of an item or of one of its levels; min == max: fixed, else the checker picks within. */
struct scheme_range { int64_t min_c, max_c; };
struct scheme_level { const char *name; struct scheme_range points; };
/* 上限: at most `times` awards and `points_c` points (by amount) per period; NONE: not limited. */
struct scheme_cap { int64_t times, points_c; int64_t per; /* enum period, or CAP_EVENT */ const struct scheme_node *node; };
/* 每次: a cap of what one deed gives, whatever came before it. */
enum { CAP_EVENT = PERIOD_LIFE + 1 };

struct req;
struct slice;
struct scheme_why;
struct scheme_item {
    const char *code, *category, *label; /* category: its code */
    struct list classes;          /* const char *: codes of the classes it applies to; empty: all */
    int64_t points_min_c, points_max_c; /* equal: fixed; else the checker picks. By level: the extremes */
    const char *unit;             /* per unit (小时, 次, 元): points are per unit; NULL */
    const char *evidence;         /* "required", "optional", "none" */
    const char *penalty;          /* non-NULL: a deduction, with the covenant clause it rests on ("": none) */
    struct list claimants;        /* const char *: "self", "proxy", "recorder" */
    struct list levels;           /* struct scheme_level: 村/镇/县…; empty: not by level */
    const char *count;            /* how units are counted: "exact", "down", "up", "nearest" */
    const struct scheme_cap *cap; /* NULL: none */
    const char *note;             /* for the villager: what it takes */
    const char *source, *choice;  /* where it comes from; what the village chose where the source is silent */
    struct scheme_range points;   /* as written; with levels: unset (NONE) */
    const char *clause;           /* as written */
    struct list caps;             /* struct scheme_cap, all of them; `cap` is the first */
    struct list steps;            /* struct scheme_band: points by what is measured (天, 元, the day of the year) */
    int64_t otherwise_c;          /* with steps: what counts outside all of them; NONE: not said */
    bool names_claimants;         /* the file says who may claim: then also who may claim the contrary */
    int64_t reverse_c;            /* 反之: what the contrary of the deed costs; NONE: nothing */
    struct scheme_cap *warnings;  /* the first `times` faults per period only warn; NULL */
    struct list multipliers;      /* struct scheme_level: 难度: factor */
    const char *one_of;           /* group of which one item counts; NULL */
    int64_t short_of_c;           /* units count as far as they fall short of this; NONE */
    struct list loses;            /* struct scheme_level: pay: percent of it that is lost */
    int64_t yuan;                 /* 1: its category counts yuan, not points */
    const char *board;            /* who did it comes on this board; NULL */
    const char *bars;             /* it bars from titles: "year", "this_and_next_year"; NULL */
    const struct scheme_node *node;
};
/* Who has all of its tags belongs to it; the class with most tags wins, then the one written first. */
struct scheme_class { const char *code, *label, *kind; struct list tags; /* const char * */ const struct scheme_node *node; };
struct scheme_category { const char *code, *label; int64_t yuan; struct list caps; /* struct scheme_cap */ const struct scheme_node *node; };
/* spend 1: can be redeemed. Validity: "never", "year" (gone at its end), "months" (that many after earning). */
struct scheme_balance { const char *code, *label; int64_t spend; const char *valid; int64_t months; const struct scheme_node *node; };
struct scheme_adopted { const char *meeting; int64_t date, votes_for, votes_against, votes_abstain; const struct scheme_node *node; };

struct scheme_file;
struct scheme {
    const char *name, *title, *source;
    int64_t version;              /* id of the stored version; 0 when only parsed */
    int64_t from;                 /* first day in force; NONE when only parsed */
    struct list items;            /* struct scheme_item */
    struct list balances;         /* const char *: currency codes, first is honour */
    int64_t publicity_days;
    bool publicity_workdays;
    int64_t false_claim_times;    /* penalty factor for a false claim: 2 (000 篇2 加倍扣分) */
    struct list classes;          /* struct scheme_class */
    struct list categories;       /* struct scheme_category */
    struct list accounts;         /* struct scheme_balance, as `balances` */
    const char *place, *covenant, *choice;
    const char *extends;          /* the township's template it holds to; NULL */
    struct scheme_template *template_; /* non-NULL: it is one (scheme_extend.h) */
    struct scheme_adopted *adopted; /* NULL: not said in the file */
    int64_t false_claim_bars;     /* a false claim bars from titles: 0 no, 1 this year, 2 this and the next */
    struct scheme_rules rules;
    const struct scheme_file *file; /* itself with the parts that became plain members (scheme_file.h) */
    const struct scheme_node *root; /* the file as written, for telling it (scheme_tell.h) */
    const struct scheme_index *index; /* what is looked up for every deed (scheme_index.h); NULL: not made */
};

/* One finding of the checker; text in Chinese and English says what to do. */
struct scheme_finding { int line, column; bool warning; const char *path, *zh, *en; struct scheme_finding *next; };
/* All findings in file order, errors and warnings, not only the first. NULL when there is an error. */
struct scheme *scheme_parse(struct arena *mem, const char *file, const char *text, size_t n, struct scheme_finding **findings);
const struct scheme_item *scheme_item_find(const struct scheme *s, const char *code);
/* Labels for people; the code itself when unknown. */
const char *scheme_balance_label(const struct scheme *s, const char *currency);
const char *scheme_category_label(const struct scheme *s, const char *category);
const char *scheme_class_label(const struct scheme *s, const char *class_);
/* The subject's class in this scheme: the most specific one it declares (a party member is a resident
 * where the scheme has no class of their own); NULL when the scheme has no accounts for it. */
const char *scheme_class_of(const struct scheme *s, const char *class_);
/* The same for a person with tags (const char *: 党员, 退役军人): of the declared classes of their kind whose tags they all
 * have, the one with most tags; among equals the one written first (the checker tells of such). */
const char *scheme_class_pick(const struct scheme *s, const char *class_, const struct list *tags);
/* a is b, or is part of it: of the same kind, with all its tags (party members are residents). Items are for
 * the classes they name only; rounds, assessments and payments also for those within them. */
bool scheme_class_is(const struct scheme *s, const char *a, const char *b);
/* "resident", "household", … of a declared class; NULL: not declared. */
const char *scheme_class_kind(const struct scheme *s, const char *code);
/* The rules of an item as a villager reads them: "每小时2分", "2分至10分，由初审人评定", "每月最多4次". */
const char *scheme_points_text(struct arena *mem, const struct scheme_item *i, enum lang lang);
/* "级" behind 镇 or 县, "" behind 本科 or 一等功. */
const char *scheme_level_suffix(const char *level);
const char *scheme_cap_text(struct arena *mem, const struct scheme_item *i, enum lang lang); /* NULL: none */
/* The JSON Schema of the language, for editors and forms, from the table of keys; and that of facts. */
const char *scheme_json_schema(struct arena *mem);
const char *scheme_facts_json_schema(struct arena *mem);
/* The reference of all keys as Markdown; from the same table. */
const char *scheme_reference(struct arena *mem);

/* What a claim of an item is worth. Input: the facts; output: points and how they came about. */
/* How much is told besides the points: all; the sentences and the tree, but not the tree as JSON; nothing. */
enum award_say { AWARD_ALL, AWARD_TREE, AWARD_POINTS };
struct award_facts {
    const char *item, *class_;
    struct list tags;             /* const char *: of the person, for classes by tag; empty: class_ says it all */
    int64_t chosen_c;             /* the checker's pick within a range (per unit when there is a unit); NONE: the fixed points */
    int64_t quantity_c;           /* units in hundredths; NONE: 1 */
    const char *level;            /* 村/镇/县… for items by level; NULL */
    int64_t on;                   /* business date of the deed */
    int64_t used_times, used_c;   /* so far within the cap's period, for this account and item */
    const char *claimant;         /* self, proxy, recorder, document; NULL: not checked */
    /* From scheme_limits, with used_* filled in; NULL: only the item's first cap, by used_times and used_c. */
    const struct scheme_limit *limits; size_t limits_n;
    bool reverse;                 /* 反之: the contrary was done */
    const char *difficulty;       /* for items with multipliers */
    enum award_say say;
    const struct scheme_item *found; /* the item, when it was looked up already; NULL */
    const char *picked;           /* the class, when scheme_class_pick was asked already; NULL */
};
/* What an award must respect on a day, each with the span in which what came before is to be counted: the item's caps, its
 * category's, the account's, its group's, and the warnings before a fault costs. */
enum limit_scope { LIMIT_ITEM, LIMIT_CATEGORY, LIMIT_ACCOUNT, LIMIT_GROUP, LIMIT_WARNING };
struct scheme_limit {
    enum limit_scope scope;
    const char *code;             /* of the item, category or group */
    int64_t per, times, points_c; /* NONE: not limited so */
    bool best;                    /* of a group: the best counts, not the first */
    struct span span;
    int64_t used_times, used_c;   /* counted by the caller over `span`, of the items that scheme_limit_counts names */
};
struct list scheme_limits(struct arena *mem, const struct scheme *s, const struct scheme_item *i, int64_t on);
bool scheme_limit_counts(const struct scheme_limit *l, const struct scheme_item *other);
struct award {
    int64_t points_c;
    const char *explain_zh, *explain_en; /* one sentence: deed → rule → sum */
    const char *tree;             /* the derivation as JSON: {"op","zh","en","points","from":[…]} */
    struct scheme_why *why;              /* the same (scheme_why.h) */
    bool warned;                         /* a fault that only warns: 0 points, worth recording */
};
/* ERR_INVALID with the field at fault (item, class, chosen, quantity, level, claimant); ERR_OVER_CAP
 * when nothing is left; a cap in points grants what is left. */
MUST_CHECK const struct err *scheme_award(struct arena *mem, const struct scheme *s, const struct award_facts *f, struct award *out);
/* 这件事能得几分: what a deed would earn, for people who ask before they do it. A range that nobody has picked
 * from yet answers both ends; a limit that is used up is an answer, not an error. */
struct scheme_estimate {
    const char *item, *label, *category;
    int64_t points_c, most_c;     /* the same when it is certain */
    int64_t yuan, range, full;    /* range: the checker picks; full: a limit leaves nothing */
    const char *explain, *explain_en, *tree;
    struct list left;             /* struct estimate_left: what the limits leave; only with limits counted */
    const struct scheme_item *of;
};
struct estimate_left { const char *text, *text_en; int64_t times, points_c; /* NONE: not limited so */ };
extern const struct record scheme_estimate_record;
/* What is asked about a deed, for the routes that answer it (claim has one that knows what was used). */
struct estimate_in { int64_t village, subject, quantity_c, on, reverse; const char *item, *class_, *subject_kind, *level, *difficulty; };
#define ESTIMATE_FIELDS(T) \
    F(T, item, K_TEXT, IN_QUERY, 1, 32, "Item code. 项目"), \
    F_AS(T, quantity_c, "quantity", K_POINTS, IN_QUERY | OPT, 0, 100000000, "How many units; 1 if absent. 数量"), \
    F(T, level, K_TEXT, IN_QUERY | OPT, 1, 30, "Level, for items by level. 级别"), \
    F(T, difficulty, K_TEXT, IN_QUERY | OPT, 1, 30, "Difficulty, for items that have it. 难度"), \
    F(T, reverse, K_BOOL, IN_QUERY | OPT, 0, 0, "The contrary was done. 反之"), \
    F(T, on, K_DATE, IN_QUERY | OPT, 0, 0, "The day of the deed; today if absent. 日期")
/* counted: the facts' limits hold what was used. ERR_INVALID as scheme_award. */
MUST_CHECK const struct err *scheme_estimate(struct arena *mem, const struct scheme *s, const struct award_facts *f,
                                             bool counted, struct scheme_estimate **out);
/* The band that holds v; NULL: none. */
const struct scheme_band *scheme_band_of(const struct list *bands, int64_t v);
bool scheme_within(const struct scheme_bounds *in, int64_t v);
/* What the steps of an item are about: the day of the year, else a quantity. */
bool scheme_steps_by_day(const struct scheme_item *item);
/* 加倍扣分: the penalty for a claim of claimed_c found false (W2): −times × claimed. Found before it was recorded
 * that is all; after, the award is reversed besides (ledger_reverse), which this does not include. */
MUST_CHECK const struct err *scheme_false_claim(struct arena *mem, const struct scheme *s, const char *item, int64_t claimed_c, struct award *out);
/* The same as a number only. */
MUST_CHECK const struct err *scheme_false_points(struct arena *mem, const struct scheme *s, int64_t claimed_c, int64_t *out);
/* The span over which used_times/used_c must be counted for this item on this date; first > last: no cap. */
struct span scheme_cap_span(const struct scheme *s, const struct scheme_item *i, int64_t on);

/* The findings as one ERR_SCHEME: field "12:5 items/3/points". */
struct err *scheme_error(struct arena *mem, const struct scheme_finding *findings);

/* Store part: ERR_NO_SCHEME when none is in force. Parsed schemes are cached by version id (thread-safe,
 * valid until the process ends). */
MUST_CHECK const struct err *scheme_in_force(struct req *r, int64_t village, int64_t on, const struct scheme **out);
/* Versions in force on some day of the span, the oldest first: const struct scheme *. */
MUST_CHECK const struct err *scheme_in_force_over(struct req *r, int64_t village, struct span in, struct list *out);
MUST_CHECK const struct err *scheme_by_version(struct req *r, int64_t village, int64_t version, const struct scheme **out);
/* Puts a text in force from a date. ERR_SCHEME with every finding; ERR_SCHEME_FROM when that would change
 * the past. Meeting and votes come from the text's `adopted`. */
MUST_CHECK const struct err *scheme_adopt(struct req *r, int64_t village, int64_t from, const char *text, size_t n, int64_t *version);
/* The same with the record of the meeting. */
/* What the meeting decided; absent parts come from the text's `adopted`. */
struct scheme_meeting {
    const char *meeting;
    int64_t on, votes_for, votes_against, votes_abstain;
    const char *minutes;
};
/* ERR_SCHEME; ERR_SCHEME_FROM; ERR_DUPLICATE: that day has one already, or the same text is in force; ERR_MEETING: the votes
 * do not carry, the meeting is in the future or after `from`. draft: NONE, or the draft it was. */
MUST_CHECK const struct err *scheme_adopt_by(struct req *r, int64_t village, int64_t from, const struct scheme_meeting *m,
                                             int64_t draft, const char *text, size_t n, int64_t *version);
/* A draft of a village: a text on its way to the meeting, errors and all. */
struct draft_origin { const char *from, *name; int64_t id; };
/* ERR_INVALID: not UTF-8 or longer than SCHEME_BYTES; ERR_CONFLICT: DRAFTS_MAX. */
MUST_CHECK const struct err *draft_add(struct req *r, int64_t village, const struct draft_origin *from, const char *text,
                                       size_t n, int64_t *id);
extern const struct slice scheme_slice;
#endif
