/* Accounts on a database, bound by bound: who manages whom, what a grant needs, what each write leaves in its table and
 * in nobody else's rows, what is forgotten when, the audit trail, stored replies. */
#include "access/access_test.h"

static struct house *now_in; /* the house of the running test */

struct line_row { const char *line; };
static const struct field line_row_fields[] = { F(line_row, line, K_TEXT, 0, 0, 0, ""), { 0 } };
static RECORD(line_row);

static const char *joined(struct req *r, struct list lines)
{
    const char *s = "";
    for (size_t i = 0; i < lines.n; i++) s = arena_printf(r->mem, "%s%s%s", s, i ? "\n" : "", LIST_AT(lines, struct line_row, i).line);
    return s;
}

static const char *told(struct req *r, const struct err *e)
{
    if (!e) return "fine";
    return arena_printf(r->mem, "%s%s%s%s%s", err_info(e->code)->code, e->field ? " " : "", e->field ? e->field : "",
                        e->findings ? " /" : "", e->findings ? e->findings->field : "");
}

/* What was not as expected is told after the transaction: a test that is left inside of it would keep the writer. */
static const char *wrong;
static void same(const char *what, const char *got, const char *want)
{
    if (!wrong && !text_equal(got, want)) wrong = arena_printf(&now_in->mem, "%s\n got: %s\nwant: %s", what, got ? got : "-", want ? want : "-");
}

static void run(struct house *h, const struct actor *who, tx_fn *fn, void *arg)
{
    now_in = h;
    wrong = NULL;
    const struct err *e = store_run(h->s, TX_WRITE, &h->mem, who ? who : access_operator(&h->mem), fn, arg);
    EXPECT(!wrong, "%s", wrong);
    EXPECT(!e, "%s %s", told(&(struct req){ .mem = &h->mem }, e), e && e->cause ? e->cause : "");
}

static const struct err *add(struct req *r, const char *name, int64_t unit, int64_t *id)
{
    struct account_new n = { .name = name, .display = name, .password = "correct-horse", .village = NONE, .resident = NONE,
                             .household = NONE, .unit = unit };
    return access_account_add(r, &n, id);
}

/* A grant as it stands in the table, whatever roles.def says of it. */
static const struct err *granted(struct req *r, int64_t account, int64_t id, const char *role, int64_t region)
{
    return db_exec(r,
                   "INSERT INTO access_grant (account, id, role, scope, region, grid, household, granted_by, granted_at)"
                   " VALUES ($1, $2, $3, 'region', $4, '', 0, 0, 0)",
                   I64(account), I64(id), TEXT(role), I64(region));
}

/* ---- who manages whom ---- */
static const struct err *managed(struct req *r, void *arg)
{
    static const struct { const char *role; int64_t region; const char *want; } cases[] = {
        { NULL, 0, "fine" },
        { "cadre", VILLAGE, "fine" },
        { "village_admin", VILLAGE, "forbidden account" }, /* no lower */
        { "cadre", OTHER, "forbidden account" },           /* beyond the scope */
        { "villager", OTHER, "fine" },                     /* no staff */
        { "nothing", OTHER, "fine" },                      /* a role that roles.def no longer knows */
        { "sysadmin", VILLAGE, "forbidden account" },
    };
    const struct actor *operator = r->who;
    (void)arg;
    struct grant g[2] = { grant_of("village_admin", VILLAGE, NULL, NONE), grant_of("sysadmin", OTHER, "01", NONE) };
    struct actor admin = { .account = 4711, .name = "admin", .grants_n = 2, .grants = g };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct account *a;
        int64_t id;
        r->who = operator;
        TRY(add(r, arena_printf(r->mem, "managed-%zu", i), VILLAGE, &id));
        if (cases[i].role) TRY(granted(r, id, 1 + (int64_t)i, cases[i].role, cases[i].region));
        TRY(account_load(r, id, &a));
        r->who = &admin;
        same(cases[i].role, told(r, account_managed(r, PERM_ACCOUNT_WRITE, a)), cases[i].want);
        a->unit = OTHER;
        same("of another village", told(r, account_managed(r, PERM_ACCOUNT_WRITE, a)), "forbidden");
    }
    return NULL;
}

static const struct err *shapes(struct req *r, void *arg)
{
    static const struct { const char *role; int64_t region; const char *grid; int64_t household; const char *want; } cases[] = {
        { "supervisor", 441600000000, NULL, NONE, "invalid /region" },
        { "supervisor", COUNTY, NULL, NONE, "fine" },
        { "supervisor", TOWN, NULL, NONE, "fine" },
        { "supervisor", VILLAGE, NULL, NONE, "fine" },
        { "township", COUNTY, NULL, NONE, "invalid /region" },
        { "township", TOWN, NULL, NONE, "fine" },
        { "township", VILLAGE, NULL, NONE, "invalid /region" },
        { "cadre", 0, NULL, NONE, "invalid /region" },
        { "cadre", VILLAGE, "", NONE, "fine" },
        { "cadre", VILLAGE, NULL, 7, "invalid /role" },
        { "grid_worker", VILLAGE, NULL, 7, "invalid /role" },
        { "grid_worker", TOWN, "01", NONE, "invalid /region" },
        { "grid_worker", VILLAGE, "01", NONE, "fine" },
        { "villager", VILLAGE, NULL, NONE, "invalid /role" },
        { "villager", VILLAGE, "01", 7, "fine" },
        { "villager", VILLAGE, NULL, 8, "fine" },
        { "sysadmin", 12, NULL, NONE, "invalid /region" },
        { "sysadmin", 0, NULL, NONE, "fine" },
    };
    int64_t id;
    struct list lines;
    (void)arg;
    TRY(add(r, "shaped", VILLAGE, &id));
    TRY(granted(r, id, 1, "nothing", OTHER));
    for (size_t i = 0; i < COUNT(cases); i++) {
        r->audit_subject = NONE;
        const struct err *e = access_grant_add(r, id, cases[i].role, cases[i].region, cases[i].grid, cases[i].household);
        same(arena_printf(r->mem, "%s %lld", cases[i].role, (long long)cases[i].region), told(r, e), cases[i].want);
        if (!e && r->audit_subject != id) same("the audit's subject", "another", "the account");
    }
    TRY(db_all(r, &line_row_record, &lines,
               "SELECT role || ' ' || scope || ' ' || region || ' ' || grid || ' ' || household || ' ' || granted_by || ' ' || (granted_at > 0) AS line"
               " FROM access_grant WHERE account = $1 ORDER BY id", I64(id)));
    same("as they stand", joined(r, lines),
         "nothing region 441621102232  0 0 0\nsupervisor region 441621000000  0 0 1\nsupervisor region 441621102000  0 0 1\n"
         "supervisor region 441621102205  0 0 1\ntownship region 441621102000  0 0 1\ncadre region 441621102205  0 0 1\n"
         "grid_worker grid 441621102205 01 0 0 1\nvillager household 441621102205  7 0 1\nvillager household 441621102205  8 0 1\n"
         "sysadmin region 0  0 0 1");
    return NULL;
}

/* Only grants for a region give, and only where they hold. */
static const struct err *gives(struct req *r, void *arg)
{
    const struct actor *operator = r->who;
    int64_t id, other, first;
    (void)arg;
    struct grant g[2] = { grant_of("village_admin", VILLAGE, NULL, NONE), grant_of("secadmin", VILLAGE, "01", NONE) };
    struct actor admin = { .account = 4711, .name = "admin", .grants_n = 2, .grants = g };
    TRY(add(r, "given", VILLAGE, &id));
    TRY(add(r, "another", VILLAGE, &other));
    r->who = &admin;
    same("by a grid", told(r, access_grant_add(r, id, "village_admin", VILLAGE, NULL, NONE)), "grant-scope region");
    same("nothing elsewhere", told(r, access_grant_add(r, id, "villager", OTHER, NULL, 7)), "grant-scope region");
    same("here", told(r, access_grant_add(r, id, "cadre", VILLAGE, NULL, NONE)), "fine");
    TRY(db_int(r, &first, "SELECT id FROM access_grant WHERE account = $1", I64(id)));
    same("of another account", told(r, grant_remove(r, other, first)), "not-found grant");
    r->who = operator;
    TRY(granted(r, id, 5, "village_admin", VILLAGE));
    TRY(granted(r, id, 6, "cadre", OTHER));
    TRY(granted(r, id, 7, "nothing", VILLAGE));
    TRY(granted(r, other, 8, "cadre", VILLAGE));
    r->who = &admin;
    same("above oneself", told(r, grant_remove(r, id, 5)), "grant-scope region");
    same("elsewhere", told(r, grant_remove(r, id, 6)), "grant-scope region");
    same("what is no role any more", told(r, grant_remove(r, id, 7)), "fine");
    r->audit_subject = r->audit_village = NONE;
    same("one's own to give", told(r, grant_remove(r, id, first)), "fine");
    same("the audit", arena_printf(r->mem, "%d %lld", r->audit_subject == id, (long long)r->audit_village), "1 441621102205");
    same("twice", told(r, grant_remove(r, id, first)), "not-found grant");
    struct list lines;
    TRY(db_all(r, &line_row_record, &lines, "SELECT '' || id AS line FROM access_grant WHERE account IN ($1, $2) ORDER BY id", I64(id), I64(other)));
    same("what is left", joined(r, lines), "5\n6\n8");
    g[0] = grant_of("cadre", VILLAGE, NULL, NONE);
    g[1] = grant_of("sysadmin", VILLAGE, NULL, NONE);
    same("without the permission", told(r, grant_remove(r, id, 6)), "forbidden");
    return NULL;
}

/* ---- accounts ---- */
static const struct err *adds(struct req *r, void *arg)
{
    static const char thirty_two[] = "abcdefghijklmnopqrstuvwxyz012345", thirty_three[] = "abcdefghijklmnopqrstuvwxyz0123456";
    const struct { struct account_new a; const char *want, *row; } cases[] = {
        { { "ab", "甲", "correct-horse", NULL, NONE, NONE, NONE, .unit = TOWN }, "fine", "ab 甲 441621102000 - - - 0 - active $argon2id v1" },
        { { "a", "甲", "correct-horse", NULL, NONE, NONE, NONE, .unit = TOWN }, "invalid /name", NULL },
        { { thirty_two, "甲", "correct-horse", NULL, NONE, NONE, NONE, .unit = TOWN }, "fine", NULL },
        { { thirty_three, "甲", "correct-horse", NULL, NONE, NONE, NONE, .unit = TOWN }, "invalid /name", NULL },
        { { "a\x01" "b", "甲", "correct-horse", NULL, NONE, NONE, NONE, .unit = TOWN }, "invalid /name", NULL },
        { { "1a", "甲", "correct-horse", "", NONE, NONE, NONE, .unit = TOWN }, "fine", NULL },
        { { "vil", "乙", "correct-horse", NULL, VILLAGE, 75, 7, .unit = 0 }, "fine", "vil 乙 441621102205 441621102205 75 7 0 - active $argon2id v1" },
        { { "once", "丙", "k7mq-4r9t-2xwd", NULL, NONE, NONE, NONE, .unit = VILLAGE, .one_time = true }, "fine",
          "once 丙 441621102205 - - - 1 in 30 days active one-time$ v1" },
        { { "once2", "丙", "correct-horse", NULL, NONE, NONE, NONE, .unit = VILLAGE, .one_time = true }, "fine",
          "once2 丙 441621102205 - - - 1 in 30 days active $argon2id v1" },
        { { "own", "丙", "k7mq-4r9t-2xwd", NULL, NONE, NONE, NONE, .unit = VILLAGE }, "fine", "own 丙 441621102205 - - - 0 - active $argon2id v1" },
    };
    (void)arg;
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t id = NONE;
        struct list lines;
        same(cases[i].a.name, told(r, access_account_add(r, &cases[i].a, &id)), cases[i].want);
        if (!cases[i].row) continue;
        TRY(db_all(r, &line_row_record, &lines,
                   "SELECT name || ' ' || display || ' ' || unit || ' ' || coalesce(village, '-') || ' ' || coalesce(resident, '-') || ' ' ||"
                   " coalesce(household, '-') || ' ' || must_change || ' ' || CASE WHEN password_until IS NULL THEN '-' WHEN password_until = $2 THEN"
                   " 'in 30 days' ELSE '?' END || ' ' || state || ' ' || substr(password, 1, 9) || ' v' || version AS line FROM access_account WHERE id = $1",
                   I64(id), I64(r->now + INT64_C(30) * 86400000)));
        same(cases[i].a.name, joined(r, lines), cases[i].row);
    }
    struct grant g = grant_of("village_admin", VILLAGE, NULL, NONE);
    struct actor admin = { .account = 4711, .name = "admin", .grants_n = 1, .grants = &g };
    struct account_new there = { "there", "丁", "correct-horse", NULL, OTHER, 72, 8, .unit = VILLAGE },
                       nowhere = { "nowhere", "丁", "correct-horse", NULL, NONE, NONE, NONE, .unit = 0 };
    struct account *a;
    int64_t id;
    r->who = &admin;
    same("a person of another village", told(r, access_account_add(r, &there, &id)), "forbidden");
    TRY(access_account_add(r, &nowhere, &id));
    TRY(account_load(r, id, &a));
    same("the creator's own", arena_printf(r->mem, "%lld", (long long)a->unit), "441621102205");
    return NULL;
}

/* A name that could be a phone number, written with dashes, is a name first. */
static const struct err *named(struct req *r, void *arg)
{
    struct account_new one = { "138-0013-8000", "名", "correct-horse", NULL, NONE, NONE, NONE, .unit = TOWN },
                       two = { "phone", "号", "correct-horse", "138-0013-8000", NONE, NONE, NONE, .unit = TOWN };
    int64_t a, b;
    struct account *found;
    (void)arg;
    TRY(access_account_add(r, &one, &a));
    TRY(access_account_add(r, &two, &b));
    TRY(granted(r, b, 1, "cadre", TOWN));
    TRY(account_named(r, "138-0013-8000", &found));
    same("by name", found ? found->name : NULL, "138-0013-8000");
    TRY(account_named(r, "+86 138 0013 8000", &found));
    same("by phone", found ? found->name : NULL, "phone");
    same("with its grants", found && found->grants.n == 1 ? LIST_AT(found->grants, struct grant_row, 0).role_zh : NULL, role_find("cadre")->zh);
    const struct actor *who;
    TRY(granted(r, a, 2, "cadre", VILLAGE));
    TRY(access_actor(r, "PHONE", &who));
    same("as somebody", arena_printf(r->mem, "%s %d %s %lld", who->name, who->grants_n, who->grants[0].role, (long long)who->grants[0].region),
         "号 1 cadre 441621102000");
    same("no such name", told(r, access_actor(r, "13800138000", &who)), "not-found account");
    TRY(account_state(r, b, "disabled"));
    same("disabled", told(r, access_actor(r, "phone", &who)), "not-found account");
    if (visitor(r)) same("who acts without HTTP", "a visitor", "none");
    TRY(account_named(r, "13800138001", &found));
    same("nobody", found ? found->name : NULL, NULL);
    TRY(account_named(r, "nobody", &found));
    same("nobody", found ? found->name : NULL, NULL);
    return NULL;
}

/* Who moves takes the account along, and nobody else's. */
static const struct err *moves(struct req *r, void *arg)
{
    static const struct { const char *name; int64_t village, resident; } people[] = { { "me", VILLAGE, 71 }, { "kin", VILLAGE, 72 }, { "far", OTHER, 71 } };
    int64_t id[COUNT(people)];
    struct list lines;
    (void)arg;
    for (size_t i = 0; i < COUNT(people); i++) {
        struct account_new n = { people[i].name, people[i].name, "correct-horse", NULL, people[i].village, people[i].resident, 7, .unit = people[i].village };
        TRY(access_account_add(r, &n, &id[i]));
        TRY(access_grant_add(r, id[i], "villager", people[i].village, NULL, 7));
        TRY(db_exec(r, "INSERT INTO access_session (id, account, created_at, seen_at, expires_at, address) VALUES ($1, $2, 1, 1, 1, '')",
                    BLOB(&id[i], sizeof id[i]), I64(id[i])));
    }
    for (int i = 0; i < 2; i++) {
        TRY(access_resident_moved(r, VILLAGE, 71, i ? NONE : 8));
        TRY(db_all(r, &line_row_record, &lines,
                   "SELECT name || ' ' || coalesce(a.household, '-') || ' ' || a.state || ' ' || count(DISTINCT g.id) || ' ' || count(DISTINCT s.id) || ' v' || version AS line"
                   " FROM access_account a LEFT JOIN access_grant g ON g.account = a.id LEFT JOIN access_session s ON s.account = a.id"
                   " WHERE a.name IN ('me', 'kin', 'far') GROUP BY a.id ORDER BY a.id"));
        same(i ? "left" : "moved", joined(r, lines),
             i ? "me - disabled 0 0 v4\nkin 7 active 1 1 v2\nfar 7 active 1 1 v2" : "me 8 active 0 1 v3\nkin 7 active 1 1 v2\nfar 7 active 1 1 v2");
    }
    return NULL;
}

static void test_accounts(void **state)
{
    run(*state, NULL, managed, NULL);
    run(*state, NULL, adds, NULL);
    run(*state, NULL, named, NULL);
    run(*state, NULL, moves, NULL);
}

static void test_grants(void **state)
{
    run(*state, NULL, shapes, NULL);
    run(*state, NULL, gives, NULL);
}

/* ---- what is forgotten, and when ---- */
static const struct err *forgets(struct req *r, void *arg)
{
    const int64_t minute = 60000, day = 1440 * minute;
    struct list lines;
    int64_t id;
    uint8_t session[HASH_SIZE];
    (void)arg;
    TRY(add(r, "old", VILLAGE, &id));
    r->now = INT64_C(2000000000000);
    const struct { int64_t seen, expires; } sessions[] = {
        { r->now, r->now }, { r->now, r->now - 1 }, { r->now - 90 * day, r->now + day }, { r->now - 90 * day - 1, r->now + day },
    };
    for (size_t i = 0; i < COUNT(sessions); i++) {
        memset(session, 'a' + (int)i, sizeof session);
        TRY(db_exec(r, "INSERT INTO access_session (id, account, created_at, seen_at, expires_at, address) VALUES ($1, $2, 1, $3, $4, '')",
                    BLOB(session, sizeof session), I64(id), I64(sessions[i].seen), I64(sessions[i].expires)));
    }
    for (int i = 0; i < 2; i++)
        TRY(db_exec(r, "INSERT INTO access_token (hash, id, account, name, permissions, created_at, expires_at) VALUES ($1, $2, $3, '', '', 1, $4)",
                    BLOB(&i, sizeof i), I64(1 + i), I64(id), I64(r->now - 30 * day - i)));
    const struct { int64_t first, until; } locks[] = {
        { r->now - 15 * minute, 0 }, { r->now - 15 * minute - 1, 0 }, { r->now - day, r->now }, { r->now - day, r->now - 1 },
    };
    for (size_t i = 0; i < COUNT(locks); i++)
        TRY(db_exec(r, "INSERT INTO access_throttle (subject, failures, first_at, locked_until) VALUES ($1, 1, $2, $3)",
                    TEXT(arena_printf(r->mem, "lock %zu", i)), I64(locks[i].first), I64(locks[i].until)));
    for (int i = 0; i < 2; i++) {
        TRY(db_exec(r, "INSERT INTO access_idempotency (village, account, key, hash, at) VALUES ($1, $2, $3, $4, $5)", I64(VILLAGE), I64(id),
                    TEXT(i ? "key 1" : "key 0"), BLOB(&i, sizeof i), I64(r->now - 14 * day - i)));
        TRY(db_exec(r,
                    "INSERT INTO access_audit (village, id, at, who, action, status, address, request) VALUES ($1, $2, $3, 'old', '', 200, '', '')",
                    I64(VILLAGE), I64(1 + i), I64(r->now - 1095 * day - i)));
    }
    TRY(access_prune(r, NULL));
    TRY(db_all(r, &line_row_record, &lines,
               "SELECT substr(CAST(id AS TEXT), 1, 1) AS line FROM access_session UNION ALL SELECT 'token ' || id FROM access_token UNION ALL"
               " SELECT subject FROM access_throttle UNION ALL SELECT key FROM access_idempotency UNION ALL"
               " SELECT 'audit ' || id FROM access_audit WHERE who = 'old' ORDER BY 1"));
    same("what is left", joined(r, lines), "a\naudit 1\nc\nkey 0\nlock 0\nlock 2\ntoken 1");
    return NULL;
}

static const struct err *clears(struct req *r, void *arg)
{
    static const char *const subjects[] = { "account 1", "account 2", "name x" };
    (void)arg;
    for (size_t i = 0; i < COUNT(subjects); i++) {
        same("not yet", told(r, throttle_check(r, subjects[i])), "fine");
        TRY(throttle_count(r, subjects[i], 1));
    }
    TRY(throttle_clear(r, subjects[0]));
    same("cleared", told(r, throttle_check(r, subjects[0])), "fine");
    for (size_t i = 1; i < COUNT(subjects); i++) same("another's stays", told(r, throttle_check(r, subjects[i])), "locked-out");
    return NULL;
}

/* Written once: what was not used since is not written again. */
static const struct err *uses(struct req *r, void *arg)
{
    static const uint8_t a[HASH_SIZE] = "aaaa of a", b[HASH_SIZE] = "bbbb of b", first[HASH_SIZE] = { 0, 0, 0, 0, 'z' };
    struct list lines;
    int64_t id;
    (void)arg;
    TRY(add(r, "user", VILLAGE, &id));
    const uint8_t *const sessions[] = { first, a, b };
    for (size_t i = 0; i < COUNT(sessions); i++)
        TRY(db_exec(r, "INSERT INTO access_session (id, account, created_at, seen_at, expires_at, address) VALUES ($1, $2, 1, 100, $3, '')",
                    BLOB(sessions[i], HASH_SIZE), I64(id), I64(INT64_MAX)));
    seen_note(a, 5000);
    seen_note(first, 6000);
    seen_note(b, 99);
    TRY(seen_flush(r, NULL));
    TRY(db_all(r, &line_row_record, &lines, "SELECT '' || seen_at AS line FROM access_session WHERE account = $1 ORDER BY id", I64(id)));
    same("the later of both", joined(r, lines), "6000\n5000\n100");
    TRY(db_exec(r, "UPDATE access_session SET seen_at = 1 WHERE account = $1", I64(id)));
    TRY(seen_flush(r, NULL));
    TRY(db_all(r, &line_row_record, &lines, "SELECT '' || seen_at AS line FROM access_session WHERE account = $1 ORDER BY id", I64(id)));
    same("once", joined(r, lines), "1\n1\n1");
    seen_note(b, 7000);
    TRY(seen_flush(r, NULL));
    TRY(db_all(r, &line_row_record, &lines, "SELECT '' || seen_at AS line FROM access_session WHERE account = $1 ORDER BY id", I64(id)));
    same("used again", joined(r, lines), "1\n1\n7000");
    /* of one session or of all */
    TRY(sessions_end(r, id, b));
    TRY(db_all(r, &line_row_record, &lines, "SELECT '' || seen_at AS line FROM access_session WHERE account = $1 ORDER BY id", I64(id)));
    same("all but this", joined(r, lines), "7000");
    TRY(sessions_end(r, id, NULL));
    TRY(db_all(r, &line_row_record, &lines, "SELECT '' || seen_at AS line FROM access_session WHERE account = $1 ORDER BY id", I64(id)));
    same("all", joined(r, lines), "");
    return NULL;
}

static void test_forgetting(void **state)
{
    run(*state, NULL, forgets, NULL);
    run(*state, NULL, clears, NULL);
    run(*state, NULL, uses, NULL);
}

/* ---- the audit trail ---- */
static char *body_of(struct req *r, size_t n, const char *end)
{
    char *s = arena_alloc(r->mem, n + strlen(end) + 1);
    memset(s, 'x', n);
    memcpy(s + n, end, strlen(end) + 1);
    return s;
}

static const struct err *trail(struct req *r, void *arg)
{
    const struct { const char *body, *want; } bodies[] = {
        { NULL, NULL },
        { body_of(r, 4000, ""), body_of(r, 4000, "") },
        { body_of(r, 4001, ""), body_of(r, 4000, "…") },
        { body_of(r, 3999, "村"), body_of(r, 3999, "…") },
        { body_of(r, 3998, "村x"), body_of(r, 3998, "…") },
        { body_of(r, 3997, "村x"), body_of(r, 3997, "村…") },
        { body_of(r, 3997, "村"), body_of(r, 3997, "村") },
    };
    struct list lines;
    struct actor who = { .account = 9, .name = "某人" };
    const struct actor *operator = r->who;
    (void)arg;
    for (size_t i = 0; i < COUNT(bodies); i++) {
        struct audit_row row = { .village = VILLAGE, .account = 9, .subject = NONE, .who = "w", .action = "a", .status = 200, .body = bodies[i].body };
        TRY(db_exec(r, "DELETE FROM access_audit"));
        TRY(audit_add(r, &row));
        TRY(db_all(r, &line_row_record, &lines, "SELECT body AS line FROM access_audit"));
        same(arena_printf(r->mem, "body %zu", i), LIST_AT(lines, struct line_row, 0).line, bodies[i].want);
    }
    TRY(db_exec(r, "DELETE FROM access_audit"));
    TRY(access_audit(r, "one", VILLAGE, 5, "note"));
    r->who = &who;
    TRY(access_audit(r, "two", NONE, NONE, NULL));
    r->who = NULL;
    TRY(access_audit(r, "three", 0, NONE, NULL));
    r->who = operator;
    TRY(db_all(r, &line_row_record, &lines,
               "SELECT action || ' ' || who || ' ' || coalesce(account, '-') || ' ' || village || ' ' || coalesce(subject, '-') || ' ' ||"
               " coalesce(note, '-') || ' ' || status || ' ' || (at = $1) || ' ' || address || length(request) AS line FROM access_audit ORDER BY id",
               I64(r->now)));
    same("rows", joined(r, lines), "one operator - 441621102205 5 note 200 1 16\ntwo 某人 9 0 - - 200 1 16\nthree system - 0 - - 200 1 16");
    return NULL;
}

/* ---- stored replies ---- */
static const char *begun(struct req *r, const char *key, const char *hash, struct stored_reply **replay)
{
    uint8_t h[HASH_SIZE] = { 0 };
    memcpy(h + HASH_SIZE - strlen(hash), hash, strlen(hash));
    const struct err *e = access_guard.idem_begin(r, NULL, key, h, replay);
    if (e) return told(r, e);
    if (!*replay) return "run it";
    return arena_printf(r->mem, "%d %s %.*s", (*replay)->status, (*replay)->headers ? (*replay)->headers : "-", (int)(*replay)->body_n,
                        (*replay)->body ? (const char *)(*replay)->body : "");
}

static const struct err *replies(struct req *r, void *arg)
{
    struct stored_reply *replay, reply = { .status = 201, .headers = "ETag: x", .body = "the secret", .body_n = 10 };
    struct actor one = { .account = 1 }, two = { .account = 2 };
    struct list lines;
    (void)arg;
    r->who = &one;
    r->village = VILLAGE;
    same("first", begun(r, "k", "h", &replay), "run it");
    same("still running", begun(r, "k", "h", &replay), "in-progress Idempotency-Key");
    same("another request", begun(r, "k", "i", &replay), "idempotency Idempotency-Key");
    same("another key", begun(r, "l", "h", &replay), "run it");
    r->village = OTHER;
    same("another village", begun(r, "k", "i", &replay), "run it");
    r->village = NONE;
    same("no village", begun(r, "k", "i", &replay), "run it");
    r->who = &two;
    r->village = VILLAGE;
    same("another person", begun(r, "k", "i", &replay), "run it");
    r->who = &one;
    TRY(access_guard.idem_finish(r, "k", &reply));
    same("done", begun(r, "k", "h", &replay), "201 ETag: x the secret");
    same("the other key is not", begun(r, "l", "h", &replay), "in-progress Idempotency-Key");
    r->village = OTHER;
    same("nor that of another village", begun(r, "k", "i", &replay), "in-progress Idempotency-Key");
    r->village = VILLAGE;
    r->who = &two;
    same("nor another person's", begun(r, "k", "i", &replay), "in-progress Idempotency-Key");
    reply = (struct stored_reply){ .status = 204 };
    TRY(access_guard.idem_finish(r, "k", &reply));
    same("without a body", begun(r, "k", "i", &replay), "204 - ");
    r->who = NULL;
    r->village = NONE;
    same("a stranger", begun(r, "s", "h", &replay), "run it");
    r->who = access_operator(r->mem);
    TRY(db_all(r, &line_row_record, &lines, "SELECT village || ' ' || account || ' ' || key AS line FROM access_idempotency ORDER BY village, account, key"));
    same("whose they are", joined(r, lines),
         "0 0 s\n0 1 k\n441621102205 1 k\n441621102205 1 l\n441621102205 2 k\n441621102232 1 k");
    TRY(db_all(r, &line_row_record, &lines, "SELECT '' || account AS line FROM access_idempotency WHERE instr(body, CAST('the secret' AS BLOB)) > 0"));
    same("sealed", joined(r, lines), "");
    return NULL;
}

/* ---- the key's mark in the database ---- */
static const struct err *fingerprints(struct req *r, void *arg)
{
    uint8_t mark[HASH_SIZE];
    const char *shown = "?";
    (void)arg;
    TRY(access_key_fingerprint(r, &shown));
    same("before there is a key", shown, NULL);
    for (int i = 0; i < HASH_SIZE; i++) mark[i] = (uint8_t)(0xA0 + i);
    TRY(db_exec(r, "INSERT INTO access_key (id, mark) VALUES (1, $1)", BLOB(mark, sizeof mark)));
    TRY(access_key_fingerprint(r, &shown));
    same("of the key", shown, "a0a1a2a3a4a5a6a7");
    return NULL;
}

static const struct err *marks(struct req *r, void *arg)
{
    uint8_t mark[HASH_SIZE];
    (void)arg;
    secret_hash("mark", "", 0, mark);
    return db_exec(r, "UPDATE access_key SET mark = $1 WHERE id = 1", BLOB(mark, sizeof mark));
}

static void test_mark(void **state)
{
    struct house *h = *state;
    const struct err *e = access_key_belongs(&h->mem, h->s);
    EXPECT(e && e->code == ERR_NO_INSTALLATION, "a database without a mark");
    run(h, NULL, fingerprints, NULL);
    e = access_key_belongs(&h->mem, h->s);
    EXPECT(e && e->code == ERR_NO_INSTALLATION && strstr(e->en, "not the one this database was filled with"), "another's mark");
    run(h, NULL, marks, NULL);
    assert_null(access_key_belongs(&h->mem, h->s));
}

static void test_trail(void **state)
{
    run(*state, NULL, trail, NULL);
    run(*state, NULL, replies, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_accounts, open_house, close_house),
        cmocka_unit_test_setup_teardown(test_grants, open_house, close_house),
        cmocka_unit_test_setup_teardown(test_forgetting, open_house, close_house),
        cmocka_unit_test_setup_teardown(test_trail, open_house, close_house),
        cmocka_unit_test_setup_teardown(test_mark, open_house, close_house),
    };
    return cmocka_run_group_tests(tests, load_key, NULL);
}
