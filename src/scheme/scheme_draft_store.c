/* Drafts of a village: texts on their way to the meeting. A draft may have errors; it is kept as
 * text, with the counts of its findings. Nothing that was typed is lost: a deleted draft can be
 * brought back. */
#include "kernel/id.h"
#include "kernel/text.h"
#include "scheme/scheme_http.h"
#include "scheme/scheme_yaml.h"
#include <string.h>

static const char *const draft_states[] = { "open", "adopted", "deleted", NULL };
static const struct field scheme_draft_fields[] = {
    F(scheme_draft, id, K_ID, 0, 0, 0, "Draft id."),
    F_ENUM(scheme_draft, state, 0, draft_states,
           "open 草稿, adopted 已通过, deleted 已删除 (can be brought back)."),
    F(scheme_draft, title, K_TEXT, 0, 0, 0, "Title, as far as the text can be read. 标题"),
    F(scheme_draft, origin, K_TEXT, 0, 0, 0,
      "What it began with: blank, preset, version, template, draft, text. 起草来源"),
    F(scheme_draft, origin_name, K_TEXT, OPT, 0, 0, "Name of the preset. 范本"),
    F(scheme_draft, origin_id, K_ID, OPT, 0, 0, "The version or draft it began with."),
    F(scheme_draft, errors, K_INT, 0, 0, 0,
      "How many errors the checker found when it was saved. 错误"),
    F(scheme_draft, warnings, K_INT, 0, 0, 0, "How many warnings. 提醒"),
    F(scheme_draft, version, K_INT, OUT_ETAG, 0, 0, "Counts the savings; for If-Match."),
    F(scheme_draft, created_at, K_INSTANT, 0, 0, 0, "When it was begun. 起草时间"),
    F(scheme_draft, created_by_name, K_TEXT, OPT, 0, 0, "Who began it. 起草人"),
    F(scheme_draft, changed_at, K_INSTANT, 0, 0, 0, "When it was last saved. 修改时间"),
    F(scheme_draft, changed_by_name, K_TEXT, OPT, 0, 0, "Who saved it. 修改人"),
    F(scheme_draft, scheme, K_ID, OPT, 0, 0, "The version it became, once adopted."),
    F(scheme_draft, text, K_TEXT, OPT, 0, 0, "The YAML text; with a single draft only. 原文"),
    F_SUB(scheme_draft, findings, K_LIST, OPT, 0, 0, finding_out_record,
          "What the checker says now, in the order of the text; with a single draft only."),
    { 0 }
};
RECORD(scheme_draft);

#define DRAFT_COLUMNS                                                                              \
    "id, state, title, origin, origin_name, origin_id, errors, warnings, version, created_at, "    \
    "created_by_name, changed_at,"                                                                 \
    " changed_by_name, scheme"

/* ---- a text on its way into a row ---- */
struct draft_text {
    const char *text, *title;
    int64_t errors, warnings;
};

/* The title, although the text may have any number of errors. */
static const char *title_of(struct arena *mem, const char *text, size_t n)
{
    struct scheme_check quiet = { .mem = mem };
    const struct scheme_node *root = scheme_yaml(&quiet, text, n), *title = NULL;
    if (root && root->kind == NODE_MAP) title = node_get(root, "title");
    if (root && root->kind == NODE_MAP && !title) title = node_get(root, "标题");
    if (!title || title->kind != NODE_SCALAR || !text_clean(title->text) || text_blank(title->text))
        return "未命名方案";
    return arena_strndup(mem, title->text, utf8_clip(title->text, 180));
}

/* Line ends of other systems become "\n", so that a line number means the same everywhere. */
static const struct err *take_text(struct req *r, int64_t village, const char *text, size_t n,
                                   struct draft_text *out)
{
    struct scheme_finding *found;
    const struct scheme *s;
    if (n > SCHEME_BYTES)
        return fail_say(r, ERR_TOO_LARGE, NULL, "方案太长，最多512 KiB。",
                        "The text is too long: at most 512 KiB.");
    if (!utf8_valid(text, n) || memchr(text, 0, n))
        return fail_say(r, ERR_INVALID, "", "内容不是 UTF-8 文本，请另存为 UTF-8 后再提交。",
                        "This is no UTF-8 text; save it as UTF-8.");
    char *p = arena_alloc(r->mem, n + 1);
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '\r' && i + 1 < n && text[i + 1] == '\n') continue;
        p[m++] = text[i] == '\r' ? '\n' : text[i];
    }
    p[m] = 0;
    *out = (struct draft_text){ .text = p, .title = title_of(r->mem, p, m) };
    TRY(scheme_read_at(r, village, r->today, p, m, &s, &found));
    for (const struct scheme_finding *f = found; f; f = f->next)
        f->warning ? out->warnings++ : out->errors++;
    return NULL;
}

/* ---- the life of a draft ---- */
const struct err *draft_add(struct req *r, int64_t village, const struct draft_origin *from,
                            const char *text, size_t n, int64_t *id)
{
    struct draft_text t;
    int64_t open;
    TRY(take_text(r, village, text, n, &t));
    TRY(db_int(r, &open, "SELECT count(*) FROM scheme_draft WHERE village = $1 AND state = 'open'",
               I64(village)));
    if (open >= DRAFTS_MAX)
        return fail_say(r, ERR_CONFLICT, NULL, "草稿太多了，请先删去不用的。",
                        "There are too many drafts; delete some first.");
    *id = id_new();
    return db_exec(
        r,
        "INSERT INTO scheme_draft (village, id, state, title, origin, origin_name, origin_id, "
        "yaml, errors, warnings,"
        " version, created_at, created_by, created_by_name, changed_at, changed_by, "
        "changed_by_name)"
        " VALUES ($1, $2, 'open', $3, $4, $5, $6, $7, $8, $9, 1, $10, $11, $12, $10, $11, $12)",
        I64(village), I64(*id), TEXT(t.title), TEXT(from->from), TEXT(from->name), I64(from->id),
        TEXT(t.text), I64(t.errors), I64(t.warnings), I64(r->now),
        I64(r->who ? r->who->account : NONE), TEXT(r->who ? r->who->name : NULL));
}

const struct err *draft_load(struct req *r, int64_t village, int64_t id, struct scheme_draft **out)
{
    TRY(db_find(r, &scheme_draft_record, out,
                "SELECT " DRAFT_COLUMNS
                ", yaml AS \"text\" FROM scheme_draft WHERE village = $1 AND id = $2",
                I64(village), I64(id)));
    return *out ? NULL : fail(r, ERR_NOT_FOUND, "draft");
}

const struct err *drafts_list(struct req *r, int64_t village, const char *state, int64_t before_at,
                              int64_t before_id, int64_t limit, struct list *out)
{
    return db_all(r, &scheme_draft_record, out,
                  "SELECT " DRAFT_COLUMNS " FROM scheme_draft WHERE village = $1 AND state = $2"
                  " AND (changed_at < $3 OR (changed_at = $3 AND id < $4)) ORDER BY changed_at "
                  "DESC, id DESC LIMIT $5",
                  I64(village), TEXT(state), I64(before_at == NONE ? INT64_MAX : before_at),
                  I64(before_id == NONE ? INT64_MAX : before_id), I64(limit));
}

/* Why a compare-and-set changed nothing. */
static const struct err *why_not(struct req *r, int64_t village, int64_t id, int64_t version,
                                 const char *state)
{
    struct scheme_draft *d;
    TRY(draft_load(r, village, id, &d));
    if (!text_equal(d->state, state)) {
        bool adopted = text_equal(d->state, "adopted"), deleted = text_equal(d->state, "deleted");
        return fail_say(r, ERR_STATE, "draft",
                        adopted ? "这份草稿已经通过，不能再改；可以另起一份。"
                        : deleted ? "这份草稿已删除，请先恢复。"
                                  : "这份草稿没有被删除。",
                        adopted   ? "This draft was adopted and stays as it is; begin another one."
                        : deleted ? "This draft is deleted; bring it back first."
                                  : "This draft is not deleted.");
    }
    return d->version == version || version == NONE ? fail(r, ERR_CONFLICT, "draft")
                                                    : fail(r, ERR_STALE, "If-Match");
}

const struct err *draft_save(struct req *r, int64_t village, int64_t id, int64_t version,
                             const char *text, size_t n)
{
    struct draft_text t;
    int64_t changed;
    TRY(take_text(r, village, text, n, &t));
    TRY(db_exec_n(r, &changed,
                  "UPDATE scheme_draft SET title = $4, yaml = $5, errors = $6, warnings = $7, "
                  "changed_at = $8, changed_by = $9,"
                  " changed_by_name = $10, version = version + 1 WHERE village = $1 AND id = $2 "
                  "AND version = $3 AND state = 'open'",
                  I64(village), I64(id), I64(version), TEXT(t.title), TEXT(t.text), I64(t.errors),
                  I64(t.warnings), I64(r->now), I64(r->who ? r->who->account : NONE),
                  TEXT(r->who ? r->who->name : NULL)));
    return changed ? NULL : why_not(r, village, id, version, "open");
}

const struct err *draft_delete(struct req *r, int64_t village, int64_t id, int64_t version)
{
    int64_t changed;
    TRY(db_exec_n(
        r, &changed,
        "UPDATE scheme_draft SET state = 'deleted', changed_at = $4, changed_by = $5, "
        "changed_by_name = $6,"
        " version = version + 1 WHERE village = $1 AND id = $2 AND version = $3 AND state = 'open'",
        I64(village), I64(id), I64(version), I64(r->now), I64(r->who ? r->who->account : NONE),
        TEXT(r->who ? r->who->name : NULL)));
    if (!changed) return why_not(r, village, id, version, "open");
    return db_exec(
        r,
        "DELETE FROM scheme_draft WHERE village = $1 AND state = 'deleted' AND id NOT IN (SELECT "
        "id FROM scheme_draft"
        " WHERE village = $1 AND state = 'deleted' ORDER BY changed_at DESC, id DESC LIMIT $2)",
        I64(village), I64(DRAFTS_DELETED));
}

const struct err *draft_restore(struct req *r, int64_t village, int64_t id)
{
    int64_t changed;
    TRY(db_exec_n(r, &changed,
                  "UPDATE scheme_draft SET state = 'open', changed_at = $3, changed_by = $4, "
                  "changed_by_name = $5,"
                  " version = version + 1 WHERE village = $1 AND id = $2 AND state = 'deleted'",
                  I64(village), I64(id), I64(r->now), I64(r->who ? r->who->account : NONE),
                  TEXT(r->who ? r->who->name : NULL)));
    return changed ? NULL : why_not(r, village, id, NONE, "deleted");
}

const struct err *draft_adopt(struct req *r, int64_t village, int64_t id, int64_t version,
                              int64_t from, const struct scheme_meeting *m, int64_t *scheme)
{
    struct scheme_draft *d;
    int64_t changed;
    TRY(draft_load(r, village, id, &d));
    if (!text_equal(d->state, "open") || d->version != version)
        return why_not(r, village, id, version, "open");
    TRY(scheme_adopt_by(r, village, from, m, id, d->text, strlen(d->text), scheme));
    TRY(db_exec_n(r, &changed,
                  "UPDATE scheme_draft SET state = 'adopted', scheme = $4, version = version + 1"
                  " WHERE village = $1 AND id = $2 AND version = $3 AND state = 'open'",
                  I64(village), I64(id), I64(version), I64(*scheme)));
    return changed ? NULL : why_not(r, village, id, version, "open");
}
