/* The ledger on SQLite, and on PostgreSQL when SHANZHI_TEST_PG names a server: worked result W2, each cause once,
 * reversals, caps, and many at once; after every test all balances are recomputed from the entries.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "kernel/dec.h"
#include "kernel/json.h"
#include "kernel/text.h"
#include "ledger/ledger_store.h"
#include "ledger/ledger_verify.h"
#include <cmocka.h> /* after ours: it has a macro fail() */

extern const struct migration access_migrations[], region_migrations[], people_migrations[], scheme_migrations[], ledger_migrations[];

#define VILLAGE INT64_C(441621102205)
#define OTHER INT64_C(441621102232)
#define NEXT INT64_C(441621102206) /* has one household and the same scheme */
enum { PEOPLE = 24 };

static struct {
    struct arena mem;
    struct store *s;
    char dir[48];
    int64_t resident[PEOPLE], household[PEOPLE], next;
    int64_t version, next_version;
} t;

static const char regions[] =
    "code,name\n440000000000,广东省\n441600000000,河源市\n441621000000,紫金县\n441621102000,龙窝镇\n"
    "441621102205,礼坑村\n441621102206,龙窝村\n441621102232,官田村\n";
static const char neighbour[] = "户号,姓名,性别,出生日期,与户主关系,标签\n001,张五丰,男,1970-01-01,户主,\n";

/* Runs one unit of work as the operator and returns its error's code. */
static enum err_code run(enum tx mode, tx_fn *fn, void *arg)
{
    const struct err *e = store_run(t.s, mode, &t.mem, access_operator(&t.mem), fn, arg);
    if (e && e->cause) fprintf(stderr, "cause: %s\n", e->cause);
    for (const struct finding *f = e ? e->findings : NULL; f; f = f->next) fprintf(stderr, "%s: %s\n", f->field, f->en);
    return e ? e->code : ERR_NONE;
}

static const struct err *fresh_schema(struct req *r, void *arg)
{
    (void)arg;
    TRY(db_exec(r, "DROP SCHEMA IF EXISTS ledger_test CASCADE"));
    return db_exec(r, "CREATE SCHEMA ledger_test");
}

static const char *pg; /* libpq URL; NULL: SQLite */

static void open_database(void)
{
    struct store_config c = { .path = arena_printf(&t.mem, "%s/x.db", t.dir), .sessions = 40, .create = true };
    if (pg) {
        struct store *admin;
        assert_null(store_open(&t.mem, &(struct store_config){ .database = pg, .sessions = 2 }, &admin));
        assert_null(store_run(admin, TX_WRITE, &t.mem, NULL, fresh_schema, NULL));
        store_close(admin);
        c.database = arena_printf(&t.mem, "%s%soptions=-csearch_path%%3Dledger_test", pg, strchr(pg, '?') ? "&" : "?");
    }
    assert_null(store_open(&t.mem, &c, &t.s));
    const struct migration *const each[] = { access_migrations, region_migrations, people_migrations, scheme_migrations, ledger_migrations };
    struct migration all[64];
    size_t n = 0;
    for (size_t i = 0; i < sizeof each / sizeof *each; i++)
        for (const struct migration *m = each[i]; m->slice; m++) all[n++] = *m;
    assert_null(store_migrate(t.s, &t.mem, all, n, NULL));
}

static const struct err *fill(struct req *r, void *arg)
{
    int64_t rows;
    struct people_imported done;
    struct list subjects = { 0 };
    char *csv = arena_strdup(r->mem, "户号,姓名,性别,出生日期,与户主关系,标签\n");
    (void)arg;
    TRY(region_import(r, regions, sizeof regions - 1, &rows));
    for (int i = 0; i < PEOPLE; i++)
        csv = arena_printf(r->mem, "%s%03d,张%s丰,男,%s,户主,%s\n", csv, i + 1, i % 2 ? "三" : "四", i == 5 ? "2020-01-01" : "1970-01-01", i == 1 ? "党员" : "");
    TRY(people_import(r, VILLAGE, csv, strlen(csv), EXISTING_REFUSE, false, &done));
    for (int i = 0; i < PEOPLE; i++) {
        TRY(people_household_by_number(r, VILLAGE, arena_printf(r->mem, "%03d", i + 1), &t.household[i]));
        TRY(people_members(r, VILLAGE, t.household[i], &subjects));
        t.resident[i] = LIST_AT(subjects, struct subject, 0).id;
    }
    int64_t home;
    TRY(people_import(r, NEXT, neighbour, sizeof neighbour - 1, EXISTING_REFUSE, false, &done));
    TRY(people_household_by_number(r, NEXT, "001", &home));
    TRY(people_members(r, NEXT, home, &subjects));
    t.next = LIST_AT(subjects, struct subject, 0).id;
    FILE *f = fopen("schemes/zengxiang.yaml", "rb");
    if (!f) BUG("schemes/zengxiang.yaml");
    char *text = arena_alloc(r->mem, 1 << 20);
    size_t n = fread(text, 1, 1 << 20, f);
    fclose(f);
    TRY(scheme_adopt(r, NEXT, date_of(2026, 1, 1), text, n, &t.next_version));
    return scheme_adopt(r, VILLAGE, date_of(2026, 1, 1), text, n, &t.version);
}

static int open_ledger(void **state)
{
    (void)state;
    memset(&t, 0, sizeof t);
    snprintf(t.dir, sizeof t.dir, "/tmp/shanzhi-ledger-XXXXXX");
    assert_non_null(mkdtemp(t.dir));
    assert_null(access_key_make(&t.mem, arena_printf(&t.mem, "%s/key", t.dir), "test"));
    assert_null(access_key_load(&t.mem, arena_printf(&t.mem, "%s/key", t.dir), "test"));
    open_database();
    assert_int_equal(run(TX_WRITE, fill, NULL), ERR_NONE);
    return 0;
}

static void say(void *arg, const char *line)
{
    (void)arg;
    fprintf(stderr, "%s\n", line);
}

static int64_t faults(void)
{
    struct ledger_verdict v = { .village = NONE, .say = say };
    assert_int_equal(run(TX_READ, ledger_verify, &v), ERR_NONE);
    return v.faults;
}

static int close_forged(void **state)
{
    char cmd[80];
    (void)state;
    store_close(t.s);
    snprintf(cmd, sizeof cmd, "rm -rf %s", t.dir);
    if (system(cmd)) return -1;
    arena_clear(&t.mem);
    return 0;
}

/* Every test but the forgeries ends with the books proved. */
static int close_ledger(void **state)
{
    int64_t wrong = faults();
    return close_forged(state) || wrong ? -1 : 0;
}

/* ---- small acts ---- */

struct act {
    struct ledger_award a;
    int64_t posting, reverse, out, points_c, times, sign;
    const char *currency;
    struct span span;
};

static struct act award(int who, int64_t points_c, int64_t cause, const char *part, const char *rule)
{
    return (struct act){ .a = { .village = VILLAGE, .subject_kind = "resident", .subject = t.resident[who], .points_c = points_c,
        .on = date_of(2026, 11, 21), .cause_kind = "claim", .cause = cause, .part = part, .scheme_version = t.version, .rule = rule,
        .memo = "参加义务劳动（C05）：每小时2分×2.5小时=5分。",
        .tree = "{\"op\":\"item\",\"zh\":\"劳动\",\"en\":\"work\",\"points\":\"5.00\"}" } };
}

static const struct err *do_post(struct req *r, void *arg)
{
    struct act *x = arg;
    return ledger_post(r, &x->a, &x->posting);
}

static const struct err *do_reverse(struct req *r, void *arg)
{
    struct act *x = arg;
    return ledger_reverse(r, VILLAGE, x->posting, "经查不实", date_of(2026, 11, 22), &x->reverse);
}

static const struct err *do_balance(struct req *r, void *arg)
{
    struct act *x = arg;
    return ledger_balance(r, VILLAGE, x->a.subject_kind, x->a.subject, x->currency, &x->out);
}

static const struct err *do_used(struct req *r, void *arg)
{
    struct act *x = arg;
    return ledger_used(r, VILLAGE, x->a.subject_kind, x->a.subject, x->a.rule, x->span, x->sign, &x->times, &x->points_c);
}

static int64_t balance(int who, const char *currency)
{
    struct act x = award(who, 1, 1, "award", "C05");
    x.currency = currency;
    assert_int_equal(run(TX_READ, do_balance, &x), ERR_NONE);
    return x.out;
}

static void used(int who, const char *rule, int64_t *times, int64_t *points_c)
{
    struct act x = award(who, 1, 1, "award", rule);
    x.span = period_span(PERIOD_MONTH, date_of(2026, 11, 21));
    assert_int_equal(run(TX_READ, do_used, &x), ERR_NONE);
    *times = x.times;
    *points_c = x.points_c;
}

/* ---- tests ---- */

static void test_award_once(void **state)
{
    (void)state;
    assert_int_equal(balance(0, "honour"), 0);
    struct act a = award(0, 500, 7, "award", "C05"), again = award(0, 900, 7, "award", "C05");
    assert_int_equal(run(TX_WRITE, do_post, &a), ERR_NONE);
    assert_int_equal(run(TX_WRITE, do_post, &again), ERR_NONE);
    assert_int_equal(again.posting, a.posting);
    assert_int_equal(balance(0, "honour"), 500);
    assert_int_equal(balance(0, "spendable"), 500);
    assert_int_equal(balance(1, "honour"), 0);
    struct act stranger = award(0, 500, 8, "award", "C05");
    stranger.a.subject = 12345;
    assert_int_equal(run(TX_WRITE, do_post, &stranger), ERR_NOT_FOUND);
    struct act huge = award(0, DEC_MAX + 1, 8, "award", "C05"), tiny = award(0, -DEC_MAX - 1, 8, "penalty", "C05");
    assert_int_equal(run(TX_WRITE, do_post, &huge), ERR_INVALID);
    assert_int_equal(run(TX_WRITE, do_post, &tiny), ERR_INVALID);
    struct act elsewhere = award(0, 500, 9, "award", "C05");
    elsewhere.a.village = OTHER; /* the subject is not of that village, and it has no scheme */
    elsewhere.a.scheme_version = 0;
    assert_int_equal(run(TX_WRITE, do_post, &elsewhere), ERR_NO_SCHEME);
    elsewhere.a.scheme_version = t.version; /* another village's version is none of this one's */
    assert_int_not_equal(run(TX_WRITE, do_post, &elsewhere), ERR_NONE);
}

/* Entries come in pairs, numbered; what is given comes from the source, what is taken goes to the sink and back from it. */
static const struct err *read_lines(struct req *r, void *arg)
{
    struct act *x = arg;
    for (int line = 1; line <= 4; line++) {
        int64_t subject;
        TRY(db_int(r, &subject, "SELECT subject FROM ledger_entry WHERE village = $1 AND posting = $2 AND line = $3",
                   I64(VILLAGE), I64(x->posting), I64(line)));
        assert_int_equal(subject, line % 2 ? x->a.subject : x->out);
    }
    return NULL;
}

static void test_pairs_of_entries(void **state)
{
    (void)state;
    struct act given = award(0, 500, 10, "award", "C05"), taken = award(0, -300, 11, "penalty", "D04");
    given.out = 1, taken.out = 2;
    struct act *const both[] = { &given, &taken };
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(run(TX_WRITE, do_post, both[i]), ERR_NONE);
        assert_int_equal(run(TX_READ, read_lines, both[i]), ERR_NONE);
        assert_int_equal(run(TX_WRITE, do_reverse, both[i]), ERR_NONE);
        both[i]->posting = both[i]->reverse;
        assert_int_equal(run(TX_READ, read_lines, both[i]), ERR_NONE);
    }
}

/* W2 (000 篇2): a claim of 5 found false before it was recorded: −10 and nothing else. After: −5 and −10. */
static void test_false_claims_w2(void **state)
{
    (void)state;
    struct act penalty = award(0, -1000, 20, "penalty", "C05");
    assert_int_equal(run(TX_WRITE, do_post, &penalty), ERR_NONE);
    assert_int_equal(balance(0, "honour"), -1000);
    assert_int_equal(balance(0, "spendable"), -1000);

    struct act recorded = award(1, 500, 21, "award", "C05"), after = award(1, -1000, 21, "penalty", "C05");
    assert_int_equal(run(TX_WRITE, do_post, &recorded), ERR_NONE);
    assert_int_equal(run(TX_WRITE, do_reverse, &recorded), ERR_NONE);
    assert_int_equal(balance(1, "honour"), 0);
    assert_int_equal(run(TX_WRITE, do_post, &after), ERR_NONE);
    assert_int_equal(balance(1, "honour"), -1000);
    assert_int_equal(balance(1, "spendable"), -1000);
}

static const struct err *do_reverse_abroad(struct req *r, void *arg)
{
    struct act *x = arg;
    return ledger_reverse(r, NEXT, x->posting, "经查不实", date_of(2026, 11, 22), &x->reverse);
}
static const struct err *do_reverse_unsaid(struct req *r, void *arg)
{
    struct act *x = arg;
    return ledger_reverse(r, VILLAGE, x->posting, NULL, date_of(2026, 11, 22), &x->reverse);
}
static const struct err *read_pages(struct req *r, void *arg);

static void test_reversals(void **state)
{
    (void)state;
    struct act a = award(0, 500, 30, "award", "C05"), again, back;
    assert_int_equal(run(TX_WRITE, do_post, &a), ERR_NONE);
    again = a;
    assert_int_equal(run(TX_WRITE, do_reverse, &a), ERR_NONE);
    assert_int_equal(run(TX_WRITE, do_reverse, &again), ERR_NONE);
    assert_int_equal(again.reverse, a.reverse);
    assert_int_equal(balance(0, "honour"), 0);
    back = a;
    back.posting = a.reverse;
    assert_int_equal(run(TX_WRITE, do_reverse, &back), ERR_STATE);
    back.posting = 999;
    assert_int_equal(run(TX_WRITE, do_reverse, &back), ERR_NOT_FOUND);
    /* Its village's, of several postings that one, with what it said when nobody says why. */
    struct act plain = award(0, 700, 31, "award", "C05"), more = award(0, 100, 32, "award", "C05");
    plain.a.tree = NULL;
    assert_int_equal(run(TX_WRITE, do_post, &plain), ERR_NONE);
    assert_int_equal(run(TX_WRITE, do_post, &more), ERR_NONE);
    assert_int_equal(run(TX_WRITE, do_reverse_abroad, &plain), ERR_NOT_FOUND);
    assert_int_equal(run(TX_WRITE, do_reverse_unsaid, &plain), ERR_NONE);
    assert_int_equal(balance(0, "honour"), 100);
    struct list rows = { 0 };
    assert_int_equal(run(TX_READ, read_pages, &rows), ERR_NONE);
    assert_string_equal(LIST_AT(rows, struct posting, 0).memo, "冲正：参加义务劳动（C05）：每小时2分×2.5小时=5分。");
    assert_string_equal(LIST_AT(rows, struct posting, 0).tree, "{\"op\":\"reversal\",\"zh\":\"冲正：参加义务劳动（C05）：每小时2分×2.5小时=5分。\","
        "\"en\":\"Reversal: 参加义务劳动（C05）：每小时2分×2.5小时=5分。\",\"points\":\"-7.00\"}");
    assert_int_equal(LIST_AT(rows, struct posting, 0).scheme_version, t.version);
    assert_string_equal(LIST_AT(rows, struct posting, 0).rule, "C05");
}

static void test_used_for_caps(void **state)
{
    int64_t times, points_c;
    (void)state;
    struct act a = award(0, 500, 40, "award", "C05"), b = award(0, 300, 41, "award", "C05"), other = award(0, 200, 42, "award", "A01"),
               last_month = award(0, 700, 43, "award", "C05"), penalty = award(0, -1000, 44, "penalty", "C05");
    last_month.a.on = date_of(2026, 10, 31);
    struct act *const all[] = { &a, &b, &other, &last_month, &penalty };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) assert_int_equal(run(TX_WRITE, do_post, all[i]), ERR_NONE);
    used(0, "C05", &times, &points_c);
    assert_int_equal(times, 2);
    assert_int_equal(points_c, 800);
    assert_int_equal(run(TX_WRITE, do_reverse, &a), ERR_NONE);
    used(0, "C05", &times, &points_c);
    assert_int_equal(times, 1);
    assert_int_equal(points_c, 300);
    used(1, "C05", &times, &points_c);
    assert_int_equal(times, 0);
    /* Another posting about the award is no reversal of it. */
    struct act about = award(0, 50, b.posting, "adjust", "C05");
    about.a.cause_kind = "posting";
    assert_int_equal(run(TX_WRITE, do_post, &about), ERR_NONE);
    used(0, "C05", &times, &points_c);
    assert_int_equal(times, 1);
    /* What was given, what was taken, both; a span of one day; none at all. */
    struct act taken = award(0, -400, 45, "award", "C05");
    assert_int_equal(run(TX_WRITE, do_post, &taken), ERR_NONE);
    const int64_t day = date_of(2026, 11, 21);
    const struct { int64_t first, last, sign, times, points_c; } cases[] = {
        { day, day, 0, 2, -100 }, { day, day, 1, 1, 300 }, { day, day, -1, 1, -400 },
        { day + 1, day + 1, 0, 0, 0 }, { day - 1, day - 1, 0, 0, 0 }, { day + 1, day, 0, 0, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct act x = award(0, 1, 1, "award", "C05");
        x.span = (struct span){ cases[i].first, cases[i].last };
        x.sign = cases[i].sign;
        x.times = x.points_c = 99;
        assert_int_equal(run(TX_READ, do_used, &x), ERR_NONE);
        assert_int_equal(x.times, cases[i].times);
        assert_int_equal(x.points_c, cases[i].points_c);
    }
}

static const struct err *read_pages(struct req *r, void *arg)
{
    struct list *out = arg;
    return ledger_pages(r, VILLAGE, "resident", t.resident[0], NONE, 50, out);
}

static void test_passbook_pages(void **state)
{
    struct list rows = { 0 };
    (void)state;
    struct act a = award(0, 500, 50, "award", "C05"), other = award(1, 100, 51, "award", "A01"), b = award(0, -200, 52, "penalty", "D04");
    assert_int_equal(run(TX_WRITE, do_post, &a), ERR_NONE);
    assert_int_equal(run(TX_WRITE, do_post, &other), ERR_NONE);
    assert_int_equal(run(TX_WRITE, do_post, &b), ERR_NONE);
    assert_int_equal(run(TX_WRITE, do_reverse, &a), ERR_NONE);
    assert_int_equal(run(TX_READ, read_pages, &rows), ERR_NONE);
    assert_int_equal(rows.n, 3);
    const int64_t want[3][2] = { { -500, -200 }, { -200, 300 }, { 500, 500 } }; /* newest first: points, balance after */
    for (size_t i = 0; i < 3; i++) {
        const struct posting *p = &LIST_AT(rows, struct posting, i);
        assert_int_equal(p->points_c, want[i][0]);
        assert_int_equal(p->effects.n, 2);
        for (size_t k = 0; k < 2; k++) {
            assert_int_equal(LIST_AT(p->effects, struct effect, k).points_c, want[i][0]);
            assert_int_equal(LIST_AT(p->effects, struct effect, k).after_c, want[i][1]);
        }
    }
    assert_string_equal(LIST_AT(rows, struct posting, 0).memo, "冲正：经查不实");
    assert_int_equal(LIST_AT(rows, struct posting, 0).reverses, a.posting);
    assert_non_null(strstr(LIST_AT(rows, struct posting, 0).tree, "\"from\":[{\"op\":\"item\""));
    assert_int_equal(LIST_AT(rows, struct posting, 2).reversed_by, a.reverse);
    assert_string_equal(LIST_AT(rows, struct posting, 2).item, "参加义务劳动、清理村道河道");
}

/* Page by page: each with the effects of its own postings. */
static const struct err *read_by_two(struct req *r, void *arg)
{
    int64_t before = NONE;
    struct list rows;
    for (int64_t want = 5; want > 0; want -= 2) {
        TRY(ledger_pages(r, VILLAGE, "resident", t.resident[0], before, 2, &rows));
        assert_int_equal(rows.n, want > 1 ? 2 : 1);
        for (size_t i = 0; i < rows.n; i++) {
            const struct posting *p = &LIST_AT(rows, struct posting, i);
            assert_int_equal(p->points_c, 100 * (want - (int64_t)i));
            assert_int_equal(p->effects.n, 2);
            assert_string_equal(LIST_AT(p->effects, struct effect, 0).currency, "honour");
            assert_string_equal(LIST_AT(p->effects, struct effect, 1).currency, "spendable");
            assert_int_equal(LIST_AT(p->effects, struct effect, 1).points_c, p->points_c);
            before = p->id;
        }
    }
    (void)arg;
    return NULL;
}

static void test_passbook_by_two(void **state)
{
    (void)state;
    for (int i = 1; i <= 5; i++) {
        struct act own = award(0, 100 * i, 500 + i, "award", "C05"), other = award(1, 100, 600 + i, "award", "C05");
        assert_int_equal(run(TX_WRITE, do_post, &own), ERR_NONE);
        assert_int_equal(run(TX_WRITE, do_post, &other), ERR_NONE);
    }
    assert_int_equal(run(TX_READ, read_by_two, NULL), ERR_NONE);
}

/* ---- what is read: of this village, kind and subject, and of no other ---- */
struct others { int64_t n, points_c, until; const char *part; };
static const struct err *add_other(struct req *r, void *row, void *arg)
{
    const struct ledger_other *o = row;
    struct others *sum = arg;
    (void)r;
    sum->n++;
    sum->points_c += o->points_c;
    sum->part = arena_strdup(&t.mem, o->part);
    return NULL;
}

struct probe { int64_t village; const char *kind; int64_t subject, claims, others; };
static const struct err *read_all(struct req *r, void *arg)
{
    const struct probe *p = arg;
    const struct ledger_range range = { p->village, p->kind, p->subject, p->subject, date_of(2026, 11, 22) };
    const struct span life = { 0, INT32_MAX };
    struct list rows;
    int64_t times, points_c;
    TRY(ledger_balances(r, p->village, p->kind, p->subject, &rows));
    assert_int_equal(rows.n, p->claims + p->others ? 2 : 0);
    TRY(ledger_balance(r, p->village, p->kind, p->subject, "honour", &points_c));
    assert_int_equal(points_c, 500 * p->claims + 300 * p->others);
    TRY(ledger_pages(r, p->village, p->kind, p->subject, NONE, 50, &rows));
    assert_int_equal(rows.n, p->claims + p->others);
    TRY(ledger_used(r, p->village, p->kind, p->subject, "C05", life, 0, &times, &points_c));
    assert_int_equal(times, p->claims);
    TRY(ledger_booked(r, p->village, p->kind, p->subject, "claim", &rows));
    assert_int_equal(rows.n, p->claims);
    struct others sum = { 0 };
    TRY(ledger_others(r, &range, add_other, &sum));
    assert_int_equal(sum.n, p->others);
    TRY(ledger_list(r, &(struct posting_filter){ .village = p->village, .from = NONE, .to = NONE, .kind = p->kind, .subject = p->subject }, NONE, 50, &rows));
    assert_int_equal(rows.n, p->claims + p->others);
    return NULL;
}

static void test_of_this_and_no_other(void **state)
{
    (void)state;
    struct act here = award(0, 500, 300, "award", "C05"), next = award(0, 500, 300, "award", "C05"), home = award(0, 300, 7, "adjust", NULL);
    next.a.village = NEXT, next.a.subject = t.next, next.a.scheme_version = t.next_version;
    home.a.subject_kind = "household", home.a.subject = t.household[0], home.a.cause_kind = "opening", home.a.scheme_version = 0;
    struct act *const all[] = { &here, &next, &home };
    for (size_t i = 0; i < 3; i++) assert_int_equal(run(TX_WRITE, do_post, all[i]), ERR_NONE);
    assert_int_not_equal(here.posting, next.posting);
    struct probe probes[] = {
        { VILLAGE, "resident", t.resident[0], 1, 0 }, { NEXT, "resident", t.resident[0], 0, 0 }, { VILLAGE, "household", t.resident[0], 0, 0 },
        { VILLAGE, "resident", t.resident[1], 0, 0 }, { NEXT, "resident", t.next, 1, 0 }, { VILLAGE, "resident", t.next, 0, 0 },
        { VILLAGE, "household", t.household[0], 0, 1 }, { NEXT, "household", t.household[0], 0, 0 }, { VILLAGE, "household", t.household[1], 0, 0 },
        { VILLAGE, "resident", t.household[0], 0, 0 },
    };
    for (size_t i = 0; i < sizeof probes / sizeof *probes; i++) assert_int_equal(run(TX_READ, read_all, &probes[i]), ERR_NONE);
}

struct sought { int64_t village; const char *cause_kind; int64_t cause; const char *part; int64_t found; };
static const struct err *do_find(struct req *r, void *arg)
{
    struct sought *f = arg;
    return ledger_find(r, f->village, f->cause_kind, f->cause, f->part, &f->found);
}

static void test_found_by_cause(void **state)
{
    (void)state;
    struct act a = award(0, 500, 300, "award", "C05");
    assert_int_equal(run(TX_WRITE, do_post, &a), ERR_NONE);
    struct sought table[] = { { VILLAGE, "claim", 300, "award", 0 }, { NEXT, "claim", 300, "award", 0 }, { VILLAGE, "round", 300, "award", 0 },
                              { VILLAGE, "claim", 301, "award", 0 }, { VILLAGE, "claim", 300, "penalty", 0 } };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        assert_int_equal(run(TX_READ, do_find, &table[i]), ERR_NONE);
        assert_int_equal(table[i].found, i ? NONE : a.posting);
    }
}

/* A whole household with its members, up to a day; a reversal has the part of what it takes back. */
static const struct err *read_others(struct req *r, void *arg)
{
    struct others *sum = arg;
    return ledger_others(r, &(struct ledger_range){ VILLAGE, NULL, t.household[0], t.household[0], sum->until }, add_other, sum);
}
struct booked_of { struct list rows; };
static const struct err *read_booked(struct req *r, void *arg)
{
    struct booked_of *b = arg;
    return ledger_booked(r, VILLAGE, "resident", t.resident[0], "claim", &b->rows);
}

static void test_others_and_booked(void **state)
{
    (void)state;
    struct act claim = award(0, 500, 300, "award", "C05"), second = award(0, 200, 301, "award", "C05"), own = award(0, 300, 7, "adjust", NULL),
               home = award(0, 1000, 8, "adjust", NULL), late = award(0, 40, 9, "adjust", NULL), away = award(1, 50, 10, "adjust", NULL);
    home.a.subject_kind = "household", home.a.subject = t.household[0];
    late.a.on = date_of(2026, 11, 23);
    own.a.cause_kind = home.a.cause_kind = late.a.cause_kind = away.a.cause_kind = "opening";
    struct act *const all[] = { &claim, &second, &own, &home, &late, &away };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) assert_int_equal(run(TX_WRITE, do_post, all[i]), ERR_NONE);
    const struct { int64_t until, n, points_c; } days[] = { { date_of(2026, 11, 20), 0, 0 }, { date_of(2026, 11, 21), 2, 1300 }, { date_of(2026, 11, 23), 3, 1340 } };
    for (size_t i = 0; i < 3; i++) {
        struct others sum = { .until = days[i].until };
        assert_int_equal(run(TX_READ, read_others, &sum), ERR_NONE);
        assert_int_equal(sum.n, days[i].n);
        assert_int_equal(sum.points_c, days[i].points_c);
    }
    assert_int_equal(run(TX_WRITE, do_reverse, &own), ERR_NONE);
    assert_int_equal(run(TX_WRITE, do_reverse, &claim), ERR_NONE); /* a claim's is no other */
    struct others sum = { .until = date_of(2026, 11, 22) };
    assert_int_equal(run(TX_READ, read_others, &sum), ERR_NONE);
    assert_int_equal(sum.n, 3);
    assert_int_equal(sum.points_c, 1000);
    assert_string_equal(sum.part, "adjust");
    struct booked_of booked = { 0 };
    assert_int_equal(run(TX_READ, read_booked, &booked), ERR_NONE);
    assert_int_equal(booked.rows.n, 2);
    const int64_t want[2][3] = { { 300, 0, date_of(2026, 11, 22) }, { 301, 200, date_of(2026, 11, 21) } };
    for (size_t i = 0; i < 2; i++) {
        const struct ledger_booked *b = &LIST_AT(booked.rows, struct ledger_booked, i);
        assert_int_equal(b->cause, want[i][0]);
        assert_int_equal(b->points_c, want[i][1]);
        assert_int_equal(b->last_day, want[i][2]);
    }
}

struct board_call { const char *kind; int64_t year, village; struct list rows; };
static const struct err *read_board(struct req *r, void *arg)
{
    struct board_call *b = arg;
    return ledger_board(r, b->village ? b->village : VILLAGE, b->kind, "honour", b->year, 50, &b->rows);
}

static void test_board(void **state)
{
    (void)state;
    /* Two share the first place; a minor is not named; who is below zero is not shown. */
    const int64_t points[] = { 300, 500, 500, -100, 0, 200 };
    for (int i = 0; i < 6; i++) {
        if (!points[i]) continue;
        struct act a = award(i, points[i], 60 + i, points[i] > 0 ? "award" : "penalty", "C05");
        assert_int_equal(run(TX_WRITE, do_post, &a), ERR_NONE);
    }
    struct act old = award(4, 900, 70, "award", "C05");
    old.a.on = date_of(2025, 6, 1);
    assert_int_equal(run(TX_WRITE, do_post, &old), ERR_NONE);
    struct board_call year = { .kind = "resident", .year = 2026 }, life = { .kind = "resident", .year = NONE };
    assert_int_equal(run(TX_READ, read_board, &year), ERR_NONE);
    assert_int_equal(run(TX_READ, read_board, &life), ERR_NONE);
    assert_int_equal(year.rows.n, 4);
    assert_int_equal(life.rows.n, 5);
    const int64_t ranks[] = { 1, 1, 3, 4 }, c[] = { 500, 500, 300, 200 };
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(LIST_AT(year.rows, struct board_row, i).rank, ranks[i]);
        assert_int_equal(LIST_AT(year.rows, struct board_row, i).points_c, c[i]);
    }
    assert_string_equal(LIST_AT(year.rows, struct board_row, 2).name, "张*丰");
    assert_string_equal(LIST_AT(year.rows, struct board_row, 3).name, "未成年村民");
    assert_int_equal(LIST_AT(life.rows, struct board_row, 0).points_c, 900);
}

/* A year from its first day to its last; the households apart from their members; each village for itself. */
static void test_board_by_year(void **state)
{
    const struct { int64_t on, points_c; } days[] = {
        { date_of(2025, 12, 31), 1 }, { date_of(2026, 1, 1), 10 }, { date_of(2026, 6, 30), 100 }, { date_of(2026, 12, 31), 1000 }, { date_of(2027, 1, 1), 10000 },
    };
    (void)state;
    for (int i = 0; i < 5; i++) {
        struct act a = award(0, days[i].points_c, 700 + i, "award", "C05");
        a.a.on = days[i].on;
        assert_int_equal(run(TX_WRITE, do_post, &a), ERR_NONE);
    }
    struct act home = award(0, 7, 710, "award", "C05"), next = award(0, 50000, 711, "award", "C05"), paper = award(0, 70000, 712, "adjust", NULL);
    home.a.subject_kind = "household", home.a.subject = t.household[0];
    next.a.village = NEXT, next.a.subject = t.next, next.a.scheme_version = t.next_version;
    assert_int_equal(run(TX_WRITE, do_post, &home), ERR_NONE);
    assert_int_equal(run(TX_WRITE, do_post, &next), ERR_NONE);
    assert_int_equal(run(TX_WRITE, do_post, &paper), ERR_NONE);
    const struct { const char *kind; int64_t village, year, points_c; } cases[] = {
        { "resident", VILLAGE, 2025, 1 }, { "resident", VILLAGE, 2026, 1110 }, { "resident", VILLAGE, 2027, 10000 }, { "resident", VILLAGE, NONE, 81111 },
        { "household", VILLAGE, 2026, 7 }, { "household", VILLAGE, NONE, 7 }, { "resident", NEXT, 2026, 50000 }, { "resident", NEXT, NONE, 50000 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct board_call b = { .kind = cases[i].kind, .year = cases[i].year, .village = cases[i].village };
        assert_int_equal(run(TX_READ, read_board, &b), ERR_NONE);
        assert_int_equal(b.rows.n, 1);
        assert_int_equal(LIST_AT(b.rows, struct board_row, 0).points_c, cases[i].points_c);
    }
}

static const struct err *alter_entry(struct req *r, void *arg)
{
    (void)arg;
    return db_exec(r, "UPDATE ledger_entry SET amount_c = 1 WHERE village = $1", I64(VILLAGE));
}
static const struct err *delete_entry(struct req *r, void *arg)
{
    (void)arg;
    return db_exec(r, "DELETE FROM ledger_entry WHERE village = $1", I64(VILLAGE));
}
static const struct err *alter_posting(struct req *r, void *arg)
{
    (void)arg;
    return db_exec(r, "UPDATE ledger_posting SET memo = 'x' WHERE village = $1", I64(VILLAGE));
}
static const struct err *delete_posting(struct req *r, void *arg)
{
    (void)arg;
    return db_exec(r, "DELETE FROM ledger_posting WHERE village = $1", I64(VILLAGE));
}
static const struct err *delete_version(struct req *r, void *arg)
{
    (void)arg;
    return db_exec(r, "DELETE FROM scheme_version WHERE village = $1", I64(VILLAGE));
}

/* The database itself refuses; only a forged balance gets through, and verify finds it. */
static const struct err *forge_balance(struct req *r, void *arg)
{
    return db_exec(r, "UPDATE ledger_account SET balance = balance + $2 WHERE village = $1 AND kind = 'resident' AND currency = 'spendable'",
                   I64(VILLAGE), I64(*(const int64_t *)arg));
}

static void test_nothing_is_rewritten(void **state)
{
    tx_fn *const forbidden[] = { alter_entry, delete_entry, alter_posting, delete_posting, delete_version };
    int64_t up = 100, down = -100;
    (void)state;
    struct act a = award(0, 500, 80, "award", "C05");
    assert_int_equal(run(TX_WRITE, do_post, &a), ERR_NONE);
    for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++) {
        const struct err *e = store_run(t.s, TX_WRITE, &t.mem, NULL, forbidden[i], NULL);
        assert_non_null(e);
        assert_int_equal(e->code, ERR_CONFLICT);
    }
    assert_int_equal(faults(), 0);
    assert_int_equal(run(TX_WRITE, forge_balance, &up), ERR_NONE);
    assert_int_equal(faults(), 1);
    assert_int_equal(run(TX_WRITE, forge_balance, &down), ERR_NONE);
}

/* ---- forged books ---- */
/* What somebody with the database in hand can write, each sound in all but one point. $1 village, $2 a posting of
 * 5 points in two currencies. */
#define POSTING(points, more, values)                                                                                     \
    "INSERT INTO ledger_posting (village, id, kind, subject, on_day, points_c, memo, posted_at, " more ") SELECT village," \
    " id + 1, kind, subject, on_day, " points ", memo, posted_at, " values " FROM ledger_posting WHERE village = $1 AND id = $2"
#define AWARD(points) POSTING(points, "cause_kind, cause, part", "'claim', cause + 1000, 'award'")
#define ENTRIES(amount, seq, after, which)                                                                                \
    "INSERT INTO ledger_entry (village, posting, line, kind, subject, currency, amount_c, seq, after_c) SELECT village,"   \
    " posting + 1, line, kind, subject, currency, CASE kind WHEN 'system' THEN 0 - " amount " ELSE " amount " END,"        \
    " seq + " seq ", after_c + " after " FROM ledger_entry WHERE village = $1 AND posting = $2" which
#define ACCOUNT(balance, entries) \
    "UPDATE ledger_account SET balance = balance + " balance ", entries = entries + " entries \
    " WHERE village = $1 AND kind = 'resident' AND subject IN (SELECT subject FROM ledger_posting WHERE village = $1 AND id = $2)"

enum { FORGED_SQL = 4, FORGED_LINES = 4 };
static const struct forgery {
    const char *sql[FORGED_SQL];
    const char *lines[FORGED_LINES]; /* what verify says, in order; "…" stands for the ids between */
} forgeries[] = {
    { { AWARD("200") }, { "posting and entries disagree…: - instead of 2.00" } },
    { { AWARD("200"), ENTRIES("500", "1", "500", ""), ACCOUNT("500", "1") },
      { "posting and entries disagree…: 5.00 instead of 2.00", "posting and entries disagree…: 5.00 instead of 2.00" } },
    { { AWARD("500"), ENTRIES("500", "1", "500", " AND kind <> 'system'"), ACCOUNT("500", "1") },
      { "posting out of balance…, honour: 5.00 instead of 0.00", "posting out of balance…, spendable: 5.00 instead of 0.00",
        "currency does not sum to zero…, honour: 5.00 instead of 0.00",
        "currency does not sum to zero…, spendable: 5.00 instead of 0.00" } },
    /* entries of somebody else of the same number */
    { { AWARD("300"),
        "INSERT INTO ledger_holder (village, kind, subject, masked, touched) SELECT village, 'organisation', subject, 'x', 0"
        " FROM ledger_posting WHERE village = $1 AND id = $2",
        "INSERT INTO ledger_account (village, kind, subject, currency, balance, entries, opened_at) SELECT village, 'organisation',"
        " subject, currency, 300, 1, 0 FROM ledger_entry WHERE village = $1 AND posting = $2 AND kind <> 'system'",
        "INSERT INTO ledger_entry (village, posting, line, kind, subject, currency, amount_c, seq, after_c) SELECT village, posting + 1,"
        " line, CASE kind WHEN 'system' THEN kind ELSE 'organisation' END, subject, currency,"
        " CASE kind WHEN 'system' THEN -300 ELSE 300 END, seq, after_c - 200"
        " FROM ledger_entry WHERE village = $1 AND posting = $2" },
      { "posting and entries disagree…: - instead of 3.00" } },
    { { ACCOUNT("100", "0") " AND currency = 'honour'" }, { "balance is not the sum of its entries…, honour: 6.00 instead of 5.00" } },
    { { ACCOUNT("0", "1") " AND currency = 'honour'" }, { "entries are missing…, honour: 1.00 instead of 2.00" } },
    { { AWARD("500"), ENTRIES("500", "2", "500", ""), ACCOUNT("500", "1") },
      { "entries are missing…, honour: 2.00 instead of 2.00", "entries are missing…, spendable: 2.00 instead of 2.00" } },
    { { AWARD("500"), ENTRIES("500", "1", "0", ""), ACCOUNT("500", "1") },
      { "the balance written in an entry is wrong…, honour: 5.00 instead of 10.00",
        "the balance written in an entry is wrong…, spendable: 5.00 instead of 10.00" } },
    { { POSTING("200", "cause_kind, cause, part, reverses", "'posting', id, 'reversal', id"), ENTRIES("200", "1", "200", ""),
        ACCOUNT("200", "1") },
      { "reversal does not cancel what it names…: 2.00 instead of -5.00" } },
};

struct forging { const struct forgery *f; int64_t posting; };
static const struct err *forge(struct req *r, void *arg)
{
    const struct forging *x = arg;
    for (int i = 0; i < FORGED_SQL && x->f->sql[i]; i++)
        TRY(db_exec_(r, x->f->sql[i], NULL, DB_ARGS(I64(VILLAGE), I64(x->posting))));
    return NULL;
}

struct said { char *line[FORGED_LINES]; int n; };
static void listen(void *arg, const char *line)
{
    struct said *s = arg;
    if (s->n < FORGED_LINES) s->line[s->n] = arena_strdup(&t.mem, line);
    s->n++;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void check_forgery(const struct forgery *f)
{
    const int64_t villages[] = { NONE, VILLAGE, OTHER };
    struct act a = award(0, 500, 80, "award", "C05");
    assert_int_equal(run(TX_WRITE, do_post, &a), ERR_NONE);
    assert_int_equal(run(TX_WRITE, forge, &(struct forging){ f, a.posting }), ERR_NONE);
    for (size_t i = 0; i < 3; i++) {
        struct said said = { 0 };
        struct ledger_verdict v = { .village = villages[i], .say = listen, .arg = &said };
        assert_int_equal(run(TX_READ, ledger_verify, &v), ERR_NONE);
        int want = 0;
        while (villages[i] != OTHER && want < FORGED_LINES && f->lines[want]) want++;
        for (int k = 0; k < said.n && k < FORGED_LINES; k++) print_message("%s\n", said.line[k]);
        assert_int_equal(v.faults, want);
        assert_int_equal(said.n, want);
        /* The checks speak in their order, the engine orders the rows of one. */
        for (int k = 0; k + 1 < want; k += 2) qsort(said.line + k, 2, sizeof *said.line, by_text);
        for (int k = 0; k < want; k++) {
            const char *gap = strstr(f->lines[k], "…");
            size_t head = (size_t)(gap - f->lines[k]), tail = strlen(gap + strlen("…")), n = strlen(said.line[k]);
            assert_memory_equal(said.line[k], f->lines[k], head);
            assert_true(n > head + tail);
            assert_string_equal(said.line[k] + n - tail, gap + strlen("…"));
        }
    }
}

static void test_forged_books(void **state)
{
    for (size_t i = 0; i < sizeof forgeries / sizeof *forgeries; i++) {
        open_ledger(state);
        check_forgery(&forgeries[i]);
        close_forged(state);
    }
}

/* A broken table has a million wrong rows: all are counted, twenty are told. */
static void test_many_faults(void **state)
{
    int64_t up = 100, down = -100;
    (void)state;
    for (int i = 0; i < 21; i++) {
        struct act a = award(i, 500, 800 + i, "award", "C05");
        assert_int_equal(run(TX_WRITE, do_post, &a), ERR_NONE);
    }
    assert_int_equal(run(TX_WRITE, forge_balance, &up), ERR_NONE);
    struct said said = { 0 };
    struct ledger_verdict told = { .village = NONE, .say = listen, .arg = &said }, quiet = { .village = NONE }, abroad = { .village = OTHER };
    assert_int_equal(run(TX_READ, ledger_verify, &told), ERR_NONE);
    assert_int_equal(told.faults, 21);
    assert_int_equal(said.n, 20);
    assert_int_equal(run(TX_READ, ledger_verify, &quiet), ERR_NONE);
    assert_int_equal(quiet.faults, 21);
    assert_int_equal(quiet.postings, 21);
    assert_int_equal(quiet.entries, 84);
    assert_int_equal(quiet.accounts, 42);
    assert_int_equal(run(TX_READ, ledger_verify, &abroad), ERR_NONE);
    assert_int_equal(abroad.faults + abroad.postings + abroad.entries + abroad.accounts, 0);
    assert_int_equal(run(TX_WRITE, forge_balance, &down), ERR_NONE);
}

/* A balance beyond what can be written down is refused before it is, on both sides. */
static void test_balances_have_an_end(void **state)
{
    (void)state;
    struct act up = award(0, DEC_MAX, 81, "award", "C05"), more = award(0, 1, 82, "award", "C05"), less = award(0, -1, 83, "penalty", "C05"),
               down = award(1, -DEC_MAX, 84, "penalty", "C05"), lower = award(1, -1, 85, "penalty", "C05");
    assert_int_equal(run(TX_WRITE, do_post, &up), ERR_NONE);
    assert_int_equal(run(TX_WRITE, do_post, &more), ERR_CONFLICT);
    assert_int_equal(balance(0, "honour"), DEC_MAX);
    assert_int_equal(run(TX_WRITE, do_post, &less), ERR_NONE);
    assert_int_equal(balance(0, "honour"), DEC_MAX - 1);
    assert_int_equal(run(TX_WRITE, do_post, &down), ERR_NONE);
    assert_int_equal(run(TX_WRITE, do_post, &lower), ERR_CONFLICT);
    assert_int_equal(balance(1, "honour"), -DEC_MAX);
}

/* ---- many at once ---- */

enum { CLIENTS = 16, ROUNDS = 12 };
struct client { pthread_t thread; int n; struct arena mem; enum err_code code; int64_t posting; const char *cause; };

static const struct err *post_cause(struct req *r, void *arg)
{
    struct client *c = arg;
    struct act a = award(0, 500, 90, "award", "C05");
    return ledger_post(r, &a.a, &c->posting);
}

static void *same_cause(void *arg)
{
    struct client *c = arg;
    const struct err *e = store_run(t.s, TX_WRITE, &c->mem, NULL, post_cause, c);
    c->code = e ? e->code : ERR_NONE;
    c->cause = e ? e->cause : NULL;
    return NULL;
}

static void join_all(struct client *clients, void *(*fn)(void *))
{
    for (int i = 0; i < CLIENTS; i++) {
        clients[i].n = i;
        assert_int_equal(pthread_create(&clients[i].thread, NULL, fn, &clients[i]), 0);
    }
    for (int i = 0; i < CLIENTS; i++) pthread_join(clients[i].thread, NULL);
    for (int i = 0; i < CLIENTS; i++)
        if (clients[i].code) fail_msg("client %d: error %d %s", i, (int)clients[i].code, clients[i].cause ? clients[i].cause : "");
}

static void drop_all(struct client *clients)
{
    for (int i = 0; i < CLIENTS; i++) arena_clear(&clients[i].mem);
}

static void test_same_cause_16_clients(void **state)
{
    struct client clients[CLIENTS] = { 0 };
    (void)state;
    join_all(clients, same_cause);
    for (int i = 1; i < CLIENTS; i++) assert_int_equal(clients[i].posting, clients[0].posting);
    assert_int_equal(balance(0, "honour"), 500);
    assert_int_equal(balance(0, "spendable"), 500);
    drop_all(clients);
}

/* Somebody else asks for the same cause while it is being posted: he finds none, waits for the subject's accounts, and
 * then finds that there is one. */
static const struct err *count_waiting(struct req *r, void *arg)
{
    return db_int(r, arg, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'");
}

static const struct err *post_while_another_waits(struct req *r, void *arg)
{
    struct client *both = arg;
    TRY(post_cause(r, &both[0]));
    assert_int_equal(pthread_create(&both[1].thread, NULL, same_cause, &both[1]), 0);
    if (!pg) return NULL; /* the turn to write is ours until the end: it waits for that */
    for (int64_t waiting = 0; waiting < 1; usleep(1000)) TRY(store_run(t.s, TX_READ, &both[0].mem, NULL, count_waiting, &waiting));
    return NULL;
}

static void test_same_cause_while_it_is_posted(void **state)
{
    struct client both[2] = { 0 };
    (void)state;
    assert_int_equal(run(TX_WRITE, post_while_another_waits, both), ERR_NONE);
    pthread_join(both[1].thread, NULL);
    if (both[1].code) fail_msg("the second: error %d %s", (int)both[1].code, both[1].cause ? both[1].cause : "");
    assert_int_equal(both[0].posting, both[1].posting);
    assert_int_equal(balance(0, "honour"), 500);
    for (int i = 0; i < 2; i++) arena_clear(&both[i].mem);
}

struct one { struct client *c; int round; };
/* Everyone works on three subjects, so that there is contention, in both directions and with reversals. */
static const struct err *post_one(struct req *r, void *arg)
{
    const struct one *o = arg;
    int64_t posting, reversal, cause = 1000 + o->c->n * 100 + o->round;
    struct act a = award((o->c->n + o->round) % 3, o->round % 3 == 2 ? -100 : 300, cause, o->round % 3 == 2 ? "penalty" : "award", "C05");
    TRY(ledger_post(r, &a.a, &posting));
    if (o->round % 4 == 3) TRY(ledger_reverse(r, VILLAGE, posting, "重复", r->today, &reversal));
    return NULL;
}

static void *many_subjects(void *arg)
{
    struct client *c = arg;
    for (int i = 0; i < ROUNDS && !c->code; i++) {
        struct one o = { c, i };
        const struct err *e = store_run(t.s, TX_WRITE, &c->mem, NULL, post_one, &o);
        c->code = e ? e->code : ERR_NONE;
        c->cause = e ? e->cause : NULL;
    }
    return NULL;
}

static void test_many_at_once_sum_to_zero(void **state)
{
    struct client clients[CLIENTS] = { 0 };
    int64_t sum = 0, want = 0;
    (void)state;
    join_all(clients, many_subjects);
    for (int i = 0; i < 3; i++) sum += balance(i, "honour");
    for (int k = 0; k < ROUNDS; k++)
        if (k % 4 != 3) want += CLIENTS * (k % 3 == 2 ? -100 : 300);
    assert_int_equal(sum, want);
    assert_int_equal(faults(), 0);
    drop_all(clients);
}

/* A cap of 20 points, each reads what is left under ledger_lock and then takes 5: four get through. */
static const struct err *capped_post(struct req *r, void *arg)
{
    struct client *c = arg;
    const struct scheme *s;
    struct award a;
    struct act x = award(0, 1, 5000 + c->n, "award", "A05");
    int64_t times, used_c;
    TRY(scheme_in_force(r, VILLAGE, x.a.on, &s));
    const struct scheme_item *item = scheme_item_find(s, "A05");
    TRY(ledger_lock(r, VILLAGE, "resident", t.resident[0]));
    TRY(ledger_used(r, VILLAGE, "resident", t.resident[0], "A05", scheme_cap_span(s, item, x.a.on), 0, &times, &used_c));
    const struct err *e = scheme_award(r->mem, s, &(struct award_facts){ .item = "A05", .class_ = "resident", .chosen_c = NONE,
        .quantity_c = 300, .on = x.a.on, .used_times = times, .used_c = used_c, .claimant = "self" }, &a);
    if (e && e->code == ERR_OVER_CAP) return NULL;
    if (e) return e;
    x.a.points_c = a.points_c;
    return ledger_post(r, &x.a, &c->posting);
}

static void *under_cap(void *arg)
{
    struct client *c = arg;
    const struct err *e = store_run(t.s, TX_WRITE, &c->mem, NULL, capped_post, c);
    c->code = e ? e->code : ERR_NONE;
    c->cause = e ? e->cause : NULL;
    return NULL;
}

static void test_cap_holds_with_16_clients(void **state)
{
    struct client clients[CLIENTS] = { 0 };
    (void)state;
    join_all(clients, under_cap);
    assert_int_equal(balance(0, "honour"), 2000);
    drop_all(clients);
}

/* ---- versions ---- */

struct adopt { int64_t from, version; const char *text; const struct scheme *s; int64_t on; };
static const struct err *do_adopt(struct req *r, void *arg)
{
    struct adopt *a = arg;
    return scheme_adopt(r, VILLAGE, a->from, a->text, strlen(a->text), &a->version);
}
static const struct err *do_in_force(struct req *r, void *arg)
{
    struct adopt *a = arg;
    return scheme_in_force(r, VILLAGE, a->on, &a->s);
}

static const char small_scheme[] =
    "scheme: small\ntitle: 小方案\nbalances:\n  - {code: honour, label: 荣誉积分}\n  - {code: spendable, label: 可兑积分, spend: yes}\n"
    "classes:\n  - {code: resident, label: 村民, kind: resident}\ncategories:\n  - {code: all, label: 全部}\n"
    "publicity: {days: 5, workdays: yes}\nfalse_claims: {times: 3}\nitems:\n  - {code: X1, category: all, label: 扫地, points: 2}\n";

static void test_versions(void **state)
{
    (void)state;
    int64_t today = date_of_instant(clock_now());
    struct adopt before = { .on = date_of(2025, 12, 31) }, first = { .on = date_of(2026, 1, 1) }, later = { .on = today + 40 };
    assert_int_equal(run(TX_READ, do_in_force, &before), ERR_NO_SCHEME);
    assert_int_equal(run(TX_READ, do_in_force, &first), ERR_NONE);
    assert_int_equal(first.s->version, t.version);
    struct adopt past = { .from = today - 1, .text = small_scheme }, next = { .from = today + 30, .text = small_scheme };
    assert_int_equal(run(TX_WRITE, do_adopt, &past), ERR_SCHEME_FROM);
    assert_int_equal(run(TX_WRITE, do_adopt, &next), ERR_NONE);
    assert_int_equal(run(TX_WRITE, do_adopt, &next), ERR_DUPLICATE);
    struct adopt between = { .from = today + 10, .text = small_scheme }, bad = { .from = today + 50, .text = "scheme: x\n" };
    assert_int_equal(run(TX_WRITE, do_adopt, &between), ERR_SCHEME_FROM);
    assert_int_equal(run(TX_WRITE, do_adopt, &bad), ERR_SCHEME);
    assert_int_equal(run(TX_READ, do_in_force, &later), ERR_NONE);
    assert_int_equal(later.s->version, next.version);
    assert_int_equal(later.s->false_claim_times, 3);
    assert_true(later.s->publicity_workdays);
    first.on = today;
    assert_int_equal(run(TX_READ, do_in_force, &first), ERR_NONE);
    assert_int_equal(first.s->false_claim_times, 2);
    assert_string_equal(first.s->name, "zengxiang");
}

/* Left for want of memory while a scheme's text is parsed for the first time, at any place: the next one who asks gets it. */
static void test_versions_left(void **state)
{
    int64_t today = date_of_instant(clock_now());
    struct adopt next = { .from = today + 30, .on = today + 40, .text = arena_printf(&t.mem, "# %s\n%s", t.dir, small_scheme) };
    enum err_code code = ERR_NO_MEMORY;
    (void)state;
    assert_int_equal(run(TX_WRITE, do_adopt, &next), ERR_NONE);
    alarm(300); /* a lock that was left would be waited for for ever */
    for (long n = 1; code == ERR_NO_MEMORY; n += 1 + n / 16) {
        arena_fail_at(n);
        code = run(TX_READ, do_in_force, &next);
        arena_fail_at(0);
    }
    alarm(0);
    assert_int_equal(code, ERR_NONE);
    assert_int_equal(next.s->version, next.version);
    assert_string_equal(next.s->name, "small");
}

#define LEDGER_TEST(fn) cmocka_unit_test_setup_teardown(fn, open_ledger, close_ledger)
int main(void)
{
    const struct CMUnitTest tests[] = {
        LEDGER_TEST(test_award_once),
        LEDGER_TEST(test_pairs_of_entries),
        LEDGER_TEST(test_false_claims_w2),
        LEDGER_TEST(test_reversals),
        LEDGER_TEST(test_used_for_caps),
        LEDGER_TEST(test_passbook_pages),
        LEDGER_TEST(test_passbook_by_two),
        LEDGER_TEST(test_of_this_and_no_other),
        LEDGER_TEST(test_found_by_cause),
        LEDGER_TEST(test_others_and_booked),
        LEDGER_TEST(test_board),
        LEDGER_TEST(test_board_by_year),
        LEDGER_TEST(test_nothing_is_rewritten),
        cmocka_unit_test(test_forged_books),
        LEDGER_TEST(test_many_faults),
        LEDGER_TEST(test_balances_have_an_end),
        LEDGER_TEST(test_same_cause_16_clients),
        LEDGER_TEST(test_same_cause_while_it_is_posted),
        LEDGER_TEST(test_many_at_once_sum_to_zero),
        LEDGER_TEST(test_cap_holds_with_16_clients),
        LEDGER_TEST(test_versions),
        LEDGER_TEST(test_versions_left),
    };
    int failed = cmocka_run_group_tests_name("SQLite", tests, NULL, NULL);
    pg = getenv("SHANZHI_TEST_PG");
    if (pg) failed += cmocka_run_group_tests_name("PostgreSQL", tests, NULL, NULL);
    return failed;
}
