/* Access: scopes, roles and separated duties, password rules, one-time codes, secrets, and the
 * rules of giving roles, lock-out and retention on a real database. */
#include "access/access_test.h"

/* ---- scopes ---- */
static void test_level(void **state)
{
    static const struct {
        int64_t code;
        int level;
    } cases[] = {
        { 440000000000, 1 },  { 441600000000, 2 }, { COUNTY, 3 },
        { TOWN, 4 },          { VILLAGE, 5 },      { 0, 0 },
        { NONE, 0 },          { -1, 0 },           { 4416, 0 },
        { 1000000000000, 0 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        print_message("%lld\n", (long long)cases[i].code);
        assert_int_equal(access_level(cases[i].code), cases[i].level);
    }
}

static void test_covers(void **state)
{
    static const struct {
        int64_t scope, region;
        bool covers;
    } cases[] = {
        { TOWN, VILLAGE, true },
        { TOWN, TOWN, true },
        { COUNTY, VILLAGE, true },
        { 440000000000, VILLAGE, true },
        { VILLAGE, VILLAGE, true },
        { VILLAGE, OTHER, false },
        { VILLAGE, TOWN, false },
        { TOWN, COUNTY, false },
        { 441621103000, VILLAGE, false },
        { 441622000000, VILLAGE, false },
        { 0, VILLAGE, true },
        { 0, 0, true },
        { NONE, VILLAGE, false },
        { NONE, NONE, false },
        { TOWN, NONE, false },
        { 44, VILLAGE, false },
        { TOWN, 0, false },
        { 44, 0, false },
        { NONE, 0, false },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t first, last;
        print_message("%lld %lld\n", (long long)cases[i].scope, (long long)cases[i].region);
        assert_int_equal(access_covers(cases[i].scope, cases[i].region), cases[i].covers);
        access_span(cases[i].scope, &first, &last);
        assert_int_equal(cases[i].region >= first && cases[i].region <= last, cases[i].covers);
    }
}

/* The first and the last code that a scope covers, from the shape of codes: two digits more per level, three for
 * the township and the village. */
static void test_span(void **state)
{
    static const struct {
        int64_t scope, first, last;
    } cases[] = {
        { 0, 0, 999999999999 },
        { 440000000000, 440000000000, 449999999999 },
        { 441600000000, 441600000000, 441699999999 },
        { COUNTY, 441621000000, 441621999999 },
        { TOWN, 441621102000, 441621102999 },
        { VILLAGE, VILLAGE, VILLAGE },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t first, last;
        print_message("%lld\n", (long long)cases[i].scope);
        access_span(cases[i].scope, &first, &last);
        assert_int_equal(first, cases[i].first);
        assert_int_equal(last, cases[i].last);
        assert_true(access_covers(cases[i].scope, cases[i].first));
        assert_true(access_covers(cases[i].scope, cases[i].last));
        assert_false(access_covers(cases[i].scope, cases[i].first - 1));
        assert_false(access_covers(cases[i].scope, cases[i].last + 1));
    }
}

static void test_may_at(void **state)
{
    struct arena mem = { 0 };
    struct grant g[] = { grant_of("grid_worker", VILLAGE, "01", NONE),
                         grant_of("villager", VILLAGE, NULL, 7) };
    struct actor who = {
        .account = 1, .village = VILLAGE, .household = 7, .grants_n = 2, .grants = g
    };
    struct req r = { .mem = &mem, .who = &who };
    (void)state;
    assert_true(access_may_at(&r, PERM_CLAIM_CHECK, VILLAGE, "01", NONE));
    assert_true(access_may_at(&r, PERM_CLAIM_CHECK, VILLAGE, "01.02.03", NONE));
    assert_false(access_may_at(&r, PERM_CLAIM_CHECK, VILLAGE, "011", NONE));
    assert_false(access_may_at(&r, PERM_CLAIM_CHECK, VILLAGE, "02", NONE));
    assert_false(access_may_at(&r, PERM_CLAIM_CHECK, VILLAGE, NULL, NONE));
    assert_false(access_may_at(&r, PERM_CLAIM_CHECK, OTHER, "01", NONE));
    assert_false(access_may_at(&r, PERM_CLAIM_APPROVE, VILLAGE, "01", NONE));
    assert_true(access_may_at(&r, PERM_PASSBOOK_READ, VILLAGE, "02", 7));
    assert_false(access_may_at(&r, PERM_PASSBOOK_READ, VILLAGE, "02", 8));
    assert_false(access_may_at(&r, PERM_PASSBOOK_READ, OTHER, "02", 7));
    assert_false(access_may(&r, PERM_CLAIM_READ, VILLAGE));
    assert_int_equal(access_region(&r, PERM_CLAIM_READ), NONE);
    struct list *grids = access_grids(&r, PERM_CLAIM_READ, VILLAGE);
    assert_int_equal(grids->n, 1);
    assert_string_equal(LIST_AT(*grids, const char *, 0), "01");
    assert_int_equal(access_grids(&r, PERM_CLAIM_READ, OTHER)->n, 0);
    assert_int_equal(access_not_own(&r, 7)->code, ERR_CONFLICT_OF_INTEREST);
    assert_null(access_not_own(&r, 8));
    assert_null(access_not_own(&r, NONE));
    assert_int_equal(access_require(&r, PERM_CLAIM_READ, VILLAGE)->code, ERR_FORBIDDEN);
    r.who = NULL;
    assert_int_equal(access_require(&r, PERM_CLAIM_READ, VILLAGE)->code, ERR_SIGN_IN);
    arena_clear(&mem);
}

/* ---- roles ---- */
static bool role_has(const char *name, enum perm p)
{
    uint64_t bits[PERM_WORDS];
    role_bits(role_find(name), bits);
    return perm_in(bits, p);
}

static void test_duties(void **state)
{
    static const char *const three[] = { "sysadmin", "secadmin", "auditor" };
    (void)state;
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++)
            assert_int_equal(role_compatible(role_find(three[i]), role_find(three[k])), i == k);
    assert_true(role_compatible(role_find("auditor"), role_find("villager")));
    assert_true(role_has("sysadmin", PERM_ACCOUNT_WRITE));
    assert_false(role_has("sysadmin", PERM_GRANT_WRITE));
    assert_false(role_has("sysadmin", PERM_ACCOUNT_UNLOCK));
    assert_false(role_has("sysadmin", PERM_AUDIT_READ));
    assert_true(role_has("secadmin", PERM_GRANT_WRITE));
    assert_true(role_has("secadmin", PERM_ACCOUNT_UNLOCK));
    assert_false(role_has("secadmin", PERM_ACCOUNT_WRITE));
    assert_false(role_has("secadmin", PERM_AUDIT_READ));
    for (enum perm p = PERM_UNSET + 1; p < PERM_COUNT; p++)
        assert_int_equal(role_has("auditor", p), p == PERM_SELF || p == PERM_AUDIT_READ);
}

/* Six steps, different people: whoever approves does not record, whoever hands out goods awards
 * nothing. */
static void test_roles_of_the_steps(void **state)
{
    (void)state;
    for (const struct role *role = roles; role->name; role++) {
        print_message("%s\n", role->name);
        assert_true(role_has(role->name, PERM_SELF));
        assert_false(role_has(role->name, PERM_PUBLIC));
        assert_false(role_has(role->name, PERM_CLAIM_CHECK) &&
                     role_has(role->name, PERM_CLAIM_APPROVE));
        assert_false(role_has(role->name, PERM_CLAIM_APPROVE) &&
                     role_has(role->name, PERM_CLAIM_RECORD));
        assert_false(role_has(role->name, PERM_CLAIM_RECORD) &&
                     role_has(role->name, PERM_CLAIM_REVERSE));
        assert_false(role->duty != DUTY_NONE && role_has(role->name, PERM_CLAIM_READ));
    }
    assert_false(role_has("shopkeeper", PERM_CLAIM_PROXY));
    assert_null(role_find("root"));
    assert_null(role_find(NULL));
}

/* ---- passwords ---- */
static void test_password_rules(void **state)
{
    static const struct {
        const char *password, *name, *phone;
        bool ok;
    } cases[] = {
        { "correct-horse", "zhang", NULL, true },
        { "今天天气很好适合采茶", "zhang", NULL, true },
        { "short7!", "zhang", NULL, false },
        { "短密码七个字吧", "zhang", NULL, false },
        { "zhang-2026", "zhang", NULL, false },
        { "my-ZhAnG-2026", "zhang", NULL, false },
        { "a13800138000", "zhang", "13800138000", false },
        { "password", "zhang", NULL, false },
        { "PassWord123", "zhang", NULL, false },
        { "aaaaaaaaaa", "zhang", NULL, false },
        { "abcdefghij", "zhang", NULL, false },
        { "87654321", "zhang", NULL, false },
        { "19850312", "zhang", NULL, false },
        { "198503126677", "zhang", NULL, true },
        { "shanzhi-demo-2026", "lk-admin", NULL, true },
        { "", "zhang", NULL, false },
    };
    (void)state;
    struct arena mem = { 0 };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *zh = NULL, *en = NULL;
        print_message("%s\n", cases[i].password);
        assert_int_equal(password_ok(&mem, cases[i].password, cases[i].name, cases[i].phone, &zh, &en),
                         cases[i].ok);
        if (!cases[i].ok) assert_true(zh && en);
    }
    arena_clear(&mem);
}

static void test_password_hash(void **state)
{
    struct arena mem = { 0 };
    (void)state;
    const char *one = password_hash(&mem, "correct-horse"),
               *two = password_hash(&mem, "correct-horse");
    assert_int_equal(strncmp(one, "$argon2id$", 10), 0);
    assert_string_not_equal(one, two);
    assert_true(password_right(one, "correct-horse"));
    assert_false(password_right(one, "correct-hors"));
    assert_false(password_right(one, ""));
    assert_false(password_old(one));
    assert_true(password_old("$argon2id$v=19$m=4096,t=3,p=1$c2FsdHNhbHRzYWx0c2FsdA$"
                             "LTXsGM8D3zWzBWmyGGfv0dJ2qvGsgfcBZ3ZVdAmLLGY"));
    char *once = one_time_password(&mem), *hash = one_time_hash(&mem, once);
    assert_int_equal(strlen(once), 14);
    assert_true(password_right(hash, once));
    char typed[40];
    snprintf(typed, sizeof typed, " %.4s %.4s %.4s", once, once + 5, once + 10);
    for (char *p = typed; *p; p++)
        if (*p >= 'a') *p = (char)(*p - 'a' + 'A');
    assert_true(password_right(hash, typed));
    once[0] = once[0] == '2' ? '3' : '2';
    assert_false(password_right(hash, once));
    assert_false(password_right(hash, ""));
    assert_false(password_right(hash, hash));
    assert_true(one_time_shaped("k7mq-4r9t-2xwd"));
    assert_false(one_time_shaped("k7mq-4r9t-2xw"));
    assert_false(one_time_shaped("k7mq4r9t2xwdabcd"));
    assert_false(one_time_shaped("K7MQ-4R9T-2XWD"));
    arena_clear(&mem);
}

static void test_phone_fold(void **state)
{
    struct arena mem = { 0 };
    (void)state;
    assert_string_equal(phone_fold(&mem, "+86 138-0013-8000"), "13800138000");
    assert_string_equal(phone_fold(&mem, "１３８００１３８０００"), "13800138000");
    assert_null(phone_fold(&mem, "1380013800"));
    assert_null(phone_fold(&mem, "lk-admin"));
    assert_null(phone_fold(&mem, ""));
    arena_clear(&mem);
}

/* ---- one-time codes ---- */
static void test_totp(void **state)
{
    /* RFC 6238, appendix B: SHA1, eight digits. */
    static const struct {
        int64_t time;
        int code;
    } vectors[] = {
        { 59, 94287082 },         { 1111111109, 7081804 },  { 1111111111, 14050471 },
        { 1234567890, 89005924 }, { 2000000000, 69279037 }, { 20000000000, 65353130 },
    };
    static const char key[] = "12345678901234567890";
    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++)
        assert_int_equal(totp_code(key, 20, vectors[i].time / TOTP_STEP_S, 8), vectors[i].code);
    /* Six digits are the last of the eight; a step either side is forgiven, two are not. */
    assert_int_equal(totp_match(key, 20, INT64_C(59000), "287082"), 1);
    assert_int_equal(totp_match(key, 20, INT64_C(89000), "287082"), 1);
    assert_int_equal(totp_match(key, 20, INT64_C(29000), "287082"), 1);
    assert_int_equal(totp_match(key, 20, INT64_C(120000), "287082"), -1);
    assert_int_equal(totp_match(key, 20, INT64_C(59000), "287083"), -1);
    assert_int_equal(totp_match(key, 20, INT64_C(59000), "28708"), -1);
    assert_int_equal(totp_match(key, 20, INT64_C(59000), "28708x"), -1);
}

static void test_base32(void **state)
{
    /* RFC 4648 section 10, without padding. */
    static const char *const cases[][2] = { { "", "" },
                                            { "f", "MY" },
                                            { "fo", "MZXQ" },
                                            { "foo", "MZXW6" },
                                            { "foob", "MZXW6YQ" },
                                            { "fooba", "MZXW6YTB" },
                                            { "foobar", "MZXW6YTBOI" } };
    struct arena mem = { 0 };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(base32_encode(&mem, cases[i][0], strlen(cases[i][0])), cases[i][1]);
    arena_clear(&mem);
}

/* ---- secrets ---- */
static void test_seal(void **state)
{
    struct arena mem = { 0 };
    struct req r = { .mem = &mem };
    (void)state;
    struct bytes a = access_seal(&r, "13800138000"), b = access_seal(&r, "13800138000");
    assert_int_equal(a.n, b.n);
    assert_memory_not_equal(a.p, b.p, a.n);
    assert_string_equal(access_open_sealed(&r, a), "13800138000");
    assert_null(access_open_sealed(&r, (struct bytes){ 0 }));
    ((uint8_t *)(uintptr_t)b.p)[b.n - 1] ^= 1;
    assert_null(access_open_sealed(&r, b));
    struct bytes x = access_blind(&r, "phone", "13800138000"),
                 y = access_blind(&r, "phone", "13800138000");
    struct bytes z = access_blind(&r, "id", "13800138000");
    assert_int_equal(x.n, 16);
    assert_memory_equal(x.p, y.p, 16);
    assert_memory_not_equal(x.p, z.p, 16);
    arena_clear(&mem);
}

static void test_key_file(void **state)
{
    struct arena mem = { 0 };
    char dir[] = "/tmp/shanzhi-key-XXXXXX";
    (void)state;
    assert_non_null(mkdtemp(dir));
    const char *path = arena_printf(&mem, "%s/key", dir);
    assert_non_null(access_key_load(&mem, path, "one"));
    assert_null(access_key_make(&mem, path, "one"));
    assert_null(access_key_load(&mem, path, "one"));
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    struct req r = { .mem = &mem };
    struct bytes sealed = access_seal(&r, "x");
    assert_int_equal(access_key_make(&mem, path, "two")->code, ERR_DUPLICATE); /* never over a key */
    assert_null(access_key_load(&mem, path, "one"));
    assert_string_equal(access_open_sealed(&r, sealed), "x");
    const struct err *other = access_key_load(&mem, path, "two");
    assert_int_equal(other->code, ERR_NO_INSTALLATION);
    assert_non_null(strstr(other->en, "belongs to installation one"));
    assert_int_equal(chmod(path, 0640), 0);
    assert_non_null(access_key_load(&mem, path, "one"));
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(truncate(path, 300), 0);
    assert_non_null(strstr(access_key_load(&mem, path, "one")->en, "cut short"));
    unlink(path);
    rmdir(dir);
    arena_clear(&mem);
}

/* ---- accounts and grants, on a database ---- */
struct act {
    const char *role;
    int64_t account, region;
    const char *grid;
    int64_t household;
};

static const struct err *act_grant(struct req *r, void *arg)
{
    const struct act *a = arg;
    return access_grant_add(r, a->account, a->role, a->region, a->grid, a->household);
}

static const struct err *act_add(struct req *r, void *arg)
{
    struct act *a = arg;
    struct account_new n = { .name = a->role,
                             .display = "某人",
                             .password = "correct-horse",
                             .village = NONE,
                             .resident = NONE,
                             .household = NONE,
                             .unit = a->region };
    return access_account_add(r, &n, &a->account);
}

static int64_t new_account(struct house *h, const char *name, int64_t unit)
{
    struct act a = { .role = name, .region = unit };
    assert_null(store_run(h->s, TX_WRITE, &h->mem, access_operator(&h->mem), act_add, &a));
    return a.account;
}

static enum err_code grant_as(struct house *h, const struct actor *who, struct act a)
{
    const struct err *e = store_run(h->s, TX_WRITE, &h->mem, who, act_grant, &a);
    return e ? e->code : ERR_NONE;
}

static void test_grants(void **state)
{
    struct house *h = *state;
    const struct actor *operator= access_operator(&h->mem);
    int64_t a = new_account(h, "zhang", VILLAGE);
    struct grant admin_at = grant_of("village_admin", VILLAGE, NULL, NONE),
                 sec_at = grant_of("secadmin", COUNTY, NULL, NONE);
    struct actor admin = { .account = 4711, .name = "admin", .grants_n = 1, .grants = &admin_at };
    struct actor sec = { .account = a, .name = "sec", .grants_n = 1, .grants = &sec_at };
    const struct {
        const char *what;
        const struct actor *who;
        struct act act;
        enum err_code want;
    } cases[] = {
        { "own village", &admin, { "cadre", a, VILLAGE, NULL, NONE }, ERR_NONE },
        { "twice", &admin, { "cadre", a, VILLAGE, NULL, NONE }, ERR_DUPLICATE },
        { "another village", &admin, { "cadre", a, OTHER, NULL, NONE }, ERR_GRANT_SCOPE },
        { "the township", &admin, { "cadre", a, TOWN, NULL, NONE }, ERR_GRANT_SCOPE },
        { "one's own rank", &admin, { "village_admin", a, VILLAGE, NULL, NONE }, ERR_GRANT_SCOPE },
        { "above oneself", &admin, { "sysadmin", a, VILLAGE, NULL, NONE }, ERR_GRANT_SCOPE },
        { "to oneself", &sec, { "recorder", a, VILLAGE, NULL, NONE }, ERR_GRANT_SCOPE },
        { "a stranger", NULL, { "recorder", a, VILLAGE, NULL, NONE }, ERR_FORBIDDEN },
        { "no such role", operator, { "root", a, VILLAGE, NULL, NONE }, ERR_INVALID },
        { "no such account", operator, { "cadre", 12, VILLAGE, NULL, NONE }, ERR_NOT_FOUND },
        { "not for grids", operator, { "cadre", a, VILLAGE, "01", NONE }, ERR_INVALID },
        { "a grid needs a village", operator, { "grid_worker", a, TOWN, "01", NONE }, ERR_INVALID },
        { "a grid", operator, { "grid_worker", a, VILLAGE, "01", NONE }, ERR_NONE },
        { "township role in a village", operator, { "township", a, VILLAGE, NULL, NONE },
          ERR_INVALID },
        { "not a code", operator, { "sysadmin", a, 44, NULL, NONE }, ERR_INVALID },
        { "first duty", operator, { "sysadmin", a, 0, NULL, NONE }, ERR_NONE },
        { "second duty", operator, { "secadmin", a, 0, NULL, NONE }, ERR_DUTIES },
        { "third duty", operator, { "auditor", a, VILLAGE, NULL, NONE }, ERR_DUTIES },
        { "the same duty elsewhere", operator, { "sysadmin", a, TOWN, NULL, NONE }, ERR_NONE },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        print_message("%s\n", cases[i].what);
        assert_int_equal(grant_as(h, cases[i].who, cases[i].act), cases[i].want);
    }
}

static const struct err *act_add_code(struct req *r, void *arg)
{
    int64_t id;
    return access_account_add(r, arg, &id);
}

static void test_accounts(void **state)
{
    struct house *h = *state;
    new_account(h, "Li.Si", VILLAGE);
    const struct {
        const char *what;
        struct account_new a;
        enum err_code want;
    } cases[] = {
        { "same name in other letters",
          { "li.si", "x", "correct-horse", NULL, NONE, NONE, NONE, .unit = TOWN },
          ERR_DUPLICATE },
        { "a number as name",
          { "13800138000", "x", "correct-horse", NULL, NONE, NONE, NONE, .unit = TOWN },
          ERR_INVALID },
        { "a space in the name",
          { "li si", "x", "correct-horse", NULL, NONE, NONE, NONE, .unit = TOWN },
          ERR_INVALID },
        { "weak password",
          { "wang", "x", "password", NULL, NONE, NONE, NONE, .unit = TOWN },
          ERR_WEAK_PASSWORD },
        { "bad phone",
          { "wang", "x", "correct-horse", "12345", NONE, NONE, NONE, .unit = TOWN },
          ERR_INVALID },
        { "fine",
          { "王五", "x", "correct-horse", "138 0013 8000", NONE, NONE, NONE, .unit = TOWN },
          ERR_NONE },
        { "a name within the password",
          { "k7mq", "x", "k7mq-4r9t-2xwd", NULL, NONE, NONE, NONE, .unit = TOWN },
          ERR_WEAK_PASSWORD },
        { "a name within the password that we made",
          { "k7mq", "x", "k7mq-4r9t-2xwd", NULL, NONE, NONE, NONE, .unit = TOWN, .one_time = true },
          ERR_NONE },
        { "same phone",
          { "zhao", "x", "correct-horse", "+8613800138000", NONE, NONE, NONE, .unit = TOWN },
          ERR_DUPLICATE },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct err *e = store_run(h->s, TX_WRITE, &h->mem, access_operator(&h->mem),
                                        act_add_code, (void *)(uintptr_t)&cases[i].a);
        print_message("%s\n", cases[i].what);
        assert_int_equal(e ? e->code : ERR_NONE, cases[i].want);
    }
}

struct tries {
    int retry_after_s;
    const char *subject;
    int64_t now;
    bool locked;
};

static const struct err *act_fail(struct req *r, void *arg)
{
    const struct tries *t = arg;
    r->now = t->now;
    return throttle_count(r, t->subject, 3);
}

static const struct err *act_check(struct req *r, void *arg)
{
    struct tries *t = arg;
    r->now = t->now;
    const struct err *e = throttle_check(r, t->subject);
    t->locked = e != NULL;
    if (e) assert_int_equal(e->code, ERR_LOCKED_OUT);
    t->retry_after_s = e ? e->retry_after_s : 0;
    return NULL;
}

static void test_throttle(void **state)
{
    struct house *h = *state;
    const int64_t minute = 60000, start = INT64_C(1800000000000);
    const struct {
        int64_t fail_at, check_at;
        bool locked;
        int retry_after_s; /* whole seconds, never too early */
    } steps[] = {
        { 0, 0, false, 0 },
        { minute, minute, false, 0 },
        { 2 * minute, 2 * minute, true, 900 },
        { NONE, 2 * minute + 1, true, 900 },
        { NONE, 3 * minute - 1, true, 841 },
        { NONE, 3 * minute, true, 840 },
        { NONE, 16 * minute, true, 60 },
        { NONE, 17 * minute - 1, true, 1 },
        { NONE, 17 * minute, false, 0 },
        { 18 * minute, 18 * minute, false, 0 }, /* a new window */
        { 19 * minute, 19 * minute, false, 0 },
        { 33 * minute, 33 * minute, false, 0 }, /* a quarter of an hour after its first: a new window again */
        { 34 * minute, 34 * minute, false, 0 },
        { 48 * minute - 1, 48 * minute - 1, true, 900 },
    };
    struct tries t = { .subject = "account 1" };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        print_message("step %zu\n", i);
        t.now = start + steps[i].fail_at;
        if (steps[i].fail_at != NONE)
            assert_null(store_run(h->s, TX_WRITE, &h->mem, NULL, act_fail, &t));
        t.now = start + steps[i].check_at;
        assert_null(store_run(h->s, TX_READ, &h->mem, NULL, act_check, &t));
        assert_int_equal(t.locked, steps[i].locked);
        assert_int_equal(t.retry_after_s, steps[i].retry_after_s);
    }
}

static const struct err *act_old_rows(struct req *r, void *arg)
{
    (void)arg;
    for (int64_t days = 0; days <= 1200; days += 300) {
        r->now = clock_now() - days * 86400000;
        TRY(access_audit(r, "test", VILLAGE, days, NULL));
    }
    r->now = clock_now();
    TRY(access_prune(r, NULL));
    return NULL;
}

static const struct err *act_count(struct req *r, void *arg)
{
    return db_int(r, arg, "SELECT COUNT(*) AS n FROM access_audit");
}

static void test_retention(void **state)
{
    struct house *h = *state;
    int64_t n;
    assert_null(store_run(h->s, TX_WRITE, &h->mem, NULL, act_old_rows, NULL));
    assert_null(store_run(h->s, TX_READ, &h->mem, NULL, act_count, &n));
    assert_int_equal(n, 4); /* 0, 300, 600 and 900 days; not 1200 */
}

/* ---- somebody moves to another household ---- */
struct move {
    int64_t account, household;
    int64_t grants;
    struct account *now;
};

static const struct err *act_move(struct req *r, void *arg)
{
    struct move *m = arg;
    struct account_new n = { .name = "mover",
                             .display = "搬家人",
                             .password = "correct-horse",
                             .village = VILLAGE,
                             .resident = 71,
                             .household = 7 };
    if (!m->account) {
        TRY(access_account_add(r, &n, &m->account));
        TRY(access_grant_add(r, m->account, "villager", VILLAGE, NULL, 7));
        TRY(access_grant_add(r, m->account, "cadre", VILLAGE, NULL, NONE));
    }
    TRY(access_resident_moved(r, VILLAGE, 71, m->household));
    TRY(access_resident_moved(r, VILLAGE, 99, m->household)); /* has no account: nothing happens */
    return account_load(r, m->account, &m->now);
}

static void test_moved(void **state)
{
    struct house *h = *state;
    const struct actor *operator= access_operator(&h->mem);
    struct move m = { .household = 8 };
    assert_null(store_run(h->s, TX_WRITE, &h->mem, operator, act_move, &m));
    assert_int_equal(m.now->household, 8);
    assert_string_equal(m.now->state, "active");
    assert_int_equal(m.now->grants.n, 1); /* the cadre's; the old household's is gone */
    assert_string_equal(LIST_AT(m.now->grants, struct grant_row, 0).role, "cadre");
    m.household = NONE;
    assert_null(store_run(h->s, TX_WRITE, &h->mem, operator, act_move, &m));
    assert_int_equal(m.now->household, NONE);
    assert_string_equal(m.now->state, "disabled");
}

/* ---- when a session was last used ---- */
struct use {
    int64_t account, now, seen_at;
};

static const struct err *act_session(struct req *r, void *arg)
{
    const struct use *u = arg;
    uint8_t id[HASH_SIZE] = "session";
    return db_exec(r,
                   "INSERT INTO access_session (id, account, created_at, seen_at, expires_at, "
                   "address) VALUES ($1, $2, $3, $3, $4, '')",
                   BLOB(id, HASH_SIZE), I64(u->account), I64(u->now), I64(INT64_MAX));
}

static const struct err *act_seen_at(struct req *r, void *arg)
{
    return db_int(r, arg, "SELECT seen_at FROM access_session");
}

static void test_seen(void **state)
{
    struct house *h = *state;
    uint8_t id[HASH_SIZE] = "session", other[HASH_SIZE] = "sessionX";
    struct use u = { .account = new_account(h, "seen", VILLAGE), .now = 1000 };
    int64_t seen;
    assert_null(store_run(h->s, TX_WRITE, &h->mem, NULL, act_session, &u));
    assert_int_equal(seen_last(id), NONE);
    seen_note(id, 5000);
    assert_int_equal(seen_last(id), 5000);
    assert_int_equal(seen_last(other), NONE); /* the same slot, another session */
    assert_null(store_run(h->s, TX_READ, &h->mem, NULL, act_seen_at, &seen));
    assert_int_equal(seen, 1000);
    store_test_fail_at(2); /* begin, then the first update */
    assert_non_null(store_run(h->s, TX_WRITE, &h->mem, NULL, seen_flush, NULL));
    store_test_fail_at(0);
    assert_null(
        store_run(h->s, TX_WRITE, &h->mem, NULL, seen_flush, NULL)); /* not lost by the failure */
    assert_null(store_run(h->s, TX_READ, &h->mem, NULL, act_seen_at, &seen));
    assert_int_equal(seen, 5000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_level),
        cmocka_unit_test(test_covers),
        cmocka_unit_test(test_span),
        cmocka_unit_test(test_may_at),
        cmocka_unit_test(test_duties),
        cmocka_unit_test(test_roles_of_the_steps),
        cmocka_unit_test(test_password_rules),
        cmocka_unit_test(test_password_hash),
        cmocka_unit_test(test_phone_fold),
        cmocka_unit_test(test_totp),
        cmocka_unit_test(test_base32),
        cmocka_unit_test(test_seal),
        cmocka_unit_test(test_key_file),
        cmocka_unit_test_setup_teardown(test_grants, open_house, close_house),
        cmocka_unit_test_setup_teardown(test_accounts, open_house, close_house),
        cmocka_unit_test_setup_teardown(test_throttle, open_house, close_house),
        cmocka_unit_test_setup_teardown(test_moved, open_house, close_house),
        cmocka_unit_test_setup_teardown(test_seen, open_house, close_house),
        cmocka_unit_test_setup_teardown(test_retention, open_house, close_house),
    };
    return cmocka_run_group_tests(tests, load_key, NULL);
}
