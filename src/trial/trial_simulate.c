/* A draft on a village's real past: the pure simulation over the village as a source of facts. */
#include <stdio.h>
#include <string.h>

#include "kernel/csv.h"
#include "kernel/dec.h"
#include "kernel/text.h"
#include "trial/trial.h"
#include "trial/trial_source.h"

/* What only the village knows of a fair comparison, behind what the simulation says. */
static const struct err *add_notes(struct req *r, const struct trial_source *v, struct span in,
                                   struct simulation *sim)
{
    const struct scheme *then;
    struct list *notes = &sim->notes;
    struct sim_note *all = arena_array(r->mem, struct sim_note, notes->n + 3);
    int64_t waiting;
    size_t n = notes->n;
    if (n) memcpy(all, notes->items, n * sizeof *all);
    TRY(claim_waiting(r, v->village, in, &waiting));
    if (waiting)
        all[n++] = (struct sim_note){
            arena_printf(r->mem, "还有%lld件申报没有办完，没有算进去。", (long long)waiting),
            arena_printf(r->mem, "%lld claims are not decided yet and are left out.",
                         (long long)waiting)
        };
    if (v->homes)
        all[n++] = (struct sim_note){
            "系统没有登记谁不参加积分，全部家庭成员都按参加算。",
            "The register does not say who takes no part, so every member counts as taking part."
        };
    const struct err *e = scheme_in_force(r, v->village, in.first, &then);
    if (e && e->code != ERR_NO_SCHEME) return e;
    if (e || then->version != sim->scheme[SIM_NOW]->version)
        all[n++] = (struct sim_note){
            "这段时间换过方案：两边都按各自的一套规则算全期，所以“现行”与当时入账的数可能不同。",
            "The scheme changed in this time. Both sides apply one set of rules to all of it, so "
            "\"now\" may differ from what was recorded."
        };
    *notes = (struct list){ all, n };
    return NULL;
}

/* The two schemes and the village between them. */
static const struct err *begin(struct req *r, int64_t village, const char *text, size_t n,
                               struct span in, const struct scheme **now,
                               const struct scheme **draft, struct trial_source **v)
{
    struct scheme_finding *found;
    *draft = scheme_parse(r->mem, "draft", text, n, &found);
    if (!*draft) return scheme_error(r->mem, found);
    TRY(scheme_in_force(r, village, in.last < r->today ? in.last : r->today, now));
    return trial_source_open(r, village, in.last, trial_has_homes(*now) || trial_has_homes(*draft),
                             v);
}

const struct err *trial_simulate(struct req *r, int64_t village, const char *text, size_t n,
                                 struct span in, struct simulation **out)
{
    const struct scheme *now, *draft;
    struct trial_source *v;
    TRY(begin(r, village, text, n, in, &now, &draft, &v));
    TRY(scheme_simulate(r->mem, now, draft, &v->source, in, out));
    return add_notes(r, v, in, *out);
}

const struct err *trial_simulate_one(struct req *r, int64_t village, const char *text, size_t n,
                                     struct span in, int64_t id, struct run_result out[SIM_SIDES])
{
    const struct scheme *now, *draft;
    struct trial_source *v;
    TRY(begin(r, village, text, n, in, &now, &draft, &v));
    return scheme_simulate_one(r->mem, now, draft, &v->source, in, id, out);
}

/* ---- as a table ---- */

static void titles_cell(struct buf *out, struct arena *mem, const struct list *held)
{
    char *s = arena_strdup(mem, "");
    for (size_t i = 0; i < held->n; i++) {
        const struct sim_held *h = &LIST_AT(*held, struct sim_held, i);
        s = arena_printf(mem, "%s%s%s", s, i ? "、" : "", h->rung->label);
    }
    csv_cell(out, s);
}

static void number_cell(struct buf *out, int64_t c)
{
    char s[DEC_SIZE];
    csv_cell(out, dec_format(c, s));
}

static void rank_cell(struct buf *out, int64_t rank)
{
    char s[24];
    snprintf(s, sizeof s, "%lld", (long long)rank);
    csv_cell(out, rank ? s : "");
}

void trial_csv(const struct simulation *sim, enum lang lang, struct buf *out)
{
    static const char *const zh[] = { "编号",          "对象",     "类别",     "小组",
                                      "现行",          "草案",     "增减",     "现行名次",
                                      "草案名次",      "现行称号", "草案称号", "现行花费（元）",
                                      "草案花费（元）" };
    static const char *const en[] = { "id",         "subject",    "class",        "group",
                                      "now",        "draft",      "change",       "rank now",
                                      "rank draft", "titles now", "titles draft", "yuan now",
                                      "yuan draft" };
    char id[24];
    buf_puts(out, CSV_BOM);
    for (size_t i = 0; i < sizeof zh / sizeof *zh; i++)
        csv_cell(out, lang == LANG_ZH ? zh[i] : en[i]);
    csv_end_row(out);
    for (size_t i = 0; i < sim->rows.n && !out->over; i++) {
        const struct sim_row *r = &LIST_AT(sim->rows, struct sim_row, i);
        snprintf(id, sizeof id, "%lld", (long long)r->id);
        csv_cell(out, id);
        csv_cell(out, r->label ? r->label : "");
        csv_cell(out, r->class_ ? r->class_ : "");
        csv_cell(out, r->group ? r->group : "");
        number_cell(out, r->side[SIM_NOW].value_c);
        number_cell(out, r->side[SIM_DRAFT].value_c);
        number_cell(out, r->change_c);
        for (int k = 0; k < SIM_SIDES; k++) rank_cell(out, r->side[k].rank);
        for (int k = 0; k < SIM_SIDES; k++) titles_cell(out, out->mem, &r->side[k].titles);
        for (int k = 0; k < SIM_SIDES; k++) number_cell(out, r->side[k].yuan_c);
        csv_end_row(out);
    }
}
