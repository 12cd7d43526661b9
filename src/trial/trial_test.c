/* A village as a source of facts, on SQLite, and on PostgreSQL when SHANZHI_TEST_PG names a server:
 * every deed that counts comes once, whoever is asked about; a kept village and one read again are
 * the same; memory is one batch.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kernel/file.h"
#include "kernel/text.h"
#include "trial/trial_explain.h"
#include "trial/trial_source.h"

#include "kernel/test.h" /* after ours: cmocka has a macro fail() */

extern const struct migration access_migrations[], region_migrations[], people_migrations[],
    scheme_migrations[], ledger_migrations[], notice_migrations[], claim_migrations[];

#define VILLAGE INT64_C(441621102205)
enum { HOMES = 700, DEEDS = 7000, SHOPS = 3 };

static struct {
    struct arena mem;
    struct store *s;
    char dir[48];
    int64_t counted; /* deeds that count */
} t;

static const char regions[] = "code,name\n440000000000,广东省\n441600000000,河源市\n441621000000,"
                              "紫金县\n441621102000,龙窝镇\n441621102205,礼坑村\n";

static void run(enum tx mode, tx_fn *fn, void *arg)
{
    const struct err *e = store_run(t.s, mode, &t.mem, access_operator(&t.mem), fn, arg);
    EXPECT(!e, "%s %s", e ? err_text(e, LANG_EN) : "", e && e->cause ? e->cause : "");
}

static const struct err *fresh_schema(struct req *r, void *arg)
{
    (void)arg;
    TRY(db_exec(r, "DROP SCHEMA IF EXISTS trial_test CASCADE"));
    return db_exec(r, "CREATE SCHEMA trial_test");
}

static const char *pg; /* libpq URL; NULL: SQLite */

static void open_database(void)
{
    struct store_config c = { .path = arena_printf(&t.mem, "%s/x.db", t.dir), .sessions = 4, .create = true };
    if (pg) {
        struct store *admin;
        assert_null(
            store_open(&t.mem, &(struct store_config){ .database = pg, .sessions = 2 }, &admin));
        assert_null(store_run(admin, TX_WRITE, &t.mem, NULL, fresh_schema, NULL));
        store_close(admin);
        c.database = arena_printf(&t.mem, "%s%soptions=-csearch_path%%3Dtrial_test", pg,
                                  strchr(pg, '?') ? "&" : "?");
    }
    assert_null(store_open(&t.mem, &c, &t.s));
    const struct migration *const each[] = { access_migrations, region_migrations,
                                             people_migrations, scheme_migrations,
                                             ledger_migrations, notice_migrations,
                                             claim_migrations };
    struct migration all[64];
    size_t n = 0;
    for (size_t i = 0; i < COUNT(each); i++)
        for (const struct migration *m = each[i]; m->slice; m++) all[n++] = *m;
    assert_null(store_migrate(t.s, &t.mem, all, n, NULL));
}

/* ---- a village ---- */

static uint64_t seed = 7;
static int below(int n)
{
    uint64_t z = (seed += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return (int)((z ^ (z >> 31)) % (uint64_t)n);
}

static const struct err *one_claim(struct req *r, int64_t id, const char *kind, int64_t subject,
                                   int64_t household, const char *state)
{
    bool booked = !strcmp(state, "recorded") || !strcmp(state, "reversed"),
         no = !strcmp(state, "reversed") || !strcmp(state, "rejected");
    return db_exec(r,
                   "INSERT INTO claim (village, id, number, state, version, subject_kind, subject, "
                   "subject_name, subject_masked, subject_public,"
                   " class, household, item, item_label, category, scheme_version, deed_on, place, "
                   "place_key, cause, points, explain_zh,"
                   " explain_en, tree, channel, claimant, claimed_by, claimed_by_name, posting, "
                   "reversal, false_claim, created_at, updated_at)"
                   " VALUES ($1, $2, $3, $4, 1, $5, $6, '张三丰', '张*丰', '张*丰', $5, $7, 'C05', "
                   "'义务劳动', '村建设', 1, $8, '村', $3, '因',"
                   " 200, '', '', '{}', 'paper', 'proxy', 1, '张', $9, $10, $11, 1, 1)",
                   I64(VILLAGE), I64(id), TEXT(arena_printf(r->mem, "n%lld", (long long)id)),
                   TEXT(state), TEXT(kind), I64(subject), I64(household),
                   I64(date_of(2026, 1, 1) + below(300)), I64(booked ? id : NONE),
                   I64(!strcmp(state, "reversed") ? id : NONE), I64(no));
}

static const struct err *deeds_of_village(struct req *r)
{
    static const char *const states[] = { "recorded", "recorded",  "recorded", "reversed",
                                          "rejected", "submitted", "approved" };
    struct list people, shops;
    TRY(people_roster(r, VILLAGE, "resident", 0, 100000, &people));
    TRY(people_roster(r, VILLAGE, "organisation", 0, 100, &shops));
    EXPECT(people.n == 2 * HOMES && shops.n == SHOPS, "%zu people", people.n);
    for (int i = 0; i < DEEDS; i++) {
        const char *state = states[below(COUNT(states))];
        const struct people_stay *s = &LIST_AT(people, struct people_stay, below(2 * HOMES));
        int whose = below(10);
        if (whose == 0) s = &LIST_AT(shops, struct people_stay, below(SHOPS));
        t.counted += strcmp(state, "submitted") && strcmp(state, "approved");
        TRY(one_claim(r, 1000 + i, whose == 1 ? "household" : s->kind,
                      whose == 1 ? s->household : s->subject, whose == 0 ? NONE : s->household,
                      state));
    }
    /* Somebody moved into the neighbour's house in July; a deed of June stays where it was done. */
    const struct people_stay *mover = &LIST_AT(people, struct people_stay, 1),
                             *neighbour = &LIST_AT(people, struct people_stay, 4);
    int64_t july = date_of(2026, 7, 1);
    TRY(one_claim(r, 900, "resident", mover->subject, mover->household, "recorded"));
    TRY(one_claim(r, 901, "resident", mover->subject, neighbour->household, "recorded"));
    t.counted += 2;
    TRY(db_exec(
        r, "UPDATE membership SET last = $3, ended = 'split' WHERE village = $1 AND resident = $2",
        I64(VILLAGE), I64(mover->subject), I64(july - 1)));
    TRY(db_exec(r,
                "INSERT INTO membership (village, id, resident, household, relation, first, began) "
                "VALUES ($1, 5, $2, $3, 'other', $4, 'split')",
                I64(VILLAGE), I64(mover->subject), I64(neighbour->household), I64(july)));
    return db_exec(r, "UPDATE resident SET household = $3 WHERE village = $1 AND id = $2",
                   I64(VILLAGE), I64(mover->subject), I64(neighbour->household));
}

static const struct err *fill(struct req *r, void *arg)
{
    int64_t rows, id;
    struct people_imported done;
    struct buf csv = buf_in(r->mem, 1 << 22);
    (void)arg;
    t.counted = 0;
    TRY(region_import(r, regions, sizeof regions - 1, &rows));
    buf_puts(&csv, "户号,姓名,性别,出生日期,与户主关系,标签\n");
    for (int i = 0; i < HOMES; i++)
        buf_printf(&csv, "%04d,张三丰,男,1970-01-01,户主,%s\n%04d,王梅,女,1972-01-01,配偶,\n",
                   i + 1, i % 7 ? "" : "党员", i + 1);
    TRY(people_import(r, VILLAGE, csv.p, csv.n, EXISTING_REFUSE, false, &done));
    for (int i = 0; i < SHOPS; i++)
        TRY(people_organisation_add(
            r,
            &(struct organisation_new){
                .village = VILLAGE, .name = arena_printf(r->mem, "商店%d", i), .kind = "shop" },
            &id));
    return deeds_of_village(r);
}

static int open_village(void **state)
{
    (void)state;
    memset(&t, 0, sizeof t);
    snprintf(t.dir, sizeof t.dir, "/tmp/shanzhi-trial-XXXXXX");
    assert_non_null(mkdtemp(t.dir));
    assert_null(access_key_make(&t.mem, arena_printf(&t.mem, "%s/key", t.dir), "test"));
    assert_null(access_key_load(&t.mem, arena_printf(&t.mem, "%s/key", t.dir), "test"));
    open_database();
    run(TX_WRITE, fill, NULL);
    return 0;
}

static int close_village(void **state)
{
    (void)state;
    store_close(t.s);
    char *rm = arena_printf(&t.mem, "%s/x.db", t.dir);
    unlink(rm), unlink(arena_printf(&t.mem, "%s-wal", rm)),
        unlink(arena_printf(&t.mem, "%s-shm", rm)), unlink(arena_printf(&t.mem, "%s/key", t.dir));
    rmdir(t.dir);
    arena_clear(&t.mem);
    return 0;
}

/* ---- what a stream tells ---- */

struct told {
    bool homes, keeps;
    int times, stop_after; /* stop_after: leave the first stream after so many subjects */
    int64_t subjects, deeds, members, party;
    uint64_t digest;
    size_t largest, all;
};

static void mix(uint64_t *h, const void *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        *h = (*h ^ ((const unsigned char *)p)[i]) * UINT64_C(1099511628211);
}
static void mix_text(uint64_t *h, const char *s)
{
    mix(h, s ? s : "-", s ? strlen(s) : 1);
}

static void mix_deeds(struct told *x, const struct trial_source *v, const struct list *deeds)
{
    int64_t day = 0;
    for (size_t i = 0; i < deeds->n; i++) {
        const struct fact_deed *d = &LIST_AT(*deeds, struct fact_deed, i);
        const struct trial_deed *beside = trial_deed_of(v, d);
        EXPECT(d->on >= day, "deeds are not in order of day");
        EXPECT(!strcmp(beside->state, "recorded") == !d->proved_false, "%s: %s", beside->state,
               d->proved_false);
        day = d->on;
        x->deeds++;
        mix(&x->digest, &d->on, sizeof d->on);
        mix(&x->digest, &beside->claim, sizeof beside->claim);
        mix_text(&x->digest, d->item);
    }
}

static void mix_subject(struct told *x, const struct trial_source *v, const struct fact_subject *f)
{
    x->subjects++;
    x->party += f->tags.n && text_equal(LIST_AT(f->tags, const char *, 0), "党员");
    mix(&x->digest, &f->id, sizeof f->id);
    mix_text(&x->digest, f->label);
    mix_deeds(x, v, &f->deeds);
    for (size_t i = 0; i < f->members.n; i++) {
        const struct fact_member *m = &LIST_AT(f->members, struct fact_member, i);
        x->members++;
        mix(&x->digest, &m->id, sizeof m->id);
        mix(&x->digest, &m->until, sizeof m->until);
        mix_deeds(x, v, &m->deeds);
    }
}

static const struct err *listen(struct req *r, void *arg)
{
    struct told *x = arg;
    struct trial_source *v;
    TRY(trial_source_open(r, VILLAGE, date_of(2026, 12, 31), x->homes, &v));
    v->keeps = x->keeps;
    assert_string_equal(v->township, "龙窝镇");
    assert_int_equal(v->source.residents, 2 * HOMES);
    for (int k = 0; k < x->times; k++) {
        const struct fact_subject *f;
        TRY(v->source.rewind(&v->source));
        *x = (struct told){ .homes = x->homes,
                            .keeps = x->keeps,
                            .times = x->times,
                            .stop_after = x->stop_after,
                            .digest = 14695981039346656037u };
        for (;;) {
            TRY(v->source.next(&v->source, r->mem, &f));
            if (!f || (k == 0 && x->stop_after && x->subjects == x->stop_after)) break;
            mix_subject(x, v, f);
        }
    }
    x->largest = v->largest;
    x->all = v->all;
    return NULL;
}

static void every_deed_comes_once(void **state)
{
    struct told alone = { .keeps = true, .times = 1 },
                homes = { .homes = true, .keeps = true, .times = 1 };
    (void)state;
    run(TX_READ, listen, &alone);
    run(TX_READ, listen, &homes);
    assert_int_equal(alone.deeds, t.counted);
    assert_int_equal(homes.deeds, t.counted);
    assert_int_equal(alone.subjects, 3 * HOMES + SHOPS);
    assert_int_equal(homes.subjects, HOMES + SHOPS);
    assert_int_equal(homes.members, 2 * HOMES + 1); /* the mover belonged to two */
    assert_int_equal(alone.party, HOMES / 7);
}

static void kept_and_read_again_are_the_same(void **state)
{
    (void)state;
    for (int homes = 0; homes < 2; homes++) {
        struct told once = { .homes = homes, .keeps = true, .times = 1 },
                    kept = { .homes = homes, .keeps = true, .times = 3 },
                    again = { .homes = homes, .times = 2 },
                    left = { .homes = homes, .keeps = true, .times = 2, .stop_after = 300 };
        run(TX_READ, listen, &once);
        run(TX_READ, listen, &kept);
        run(TX_READ, listen, &again);
        run(TX_READ, listen, &left);
        assert_true(once.digest == kept.digest && once.deeds == kept.deeds);
        assert_true(once.digest == again.digest && once.deeds == again.deeds);
        assert_true(once.digest == left.digest && once.deeds == left.deeds);
    }
}

static void memory_is_one_batch(void **state)
{
    struct told x = { .times = 1 };
    (void)state;
    run(TX_READ, listen, &x);
    EXPECT(x.largest * 4 < x.all && x.largest < 2 << 20, "a batch takes %zu of %zu bytes",
           x.largest, x.all);
}

/* ---- the mover ---- */

static const struct err *look(struct req *r, void *arg)
{
    struct trial_source *v;
    const struct fact_subject *f;
    int *found = arg;
    TRY(trial_source_open(r, VILLAGE, date_of(2026, 12, 31), true, &v));
    for (*found = 0;;) {
        TRY(v->source.next(&v->source, r->mem, &f));
        if (!f) return NULL;
        for (size_t i = 0; i < f->members.n; i++) {
            const struct fact_member *m = &LIST_AT(f->members, struct fact_member, i);
            for (size_t k = 0; k < m->deeds.n; k++) {
                int64_t claim = trial_deed_of(v, &LIST_AT(m->deeds, struct fact_deed, k))->claim;
                if (claim == 900 && m->until == date_of(2026, 6, 30) && m->since == NONE)
                    *found |= 1;
                if (claim == 901 && m->until == NONE && m->since == date_of(2026, 7, 1))
                    *found |= 2;
            }
        }
    }
}

static const struct err *pick_one(struct req *r, void *arg)
{
    struct trial_source *v;
    const struct fact_subject *f, *end;
    struct list shops, people;
    int64_t *deeds = arg, n;
    TRY(people_roster(r, VILLAGE, "organisation", 0, 10, &shops));
    TRY(people_roster(r, VILLAGE, "resident", 0, 10, &people));
    const struct people_stay *who[] = { &LIST_AT(shops, struct people_stay, 1),
                                        &LIST_AT(people, struct people_stay, 1) };
    for (int k = 0; k < 4; k++) {
        TRY(trial_source_open(r, VILLAGE, date_of(2026, 12, 31), false, &v));
        v->only = who[k / 2]->kind;
        v->only_id = who[k / 2]->subject;
        v->keeps = k % 2;
        for (int again = 0; again < 2; again++) {
            TRY(v->source.rewind(&v->source));
            TRY(v->source.next(&v->source, r->mem, &f));
            EXPECT(f && f->id == v->only_id, "another subject");
            n = (int64_t)f->deeds.n;
            TRY(v->source.next(&v->source, r->mem, &end));
            EXPECT(!end, "there is more than one");
        }
        deeds[k] = n;
    }
    return db_int(r, &deeds[4],
                  "SELECT count(*) FROM claim WHERE village = $1 AND subject = $2 AND state IN"
                  " ('recorded', 'reversed', 'rejected')",
                  I64(VILLAGE), I64(who[1]->subject));
}

static void one_subject_alone(void **state)
{
    int64_t deeds[5];
    (void)state;
    run(TX_READ, pick_one, deeds);
    assert_true(deeds[0] > 100 && deeds[0] == deeds[1]); /* a tenth of 7,000 goes to three shops */
    assert_true(deeds[4] >= 4 && deeds[2] == deeds[4] &&
                deeds[3] == deeds[4]); /* the mover's, in both houses */
}

static void a_deed_stays_where_its_doer_lived(void **state)
{
    int found;
    (void)state;
    run(TX_READ, look, &found);
    assert_int_equal(found, 3);
}

/* ---- beside the books ---- */

static const struct err *explain_mover(struct req *r, void *arg)
{
    struct list people;
    struct subject *who;
    struct explained_real **out = arg;
    int64_t version, kept, lies;
    const char *text;
    size_t n;
    TRY(file_read(r->mem, "schemes/zengxiang.yaml", 1 << 20, &text, &n));
    TRY(scheme_adopt(r, VILLAGE, date_of(2026, 1, 1), text, n, &version));
    TRY(people_roster(r, VILLAGE, "resident", 0, 2, &people));
    TRY(people_subject(r, VILLAGE, "resident", LIST_AT(people, struct people_stay, 1).subject,
                       &who));
    TRY(db_int(
        r, &kept,
        "SELECT count(*) FROM claim WHERE village = $1 AND subject = $2 AND state = 'recorded'",
        I64(VILLAGE), I64(who->id)));
    TRY(db_int(r, &lies,
               "SELECT count(*) FROM claim WHERE village = $1 AND subject = $2 AND false_claim = 1",
               I64(VILLAGE), I64(who->id)));
    TRY(trial_explain(r, who, (struct span){ date_of(2026, 1, 1), date_of(2026, 12, 31) }, out));
    EXPECT((*out)->computed_c == 200 * kept - 400 * lies, "%d kept, %d lies: %d", (int)kept,
           (int)lies, (int)(*out)->computed_c);
    return NULL;
}

/* The claims of this village are in no book: all of it is a difference, and it is told. */
static void a_difference_is_told(void **state)
{
    struct explained_real *out;
    bool told = false;
    (void)state;
    run(TX_WRITE, explain_mover, &out);
    assert_true(out->deeds.n >= 4 && out->computed_c != 0);
    assert_int_equal(out->booked_c, 0);
    assert_int_equal(out->difference_c, -out->computed_c);
    for (size_t i = 0; i < out->deeds.n; i++)
        assert_false(LIST_AT(out->deeds, struct explained_deed, i).same);
    for (size_t i = 0; i < out->notes.n; i++)
        told |= strstr(LIST_AT(out->notes, const char *, i), "以入账的为准") != NULL;
    assert_true(told);
    assert_string_equal(out->name, "王*");
}

/* ---- deeds by the versions of their days ---- */

static const struct scheme *version(struct arena *mem, int64_t from, const char *item)
{
    struct scheme_finding *found;
    const char *text =
        arena_printf(mem,
                     "scheme: x\ntitle: x\npublicity: {days: 3}\nfalse_claims: {times: "
                     "%d}\nclasses: [{code: resident, label: 村民, kind: resident}]\n"
                     "categories: [{code: c, label: 村建设}]\nitems:\n  - {code: A1, category: "
                     "村建设, label: 劳动, %s}\n",
                     from > date_of(2026, 5, 1) ? 3 : 2, item);
    struct scheme *s = scheme_parse(mem, "x", text, strlen(text), &found);
    EXPECT(s != NULL, "%s", found ? found->en : "");
    s->from = from;
    return s;
}

/* 3 points, four a year; from June 5 points, at most 12 points a year. Two in the spring: 6. June:
 * 5, then what is left of 12: 1, then nothing. Found false in the spring: twice its 3; in June,
 * three times its 5, and it fills no cap. */
static void caps_count_what_earlier_versions_gave(void **state)
{
    struct arena *mem = *state;
    const struct scheme *v[] = {
        version(mem, date_of(2026, 1, 1), "points: 3, cap: {times: 4, per: year}"),
        version(mem, date_of(2026, 6, 1), "points: 5, cap: {points: 12, per: year}")
    };
    const struct {
        int month;
        const char *false_;
        int64_t points_c;
        int version;
    } want[] = {
        { 2, NULL, 300, 0 },       { 3, "after", -600, 0 }, { 4, NULL, 300, 0 },
        { 6, "before", -1500, 1 }, { 7, NULL, 500, 1 },     { 8, NULL, 100, 1 },
        { 9, NULL, 0, 1 },
    };
    struct fact_deed deeds[COUNT(want)];
    struct list worth, none = { 0 };
    for (size_t i = 0; i < COUNT(want); i++)
        deeds[i] = (struct fact_deed){ .item = "A1",
                                       .on = date_of(2026, want[i].month, 10),
                                       .chosen_c = NONE,
                                       .quantity_c = NONE,
                                       .proved_false = want[i].false_ };
    for (int explain = 0; explain < 2; explain++) {
        assert_null(trial_value(mem, &(struct list){ v, 2 }, "resident", &none,
                                &(struct list){ deeds, COUNT(deeds) }, explain, &worth));
        for (size_t i = 0; i < COUNT(want); i++) {
            const struct valued *x = &LIST_AT(worth, struct valued, i);
            EXPECT(x->points_c == want[i].points_c, "deed %zu is worth %lld", i,
                   (long long)x->points_c);
            assert_ptr_equal(x->scheme, v[want[i].version]);
            assert_true(x->placed);
            EXPECT(!explain || x->zh, "deed %zu says nothing", i);
        }
    }
    deeds[0].item = "B9";
    assert_null(trial_value(mem, &(struct list){ v, 2 }, "resident", &none,
                            &(struct list){ deeds, 1 }, true, &worth));
    assert_false(LIST_AT(worth, struct valued, 0).placed);
    assert_non_null(strstr(LIST_AT(worth, struct valued, 0).zh, "没有这个项目"));
}

/* ---- left for want of memory ---- */

static const struct err *read_twice(struct req *r, void *arg)
{
    struct trial_source *v;
    const struct fact_subject *f;
    (void)arg;
    TRY(trial_source_open(r, VILLAGE, date_of(2026, 12, 31), true, &v));
    for (int k = 0; k < 2; k++) {
        TRY(v->source.rewind(&v->source));
        do TRY(v->source.next(&v->source, r->mem, &f));
        while (f);
    }
    return NULL;
}

/* Wherever it is left, the transaction ends, and no batch stays that nobody knows of. */
static void left_for_want_of_memory(void **state)
{
    struct arena mem = { 0 };
    (void)state;
    run(TX_READ, read_twice, NULL); /* the statements are prepared, and stay */
    long before = arena_held(), left = 0;
    const struct err *e;
    for (long n = 1;; n += 1 + n / 8, left++) {
        arena_fail_at(n);
        e = store_run(t.s, TX_READ, &mem, NULL, read_twice, NULL);
        arena_fail_at(0);
        EXPECT(!e || e->code == ERR_NO_MEMORY, "%s", err_text(e, LANG_EN));
        arena_clear(&mem);
        EXPECT(arena_held() == before, "%ld chunks are lost when allocation %ld cannot be had", arena_held() - before, n);
        if (!e) break;
    }
    EXPECT(left > 50, "left %ld times", left);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_deed_comes_once),
        cmocka_unit_test(kept_and_read_again_are_the_same),
        cmocka_unit_test(memory_is_one_batch),
        cmocka_unit_test(a_deed_stays_where_its_doer_lived),
        cmocka_unit_test(one_subject_alone),
        cmocka_unit_test(left_for_want_of_memory),
        cmocka_unit_test(a_difference_is_told),
        TEST(caps_count_what_earlier_versions_gave),
    };
    int failed = cmocka_run_group_tests_name("SQLite", tests, open_village, close_village);
    pg = getenv("SHANZHI_TEST_PG");
    if (pg) failed += cmocka_run_group_tests_name("PostgreSQL", tests, open_village, close_village);
    return failed;
}
