/* The rules of a claim, pure: which step may follow which, whose it is, who may not, what comes next,
 * and what of a text may hang on a wall. Source: seed 000 篇2 (六步), design.md section 6 (回避). */
#include "claim/claim.h"

#include <string.h>

#include "kernel/buf.h"
#include "kernel/text.h"

const char *const claim_states[] = { "none", "submitted", "returned", "checked", "published",
                                     "objected", "approved", "recorded", "rejected", "withdrawn",
                                     "reversed", NULL };
const char *const claim_states_zh[] = { "", "已申报", "已退回", "已初审", "公示中", "有异议",
                                        "已审核", "已入账", "未通过", "已撤回", "已冲正", NULL };
const char *const claim_actions[] = { "submit", "check", "return", "publish", "approve", "reject",
                                      "record", "withdraw", "false", "object", "uphold", "dismiss",
                                      NULL };
const char *const claim_actions_zh[] = { "申报", "初审", "退回", "公示", "审核", "不予通过",
                                         "录入", "撤回", "认定虚假", "提出异议", "异议成立",
                                         "异议不成立", NULL };
const char *const claim_channels[] = { "phone_page", "oral", "phone", "sms", "qq", "wechat", "paper",
                                       "grid_worker", NULL };
const char *const claim_claimants[] = { "self", "proxy", "recorder", NULL };

#define CAREFUL (NOT_OWN | WITH_REASON)
const struct claim_move claim_moves[] = {
    /* 1 自行申报/代报: until it is approved, it is the claimant's to correct or to take back. */
    { CLAIM_RETURNED, ACT_SUBMIT, CLAIM_SUBMITTED, PERM_SELF, ONLY_CLAIMANT },
    { CLAIM_SUBMITTED, ACT_WITHDRAW, CLAIM_WITHDRAWN, PERM_SELF, ONLY_CLAIMANT },
    { CLAIM_RETURNED, ACT_WITHDRAW, CLAIM_WITHDRAWN, PERM_SELF, ONLY_CLAIMANT },
    { CLAIM_CHECKED, ACT_WITHDRAW, CLAIM_WITHDRAWN, PERM_SELF, ONLY_CLAIMANT },
    { CLAIM_PUBLISHED, ACT_WITHDRAW, CLAIM_WITHDRAWN, PERM_SELF, ONLY_CLAIMANT },
    { CLAIM_OBJECTED, ACT_WITHDRAW, CLAIM_WITHDRAWN, PERM_SELF, ONLY_CLAIMANT },
    /* 2 初审 */
    { CLAIM_SUBMITTED, ACT_CHECK, CLAIM_CHECKED, PERM_CLAIM_CHECK, NOT_OWN },
    { CLAIM_SUBMITTED, ACT_RETURN, CLAIM_RETURNED, PERM_CLAIM_CHECK, CAREFUL },
    { CLAIM_SUBMITTED, ACT_REJECT, CLAIM_REJECTED, PERM_CLAIM_CHECK, CAREFUL },
    /* 3 公示 */
    { CLAIM_CHECKED, ACT_PUBLISH, CLAIM_PUBLISHED, PERM_CLAIM_PUBLISH, NOT_OWN },
    { CLAIM_CHECKED, ACT_RETURN, CLAIM_RETURNED, PERM_CLAIM_PUBLISH, CAREFUL },
    { CLAIM_CHECKED, ACT_REJECT, CLAIM_REJECTED, PERM_CLAIM_APPROVE, CAREFUL | NOT_CLAIMED | NOT_CHECKED },
    { CLAIM_PUBLISHED, ACT_OBJECT, CLAIM_OBJECTED, PERM_UNSET, 0 },
    { CLAIM_OBJECTED, ACT_UPHOLD, CLAIM_REJECTED, PERM_UNSET, NOT_OWN | NOT_CLAIMED | NOT_CHECKED },
    { CLAIM_OBJECTED, ACT_DISMISS, CLAIM_PUBLISHED, PERM_UNSET, NOT_OWN | NOT_CLAIMED | NOT_CHECKED },
    /* 4 审核: by somebody who neither claimed nor checked it. */
    { CLAIM_PUBLISHED, ACT_APPROVE, CLAIM_APPROVED, PERM_CLAIM_APPROVE, NOT_OWN | NOT_CLAIMED | NOT_CHECKED },
    { CLAIM_PUBLISHED, ACT_RETURN, CLAIM_RETURNED, PERM_CLAIM_APPROVE, CAREFUL | NOT_CLAIMED | NOT_CHECKED },
    { CLAIM_PUBLISHED, ACT_REJECT, CLAIM_REJECTED, PERM_CLAIM_APPROVE, CAREFUL | NOT_CLAIMED | NOT_CHECKED },
    /* 5 录入: the recorder may send back what cannot be recorded (a cap is used up, a duplicate). */
    { CLAIM_APPROVED, ACT_RECORD, CLAIM_RECORDED, PERM_CLAIM_RECORD, NOT_OWN },
    { CLAIM_APPROVED, ACT_RETURN, CLAIM_RETURNED, PERM_CLAIM_RECORD, CAREFUL },
    /* 认定虚假: before it is recorded only the penalty; afterwards a reversal and the penalty (W2). */
    { CLAIM_SUBMITTED, ACT_FALSE, CLAIM_REJECTED, PERM_CLAIM_REVERSE, CAREFUL | NOT_CLAIMED },
    { CLAIM_RETURNED, ACT_FALSE, CLAIM_REJECTED, PERM_CLAIM_REVERSE, CAREFUL | NOT_CLAIMED },
    { CLAIM_CHECKED, ACT_FALSE, CLAIM_REJECTED, PERM_CLAIM_REVERSE, CAREFUL | NOT_CLAIMED },
    { CLAIM_PUBLISHED, ACT_FALSE, CLAIM_REJECTED, PERM_CLAIM_REVERSE, CAREFUL | NOT_CLAIMED },
    { CLAIM_OBJECTED, ACT_FALSE, CLAIM_REJECTED, PERM_CLAIM_REVERSE, CAREFUL | NOT_CLAIMED },
    { CLAIM_APPROVED, ACT_FALSE, CLAIM_REJECTED, PERM_CLAIM_REVERSE, CAREFUL | NOT_CLAIMED },
    { CLAIM_RECORDED, ACT_FALSE, CLAIM_REVERSED, PERM_CLAIM_REVERSE, CAREFUL | NOT_CLAIMED },
    { 0 }
};

const struct claim_move *claim_move_find(enum claim_state from, enum claim_action act)
{
    for (const struct claim_move *m = claim_moves; m->from; m++)
        if (m->from == from && m->act == act) return m;
    return NULL;
}

enum claim_state claim_state_of(const char *name)
{
    int i = text_place(claim_states, name);
    if (i < CLAIM_SUBMITTED) BUG("claim: state %s", name);
    return (enum claim_state)i;
}

static const char *on_day(struct arena *mem, int64_t day, enum lang lang)
{
    char zh[DATE_ZH_SIZE], iso[DATE_SIZE];
    if (day == NONE) return lang == LANG_EN ? "soon" : "近日";
    return arena_strdup(mem, lang == LANG_EN ? date_format(day, iso) : date_zh(day, zh));
}

const char *claim_next(struct arena *mem, enum claim_state s, int64_t last_day, int64_t due_on,
                       enum lang lang)
{
    static const struct { const char *zh, *en; } words[CLAIM_STATES] = {
        [CLAIM_SUBMITTED] = { "等待网格员初审，最迟%s", "The grid worker checks it by %s." },
        [CLAIM_RETURNED] = { "请申报人更正后重新提交", "The claimant corrects it and sends it again." },
        [CLAIM_CHECKED] = { "等待公示，最迟%s", "It goes on the board by %s." },
        [CLAIM_PUBLISHED] = { "公示到%s，期满后由干部审核", "On the board until %s; then a cadre approves it." },
        [CLAIM_OBJECTED] = { "有异议，等待处理，最迟%s", "An objection is open; it is decided by %s." },
        [CLAIM_APPROVED] = { "等待录入，最迟%s", "The recorder enters it by %s." },
    };
    if (!words[s].zh) return NULL;
    const char *day = on_day(mem, s == CLAIM_PUBLISHED ? last_day : due_on, lang);
    const char *words_here = lang == LANG_EN ? words[s].en : words[s].zh;
    const char *at = strstr(words_here, "%s");
    if (!at) return words_here;
    return arena_printf(mem, "%.*s%s%s", (int)(at - words_here), words_here, day, at + 2);
}

enum { PUBLIC_MAX = 8192, LONG_NUMBER = 7 };

char *claim_public_text(struct arena *mem, const char *text, const char *name, const char *masked)
{
    struct buf b = buf_in(mem, PUBLIC_MAX);
    text = text_normal(mem, text); /* full-width digits are digits */
    size_t name_n = name ? strlen(name) : 0;

    for (const char *p = text; *p;) {
        if (name_n && strncmp(p, name, name_n) == 0) {
            buf_puts(&b, masked);
            p += name_n;
            continue;
        }
        size_t digits = strspn(p, "0123456789");
        size_t tail = digits && (p[digits] == 'X' || p[digits] == 'x') ? 1 : 0;
        if (digits >= LONG_NUMBER) {
            buf_add(&b, p, 3);
            buf_puts(&b, "****");
            p += digits + tail;
            continue;
        }
        size_t n = digits ? digits : 1;
        buf_add(&b, p, n);
        p += n;
    }
    return b.p;
}
