/* The notice: who it applies to, how one claims, what gives points and what costs them. */
#include <string.h>

#include "kernel/text.h"
#include "scheme/scheme_notice_in.h"

static bool deduction(const struct scheme_item *i)
{
    return i->points_min_c < 0 && i->points_max_c <= 0;
}

static bool has(const struct list *names, const char *name)
{
    for (size_t i = 0; i < names->n; i++)
        if (text_equal(LIST_AT(*names, const char *, i), name)) return true;
    return false;
}

/* ---- who ---- */

/* Does anything here give or take points (and not only yuan, marks or colours)? */
static bool gives_points(const struct scheme *s)
{
    for (size_t i = 0; i < s->items.n; i++)
        if (!LIST_AT(s->items, struct scheme_item, i).yuan) return true;
    for (size_t i = 0; i < s->rules.streaks.n; i++)
        if (LIST_AT(s->rules.streaks, struct scheme_streak, i).points_c != NONE) return true;
    for (size_t i = 0; i < s->rules.bands.n; i++) {
        const struct scheme_bands *b = &LIST_AT(s->rules.bands, struct scheme_bands, i);
        for (size_t k = 0; k < b->bands.n; k++)
            if (LIST_AT(b->bands, struct scheme_band, k).points_c != NONE) return true;
    }
    return false;
}

static void tell_balance(struct telling *t, const struct scheme_balance *b, bool honour)
{
    const char *lasts = SAY(t, "长期有效", "it does not expire");
    if (text_equal(b->valid, "year")) lasts = SAY(t, "年底清零", "it ends with the year");
    if (text_equal(b->valid, "months"))
        lasts = told(t, SAY(t, "得分满%d个月失效，先得的先用", "it lasts %d months, oldest first"),
                     (int)b->months);
    if (honour)
        tell(t, NOTICE_POINT,
             SAY(t, "%s：用来评比和评先进，兑换东西不会减少，%s。",
                 "%s: for ranking and titles; redeeming does not reduce it; %s."),
             b->label, lasts);
    else if (b->spend == 1)
        tell(t, NOTICE_POINT, SAY(t, "%s：可以兑换，%s。", "%s: can be redeemed; %s."), b->label,
             lasts);
    else
        tell(t, NOTICE_POINT, SAY(t, "%s：不能兑换，%s。", "%s: cannot be redeemed; %s."), b->label,
             lasts);
}

void tell_who(struct telling *t)
{
    const struct scheme *s = t->s;
    static const char *const counts[] = { "", "一", "两", "三", "四" };
    struct buf who = buf_in(t->mem, 4096);
    size_t n = 0;

    for (size_t i = 0; i < s->classes.n; i++) {
        const struct scheme_class *c = &LIST_AT(s->classes, struct scheme_class, i);
        if (!class_told(t, c->code)) continue;
        buf_printf(&who, "%s%s", n++ ? SAY(t, "、", ", ") : "", c->label);
        bool same = c->tags.n == 1 && text_equal(LIST_AT(c->tags, const char *, 0), c->label);
        if (c->tags.n && !same)
            buf_printf(&who, SAY(t, "（登记为“%s”的人）", " (people marked \"%s\")"),
                       names_word(t, &c->tags));
    }
    tell_chapter(t, SAY(t, "适用对象", "Who it applies to"));
    tell(t, NOTICE_TEXT,
         n > 1 ? SAY(t, "本办法适用于%s，各有各的积分账户，互不混算。",
                     "These rules apply to %s; each has an account of its own.")
               : SAY(t, "本办法适用于%s。", "These rules apply to %s."),
         who.p ? who.p : "");
    /* Balances that the file does not name (no node) are worth a word only where points are given.
     */
    if (!s->accounts.n ||
        (!gives_points(s) && !LIST_AT(s->accounts, struct scheme_balance, 0).node))
        return;
    tell(t, NOTICE_TEXT, SAY(t, "积分有%s种：", "There are %s kinds of points:"),
         t->zh ? counts[s->accounts.n % 5] : told(t, "%d", (int)s->accounts.n));
    for (size_t i = 0; i < s->accounts.n; i++)
        tell_balance(t, &LIST_AT(s->accounts, struct scheme_balance, i), i == 0);
}

/* ---- how to claim ---- */

/* What every claim passes in this program when the text names no steps (claim.h). */
static struct list usual_steps(struct telling *t)
{
    const struct scheme_step steps[] = {
        { SAY(t, "申报", "Claim"), "villager", NULL, NONE, NULL },
        { SAY(t, "初审", "First check"), "grid", NULL, NONE, NULL },
        { SAY(t, "公示", "Publicity"), "cadre", "stops", t->s->publicity_days, NULL },
        { SAY(t, "审核", "Approval"), "cadre", NULL, NONE, NULL },
        { SAY(t, "录入", "Recording"), "recorder", NULL, NONE, NULL },
    };
    return (struct list){ arena_copy(t->mem, steps, sizeof steps), 5 };
}

struct list claim_steps(struct telling *t)
{
    return t->s->rules.claim_steps.n ? t->s->rules.claim_steps : usual_steps(t);
}

void tell_claims(struct telling *t)
{
    const struct scheme *s = t->s;
    bool any = false, self = false, proof = false, optional = false;
    for (size_t i = 0; i < s->items.n; i++) {
        const struct scheme_item *item = &LIST_AT(s->items, struct scheme_item, i);
        if (item->yuan || deduction(item) || !item_told(t, item)) continue;
        any = true;
        self |= has(&item->claimants, "self");
        proof |= text_equal(item->evidence, "required");
        optional |= text_equal(item->evidence, "optional");
    }
    if (!any && !s->rules.claim_steps.n) return;
    tell_chapter(t, SAY(t, "怎样得分", "How points are given"));
    if (self)
        tell(t, NOTICE_TEXT,
             SAY(t,
                 "做了下面的好事，在手机上“申报”就行。没有手机也一样：当面说、打电话、写张条子都"
                 "可以，由网格员或村干部代报，走同样的步骤。",
                 "Who did one of the deeds below claims it on the phone. Without a phone it is the "
                 "same: "
                 "tell, call or leave a note, and the grid worker or a cadre claims it for you."));
    else
        tell(t, NOTICE_TEXT, "%s",
             SAY(t, "不用自己申报，由村里统一登记。", "No need to claim: the village enters it."));
    struct list steps = claim_steps(t);
    tell_steps(t, &steps, SAY(t, "申报要走的步骤", "The steps of a claim"));
    if (proof)
        tell(t, NOTICE_TEXT,
             SAY(t, "表中“证明”写“要”的，要附照片、证书或签字。%s",
                 "Where \"Proof\" says yes, a photo, certificate or signature is needed. %s"),
             optional ? SAY(t, "其他项目有照片更好，没有也行。", "For the others a photo helps.")
                      : "");
}

/* ---- items ---- */

/* Codes are for forms: shown when all of them look like numbers of a form (A01), not like words. */
static bool codes_shown(const struct scheme *s)
{
    for (size_t i = 0; i < s->items.n; i++) {
        const char *code = LIST_AT(s->items, struct scheme_item, i).code;
        if (strlen(code) > 5 || !strpbrk(code, "0123456789")) return false;
    }
    return true;
}

static const char *caps_text(struct telling *t, const struct list *caps, const char *unit)
{
    struct buf b = buf_in(t->mem, 4096);
    for (size_t i = 0; i < caps->n; i++)
        buf_printf(&b, "%s%s", i ? SAY(t, "，", "; ") : "",
                   cap_word(t, &LIST_AT(*caps, struct scheme_cap, i), unit));
    return b.p;
}

static const char *unit_of(const struct telling *t, const struct scheme_item *i)
{
    return i->yuan ? SAY(t, "元", " yuan") : SAY(t, "分", " points");
}

static const struct scheme_pay *pay_find(const struct scheme *s, const char *code)
{
    for (size_t i = 0; i < s->rules.payments.n; i++) {
        const struct scheme_payment *p = &LIST_AT(s->rules.payments, struct scheme_payment, i);
        for (size_t k = 0; k < p->pays.n; k++) {
            const struct scheme_pay *pay = &LIST_AT(p->pays, struct scheme_pay, k);
            if (text_equal(pay->code, code) || text_equal(pay->label, code)) return pay;
        }
    }
    return NULL;
}

/* How part of a unit counts, unless the note says so in the village's words. */
static void count_word(struct telling *t, const struct scheme_item *item, struct buf *b)
{
    const char *u = item->unit;
    if (!u || item->steps.n || (item->note && strstr(item->note, "不足"))) return;
    if (text_equal(item->count, "down"))
        buf_printf(b, SAY(t, "（不足1%s不计）", " (part of one %s does not count)"), u);
    if (text_equal(item->count, "up"))
        buf_printf(b, SAY(t, "（不足1%s按1%s计）", " (part of one %s counts as 1 %s)"), u, u);
    if (text_equal(item->count, "nearest"))
        buf_printf(b, SAY(t, "（满半%s按1%s计）", " (half a %s and more counts as 1 %s)"), u, u);
}

/* What it is worth, without what the table tells elsewhere: the contrary and the warnings. */
const char *item_worth(struct telling *t, const struct scheme_item *item)
{
    struct scheme_item plain = *item;
    struct buf b = buf_in(t->mem, 8192);
    plain.reverse_c = NONE;
    plain.warnings = NULL;
    plain.loses.n = 0;
    const char *points = scheme_points_text(t->mem, &plain, t->about->lang);
    buf_puts(&b, points ? points : "");
    count_word(t, item, &b);
    for (size_t i = 0; i < item->loses.n; i++) {
        const struct scheme_level *l = &LIST_AT(item->loses, struct scheme_level, i);
        const struct scheme_pay *pay = pay_find(t->s, l->name);
        const char *name = pay ? pay->label : l->name;
        if (b.n) buf_puts(&b, SAY(t, "，", "; "));
        if (l->points.min_c == 10000)
            buf_printf(&b, SAY(t, "%s全部扣掉", "the whole %s is lost"), name);
        else
            buf_printf(&b, SAY(t, "%s扣%d%%", "%s loses %d%%"), name, (int)(l->points.min_c / 100));
    }
    return b.p ? b.p : "";
}

/* "一次照料填一次；同一荣誉每年只计一项": what a villager must know besides. */
const char *item_name(struct telling *t, const struct scheme_item *item)
{
    struct buf b = buf_in(t->mem, 8192);
    const char *sep = SAY(t, "；", "; ");
    if (item->note) buf_printf(&b, "%s%s", b.n ? sep : "", item->note);
    if (!deduction(item) && !item->yuan && !has(&item->claimants, "self"))
        buf_printf(&b, "%s%s", b.n ? sep : "",
                   has(&item->claimants, "document")
                       ? SAY(t, "由村里凭文件登记", "entered by the village from a document")
                       : SAY(t, "由村里登记，不用自己报", "entered by the village"));
    for (size_t i = 0; item->one_of && i < t->s->rules.groups.n; i++) {
        const struct scheme_group *g = &LIST_AT(t->s->rules.groups, struct scheme_group, i);
        if (!text_equal(g->code, item->one_of)) continue;
        bool best = text_equal(g->keep, "best");
        buf_printf(&b, t->zh ? "%s“%s”%s只计一项，计%s的" : "%sof \"%s\" one counts %s, the %s one",
                   b.n ? sep : "", g->label, every_word(t, g->per),
                   best ? SAY(t, "最高", "best") : SAY(t, "最先", "first"));
    }
    if (item->board)
        buf_printf(&b, SAY(t, "%s上%s", "%son the board %s"), b.n ? sep : "",
                   board_word(t, item->board));
    if (item->bars)
        buf_printf(&b, SAY(t, "%s%s不得评称号", "%sno titles %s"), b.n ? sep : "",
                   bars_word(t, item->bars));
    if (!deduction(item) && !item->yuan && item->clause && item->reverse_c == NONE)
        buf_printf(&b, "%s%s%s", b.n ? sep : "", SAY(t, "依据：", "by "), item->clause);
    return b.n ? told(t, SAY(t, "%s（%s）", "%s (%s)"), item->label, b.p) : item->label;
}

static const char *proof(struct telling *t, const struct scheme_item *item)
{
    if (text_equal(item->evidence, "required")) return SAY(t, "要", "yes");
    if (text_equal(item->evidence, "none")) return SAY(t, "不用", "no");
    return NULL;
}

const char *item_caps(struct telling *t, const struct scheme_item *item)
{
    return item->caps.n ? caps_text(t, &item->caps, unit_of(t, item)) : NULL;
}

/* Whose item it is; NULL when it is everybody's. */
static const char *whose(struct telling *t, const struct scheme_item *item)
{
    struct buf b = buf_in(t->mem, 4096);
    size_t told_classes = 0, n = 0;
    for (size_t i = 0; i < t->s->classes.n; i++) {
        const struct scheme_class *c = &LIST_AT(t->s->classes, struct scheme_class, i);
        if (!class_told(t, c->code)) continue;
        told_classes++;
        if (!has(&item->classes, c->code)) continue;
        buf_printf(&b, "%s%s", n++ ? SAY(t, "、", ", ") : "", c->label);
    }
    return item->classes.n && n < told_classes ? b.p : NULL;
}

static void row_of_deduction(struct telling_table *table, const struct scheme_item *item,
                             bool contrary, bool codes)
{
    struct telling *t = table->t;
    const struct scheme_cap *w = item->warnings;
    const char *warn = w ? told(t, SAY(t, "%s先提醒%d次", "%s the first %d only warn"),
                                every_word(t, w->per), (int)w->times)
                         : NULL;
    const char *const cells[] = {
        codes ? item->code : NULL,
        contrary ? told(t, SAY(t, "没有做到：%s", "not done: %s"), item->label)
                 : item_name(t, item),
        item_worth(t, item),
        !contrary ? item_caps(t, item) : NULL,
        warn,
        item->clause,
        whose(t, item),
        proof(t, item),
    };
    table_row(table, cells);
}

static void tell_deductions(struct telling *t, bool codes)
{
    struct telling_table table;
    table_open(t, &table,
               SAY(t, "编号*2|什么情况*7|扣几分*4|最多扣*4|先提醒*4|依据*5|谁*4|证明*2",
                   "No.*2|What*7|Costs*4|At most*4|Warning*4|By*5|Who*4|Proof*2"));
    for (size_t i = 0; i < t->s->items.n; i++) {
        const struct scheme_item *item = &LIST_AT(t->s->items, struct scheme_item, i);
        if (item->yuan || !item_told(t, item)) continue;
        if (deduction(item)) row_of_deduction(&table, item, false, codes);
        if (item->reverse_c == NONE) continue;
        struct scheme_item contrary = *item;
        contrary.points = (struct scheme_range){ item->reverse_c, item->reverse_c };
        contrary.unit = NULL;
        contrary.levels.n = contrary.steps.n = contrary.multipliers.n = 0;
        row_of_deduction(&table, &contrary, true, codes);
    }
    if (!table.rows_n) return;
    tell_chapter(t, SAY(t, "哪些事要扣分", "What costs points"));
    if (t->s->covenant)
        tell(t, NOTICE_TEXT, SAY(t, "扣分以《%s》为依据。", "Deductions rest on %s."),
             t->s->covenant);
    table_close(&table, NULL);
}

static void tell_category(struct telling *t, const struct scheme_category *c, bool codes)
{
    struct telling_table table;
    bool yuan = c->yuan == 1;
    if (yuan)
        table_open(t, &table,
                   SAY(t, "编号*2|什么情况*8|加减多少*6|最多*4|先提醒*4|依据*4|谁*4|证明*2",
                       "No.*2|What*8|Amount*6|At most*4|Warning*4|By*4|Who*4|Proof*2"));
    else
        table_open(t, &table,
                   SAY(t, "编号*2|做什么*8|得几分*5|最多*4|证明*2|谁能得*5",
                       "No.*2|What*8|Points*5|At most*4|Proof*2|Who*5"));
    for (size_t i = 0; i < t->s->items.n; i++) {
        const struct scheme_item *item = &LIST_AT(t->s->items, struct scheme_item, i);
        if (!text_equal(item->category, c->code) || !item_told(t, item)) continue;
        if (yuan) {
            row_of_deduction(&table, item, false, codes);
            continue;
        }
        if (deduction(item)) continue;
        const char *const cells[] = {
            codes ? item->code : NULL, item_name(t, item), item_worth(t, item),
            item_caps(t, item),        proof(t, item),     whose(t, item),
        };
        table_row(&table, cells);
    }
    if (!table.rows_n) return;
    tell(t, NOTICE_SUBHEAD, "%s%s", c->label, yuan ? SAY(t, "（以元计）", " (in yuan)") : "");
    table_close(&table, NULL);
    if (c->caps.n)
        tell(t, NOTICE_TEXT,
             SAY(t, "“%s”一类合起来，最多%s。", "All of \"%s\" together: at most %s."), c->label,
             caps_text(t, &c->caps, yuan ? SAY(t, "元", " yuan") : SAY(t, "分", " points")));
}

void tell_items(struct telling *t)
{
    const struct scheme *s = t->s;
    bool codes = codes_shown(s), open = false, plus;

    for (int yuan = 0; yuan < 2; yuan++) {
        open = false;
        for (size_t i = 0; i < s->categories.n; i++) {
            const struct scheme_category *c = &LIST_AT(s->categories, struct scheme_category, i);
            if ((c->yuan == 1) != yuan) continue;
            plus = false;
            for (size_t k = 0; k < s->items.n; k++) {
                const struct scheme_item *item = &LIST_AT(s->items, struct scheme_item, k);
                plus |= text_equal(item->category, c->code) && item_told(t, item) &&
                        (yuan || !deduction(item));
            }
            if (!plus) continue;
            if (!open)
                tell_chapter(t, yuan ? SAY(t, "哪些事算钱", "What counts in yuan")
                                     : SAY(t, "哪些事能得分", "What earns points"));
            open = true;
            tell_category(t, c, codes);
        }
        if (yuan) break;
        if (s->rules.caps.n && s->items.n)
            tell(t, NOTICE_TEXT,
                 SAY(t, "所有加分合起来，一个账户最多%s。",
                     "All together one account gets at most %s."),
                 caps_text(t, &s->rules.caps, SAY(t, "分", " points")));
        tell_deductions(t, codes);
    }
}

/* ---- fairness and adoption ---- */

static bool about_people(const struct telling *t)
{
    for (size_t i = 0; i < t->s->classes.n; i++) {
        const char *kind = LIST_AT(t->s->classes, struct scheme_class, i).kind;
        if (text_equal(kind, "resident") || text_equal(kind, "household")) return true;
    }
    return false;
}

void tell_fairness(struct telling *t)
{
    const struct scheme *s = t->s;

    tell_chapter(t, SAY(t, "公示、异议和纪律", "Publicity, objections, discipline"));
    tell(t, NOTICE_POINT,
         SAY(t, "结果先公示%s，没有异议才算数。", "Results are public for %s before they count."),
         publicity_word(t));
    tell(t, NOTICE_POINT, "%s",
         SAY(t,
             "有不同意见的，公示期内可以在手机“公示”里提，也可以当面、打电话、写条子告诉网格员或村"
             "委会；"
             "查清以后答复本人，写明理由。",
             "Who disagrees says so during publicity, on the phone, in person or on paper; it is "
             "looked "
             "into and answered with reasons."));
    tell(t, NOTICE_POINT, "%s",
         SAY(t, "谁也不审、不评自己家的事。", "Nobody checks or marks their own household."));
    if (s->false_claim_times > 0 && s->items.n)
        tell(t, NOTICE_POINT,
             SAY(t, "弄虚作假的，按申报分的%d倍扣分；已经入账的先收回再扣。一件事只罚一次。%s",
                 "A false claim costs %d times its points; what was recorded is reversed besides. "
                 "One "
                 "deed is punished once. %s"),
             (int)s->false_claim_times,
             s->false_claim_bars == 0 ? ""
             : s->false_claim_bars == 1
                 ? SAY(t, "当年不得评称号。", "No titles in that year.")
                 : SAY(t, "当年和次年不得评称号。", "No titles in that year and the next."));
    if (!about_people(t)) return;
    tell(t, NOTICE_POINT, "%s",
         SAY(t, "公示时姓名用*遮一部分，不公布电话、身份证号和住址，不写未成年人姓名。",
             "Names are masked in public; phone, ID number and address are never shown."));
    tell(t, NOTICE_POINT, "%s",
         SAY(t, "积分不影响低保、看病、上学、办证等应有的权利。",
             "Points never touch rights such as benefits, medical care, schooling or "
             "certificates."));
}

static const char *day_word(struct telling *t, int64_t date)
{
    char zh[DATE_ZH_SIZE], en[DATE_SIZE];
    return arena_strdup(t->mem, t->zh ? date_zh_full(date, zh) : date_format(date, en));
}

void tell_adoption(struct telling *t)
{
    const struct notice_about *a = t->about;
    const struct scheme_adopted *file = t->s->adopted;
    const char *meeting = a->meeting ? a->meeting : file ? file->meeting : NULL;
    const int64_t on = a->meeting_on != NONE ? a->meeting_on : file ? file->date : NONE;
    const int64_t yes = a->votes_for != NONE ? a->votes_for : file ? file->votes_for : NONE;
    const int64_t no = a->votes_against != NONE ? a->votes_against
                       : file                   ? file->votes_against
                                                : NONE;
    const int64_t abstain = a->votes_abstain != NONE ? a->votes_abstain
                            : file                   ? file->votes_abstain
                                                     : NONE;
    struct buf b = buf_in(t->mem, 4096);

    tell_chapter(t, SAY(t, "通过和施行", "Adoption"));
    if (meeting) {
        buf_printf(&b, SAY(t, "本办法由%s%s%s通过", "Adopted by %s%s%s"),
                   t->zh && on != NONE ? day_word(t, on) : "", meeting,
                   !t->zh && on != NONE ? told(t, " on %s", day_word(t, on)) : "");
        if (yes != NONE) buf_printf(&b, SAY(t, "，赞成%d票", ": %d for"), (int)yes);
        if (no != NONE) buf_printf(&b, SAY(t, "、反对%d票", ", %d against"), (int)no);
        if (abstain != NONE) buf_printf(&b, SAY(t, "、弃权%d票", ", %d abstained"), (int)abstain);
        buf_puts(&b, SAY(t, "。", "."));
        tell(t, NOTICE_TEXT, "%s", b.p);
    }
    if (a->from != NONE)
        tell(t, NOTICE_TEXT,
             SAY(t, "自%s起施行；以前的积分按当时的办法算，不重算。",
                 "In force from %s; points given before stay as they are."),
             day_word(t, a->from));
    else
        tell(t, NOTICE_TEXT, "%s",
             SAY(t, "从通过后确定的日期起施行；以前的积分不重算。",
                 "In force from the day set at adoption; points given before stay as they are."));
    tell(t, NOTICE_SIGN, SAY(t, "%s（盖章）", "%s (stamp)"),
         a->signer         ? a->signer
         : about_people(t) ? SAY(t, "村民委员会", "Villagers' committee")
                           : SAY(t, "发布单位", "Issued by"));
    tell(t, NOTICE_SIGN, "%s", SAY(t, "年　　月　　日", "date"));
}
