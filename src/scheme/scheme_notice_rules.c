/* The notice: forms, rounds, streaks, assessments, households, rankings, titles, boards. */
#include <string.h>

#include "kernel/dec.h"
#include "kernel/text.h"
#include "scheme/scheme_notice_in.h"

/* ---- forms ---- */

static const char *vetoed(struct telling *t, const struct scheme_sheet *sheet,
                          const struct scheme_section *section, const struct scheme_line *line)
{
    if (text_equal(line->veto, "sheet")) return SAY(t, "整张表记0分", "the whole form is 0");
    if (text_equal(line->veto, "section"))
        return told(t, SAY(t, "“%s”一类记0分", "section \"%s\" is 0"), section->label);
    for (size_t i = 0; i < sheet->sections.n; i++) {
        const struct scheme_section *s = &LIST_AT(sheet->sections, struct scheme_section, i);
        for (size_t k = 0; k < s->lines.n; k++) {
            const struct scheme_line *l = &LIST_AT(s->lines, struct scheme_line, k);
            if (text_equal(l->code, line->of))
                return told(t, SAY(t, "“%s”记0分", "\"%s\" is 0"), l->label);
        }
    }
    return SAY(t, "该项记0分", "that line is 0");
}

static int64_t section_max(const struct scheme_section *s)
{
    int64_t sum = 0;
    for (size_t i = 0; i < s->lines.n; i++) {
        int64_t max = LIST_AT(s->lines, struct scheme_line, i).max_c;
        sum += max == NONE ? 0 : max;
    }
    return s->max_c != NONE ? s->max_c : sum;
}

static void tell_sheet(struct telling *t, const struct scheme_sheet *sheet)
{
    struct telling_table table;
    char n[DEC_SIZE];
    int64_t max = 0;
    bool many = sheet->sections.n > 1;

    for (size_t i = 0; i < sheet->sections.n; i++)
        max += section_max(&LIST_AT(sheet->sections, struct scheme_section, i));
    const struct scheme_section *only = &LIST_AT(sheet->sections, struct scheme_section, 0);
    const char *part = many || text_equal(only->label, sheet->label) ? NULL : only->label;
    tell(t, NOTICE_SUBHEAD, SAY(t, "%s%s%s（满分%s分）", "%s%s%s (%s marks)"), sheet->label,
         part ? SAY(t, "：", ": ") : "", part ? part : "",
         dec_human(sheet->max_c != NONE ? sheet->max_c : max, n));
    table_open(t, &table,
               SAY(t, "类别*3|评什么*4|满分*1|怎样打分*3|标准*5",
                   "Section*3|What*4|Marks*1|How*3|Standard*5"));
    for (size_t i = 0; i < sheet->sections.n; i++) {
        const struct scheme_section *s = &LIST_AT(sheet->sections, struct scheme_section, i);
        bool first = true;
        for (size_t k = 0; k < s->lines.n; k++) {
            const struct scheme_line *l = &LIST_AT(s->lines, struct scheme_line, k);
            if (l->veto) continue;
            char fault[DEC_SIZE], most[DEC_SIZE], all[DEC_SIZE];
            const char *const cells[] = {
                many && first ? told(t, SAY(t, "%s（%s分）", "%s (%s)"), s->label,
                                     dec_human(section_max(s), all))
                              : NULL,
                l->label,
                l->max_c != NONE ? told(t, "%s", dec_human(l->max_c, most)) : NULL,
                l->per_fault_c != NONE
                    ? told(t, SAY(t, "每处扣%s分，扣完为止", "minus %s per fault, down to 0"),
                           dec_human(l->per_fault_c, fault))
                    : NULL,
                l->note,
            };
            table_row(&table, cells);
            first = false;
        }
    }
    table_close(&table, NULL);
    for (size_t i = 0; i < sheet->sections.n; i++) {
        const struct scheme_section *s = &LIST_AT(sheet->sections, struct scheme_section, i);
        for (size_t k = 0; k < s->lines.n; k++) {
            const struct scheme_line *l = &LIST_AT(s->lines, struct scheme_line, k);
            if (!l->veto) continue;
            tell(t, NOTICE_POINT,
                 SAY(t, "一票否决：有“%s”情况的，%s%s%s%s。", "Veto: %s: %s%s%s%s."), l->label,
                 vetoed(t, sheet, s, l), l->note ? SAY(t, "（", " (") : "", l->note ? l->note : "",
                 l->note ? SAY(t, "）", ")") : "");
        }
    }
}

static bool round_told(const struct telling *t, const struct scheme_round *r)
{
    return class_held(t, r->class_);
}

void tell_sheets(struct telling *t)
{
    bool open = false;
    for (size_t i = 0; i < t->s->rules.sheets.n; i++) {
        const struct scheme_sheet *sheet = &LIST_AT(t->s->rules.sheets, struct scheme_sheet, i);
        bool used = false, wanted = false;
        for (size_t k = 0; k < t->s->rules.rounds.n; k++) {
            const struct scheme_round *r = &LIST_AT(t->s->rules.rounds, struct scheme_round, k);
            if (r->sheet_ != sheet) continue;
            used = true;
            wanted |= round_told(t, r);
        }
        if (used && !wanted) continue;
        if (!open) tell_chapter(t, SAY(t, "评分表", "Marking forms"));
        open = true;
        tell_sheet(t, sheet);
    }
}

/* ---- bands and rounds ---- */

static void band_row(struct telling_table *table, const char *range, const struct scheme_band *b)
{
    struct telling *t = table->t;
    const char *colour = colour_word(t, b->colour);
    /* A colour that its name says already is not said twice: 红色. */
    bool named = b->label && colour && strstr(b->label, colour);
    const char *const cells[] = {
        range,
        b->label,
        b->points_c != NONE ? points_word(t, b->points_c) : NULL,
        b->amount_c != NONE ? yuan_word(t, b->amount_c) : NULL,
        named || !colour ? NULL : told(t, SAY(t, "%s色", "%s"), colour),
        board_word(t, b->board),
    };
    table_row(table, cells);
}

static void tell_bands(struct telling *t, const struct scheme_bands *bands)
{
    struct telling_table table;
    table_open(t, &table,
               SAY(t, "评得多少*4|叫什么*3|得几分*2|得多少钱*2|颜色*1|上榜*2",
                   "Mark*4|Called*3|Points*2|Amount*2|Colour*1|Board*2"));
    for (size_t i = 0; i < bands->bands.n; i++) {
        const struct scheme_band *b = &LIST_AT(bands->bands, struct scheme_band, i);
        band_row(&table, bounds_word(t, &b->in, SAY(t, "分", "")), b);
    }
    if (bands->otherwise) band_row(&table, SAY(t, "其他", "else"), bands->otherwise);
    table_close(&table, bands->label);
}

/* "，在周六至周日", "，在当月20日至25日", "，在第3个月20日至25日" */
const char *window_word(struct telling *t, const struct scheme_round *r)
{
    static const char *const zh[] = { "周一", "周二", "周三", "周四", "周五", "周六", "周日" };
    static const char *const en[] = { "Monday", "Tuesday",  "Wednesday", "Thursday",
                                      "Friday", "Saturday", "Sunday" };
    const struct scheme_window *w = r->window;
    if (r->every == PERIOD_WEEK)
        return told(t, SAY(t, "，在%s至%s", ", from %s to %s"), SAY(t, zh, en)[(w->first + 6) % 7],
                    SAY(t, zh, en)[(w->last + 6) % 7]);
    if (w->month != NONE)
        return told(t,
                    SAY(t, "，在第%d个月的%d日至%d日", ", in its month %d from day %d to day %d"),
                    (int)w->month, (int)w->first, (int)w->last);
    return told(t, SAY(t, "，在当月%d日至%d日", ", from day %d to day %d of the month"),
                (int)w->first, (int)w->last);
}

static void tell_round(struct telling *t, const struct scheme_round *r)
{
    const struct scheme_assessors *a = r->assessors;
    struct buf b = buf_in(t->mem, 8192);

    tell(t, NOTICE_SUBHEAD, "%s", r->label);
    buf_printf(&b, SAY(t, "%s一次，评%s", "Once %s: %s"), every_word(t, r->every),
               class_word(t, r->class_));
    if (r->window) buf_puts(&b, window_word(t, r));
    buf_printf(&b, SAY(t, "，%s%s%s。", ", %s%s%s."),
               r->sheet_ ? SAY(t, "按《", "by the form ") : "",
               r->sheet_ ? r->sheet_->label : SAY(t, "直接打总分", "by one mark"),
               r->sheet_ ? SAY(t, "》打分", "") : "");
    tell(t, NOTICE_TEXT, "%s", b.p);
    if (a) {
        struct buf who = buf_in(t->mem, 4096);
        for (size_t i = 0; i < a->roles.n; i++)
            buf_printf(&who, "%s%s", i ? SAY(t, "、", ", ") : "",
                       role_word(t, LIST_AT(a->roles, const char *, i)));
        bool trimmed = text_equal(a->combine, "trimmed");
        tell(t, NOTICE_TEXT,
             SAY(t, "由%s评，至少%d人评才算；几个人评的%s。%s",
                 "Marked by %s, at least %d; several marks: %s. %s"),
             who.p ? who.p : "", (int)a->at_least,
             trimmed ? SAY(t, "，去掉一个最高分和一个最低分再取平均",
                           "the mean without the highest and the lowest")
                     : SAY(t, "取平均", "their mean"),
             a->cross == 1 ? SAY(t, "评分人不评自己所在的组。", "Nobody marks their own group.")
                           : "");
    }
    if (r->bands_) tell_bands(t, r->bands_);
    tell_steps(t, &r->steps, r->steps.n ? SAY(t, "评完以后", "Until it counts") : NULL);
}

void tell_rounds(struct telling *t)
{
    bool open = false;
    for (size_t i = 0; i < t->s->rules.rounds.n; i++) {
        const struct scheme_round *r = &LIST_AT(t->s->rules.rounds, struct scheme_round, i);
        if (!round_told(t, r)) continue;
        if (!open) tell_chapter(t, SAY(t, "定期评比", "Rounds"));
        open = true;
        tell_round(t, r);
    }
    for (size_t i = 0; i < t->s->rules.bands.n; i++) {
        const struct scheme_bands *b = &LIST_AT(t->s->rules.bands, struct scheme_bands, i);
        bool used = false;
        for (size_t k = 0; k < t->s->rules.rounds.n; k++)
            used |= LIST_AT(t->s->rules.rounds, struct scheme_round, k).bands_ == b;
        if (!used) tell_bands(t, b);
    }
}

/* ---- streaks ---- */

static const char *each_time(struct telling *t, const struct scheme_streak *s)
{
    const struct scheme_bounds *in = &s->in;
    bool bounded =
             in->from_c != NONE || in->above_c != NONE || in->to_c != NONE || in->below_c != NONE,
         mark = text_equal(s->of, "mark");
    struct buf b = buf_in(t->mem, 4096);
    if (s->equal_c != NONE)
        buf_printf(&b, SAY(t, "%s%s", "%s%s"), mark ? SAY(t, "评得", "mark ") : SAY(t, "得", ""),
                   points_word(t, s->equal_c));
    if (bounded)
        buf_printf(&b, "%s%s%s", b.n ? SAY(t, "、", ", ") : "",
                   mark ? SAY(t, "评分", "mark ") : SAY(t, "积分", "points "),
                   bounds_word(t, in, SAY(t, "分", "")));
    if (s->first != NONE)
        buf_printf(&b, SAY(t, "%s排在前%d名", "%samong the first %d"),
                   b.n ? SAY(t, "、", ", ") : "", (int)s->first);
    if (s->last != NONE)
        buf_printf(&b, SAY(t, "%s排在最后%d名", "%samong the last %d"),
                   b.n ? SAY(t, "、", ", ") : "", (int)s->last);
    return b.p ? b.p : "";
}

const char *streak_line(struct telling *t, const struct scheme_streak *s)
{
    struct buf b = buf_in(t->mem, 8192);
    const char *board = board_word(t, s->board), *comma = SAY(t, "，", ", ");
    buf_printf(&b, SAY(t, "%s：“%s”连续%s%s的", "%s: in \"%s\", %s in a row %s"), s->label,
               s->round_ ? s->round_->label : s->round,
               s->round_ ? span_word(t, s->round_->every, s->in_a_row)
                         : told(t, SAY(t, "%d次", "%d times"), (int)s->in_a_row),
               each_time(t, s));
    if (s->points_c != NONE)
        buf_printf(&b, "%s%s%s", comma,
                   s->points_c < 0 ? SAY(t, "另扣", "minus ") : SAY(t, "另加", "plus "),
                   points_word(t, s->points_c < 0 ? -s->points_c : s->points_c));
    if (board) buf_printf(&b, SAY(t, "%s上%s", "%son %s"), comma, board);
    if (s->help) buf_printf(&b, "%s%s", comma, s->help);
    if (s->clause) buf_printf(&b, SAY(t, "（依据：%s）", " (by %s)"), s->clause);
    buf_puts(&b, SAY(t, "。算过一次后重新数", ". Then the count starts again"));
    if (s->excused == 1)
        buf_puts(&b, SAY(t, "；请假的一次不算断", "; an excused one does not break it"));
    else buf_puts(&b, SAY(t, "，中间缺一次就断", "; a missed one breaks it"));
    buf_puts(&b, SAY(t, "。", "."));
    return b.p;
}

void tell_streaks(struct telling *t)
{
    bool open = false;
    for (size_t i = 0; i < t->s->rules.streaks.n; i++) {
        const struct scheme_streak *s = &LIST_AT(t->s->rules.streaks, struct scheme_streak, i);
        if (s->round_ && !round_told(t, s->round_)) continue;
        if (!open) tell_chapter(t, SAY(t, "连续奖惩", "In a row"));
        open = true;
        tell(t, NOTICE_POINT, "%s", streak_line(t, s));
    }
}

/* ---- assessments ---- */

static const char *limits_word(struct telling *t, int64_t floor_c, int64_t ceiling_c)
{
    if (floor_c != NONE && ceiling_c != NONE)
        return told(t, SAY(t, "最低%s，最高%s", "from %s to %s"), points_word(t, floor_c),
                    points_word(t, ceiling_c));
    if (floor_c != NONE) return told(t, SAY(t, "最低%s", "at least %s"), points_word(t, floor_c));
    if (ceiling_c != NONE)
        return told(t, SAY(t, "最高%s", "at most %s"), points_word(t, ceiling_c));
    return NULL;
}

static const char *combine_word(struct telling *t, const char *combine)
{
    if (text_equal(combine, "mean")) return SAY(t, "取平均", "mean");
    if (text_equal(combine, "sum")) return SAY(t, "加起来", "sum");
    if (text_equal(combine, "last")) return SAY(t, "取最后一次", "the last");
    if (text_equal(combine, "best")) return SAY(t, "取最高一次", "the best");
    return SAY(t, "取最低一次", "the worst");
}

static const char *missing_word(struct telling *t, const char *missing)
{
    if (text_equal(missing, "base"))
        return SAY(t, "缺一次按基础分", "a missing one counts its base");
    if (text_equal(missing, "zero")) return SAY(t, "缺一次按0分", "a missing one counts 0");
    return SAY(t, "缺的一次不算", "a missing one is left out");
}

static void tell_assessment(struct telling *t, const struct scheme_assessment *a)
{
    struct telling_table table;
    int64_t base = 0;
    const char *limits = limits_word(t, a->floor_c, a->ceiling_c);

    for (size_t i = 0; i < a->parts.n; i++) base += LIST_AT(a->parts, struct scheme_part, i).base_c;
    tell(t, NOTICE_SUBHEAD, "%s", a->label);
    tell(t, NOTICE_TEXT,
         SAY(t, "%s评%s一次。各项从基础分起加分、减分，合计基础分%s%s%s。",
             "Once %s, of %s. Each part starts from its base; the bases add up to %s%s%s."),
         every_word(t, a->per), class_word(t, a->class_), points_word(t, base),
         limits ? SAY(t, "，总分", "; the total is ") : "", limits ? limits : "");
    table_open(t, &table,
               SAY(t, "评什么*4|基础分*2|多久一次*2|几次怎样算*4|高低*3|一起算的积分项目*3",
                   "Part*4|Base*2|How often*2|Several*4|Limits*3|With the items of*3"));
    for (size_t i = 0; i < a->parts.n; i++) {
        const struct scheme_part *p = &LIST_AT(a->parts, struct scheme_part, i);
        bool several = p->every != NONE && p->every != a->per;
        const char *const cells[] = {
            p->round_ ? told(t, SAY(t, "%s（看“%s”的得分）", "%s (the mark of \"%s\")"), p->label,
                             p->round_->label)
                      : p->label,
            points_word(t, p->base_c),
            every_word(t, p->every != NONE ? p->every : a->per),
            several ? told(t, SAY(t, "%s，%s", "%s; %s"), combine_word(t, p->combine),
                           missing_word(t, p->missing))
                    : NULL,
            limits_word(t, p->floor_c, p->ceiling_c),
            p->category ? scheme_category_label(t->s, p->category) : NULL,
        };
        table_row(&table, cells);
    }
    table_close(&table, NULL);
    tell_steps(t, &a->steps, a->steps.n ? SAY(t, "评议的步骤", "The steps") : NULL);
}

void tell_assessments(struct telling *t)
{
    bool open = false;
    for (size_t i = 0; i < t->s->rules.assessments.n; i++) {
        const struct scheme_assessment *a =
            &LIST_AT(t->s->rules.assessments, struct scheme_assessment, i);
        if (!class_held(t, a->class_)) continue;
        if (!open) tell_chapter(t, SAY(t, "评议", "Assessments"));
        open = true;
        tell_assessment(t, a);
    }
}

void tell_household(struct telling *t)
{
    const struct scheme_household *h = t->s->rules.household;
    if (!h || !kind_told(t, "household")) return;
    tell_chapter(t, SAY(t, "家庭积分", "Household points"));
    tell(t, NOTICE_TEXT,
         SAY(t, "家庭总分是家里每个人的积分加上家庭自己的积分。户均是%s总分除以%s。",
             "A household's total is its own points and its members'. Its average is the total of "
             "%s divided by %s."),
         t->zh ? within_word(t, h->per) : told(t, "the period (%s)", every_word(t, h->per) + 2),
         text_equal(h->members, "all")
             ? SAY(t, "全部成员的人数", "all members")
             : SAY(t, "有积分的成员的人数（没有参加的不算在内）", "the members who took part"));
    if (h->accumulate == 1)
        tell(t, NOTICE_TEXT, "%s",
             SAY(t, "户均逐年累加，一直有效，兑换不减少。",
                 "Averages add up over the years, for life."));
}

/* ---- rankings and titles ---- */

static const char *number_word(struct telling *t, const struct scheme_number *n)
{
    switch (n->kind) {
    case NUMBER_POINTS:
        return SAY(t, "积分", "points");
    case NUMBER_TOTAL:
        return SAY(t, "家庭总分", "household total");
    case NUMBER_AVERAGE:
        return SAY(t, "户均", "household average");
    case NUMBER_LIFETIME:
        return SAY(t, "累计户均", "accumulated household average");
    case NUMBER_ROUND:
        return told(t,
                    n->mark ? SAY(t, "“%s”的得分", "the mark of \"%s\"")
                            : SAY(t, "“%s”的积分", "the points of \"%s\""),
                    ((const struct scheme_round *)n->rule)->label);
    case NUMBER_ASSESSMENT:
        return told(t, SAY(t, "“%s”的得分", "\"%s\""),
                    ((const struct scheme_assessment *)n->rule)->label);
    case NUMBER_MONEY:
        return told(t, SAY(t, "“%s”的金额", "the amount of \"%s\""),
                    ((const struct scheme_payment *)n->rule)->label);
    }
    return "";
}

static bool ranking_told(const struct telling *t, const struct scheme_ranking *r)
{
    const struct scheme_number *n = r ? &r->number : NULL;
    if (!n) return true;
    if (r->class_ && !class_held(t, r->class_)) return false;
    switch (n->kind) {
    case NUMBER_POINTS:
        return true;
    case NUMBER_TOTAL:
    case NUMBER_AVERAGE:
    case NUMBER_LIFETIME:
        return kind_told(t, "household");
    case NUMBER_ROUND:
        return class_held(t, ((const struct scheme_round *)n->rule)->class_);
    case NUMBER_ASSESSMENT:
        return class_held(t, ((const struct scheme_assessment *)n->rule)->class_);
    case NUMBER_MONEY:
        return class_held(t, ((const struct scheme_payment *)n->rule)->class_);
    }
    return true;
}

static void tell_ranking(struct telling *t, const struct scheme_ranking *r)
{
    static const char *const within[][3] = {
        { "village", "全村", "the village" },  { "group", "本组", "the group" },
        { "class", "同类", "the same class" }, { "township", "全镇", "the township" },
        { "county", "全县", "the county" },
    };
    const char *where = r->within;
    struct buf b = buf_in(t->mem, 8192);
    for (size_t i = 0; i < sizeof within / sizeof *within; i++)
        if (text_equal(within[i][0], r->within)) where = SAY(t, within[i][1], within[i][2]);
    bool low = text_equal(r->order, "low");
    const char *who =
        r->class_ ? told(t, SAY(t, "%s", ", %s"), scheme_class_label(t->s, r->class_)) : "";
    buf_printf(&b, SAY(t, "%s：%s%s在%s按%s%s排", "%s: %s%s, within %s, by %s, %s first"), r->label,
               every_word(t, r->per), who, where, number_word(t, &r->number),
               low ? SAY(t, "从低到高", "lowest") : SAY(t, "从高到低", "highest"));
    for (size_t i = 0; i < r->numbers.n; i++)
        buf_printf(&b, SAY(t, "%s%s", "%s%s"),
                   i ? SAY(t, "、", ", ") : SAY(t, "，分数相同的再比", "; between equals by "),
                   number_word(t, &LIST_AT(r->numbers, struct scheme_number, i)));
    buf_puts(&b, text_equal(r->ties, "dense")
                     ? SAY(t, "；并列的后面不空名次（1、2、2、3）", "; ties: 1, 2, 2, 3")
                 : text_equal(r->ties, "shared")
                     ? SAY(t, "；并列的都算后一名（1、3、3、4）", "; ties: 1, 3, 3, 4")
                     : SAY(t, "；并列的后面空出名次（1、2、2、4）", "; ties: 1, 2, 2, 4"));
    if (r->at_least != NONE)
        buf_printf(&b, SAY(t, "；至少参加%d次才排名", "; only who took part %d times"),
                   (int)r->at_least);
    buf_puts(&b, SAY(t, "。", "."));
    tell(t, NOTICE_POINT, "%s", b.p);
}

const char *rung_word(struct telling *t, const struct scheme_rung *r, bool first)
{
    char s[DEC_SIZE];
    if (r->share_c != NONE)
        return told(
            t, first ? SAY(t, "前%s%%", "the first %s%%") : SAY(t, "再往下%s%%", "the next %s%%"),
            dec_human(r->share_c, s));
    if (r->places != NONE)
        return told(t,
                    first ? SAY(t, "前%d名", "the first %d") : SAY(t, "再往下%d名", "the next %d"),
                    (int)r->places);
    return bounds_word(t, &r->in, SAY(t, "分", ""));
}

static void tell_title(struct telling *t, const struct scheme_title *title)
{
    struct telling_table table;
    struct buf b = buf_in(t->mem, 8192);
    bool cut = false, share = false;
    int64_t floor_c;

    table_open(t, &table,
               SAY(t, "称号*3|谁能得*3|颜色*1|奖金*2|得什么*5|上榜*2",
                   "Title*3|Who*3|Colour*1|Prize*2|With it*5|Board*2"));
    for (size_t i = 0; i < title->ladder.n; i++) {
        const struct scheme_rung *r = &LIST_AT(title->ladder, struct scheme_rung, i);
        const char *colour = colour_word(t, r->colour);
        bool named = colour && strstr(r->label, colour);
        const char *const cells[] = {
            r->label,
            rung_word(t, r, i == 0),
            colour && !named ? told(t, SAY(t, "%s色", "%s"), colour) : NULL,
            r->amount_c != NONE ? told(t, SAY(t, "每个%s", "%s each"), yuan_word(t, r->amount_c))
                                : NULL,
            r->carries.n ? names_word(t, &r->carries) : NULL,
            board_word(t, r->board),
        };
        table_row(&table, cells);
        share |= r->share_c != NONE;
        cut |= r->share_c != NONE || r->places != NONE;
    }
    tell(t, NOTICE_SUBHEAD, "%s", title->label);
    table_close(&table, told(t, SAY(t, "按“%s”评", "By \"%s\""),
                             title->ranking_ ? title->ranking_->label : title->ranking));
    if (text_equal(title->floor, "base"))
        buf_puts(&b, SAY(t, "不低于基础分才能评。", "Only who is not below the base. "));
    else if (title->floor && dec_parse(title->floor, &floor_c))
        buf_printf(&b, SAY(t, "不低于%s才能评。", "Only who has at least %s. "),
                   points_word(t, floor_c));
    if (share)
        buf_puts(&b,
                 text_equal(title->round, "up")
                     ? SAY(t, "名额有零头的进一。", "Parts of a place round up. ")
                 : text_equal(title->round, "nearest")
                     ? SAY(t, "名额有零头的四舍五入。", "Parts of a place round to the nearest. ")
                     : SAY(t, "名额有零头的舍去。", "Parts of a place are dropped. "));
    if (cut)
        buf_puts(&b, text_equal(title->ties, "exclude")
                         ? SAY(t, "名额边上并列的都不入选。", "Equals at the cut are all left out.")
                         : SAY(t, "名额边上并列的都入选。", "Equals at the cut are all admitted."));
    if (b.n) tell(t, NOTICE_TEXT, "%s", b.p);
}

bool title_told(const struct telling *t, const struct scheme_title *title)
{
    return ranking_told(t, title->ranking_);
}

void tell_rankings(struct telling *t)
{
    const struct scheme_rules *r = &t->s->rules;
    bool open = false;
    const char *head =
        r->titles.n ? SAY(t, "排名和称号", "Rankings and titles") : SAY(t, "排名", "Rankings");
    for (size_t i = 0; i < r->rankings.n; i++) {
        const struct scheme_ranking *ranking = &LIST_AT(r->rankings, struct scheme_ranking, i);
        if (!ranking_told(t, ranking)) continue;
        if (!open) tell_chapter(t, head);
        open = true;
        tell_ranking(t, ranking);
    }
    for (size_t i = 0; i < r->titles.n; i++) {
        const struct scheme_title *title = &LIST_AT(r->titles, struct scheme_title, i);
        if (title_told(t, title)) tell_title(t, title);
    }
}

void tell_boards(struct telling *t)
{
    struct telling_table table;
    const struct list *boards = &t->s->rules.boards;
    if (!boards->n) return;
    tell_chapter(t, SAY(t, "红黑榜", "Boards"));
    table_open(t, &table,
               SAY(t, "榜*2|公布多久*2|姓名*2|不服怎么办*3|帮助*3|说明*3",
                   "Board*2|Shown*2|Names*2|Appeal*3|Help*3|Note*3"));
    for (size_t i = 0; i < boards->n; i++) {
        const struct scheme_board *b = &LIST_AT(*boards, struct scheme_board, i);
        const char *colour = colour_word(t, b->colour);
        const char *const cells[] = {
            strstr(b->label, colour) ? b->label
                                     : told(t, SAY(t, "%s（%s榜）", "%s (%s)"), b->label, colour),
            told(t, SAY(t, "%d天后撤下", "%d days"), (int)b->days),
            b->masked == 0 ? SAY(t, "写全名", "in full") : SAY(t, "遮一部分", "masked"),
            b->appeal_days != NONE
                ? told(t, SAY(t, "%d天内可以申诉", "appeal within %d days"), (int)b->appeal_days)
                : NULL,
            b->mentor == 1 ? SAY(t, "指定专人帮教", "a mentor is named") : NULL,
            b->note,
        };
        table_row(&table, cells);
    }
    table_close(&table, NULL);
}
