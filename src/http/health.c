/* /readyz: checks declared by the rooms (struct slice), run by a thread of their own. Whoever asks is answered
 * from the last round if it is fresh, else with the next one; so however often and by however many it is
 * asked, there is a round a second at most, with one small write in it. Between, every two seconds, the
 * thread looks whether the database file is still the one that is open, and stops the writers if not. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "http/health.h"
#include "http/inside.h"
#include "kernel/date.h"
#include "kernel/memory.h"

enum {
    FRESH_US = 1000 * 1000,
    LOOK_US = 2 * 1000 * 1000,
    ROUND_US = 10 * 1000 * 1000, /* without being asked: for /metrics */
    SLOW_US = 30 * 1000 * 1000,  /* a round that takes longer says something itself */
    REPLY_MAX = 64 * 1024,
    WAIT_MS = 2000,              /* of a check for what somebody has locked: whoever asks has a time-out, too */
};

struct finding_of { const struct check *check; enum health health; const char *zh, *en; };

struct health_desk {
    struct server *server;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stop;
    struct exchange *waiting; /* linked by their `next_waiting` */

    struct arena mem[2];      /* of the last round, and of the one that runs */
    int current;
    struct finding_of *all;   /* under the lock, as all that follows */
    int n;
    int64_t at_us;            /* of the last whole round, 0: none yet */
    int64_t tried_us, began_us; /* of the last one, whole or not; 0: not yet; not under way */
    bool cut;                 /* the last one was left for want of memory: what is known is older */
    struct health_seen seen;
};

static const char *health_name(enum health h)
{
    return h == HEALTH_PASS ? "pass" : h == HEALTH_WARN ? "warn" : "fail";
}

enum health check_say(struct checkup *c, enum health h, const char *zh, const char *en)
{
    c->zh = zh;
    c->en = en;
    return h;
}

enum health check_err(struct checkup *c, const struct err *e)
{
    if (!e) return HEALTH_PASS;
    const char *cause = e->cause ? arena_printf(c->mem, " (%s)", e->cause) : "";
    return check_say(c, HEALTH_FAIL, arena_printf(c->mem, "%s%s", err_text(e, LANG_ZH), cause),
                     arena_printf(c->mem, "%s%s", err_text(e, LANG_EN), cause));
}

/* ---- a round ---- */

static int each_check(const struct server *s, struct finding_of *out)
{
    int n = 0;
    for (const struct check *k = health_checks; k->name; k++, n++)
        if (out) out[n].check = k;
    for (const struct slice *const *sl = s->slices; *sl; sl++)
        for (const struct check *k = (*sl)->checks; k && k->name; k++, n++)
            if (out) out[n].check = k;
    return n;
}

struct round { struct health_desk *d; struct arena *mem; struct finding_of *all; int n; struct health_seen seen; };

static void run_checks(void *arg)
{
    struct round *r = arg;
    struct server *s = r->d->server;
    r->n = each_check(s, NULL);
    r->all = arena_array(r->mem, struct finding_of, (size_t)r->n);
    each_check(s, r->all);
    for (int i = 0; i < r->n; i++) {
        struct checkup c = { .mem = r->mem, .store = s->store, .limits = &s->config.health, .sessions = s->workers_n + 2, .seen = &r->seen };
        r->all[i].health = r->all[i].check->run(&c);
        r->all[i].zh = c.zh ? c.zh : "";
        r->all[i].en = c.en ? c.en : "";
    }
}

static void log_changes(const struct finding_of *was, int was_n, const struct finding_of *all, int n)
{
    for (int i = 0; i < n; i++) {
        enum health before = i < was_n ? was[i].health : HEALTH_PASS;
        if (all[i].health == before) continue;
        if (all[i].health == HEALTH_PASS) log_info("health", "well again", LS("check", all[i].check->name));
        else log_warn("health", all[i].en, LS("check", all[i].check->name), LS("result", health_name(all[i].health)));
    }
}

static void write_json(struct exchange *x, const struct health_desk *d, bool inside);

/* Answers who waits; with the lock held. */
static void tell(struct health_desk *d)
{
    while (d->waiting) {
        struct exchange *x = d->waiting;
        d->waiting = x->next_waiting;
        write_json(x, d, from_inside(x));
        loop_reply(x);
    }
}

static void round_of(struct health_desk *d)
{
    struct round r = { .d = d, .mem = &d->mem[1 - d->current], .seen.connections_share = NONE };
    arena_reset(r.mem);
    bool whole = arena_try(run_checks, &r);
    if (!whole) {
        log_warn("health", "no memory for the checks");
        r.n = 0;
    }
    pthread_mutex_lock(&d->lock);
    log_changes(d->all, d->n, r.all, r.n);
    d->cut = !whole;
    d->tried_us = clock_monotonic_us();
    if (whole) {
        d->current = 1 - d->current;
        d->all = r.all;
        d->n = r.n;
        d->seen = r.seen;
        d->at_us = d->tried_us;
    }
    d->began_us = 0;
    tell(d);
    pthread_mutex_unlock(&d->lock);
}

static void look_only(struct health_desk *d)
{
    struct arena mem = { 0 };
    struct store_look look;
    if (!strcmp(store_engine(d->server->store), "sqlite") && !store_look(d->server->store, &mem, &look))
        store_refuse_writes(d->server->store, look.lost_en != NULL);
    arena_clear(&mem);
}

static void wait_until(struct health_desk *d, int64_t at_us)
{
    struct timespec at = { .tv_sec = at_us / 1000000, .tv_nsec = at_us % 1000000 * 1000 };
    pthread_cond_timedwait(&d->wake, &d->lock, &at);
}

static void *health_main(void *arg)
{
    struct health_desk *d = arg;
    store_patience(WAIT_MS);
    pthread_mutex_lock(&d->lock);
    while (!d->stop) {
        int64_t now = clock_monotonic_us();
        bool due = !d->tried_us || now - d->tried_us >= ROUND_US || (d->waiting && now - d->tried_us >= FRESH_US);
        if (due) d->began_us = now;
        pthread_mutex_unlock(&d->lock);
        if (due) round_of(d);
        else look_only(d);
        pthread_mutex_lock(&d->lock);
        int64_t next = clock_monotonic_us() + LOOK_US;
        if (!d->stop && !d->waiting) wait_until(d, next);
    }
    tell(d);
    pthread_mutex_unlock(&d->lock);
    return NULL;
}

/* ---- the answer ---- */

static void write_checks(struct json *j, const struct health_desk *d, enum lang lang, bool inside)
{
    json_key(j, "checks");
    json_array(j);
    for (int i = 0; i < d->n; i++) {
        const struct finding_of *f = &d->all[i];
        json_object(j);
        json_key(j, "name");
        json_text(j, f->check->name);
        json_key(j, "result");
        json_text(j, health_name(f->health));
        if (inside) {
            json_key(j, "what");
            json_text(j, lang == LANG_EN ? f->check->en : f->check->zh);
            json_key(j, "detail");
            json_text(j, lang == LANG_EN ? f->en : f->zh);
        }
        json_end(j);
    }
    json_end(j);
}

/* Outside, names and results are enough; what was found (paths, causes) is for the operator's network. */
static void write_json(struct exchange *x, const struct health_desk *d, bool inside)
{
    enum health worst = d->at_us ? HEALTH_PASS : HEALTH_FAIL;
    for (int i = 0; i < d->n; i++)
        if (d->all[i].health > worst) worst = d->all[i].health;
    int64_t now = clock_monotonic_us();
    bool slow = d->began_us && now - d->began_us > SLOW_US;
    if (slow || d->cut) worst = HEALTH_FAIL;
    struct buf b = buf_in(x->mem, REPLY_MAX);
    struct json j = json_to(&b);
    json_object(&j);
    json_key(&j, "status");
    json_text(&j, health_name(worst));
    if (inside) {
        json_key(&j, "version");
        json_text(&j, SHANZHI_VERSION);
    }
    json_key(&j, "age_ms");
    json_int(&j, d->at_us ? (now - d->at_us) / 1000 : -1);
    json_key(&j, "failed");
    json_array(&j);
    for (int i = 0; i < d->n; i++)
        if (d->all[i].health == HEALTH_FAIL) json_text(&j, d->all[i].check->name);
    if (slow || d->cut) json_text(&j, "checks");
    json_end(&j);
    write_checks(&j, d, x->lang, inside);
    json_end(&j);
    buf_putc(&b, '\n');
    x->status = worst == HEALTH_FAIL ? 503 : 200;
    x->type = "application/json";
    x->reply = b.p;
    x->reply_n = b.n;
    if (x->status == 503) reply_header(x, "Retry-After", "2");
}

bool health_answer(struct exchange *x)
{
    struct health_desk *d = x->server->health;
    pthread_mutex_lock(&d->lock);
    int64_t now = clock_monotonic_us();
    bool fresh = d->tried_us && now - d->tried_us < FRESH_US, stuck = d->began_us && now - d->began_us > SLOW_US;
    bool at_once = fresh || stuck || d->stop;
    if (at_once) {
        write_json(x, d, from_inside(x));
    } else {
        x->next_waiting = d->waiting;
        d->waiting = x;
        pthread_cond_signal(&d->wake);
    }
    pthread_mutex_unlock(&d->lock);
    return at_once;
}

bool health_last(struct server *s, struct health_seen *out, int64_t *age_ms)
{
    struct health_desk *d = s->health;
    pthread_mutex_lock(&d->lock);
    bool there = d->at_us != 0;
    *out = d->seen;
    *age_ms = (clock_monotonic_us() - d->at_us) / 1000;
    pthread_mutex_unlock(&d->lock);
    return there;
}

void health_metrics(struct server *s, struct buf *b)
{
    struct health_desk *d = s->health;
    pthread_mutex_lock(&d->lock);
    buf_puts(b, "# HELP shanzhi_health Checks of /readyz: 1 passed, 0.5 warned, 0 failed.\n# TYPE shanzhi_health gauge\n");
    for (int i = 0; i < d->n; i++)
        buf_printf(b, "shanzhi_health{check=\"%s\"} %s\n", d->all[i].check->name,
                   d->all[i].health == HEALTH_PASS ? "1" : d->all[i].health == HEALTH_WARN ? "0.5" : "0");
    pthread_mutex_unlock(&d->lock);
}

/* ---- life ---- */

void health_start(struct server *s)
{
    struct health_desk *d = arena_new(s->mem, struct health_desk);
    pthread_condattr_t attr;
    d->server = s;
    s->health = d;
    pthread_mutex_init(&d->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&d->wake, &attr);
    pthread_condattr_destroy(&attr);
    if (memory_thread(&d->thread, health_main, d)) BUG("no thread");
}

void health_stop(struct server *s)
{
    struct health_desk *d = s->health;
    pthread_mutex_lock(&d->lock);
    d->stop = true;
    pthread_cond_signal(&d->wake);
    pthread_mutex_unlock(&d->lock);
    pthread_join(d->thread, NULL);
    arena_clear(&d->mem[0]);
    arena_clear(&d->mem[1]);
}
