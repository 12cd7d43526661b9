/* Secrets, bound by bound: passwords and what is said about them, names and phones as people type them, one-time
 * passwords, sealed values, scopes, and the key file in every state that it may be found in. */
#include "access/access_test.h"
#include "kernel/file.h"

/* ---- passwords ---- */
#define CHARS_120 "aB3-aB3-aB3-aB3-aB3-aB3-aB3-aB3-aB3-aB3-aB3-aB3-aB3-aB3-aB3-aB3-aB3-aB3-aB3-aB3-aB3-aB3-aB3-aB3-aB3-aB3-aB3-aB3-aB3-aB3-"

static void test_weakness(void **state)
{
    static const char shorter[] = "Use at least 8 characters.", longer[] = "Use at most 128 characters.",
                      named[] = "The password must not contain the name.", phoned[] = "The password must not contain the phone number.",
                      running[] = "Repeated or running characters are too easy.",
                      digits[] = "Digits alone need 12 of them; or add letters.", common[] = "This password is among the most common.";
    static const struct { const char *password, *name, *phone, *en; } cases[] = {
        { "corr-hor", NULL, NULL, NULL },       { "corr-ho", NULL, NULL, shorter },
        { CHARS_120 "12345678", NULL, NULL, NULL }, { CHARS_120 "123456789", NULL, NULL, longer },
        { "corr-hor", "", "", NULL },           { "corr-zhang", "zhang", NULL, named },
        { "corr-ZHANG", "zhang", NULL, named }, { "corr-zhang", "Zhang", NULL, named },
        { "corr-zhan", "zhang", NULL, NULL },   { "x13800138000", "zhang", "13800138000", phoned },
        { "x1380013800", "zhang", "13800138000", NULL },
        { "aaaaaaaa", NULL, NULL, running },    { "abcdefgh", NULL, NULL, running },
        { "hgfedcba", NULL, NULL, running },    { "AbCdEfGh", NULL, NULL, running },
        { "acegikmo", NULL, NULL, NULL },       { "abcdefgi", NULL, NULL, NULL },
        { "aaaaaaab", NULL, NULL, NULL },       { "hgfedcbz", NULL, NULL, NULL },
        { "bbcdefgh", NULL, NULL, NULL },       { "13571357135", NULL, NULL, digits },
        { "135713571357", NULL, NULL, NULL },   { "1357135713x", NULL, NULL, NULL },
        { "password", NULL, NULL, common },     { "LongWo123", NULL, NULL, common },
    };
    struct arena mem = { 0 };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *zh = NULL, *en = NULL;
        bool fine = password_ok(&mem, cases[i].password, cases[i].name, cases[i].phone, &zh, &en);
        EXPECT(fine == !cases[i].en && (fine || text_equal(en, cases[i].en)), "%s: %s", cases[i].password, fine ? "fine" : en);
    }
    arena_clear(&mem);
}

static void test_folding(void **state)
{
    static const char *const names[][2] = { { " AZaz@[`{ ", "azaz@[`{" }, { "ＬＩ.ｓｉ", "li.si" }, { "王五", "王五" } };
    static const char *const phones[][2] = {
        { "13800138000", "13800138000" }, { "+8613800138000", "13800138000" }, { "138 0013-8000", "13800138000" },
        { "23800138000", NULL }, { "1380013800", NULL }, { "138001380000", NULL }, { "1380013800/", NULL }, { "1380013800:", NULL },
        { "+8713800138000", NULL }, { "+86", NULL },
    };
    struct arena mem = { 0 };
    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) assert_string_equal(name_fold(&mem, names[i][0]), names[i][1]);
    for (size_t i = 0; i < COUNT(phones); i++)
        EXPECT(text_equal(phone_fold(&mem, phones[i][0]), phones[i][1]), "%s", phones[i][0]);
    static const char *const likes[][2] = { { "a", "%a%" }, { "a%b_c!d", "%a!%b!_c!!d%" }, { "", "%" } };
    for (size_t i = 0; i < COUNT(likes); i++) assert_string_equal(like_pattern(&mem, likes[i][0]), likes[i][1]);
    assert_string_equal(like_pattern(&mem, NULL), "%");
    arena_clear(&mem);
}

static void test_one_time(void **state)
{
    static const char letters[] = "23456789abcdefghjkmnpqrstuvwxyz";
    static const struct { const char *s; bool shaped; } shapes[] = {
        { "0aaa-aa9z-aaaa", true },  { "/aaa-aaaa-aaaa", false }, { ":aaa-aaaa-aaaa", false }, { "`aaa-aaaa-aaaa", false },
        { "{aaa-aaaa-aaaa", false }, { "aaaa-aaaa-aaa/", false }, { "aaaaaaaaa-aaaa", false }, { "aaaa-aaaa-aaaaa", false },
        { "", false },
    };
    struct arena mem = { 0 };
    size_t seen[256] = { 0 };
    (void)state;
    for (size_t i = 0; i < COUNT(shapes); i++) EXPECT(one_time_shaped(shapes[i].s) == shapes[i].shaped, "%s", shapes[i].s);
    for (int i = 0; i < 200; i++) {
        const char *s = one_time_password(&mem);
        assert_true(one_time_shaped(s));
        for (; *s; s++) seen[(unsigned char)*s]++;
    }
    for (int c = 0; c < 256; c++) EXPECT((seen[c] > 0) == (c == '-' || (c && strchr(letters, c))), "%c %zu times", c, seen[c]);
    char *hash = one_time_hash(&mem, "k7mq-4r9t-2xwd"), *cut = arena_strdup(&mem, hash);
    assert_true(one_time_stored(hash));
    assert_int_equal(strlen(hash), strlen("one-time$") + 32 + 1 + 64);
    assert_string_not_equal(hash, one_time_hash(&mem, "k7mq-4r9t-2xwd"));
    for (size_t i = 0; i < 14; i++) { /* each letter counts */
        char wrong[] = "k7mq-4r9t-2xwd";
        if (wrong[i] == '-') continue;
        wrong[i] = wrong[i] == '2' ? '3' : '2';
        EXPECT(!password_right(hash, wrong), "%s", wrong);
    }
    static const char *const typed[] = { "k7mq4r9t2xwd", "K7MQ 4R9T 2XWD", "k-7-m-q-4-r-9-t-2-x-w-d" };
    for (size_t i = 0; i < COUNT(typed); i++) EXPECT(password_right(hash, typed[i]), "%s", typed[i]);
    static const char *const wrong[] = { "k7mq-4r9t-2xw", "k7mq-4r9t-2xwdd", "k7mq-4r9t-2xwd2xwd2xwd2xwd" };
    for (size_t i = 0; i < COUNT(wrong); i++) EXPECT(!password_right(hash, wrong[i]), "%s", wrong[i]);
    for (size_t n = strlen(cut); n > strlen("one-time$") + 1;) { /* a row that is damaged opens nothing */
        cut[--n] = '\0';
        assert_false(password_right(cut, "k7mq-4r9t-2xwd"));
    }
    for (size_t i = strlen("one-time$"); hash[i]; i++) {
        char was = hash[i];
        hash[i] = was == '$' ? '0' : 'x';
        EXPECT(!password_right(hash, "k7mq-4r9t-2xwd"), "%s", hash);
        hash[i] = was;
    }
    arena_clear(&mem);
}

/* ---- sealed values and hashes ---- */
static void test_sealed(void **state)
{
    struct arena mem = { 0 };
    struct req r = { .mem = &mem };
    struct bytes out, one = seal_bytes(&mem, "x", 1), none = seal_bytes(&mem, "", 0);
    (void)state;
    assert_int_equal(one.n, 1 + 24 + 16 + 1); /* version, nonce, MAC, text */
    assert_int_equal(((const uint8_t *)one.p)[0], 1);
    assert_true(open_bytes(&mem, none, &out));
    assert_int_equal(out.n, 0);
    assert_true(open_bytes(&mem, one, &out));
    assert_int_equal(out.n, 1);
    assert_string_equal(out.p, "x");
    for (size_t n = 0; n < one.n; n++) assert_false(open_bytes(&mem, (struct bytes){ one.p, n }, &out));
    for (size_t i = 0; i < one.n; i++) {
        uint8_t *bad = arena_copy(&mem, one.p, one.n);
        bad[i] ^= 1;
        assert_false(open_bytes(&mem, (struct bytes){ bad, one.n }, &out));
    }
    assert_null(access_seal(&r, NULL).p);
    assert_null(access_blind(&r, "phone", NULL).p);
    assert_memory_not_equal(access_blind(&r, "phone", "13800138000").p, access_blind(&r, "phone", "13800138001").p, 16);
    static const struct { const char *a, *b; bool equal; } texts[] = {
        { "", "", true }, { "abc", "abc", true }, { "abc", "abd", false }, { "abc", "ab", false }, { "ab", "abc", false }, { "", "a", false },
    };
    for (size_t i = 0; i < COUNT(texts); i++) EXPECT(secret_equal(texts[i].a, texts[i].b) == texts[i].equal, "%s", texts[i].b);
    assert_int_equal(strlen(secret_text(&mem, 32)), 43);
    assert_int_equal(strlen(secret_text(&mem, 64)), 86);
    assert_string_not_equal(secret_text(&mem, 32), secret_text(&mem, 32));
    const char *name = throttle_name(&mem, "zhang");
    assert_string_equal(name, throttle_name(&mem, "zhang"));
    assert_string_not_equal(name, throttle_name(&mem, "zhan"));
    assert_null(strstr(name, "zhang"));
    assert_string_equal(throttle_address(&mem, NULL), "address -");
    arena_clear(&mem);
}

/* ---- the key file ---- */
#define HEX "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

static void test_key_texts(void **state)
{
    static const char broken[] = "is cut short or no key; restore it from your copy.";
    static const struct { const char *text, *installation, *error; } cases[] = {
        { "installation = one\nkey = " HEX "\n", "one", NULL },
        { "# said\n\nkey = " HEX "\ninstallation = one", "one", NULL },
        { HEX "\n", NULL, NULL }, /* of the time before there were ids */
        { "# said\n" HEX, NULL, NULL },
        { "\n" HEX "\n\n", NULL, NULL },
        { "installation = one\nkey = " HEX "\n\n", "one", NULL },
        { "installation = one\n", NULL, broken },
        { "installation = one\nkey = " HEX "0\n", NULL, broken },
        { "installation = one\nkey = 00\n", NULL, broken },
        { "installation = one\nkey = x00102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n", NULL, broken },
        { "", NULL, broken },
        { "# key = " HEX "\n", NULL, broken },
    };
    struct arena mem = { 0 };
    char dir[] = "/tmp/shanzhi-key-XXXXXX";
    (void)state;
    assert_non_null(mkdtemp(dir));
    const char *path = arena_printf(&mem, "%s/key", dir);
    for (size_t i = 0; i < COUNT(cases); i++) {
        FILE *f = fopen(path, "w");
        assert_non_null(f);
        fputs(cases[i].text, f);
        assert_int_equal(fclose(f), 0);
        assert_int_equal(chmod(path, 0600), 0);
        const char *whose = NULL;
        const struct err *e = access_key_installation(&mem, path, &whose);
        EXPECT(!e == !cases[i].error && (!e || strstr(e->en, cases[i].error)), "%s: %s", cases[i].text, e ? e->en : "fine");
        if (e) assert_int_equal(e->code, ERR_NO_INSTALLATION);
        else EXPECT(text_equal(whose, cases[i].installation), "%s: %s", cases[i].text, whose);
    }
    assert_int_equal(access_key_load(&mem, path, "one")->code, ERR_NO_INSTALLATION);
    unlink(path);
    rmdir(dir);
    arena_clear(&mem);
}

/* A key is usable at once and after a restart; the same key opens, another does not. */
static void test_key_found(void **state)
{
    struct arena mem = { 0 };
    struct req r = { .mem = &mem };
    char dir[] = "/tmp/shanzhi-key-XXXXXX";
    (void)state;
    assert_non_null(mkdtemp(dir));
    const char *path = arena_printf(&mem, "%s/key", dir), *made = arena_printf(&mem, "%s/key.new", dir), *whose;
    assert_null(access_key_make(&mem, path, "one"));
    assert_int_not_equal(access(made, F_OK), 0); /* nothing is left beside it */
    assert_null(access_key_load(&mem, path, "one"));
    struct bytes sealed = access_seal(&r, "x");
    /* killed between the commit and the link: KEY.new is this database's */
    assert_int_equal(rename(path, made), 0);
    assert_null(access_key_load(&mem, path, "one"));
    assert_int_not_equal(access(made, F_OK), 0);
    assert_string_equal(access_open_sealed(&r, sealed), "x");
    /* another's KEY.new stays, and is no key */
    assert_int_equal(rename(path, made), 0);
    const struct err *e = access_key_load(&mem, path, "two");
    EXPECT(e && e->code == ERR_NO_INSTALLATION && strstr(e->en, "cannot be read (No such file"), "%s", e ? e->en : "fine");
    assert_int_equal(access(made, F_OK), 0);
    /* a key that is there is not replaced by KEY.new */
    assert_null(access_key_make(&mem, arena_printf(&mem, "%s/other", dir), "one"));
    const char *text[2], *file[] = { made, arena_printf(&mem, "%s/other", dir) };
    size_t n;
    for (int i = 0; i < 2; i++) assert_null(file_read(&mem, file[i], 4096, &text[i], &n));
    assert_string_not_equal(strstr(text[0], "\nkey = "), strstr(text[1], "\nkey = ")); /* no two keys are alike */
    assert_int_equal(rename(arena_printf(&mem, "%s/other", dir), path), 0);
    assert_null(access_key_load(&mem, path, "one"));
    assert_int_equal(access(made, F_OK), 0);
    assert_null(access_open_sealed(&r, sealed));
    assert_null(access_key_installation(&mem, path, &whose));
    assert_string_equal(whose, "one");
    assert_int_equal(chmod(path, 0604), 0);
    e = access_key_load(&mem, path, "one");
    EXPECT(e && e->code == ERR_INVALID && strstr(e->en, "others may read it; chmod 600 it."), "%s", e ? e->en : "fine");
    /* where no file can be */
    e = access_key_make(&mem, arena_printf(&mem, "%s/nowhere/key", dir), "one");
    EXPECT(e && e->code == ERR_INVALID && strstr(e->en, "cannot be written: there is no folder"), "%s", e ? e->en : "fine");
    /* named without a folder, as in --key-file key */
    char here[1024];
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(chdir(dir), 0);
    e = access_key_make(&mem, "plain", "one");
    int back = chdir(here);
    assert_null(e);
    assert_int_equal(back, 0);
    assert_int_equal(unlink(arena_printf(&mem, "%s/plain", dir)), 0);
    unlink(path);
    unlink(made);
    assert_int_equal(rmdir(dir), 0);
    arena_clear(&mem);
}

/* ---- scopes and permissions ---- */
static void test_bounds(void **state)
{
    static const struct { int64_t code; int level; } levels[] = {
        { 110000000000, 1 }, { 109999999999, 0 }, { 999999999999, 5 }, { 1000000000000, 0 }, { 440100000000, 2 }, { 441601000000, 3 },
        { 441621001000, 4 }, { 441621000001, 5 }, { 440000000001, 5 }, { 450000000000, 1 },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(levels); i++) EXPECT(access_level(levels[i].code) == levels[i].level, "%lld", (long long)levels[i].code);
    for (enum perm p = PERM_UNSET + 1; p < PERM_COUNT; p++) assert_int_equal(perm_find(perm_info(p)->name), p);
    assert_int_equal(perm_find("nothing"), PERM_UNSET);
    assert_int_equal(perm_find(""), PERM_UNSET);
}

static void test_scopes(void **state)
{
    struct arena mem = { 0 };
    struct grant g[] = { grant_of("grid_worker", VILLAGE, "01", NONE), grant_of("cadre", VILLAGE, NULL, NONE), grant_of("cadre", TOWN, NULL, NONE),
                         grant_of("cadre", OTHER, NULL, NONE), grant_of("recorder", COUNTY, NULL, NONE), grant_of("info_officer", OTHER, "02", NONE),
                         grant_of("grid_worker", OTHER, "03", NONE) };
    struct actor who = { .account = 1, .village = NONE, .resident = NONE, .household = NONE, .grants = g };
    struct req r = { .mem = &mem, .who = &who };
    (void)state;
    who.grants_n = 4;
    assert_int_equal(access_region(&r, PERM_CLAIM_APPROVE), TOWN); /* the widest, wherever it stands */
    who.grants_n = 2;
    assert_int_equal(access_region(&r, PERM_CLAIM_APPROVE), VILLAGE);
    assert_int_equal(access_region(&r, PERM_CLAIM_CHECK), NONE); /* of a grid only */
    g[2].region = OTHER;
    who.grants_n = 3;
    assert_int_equal(access_region(&r, PERM_CLAIM_APPROVE), VILLAGE); /* the first of two alike */
    who.grants_n = 5;
    assert_int_equal(access_region(&r, PERM_CLAIM_APPROVE), VILLAGE); /* the county's has another permission */
    assert_int_equal(access_region(&r, PERM_CLAIM_RECORD), COUNTY);
    who.grants_n = 7;
    struct list *grids = access_grids(&r, PERM_CLAIM_CHECK, OTHER);
    assert_int_equal(grids->n, 2);
    assert_string_equal(LIST_AT(*grids, const char *, 0), "02");
    assert_string_equal(LIST_AT(*grids, const char *, 1), "03");
    grids = access_grids(&r, PERM_PASSBOOK_READ, 441622101201);
    assert_int_equal(grids->n, 0);
    assert_null(access_grids(&r, PERM_CLAIM_APPROVE, OTHER)); /* the whole village */
    assert_true(access_may(&r, PERM_CLAIM_APPROVE, OTHER));
    assert_false(access_may(&r, PERM_CLAIM_CHECK, OTHER));
    assert_null(access_require(&r, PERM_CLAIM_APPROVE, OTHER));
    assert_null(access_require_at(&r, PERM_CLAIM_CHECK, OTHER, "02.01", NONE));
    assert_int_equal(access_require_at(&r, PERM_CLAIM_CHECK, OTHER, "01", NONE)->code, ERR_FORBIDDEN);
    assert_null(access_not_own(&r, NONE)); /* staff without a household, and a thing of none */
    assert_null(access_not_own(&r, 7));
    r.who = NULL;
    assert_false(access_may(&r, PERM_CLAIM_APPROVE, OTHER));
    assert_int_equal(access_region(&r, PERM_CLAIM_APPROVE), NONE);
    assert_int_equal(access_grids(&r, PERM_CLAIM_APPROVE, OTHER)->n, 0);
    assert_int_equal(access_not_own(&r, 7)->code, ERR_SIGN_IN);
    r.who = access_operator(&mem);
    for (enum perm p = PERM_UNSET + 1; p < PERM_COUNT; p++) assert_true(access_may(&r, p, OTHER) && access_may(&r, p, 0));
    assert_int_equal(r.who->account, 0);
    assert_string_equal(r.who->name, "operator");
    assert_true(r.who->village == NONE && r.who->resident == NONE && r.who->household == NONE);
    arena_clear(&mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weakness), cmocka_unit_test(test_folding),  cmocka_unit_test(test_one_time),
        cmocka_unit_test(test_sealed),   cmocka_unit_test(test_key_texts), cmocka_unit_test(test_key_found),
        cmocka_unit_test(test_bounds),   cmocka_unit_test(test_scopes),
    };
    return cmocka_run_group_tests(tests, load_key, NULL);
}
