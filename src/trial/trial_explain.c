/* A real subject's numbers with their reasons: trial_explain.h. */
#include <stdlib.h>
#include <string.h>

#include "kernel/dec.h"
#include "kernel/text.h"
#include "ledger/ledger.h"
#include "scheme/scheme_tool.h"
#include "scheme/scheme_why.h"
#include "trial/trial_explain.h"

static const struct field explained_version_fields[] = {
    F(explained_version, id, K_ID, 0, 0, 0, "Version of the scheme."),
    F(explained_version, from, K_DATE, 0, 0, 0, "In force from. 生效日期"),
    F(explained_version, title, K_TEXT, 0, 0, 0, "Title. 标题"),
    { 0 }
};
static RECORD(explained_version);

static const struct field explained_deed_fields[] = {
    F(explained_deed, claim, K_ID, 0, 0, 0, "Claim id."),
    F(explained_deed, number, K_TEXT, 0, 0, 0, "Claim number. 申报编号"),
    F(explained_deed, who, K_TEXT, OPT, 0, 0,
      "Whose deed, in a household's explanation; masked. 成员"),
    F(explained_deed, on, K_DATE, 0, 0, 0, "Day of the deed. 日期"),
    F(explained_deed, item, K_TEXT, 0, 0, 0, "Item code. 项目"),
    F(explained_deed, label, K_TEXT, OPT, 0, 0, "Item. 项目名称"),
    F(explained_deed, state, K_TEXT, 0, 0, 0,
      "recorded; reversed: found false afterwards; rejected: found false before."),
    F(explained_deed, version, K_ID, 0, 0, 0,
      "Version in force on that day: it computes the deed. 方案版本"),
    F_AS(explained_deed, computed_c, "computed", K_POINTS, 0, 0, 0,
         "What that version gives. 计算值"),
    F_AS(explained_deed, booked_c, "booked", K_POINTS, 0, 0, 0,
         "What the books hold for the claim, reversal and penalty in. 入账值"),
    F(explained_deed, booked_on, K_DATE, OPT, 0, 0, "Day of its latest posting; null: none."),
    F(explained_deed, same, K_BOOL, 0, 0, 0, "Computed and booked agree."),
    F(explained_deed, text, K_TEXT, OPT, 0, 0, "How it came about in a sentence. 说明"),
    F(explained_deed, tree, K_JSON, OPT, 0, 0,
      "How it came about: {op, zh, en, points, from: […]}."),
    { 0 }
};
static RECORD(explained_deed);

static const struct field explained_other_fields[] = {
    F(explained_other, on, K_DATE, 0, 0, 0, "Day."),
    F(explained_other, who, K_TEXT, OPT, 0, 0, "Whose, in a household's explanation; masked."),
    F_AS(explained_other, points_c, "points", K_POINTS, 0, 0, 0, "Points. 积分"),
    F(explained_other, text, K_TEXT, OPT, 0, 0, "What the passbook says. 摘要"),
    { 0 }
};
static RECORD(explained_other);

static const struct field explained_real_fields[] = {
    F(explained_real, village, K_REGION, 0, 0, 0, "Village code. 村代码"),
    F(explained_real, kind, K_TEXT, 0, 0, 0, "resident, household or organisation."),
    F(explained_real, subject, K_ID, 0, 0, 0, "Whose."),
    F(explained_real, name, K_TEXT, 0, 0, 0,
      "Masked, but for oneself and one's own household. 户名"),
    F(explained_real, from, K_DATE, 0, 0, 0, "First day."),
    F(explained_real, to, K_DATE, 0, 0, 0, "Last day."),
    F_SUB(explained_real, versions, K_LIST, 0, 0, 0, explained_version_record,
          "Versions in force in this time, the oldest first; the last one sums up and ranks. "
          "方案版本"),
    F_SUB(explained_real, deeds, K_LIST, 0, 0, 0, explained_deed_record,
          "Deeds of this time by day, each by the version of its day. 事项"),
    F_SUB(explained_real, others, K_LIST, 0, 0, 0, explained_other_record,
          "Points from elsewhere: opening balances, adjustments. 其他入账"),
    F_AS(explained_real, computed_c, "computed", K_POINTS, 0, 0, 0,
         "Deeds and others together, as computed. 计算合计"),
    F_AS(explained_real, booked_c, "booked", K_POINTS, 0, 0, 0,
         "The same as the books hold them. 入账合计"),
    F_AS(explained_real, difference_c, "difference", K_POINTS, 0, 0, 0,
         "Booked less computed; 0.00 unless something was corrected. 差额"),
    F_SUB(explained_real, result, K_OBJECT, 0, 0, 0, told_subject_record,
          "Sums, balances, places, titles with their trees."),
    F(explained_real, notes, K_TEXTS, 0, 0, 0, "What to know about these numbers. 说明"),
    { 0 }
};
RECORD(explained_real);

/* ---- the village by its versions ---- */

/* The village's source with each deed by its version; what is told of the asked subject is kept on
 * the way. */
struct by_version {
    struct fact_source source; /* first */
    struct trial_source *from;
    struct req *r;
    struct list schemes; /* const struct scheme * */
    const struct scheme *last;
    int64_t asked;
    struct span in;
    struct explained_real *out;
    bool kept;
};

static struct explained_deed deed_row(struct by_version *b, const char *who, const struct valued *v)
{
    const struct trial_deed *t = trial_deed_of(b->from, v->deed);
    struct arena *mem = b->r->mem;
    return (struct explained_deed){
        .claim = t->claim,
        .number = arena_strdup(mem, t->number),
        .who = arena_strdup(mem, who),
        .on = v->deed->on,
        .item = arena_strdup(mem, v->deed->item),
        .label = v->item ? v->item->label : arena_strdup(mem, v->deed->what),
        .state = arena_strdup(mem, t->state),
        .version = v->scheme->version,
        .computed_c = v->points_c,
        .text = b->r->lang == LANG_ZH ? v->zh : v->en,
        .tree = v->why ? why_json(mem, v->why) : NULL,
    };
}

/* Of the asked subject or of a member: what happened in the span. */
static const struct err *keep_account(struct by_version *b, const char *kind, int64_t id,
                                      const char *who, const char *class_, const struct list *tags,
                                      const struct list *deeds, const struct list *earned)
{
    struct explained_real *out = b->out;
    struct list worth, booked;
    TRY(trial_value(b->r->mem, &b->schemes, class_, tags, deeds, true, &worth));
    TRY(ledger_booked(b->r, out->village, kind, id, "claim", &booked));
    for (size_t i = 0; i < worth.n; i++) {
        const struct valued *v = &LIST_AT(worth, struct valued, i);
        if (v->deed->on < b->in.first || v->deed->on > b->in.last) continue;
        struct explained_deed *d = &LIST_AT(out->deeds, struct explained_deed, out->deeds.n++);
        *d = deed_row(b, who, v);
        d->booked_on = NONE;
        for (size_t k = 0; k < booked.n; k++) {
            const struct ledger_booked *p = &LIST_AT(booked, struct ledger_booked, k);
            if (p->cause != d->claim) continue;
            d->booked_c = p->points_c;
            d->booked_on = p->last_day;
        }
        d->same = d->booked_c == d->computed_c;
        out->computed_c += d->computed_c;
        out->booked_c += d->booked_c;
    }
    for (size_t i = 0; i < earned->n; i++) {
        const struct fact_earned *x = &LIST_AT(*earned, struct fact_earned, i);
        if (x->on < b->in.first || x->on > b->in.last) continue;
        LIST_AT(out->others, struct explained_other, out->others.n++) =
            (struct explained_other){ x->on, x->points_c, arena_strdup(b->r->mem, who),
                                      arena_strdup(b->r->mem, x->what) };
        out->computed_c += x->points_c;
        out->booked_c += x->points_c;
    }
    return NULL;
}

static int by_day(const void *a, const void *b)
{
    const struct explained_deed *x = a, *y = b;
    if (x->on != y->on) return x->on < y->on ? -1 : 1;
    return (x->claim > y->claim) - (x->claim < y->claim);
}

static const struct err *keep(struct by_version *b, const struct fact_subject *f)
{
    struct explained_real *out = b->out;
    size_t deeds = f->deeds.n, earned = f->earned.n;
    for (size_t i = 0; i < f->members.n; i++) {
        deeds += LIST_AT(f->members, struct fact_member, i).deeds.n;
        earned += LIST_AT(f->members, struct fact_member, i).earned.n;
    }
    out->deeds.items = arena_array(b->r->mem, struct explained_deed, deeds + 1);
    out->others.items = arena_array(b->r->mem, struct explained_other, earned + 1);
    TRY(keep_account(b, out->kind, f->id, NULL, f->class_, &f->tags, &f->deeds, &f->earned));
    for (size_t i = 0; i < f->members.n; i++) {
        const struct fact_member *m = &LIST_AT(f->members, struct fact_member, i);
        TRY(keep_account(b, "resident", m->id, m->label, m->class_, &m->tags, &m->deeds,
                         &m->earned));
    }
    if (out->deeds.n) qsort(out->deeds.items, out->deeds.n, sizeof(struct explained_deed), by_day);
    b->kept = true;
    return NULL;
}

/* With one version the deeds stay deeds, without those it cannot place (which are told as worth
 * nothing); with several each becomes what its version gave. */
static const struct err *told(struct by_version *b, struct arena *mem, const char *class_,
                              const struct list *tags, struct list *deeds, struct list *earned)
{
    bool several = b->schemes.n > 1;
    struct list worth,
        left = { several ? NULL : arena_array(mem, struct fact_deed, deeds->n + 1), 0 };
    struct fact_earned *all =
        several ? arena_array(mem, struct fact_earned, deeds->n + earned->n + 1) : NULL;
    size_t n = earned->n;
    if (!deeds->n) return NULL;
    TRY(trial_value(mem, &b->schemes, class_, tags, deeds, several, &worth));
    if (several && n) memcpy(all, earned->items, n * sizeof *all);
    for (size_t i = 0; i < worth.n; i++) {
        const struct valued *v = &LIST_AT(worth, struct valued, i);
        if (!several && v->placed) LIST_AT(left, struct fact_deed, left.n++) = *v->deed;
        if (several)
            all[n++] = (struct fact_earned){ .on = v->deed->on,
                                             .points_c = v->points_c,
                                             .amount_c = NONE,
                                             .what = b->r->lang == LANG_ZH ? v->zh : v->en };
    }
    *deeds = left;
    if (several) *earned = (struct list){ all, n };
    return NULL;
}

static const struct err *next(struct fact_source *self, struct arena *mem,
                              const struct fact_subject **out)
{
    struct by_version *b = (struct by_version *)(void *)self;
    const struct fact_subject *f;
    TRY(b->from->source.next(&b->from->source, mem, &f));
    *out = NULL;
    if (!f) return NULL;
    if (f->id == b->asked && !b->kept) TRY(keep(b, f));
    struct fact_subject *mine = arena_new(mem, struct fact_subject);
    struct fact_member *members = arena_array(mem, struct fact_member, f->members.n + 1);
    *mine = *f;
    TRY(told(b, mem, f->class_, &f->tags, &mine->deeds, &mine->earned));
    for (size_t i = 0; i < f->members.n; i++) {
        members[i] = LIST_AT(f->members, struct fact_member, i);
        TRY(told(b, mem, members[i].class_, &members[i].tags, &members[i].deeds,
                 &members[i].earned));
    }
    mine->members = (struct list){ members, f->members.n };
    *out = mine;
    return NULL;
}

static const struct err *again(struct fact_source *self)
{
    struct by_version *b = (struct by_version *)(void *)self;
    return b->from->source.rewind(&b->from->source);
}

/* Are the others' facts needed to tell of one? For places, what places decide, and the dividend. */
static bool needs_others(const struct scheme *s)
{
    bool needs = s->rules.rankings.n || s->rules.dividend;
    for (size_t i = 0; i < s->rules.streaks.n; i++) {
        const struct scheme_streak *k = &LIST_AT(s->rules.streaks, struct scheme_streak, i);
        needs |= k->first > 0 || k->last > 0;
    }
    return needs;
}

/* ---- the answer ---- */

static void add_note(struct req *r, struct explained_real *out, const char *zh, const char *en)
{
    LIST_AT(out->notes, const char *, out->notes.n++) = r->lang == LANG_ZH ? zh : en;
}

static void add_notes(struct req *r, struct explained_real *out, const struct by_version *b)
{
    bool late = false, other = false;
    char s[DEC_SIZE];
    out->notes.items = arena_array(r->mem, const char *, 5);
    for (size_t i = 0; i < out->deeds.n; i++) {
        const struct explained_deed *d = &LIST_AT(out->deeds, struct explained_deed, i);
        late |= d->booked_on != NONE && d->booked_on > b->in.last;
        other |= !d->same;
    }
    if (out->versions.n > 1)
        add_note(r, out, "这段时间换过方案：每件事按当天的方案算，合计、名次和称号按期末的方案算。",
                 "The scheme changed in this time: each deed is computed by the version of its "
                 "day; sums, places and titles by the version at the end.");
    if (out->difference_c)
        add_note(r, out,
                 arena_printf(
                     r->mem,
                     "入账的比现在算的%s%s分：入账后规则的读法、档案或先后有过更正，以入账的为准。",
                     out->difference_c > 0 ? "多" : "少",
                     dec_human(out->difference_c < 0 ? -out->difference_c : out->difference_c, s)),
                 arena_printf(
                     r->mem,
                     "The books hold %s points %s than computed now: something was corrected "
                     "since. The books count.",
                     dec_human(out->difference_c < 0 ? -out->difference_c : out->difference_c, s),
                     out->difference_c > 0 ? "more" : "fewer"));
    if (other && !out->difference_c)
        add_note(r, out,
                 "有上限的事项，入账按录入的先后计，这里按日期的先后计：各件不同，合计一样。",
                 "Under a cap, the books count deeds as they were recorded and this counts them by "
                 "day: the deeds differ, the sum does not.");
    if (late)
        add_note(
            r, out, "有的冲正或扣分记在这段时间之后（查明的那天），存折上在那一天。",
            "Some reversals or penalties were posted after this time, on the day they were found.");
    for (size_t i = 0; i < out->deeds.n; i++)
        if (!text_equal(LIST_AT(out->deeds, struct explained_deed, i).state, "recorded")) {
            add_note(r, out, "查明虚假的事项：先冲正，再加倍扣分。",
                     "A deed found false is reversed, and its penalty is taken.");
            break;
        }
}

static const struct err *add_versions(struct req *r, struct explained_real *out)
{
    struct list used;
    TRY(scheme_in_force_over(r, out->village, (struct span){ out->from, out->to }, &used));
    out->versions =
        (struct list){ arena_array(r->mem, struct explained_version, used.n + 1), used.n };
    for (size_t i = 0; i < used.n; i++) {
        const struct scheme *s = LIST_AT(used, const struct scheme *, i);
        LIST_AT(out->versions, struct explained_version, i) =
            (struct explained_version){ s->version, s->from, s->title };
    }
    return NULL;
}

const struct err *trial_explain(struct req *r, const struct subject *who, struct span in,
                                struct explained_real **answer)
{
    struct explained_real *out = *answer = arena_new(r->mem, struct explained_real);
    struct by_version b = {
        .source = { .next = next, .rewind = again, .residents = NONE, .pool_c = NONE },
        .r = r,
        .asked = who->id,
        .in = in,
        .out = out
    };
    struct scheme_run *run;
    struct run_result result;
    int64_t end = in.last < r->today ? in.last : r->today;
    bool own = r->who->village == who->village &&
               (text_equal(who->kind, "resident")
                    ? r->who->resident == who->id
                    : r->who->household != NONE && r->who->household == who->household);
    *out = (struct explained_real){ .village = who->village,
                                    .subject = who->id,
                                    .from = in.first,
                                    .to = in.last,
                                    .kind = who->kind,
                                    .name = own ? who->name : who->masked };
    TRY(scheme_in_force(r, who->village, end, &b.last));
    TRY(scheme_in_force_over(r, who->village, (struct span){ DATE_MIN, end }, &b.schemes));
    TRY(add_versions(r, out));
    TRY(trial_source_open(r, who->village, in.last,
                          trial_has_homes(b.last) && !text_equal(who->kind, "resident"), &b.from));
    if (!needs_others(b.last)) {
        b.from->only = who->kind;
        b.from->only_id = who->id;
    }
    b.source.residents = b.from->source.residents;
    TRY(run_open(r->mem, b.last, &b.source, in, &run));
    TRY(run_find(run, r->mem, who->id, true, &result));
    out->result = tool_subject(r->mem, &result);
    out->difference_c = out->booked_c - out->computed_c;
    add_notes(r, out, &b);
    return NULL;
}
