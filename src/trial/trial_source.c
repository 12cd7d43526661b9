/* A village's facts: trial_source.h. A batch is some subjects of one kind with all that is known of
 * them, in arrays that the statements fill in the order of household and subject, so that each
 * subject's part is a run of neighbours.
 */
#include "trial/trial_source.h"

#include <string.h>

#include "kernel/text.h"
#include "ledger/ledger.h"

/* Subjects per batch: some thousand claims, a few hundred KiB. */
enum { BATCH = 256 };

static const char *const with_homes[] = { "household", "organisation", NULL };
static const char *const alone[] = { "resident", "household", "organisation", NULL };

/* The kind read now; NULL: the village is over. */
static const char *kind_now(const struct trial_source *v)
{
    if (v->only) return v->kind ? NULL : v->only;
    return (v->homes ? with_homes : alone)[v->kind];
}

/* Neighbours in an array that belong to one subject. */
struct part {
    const char *kind;
    int64_t household, subject;
    size_t first, n;
};
/* A growing array in the batch's arena. */
struct grow {
    void *items;
    size_t n, cap, size;
};
struct trial_batch {
    struct arena mem; /* holds the batch itself too */
    struct trial_source *v;
    struct trial_batch *next; /* of those that are kept */
    bool kept;
    const struct fact_subject *
        *told; /* by index of the subject; NULL: none of this village's subjects */
    struct list subjects, stays; /* struct people_stay */
    size_t at, stay;             /* the next of each */
    struct grow deeds, beside;   /* struct fact_deed, struct trial_deed: index by index */
    struct grow earned, spent;   /* struct fact_earned */
    struct grow deed_parts, earned_parts, spent_parts; /* struct part */
    const struct people_stay *who;
};

static void *push(struct trial_batch *b, struct grow *g)
{
    if (g->n == g->cap) {
        size_t cap = g->cap ? 2 * g->cap : 256;
        char *p = arena_alloc_array(&b->mem, cap, g->size);
        if (g->n) memcpy(p, g->items, g->n * g->size);
        g->items = p;
        g->cap = cap;
    }
    return (char *)g->items + g->size * g->n++;
}

/* The row about to be pushed at `at` belongs to this subject: the part grows, or a new one begins.
 */
static void belongs(struct trial_batch *b, struct grow *parts, const char *kind, int64_t household,
                    int64_t subject, size_t at)
{
    if (!b->v->homes) household = NONE; /* an account is one, wherever its holder lived */
    struct part *last = parts->n ? &((struct part *)parts->items)[parts->n - 1] : NULL;
    if (last && last->subject == subject && last->household == household &&
        text_equal(last->kind, kind)) {
        last->n++;
        return;
    }
    last = push(b, parts);
    *last = (struct part){ arena_strdup(&b->mem, kind), household, subject, at, 1 };
}

/* ---- rows into the batch ---- */

static const struct err *deed_row(struct req *r, void *row, void *arg)
{
    const struct claim_deed *c = row;
    struct trial_batch *b = arg;
    struct arena *mem = &b->mem;
    (void)r;
    belongs(b, &b->deed_parts, c->kind, c->household, c->subject, b->deeds.n);
    struct fact_deed *d = push(b, &b->deeds);
    struct trial_deed *t = push(b, &b->beside);
    *d = (struct fact_deed){
        .item = arena_strdup(mem, c->item),
        .class_ = arena_strdup(mem, c->class_),
        .level = arena_strdup(mem, c->level),
        .difficulty = arena_strdup(mem, c->difficulty),
        .what = arena_strdup(mem, c->item_label),
        .on = c->on,
        .chosen_c = c->chosen_c,
        .quantity_c = c->quantity_c,
        .reverse = c->reverse,
        .proved_false = text_equal(c->state, "recorded")   ? NULL
                        : text_equal(c->state, "reversed") ? "after"
                                                           : "before",
    };
    *t = (struct trial_deed){ c->id, c->points_c, c->scheme_version, arena_strdup(mem, c->number),
                              arena_strdup(mem, c->state) };
    return NULL;
}

static const struct err *other_row(struct req *r, void *row, void *arg)
{
    const struct ledger_other *o = row;
    struct trial_batch *b = arg;
    (void)r;
    if (text_equal(o->part, "expire")) return NULL; /* validity is the scheme's to work out */
    bool spent = text_equal(o->part, "redeem");
    struct grow *to = spent ? &b->spent : &b->earned;
    belongs(b, spent ? &b->spent_parts : &b->earned_parts, o->kind, o->household, o->subject,
            to->n);
    struct fact_earned *x = push(b, to);
    *x = (struct fact_earned){ .on = o->on,
                               .points_c = o->points_c,
                               .amount_c = NONE,
                               .what = arena_strdup(&b->mem, o->memo) };
    return NULL;
}

static const struct err *batch_read(struct trial_batch *b)
{
    struct trial_source *v = b->v;
    const char *kind = kind_now(v);
    struct list *all = &b->subjects;
    TRY(people_roster(v->r, v->village, kind, v->only ? v->only_id - 1 : v->after,
                      v->only ? 1 : BATCH, all));
    if (!all->n) return NULL;
    v->kind += v->only != NULL;
    int64_t first = LIST_AT(*all, struct people_stay, 0).subject,
            last = LIST_AT(*all, struct people_stay, all->n - 1).subject;
    bool home = v->homes && !strcmp(kind, "household");
    v->after = last;
    if (home) TRY(people_stays(v->r, v->village, first, last, &b->stays));
    TRY(claim_deeds(v->r,
                    &(struct claim_range){ v->village, home ? NULL : kind, first, last, v->until },
                    deed_row, b));
    return ledger_others(
        v->r, &(struct ledger_range){ v->village, home ? NULL : kind, first, last, v->until },
        other_row, b);
}

/* The batch lives in its own arena. */
static struct trial_batch *batch_new(struct trial_source *v)
{
    struct arena mem = { 0 };
    struct trial_batch *b = arena_new(&mem, struct trial_batch);
    b->mem = mem;
    b->v = v;
    b->deeds.size = sizeof(struct fact_deed);
    b->beside.size = sizeof(struct trial_deed);
    b->earned.size = b->spent.size = sizeof(struct fact_earned);
    b->deed_parts.size = b->earned_parts.size = b->spent_parts.size = sizeof(struct part);
    return b;
}

static void batch_free(struct trial_batch *b)
{
    struct arena mem = b->mem; /* the batch lies in it */
    arena_clear(&mem);
}

static void forget(struct trial_source *v)
{
    for (struct trial_batch *b = v->first, *after; b; b = after) {
        after = b->next;
        b->kept = false; /* the one read now goes when it is done */
        if (b != v->batch) batch_free(b);
    }
    v->first = NULL;
    v->keeps = v->complete = false;
}

/* What is done with a batch when the next one is read. */
static void batch_done(struct trial_source *v)
{
    struct trial_batch *b = v->batch;
    v->batch = NULL;
    if (b && !b->kept) batch_free(b);
}

static void keep(struct trial_source *v, struct trial_batch *b)
{
    struct trial_batch **end = &v->first;
    v->facts += (int64_t)(b->subjects.n + b->deeds.n + b->earned.n + b->spent.n);
    if (v->facts > TRIAL_KEEP) {
        forget(v);
        return;
    }
    while (*end) end = &(*end)->next;
    *end = b;
    b->kept = true;
}

/* The next batch that is not empty; v->batch NULL: the village is over. */
static const struct err *batch_next(struct trial_source *v)
{
    if (v->batch && !v->complete) {
        if (v->batch->mem.total > v->largest) v->largest = v->batch->mem.total;
        v->all += v->batch->mem.total;
    }
    if (v->complete) {
        v->batch = v->batch ? v->batch->next : v->first;
        if (v->batch) v->batch->at = 0;
        return NULL;
    }
    for (batch_done(v); kind_now(v); v->kind++, v->after = 0) {
        struct trial_batch *b = v->batch = batch_new(v);
        /* What the statements return lives as long as the batch. */
        struct arena *before = v->r->mem;
        v->r->mem = &b->mem;
        const struct err *e = batch_read(b);
        v->r->mem = before;
        TRY(e);
        if (b->subjects.n) {
            b->told = arena_array(&b->mem, const struct fact_subject *, b->subjects.n);
            if (v->keeps) keep(v, b);
            return NULL;
        }
        batch_free(b);
        v->batch = NULL;
    }
    v->complete = v->keeps;
    return NULL;
}

/* ---- one subject ---- */

/* Parts come in the order of the batch's subjects: by household with homes, else by subject. */
static int64_t key_of(const struct trial_batch *b, const struct part *p)
{
    return b->v->homes && p->household != NONE ? p->household : p->subject;
}

/* The first part of the batch's subject `id`; parts->n: none. */
static size_t part_from(const struct trial_batch *b, const struct grow *parts, int64_t id)
{
    size_t low = 0, high = parts->n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (key_of(b, &((const struct part *)parts->items)[mid]) < id) low = mid + 1;
        else high = mid;
    }
    return low;
}

/* What belongs to `subject` among the parts of the batch's subject `id` (itself, or a member). */
static struct list part_list(const struct trial_batch *b, const struct grow *parts,
                             const struct grow *items, const char *kind, int64_t id,
                             int64_t subject)
{
    const struct part *all = parts->items;
    for (size_t i = part_from(b, parts, id); i < parts->n && key_of(b, &all[i]) == id; i++)
        if (all[i].subject == subject && text_equal(all[i].kind, kind))
            return (struct list){ (char *)items->items + all[i].first * items->size, all[i].n };
    return (struct list){ 0 };
}

/* A deed tells its class only where that was another one then: else the tags of today may say more.
 */
static struct list deeds_of(const struct trial_batch *b, const char *kind, int64_t id,
                            int64_t subject, const char *class_)
{
    struct list all = part_list(b, &b->deed_parts, &b->deeds, kind, id, subject);
    for (size_t i = 0; i < all.n; i++) {
        struct fact_deed *d = &LIST_AT(all, struct fact_deed, i);
        if (text_equal(d->class_, class_)) d->class_ = NULL;
    }
    return all;
}

static void member_facts(const struct trial_batch *b, int64_t household, struct fact_member *m)
{
    m->deeds = deeds_of(b, "resident", household, m->id, m->class_);
    m->earned = part_list(b, &b->earned_parts, &b->earned, "resident", household, m->id);
}

/* Whose facts are of this household although the register never had them in it: a claim or posting
 * is never lost. */
static void strangers(struct trial_batch *b, const struct grow *parts, int64_t household,
                      struct list *members)
{
    const struct part *all = parts->items;
    for (size_t i = part_from(b, parts, household); i < parts->n && key_of(b, &all[i]) == household;
         i++) {
        struct fact_member *m = members->items;
        bool known = !text_equal(all[i].kind, "resident");
        for (size_t k = 0; k < members->n && !known; k++) known = m[k].id == all[i].subject;
        if (known) continue;
        m = &m[members->n++];
        *m = (struct fact_member){ .id = all[i].subject,
                                   .takes_part = 1,
                                   .since = NONE,
                                   .until = NONE,
                                   .class_ = "resident" };
        member_facts(b, household, m);
    }
}

static size_t parts_of(const struct trial_batch *b, const struct grow *parts, int64_t household)
{
    size_t first = part_from(b, parts, household), i = first;
    while (i < parts->n && key_of(b, &((const struct part *)parts->items)[i]) == household) i++;
    return i - first;
}

/* Several stays in one household are one membership from the first to the last. */
static struct list members_of(struct trial_batch *b, int64_t household)
{
    const struct people_stay *all = b->stays.items;
    size_t first = b->stay;
    while (b->stay < b->stays.n && all[b->stay].household == household) b->stay++;
    size_t most = b->stay - first + parts_of(b, &b->deed_parts, household) +
                  parts_of(b, &b->earned_parts, household);
    struct fact_member *m = arena_array(&b->mem, struct fact_member, most + 1);
    struct list out = { m, 0 };
    for (size_t i = first; i < b->stay; i++) {
        const struct people_stay *s = &all[i];
        if (out.n && m[out.n - 1].id == s->subject) {
            m[out.n - 1].until = s->until;
            continue;
        }
        m[out.n] = (struct fact_member){ .id = s->subject,
                                         .takes_part = 1,
                                         .since = s->since,
                                         .until = s->until,
                                         .label = s->masked,
                                         .class_ = s->class_,
                                         .tags = s->tags };
        member_facts(b, household, &m[out.n++]);
    }
    strangers(b, &b->deed_parts, household, &out);
    strangers(b, &b->earned_parts, household, &out);
    return out;
}

static const char *group_of(const struct trial_source *v, int64_t id)
{
    for (size_t i = 0; i < v->groups.n; i++)
        if (LIST_AT(v->groups, struct village_group, i).id == id)
            return LIST_AT(v->groups, struct village_group, i).name;
    return NULL;
}

/* What a member spent is the household's spending: a household has one spendable balance. */
static struct list spent_by_all(struct trial_batch *b, const struct fact_subject *f)
{
    struct list own = f->spent;
    size_t n = own.n;
    for (size_t i = 0; i < f->members.n; i++)
        n += part_list(b, &b->spent_parts, &b->spent, "resident", f->id,
                       LIST_AT(f->members, struct fact_member, i).id)
                 .n;
    if (n == own.n) return own;
    struct fact_earned *all = arena_array(&b->mem, struct fact_earned, n);
    memcpy(all, own.items, own.n * sizeof *all);
    n = own.n;
    for (size_t i = 0; i < f->members.n; i++) {
        struct list more = part_list(b, &b->spent_parts, &b->spent, "resident", f->id,
                                     LIST_AT(f->members, struct fact_member, i).id);
        for (size_t k = 0; k < more.n; k++) all[n++] = LIST_AT(more, struct fact_earned, k);
    }
    return (struct list){ all, n };
}

static bool has_facts(const struct fact_subject *f)
{
    size_t n = f->deeds.n + f->earned.n + f->spent.n;
    for (size_t i = 0; i < f->members.n; i++)
        n += LIST_AT(f->members, struct fact_member, i).deeds.n +
             LIST_AT(f->members, struct fact_member, i).earned.n;
    return n > 0;
}

/* NULL: left and did nothing. */
static const struct fact_subject *make(struct trial_batch *b, const struct people_stay *s)
{
    const struct trial_source *v = b->v;
    bool home = v->homes && !strcmp(s->kind, "household");
    struct fact_subject *f = arena_new(&b->mem, struct fact_subject);
    *f = (struct fact_subject){ .id = s->subject,
                                .label = s->masked,
                                .class_ = s->class_,
                                .tags = s->tags,
                                .village = v->name,
                                .group = group_of(v, s->group),
                                .township = v->township,
                                .shares_c = 0,
                                .barred = 0 };
    f->deeds = deeds_of(b, s->kind, s->subject, s->subject, s->class_);
    f->earned = part_list(b, &b->earned_parts, &b->earned, s->kind, s->subject, s->subject);
    f->spent = part_list(b, &b->spent_parts, &b->spent, s->kind, s->subject, s->subject);
    if (home) {
        f->members = members_of(b, s->subject);
        f->spent = spent_by_all(b, f);
    }
    return s->active || has_facts(f) ? f : NULL;
}

static const struct err *next(struct fact_source *self, struct arena *mem,
                              const struct fact_subject **out)
{
    struct trial_source *v = (struct trial_source *)(void *)self;
    (void)mem;
    for (*out = NULL; !*out;) {
        if (!v->batch || v->batch->at == v->batch->subjects.n) TRY(batch_next(v));
        struct trial_batch *b = v->batch;
        if (!b) return NULL;
        b->who = &LIST_AT(b->subjects, struct people_stay, b->at);
        if (!v->complete) b->told[b->at] = make(b, b->who);
        *out = b->told[b->at++];
    }
    return NULL;
}

static const struct err *again(struct fact_source *self)
{
    struct trial_source *v = (struct trial_source *)(void *)self;
    if (!v->complete) {
        /* Left before the end: what was kept is not the whole. */
        bool large = v->facts > TRIAL_KEEP;
        batch_done(v);
        forget(v);
        v->keeps = !large;
        if (!large) v->facts = 0;
    }
    v->batch = NULL;
    v->kind = 0;
    v->after = 0;
    return NULL;
}

static void let_go(void *arg)
{
    struct trial_source *v = arg;
    batch_done(v); /* also one that was left while it was read */
    forget(v);
}

const struct err *trial_source_open(struct req *r, int64_t village, int64_t until, bool homes,
                                    struct trial_source **out)
{
    struct trial_source *v = *out = arena_new(r->mem, struct trial_source);
    struct region *here, *above;
    int64_t households;
    *v = (struct trial_source){ .keeps = true,
                                .r = r,
                                .village = village,
                                .until = until,
                                .homes = homes,
                                .source = { .next = next, .rewind = again, .pool_c = NONE } };
    arena_on_clear(r->mem, let_go, v);
    TRY(region_village(r, village, &here));
    TRY(region_load(r, here->parent, &above));
    v->name = here->name;
    v->township = above->name;
    TRY(region_groups(r, village, &v->groups));
    return people_population(r, village, &v->source.residents, &households);
}

const struct trial_deed *trial_deed_of(const struct trial_source *v, const struct fact_deed *d)
{
    const struct fact_deed *first = v->batch->deeds.items;
    return (const struct trial_deed *)v->batch->beside.items + (d - first);
}

const struct people_stay *trial_who(const struct trial_source *v)
{
    return v->batch->who;
}

bool trial_has_homes(const struct scheme *s)
{
    return s->rules.household != NULL;
}
