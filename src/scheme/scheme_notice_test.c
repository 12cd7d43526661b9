/* The notice leaves nothing out: a walk over a file by the table of keys holds every text, number
 * and word that people would miss against the printed notice, for all presets and for a file that
 * uses every key of the language. */
#include "scheme/scheme_notice.h"

#include <glob.h>
#include <string.h>

#include "kernel/dec.h"
#include "kernel/file.h"
#include "kernel/json.h"
#include "kernel/test.h"
#include "kernel/text.h"
#include "scheme/scheme_keys.h"

/* Every key of the language once. A test below fails when a key of the table is missing there. */
#define EVERYTHING "tests/schemes/everything.yaml"

/* Not for the wall: codes and what names them, the maker's notes, what bands could hold at all. */
static bool inner(const struct scheme_key *k)
{
    static const char *const names[] = {
        "code",  "source", "choice", "scheme",    "lowest",   "highest", "sheet",
        "bands", "of",     "by",     "tie_break", "category", "one_of",  NULL,
    };
    for (int i = 0; names[i]; i++)
        if (!strcmp(k->name, names[i])) return true;
    return false;
}

/* A code that stands for a name, wherever that is given: the name is looked for instead. */
static const char *label_of(const struct scheme_node *n, const char *code)
{
    const char *found = NULL;
    if (n->kind == NODE_SCALAR) return NULL;
    if (n->kind == NODE_MAP && node_get(n, "code") && node_get(n, "label") &&
        text_equal(node_get(n, "code")->text, code))
        return node_get(n, "label")->text;
    for (const struct scheme_node *e = n->child; e && !found; e = e->next)
        found = label_of(e, code);
    return found;
}

static const char *name_behind(const struct scheme_node *root, const char *code)
{
    const char *label = label_of(root, code);
    return label ? label : code;
}

struct walk {
    struct arena *mem;
    const char *preset, *notice;
    const struct scheme_node *root;
    int looked;
};

static void missing(struct walk *w, const struct scheme_node *n, const char *what)
{
    w->looked++;
    EXPECT(strstr(w->notice, what), "%s:%d: %s: “%s” is not on the notice", w->preset, n->line,
           node_path(w->mem, n), what);
}

static void see_number(struct walk *w, const struct scheme_node *n, const char *text)
{
    char s[DEC_SIZE];
    int64_t c;
    int month, day;
    if (dec_parse(text, &c)) missing(w, n, dec_human(c < 0 ? -c : c, s));
    else if (strlen(text) == 5 && text[2] == '-') {
        month = (text[0] - '0') * 10 + text[1] - '0', day = (text[3] - '0') * 10 + text[4] - '0';
        missing(w, n, arena_printf(w->mem, "%d月%d日", month, day));
    } else { /* 2..10 */
        const char *dots = strstr(text, "..");
        EXPECT(dots, "%s: what is %s?", w->preset, text);
        see_number(w, n, arena_strndup(w->mem, text, (size_t)(dots - text)));
        see_number(w, n, dots + 2);
    }
}

static void see(struct walk *w, const struct scheme_shape *shape, const struct scheme_node *map);

static void see_value(struct walk *w, const struct scheme_key *k, const struct scheme_node *n)
{
    if (k->sub) {
        if (n->kind == NODE_MAP) see(w, k->sub, n);
        else
            for (const struct scheme_node *e = n->child; e; e = e->next) see(w, k->sub, e);
        return;
    }
    if (n->kind == NODE_LIST) {
        for (const struct scheme_node *e = n->child; e; e = e->next) see_value(w, k, e);
        return;
    }
    switch (k->kind) {
    case KEY_LEVELS:
        for (const struct scheme_node *e = n->child; e; e = e->next) {
            missing(w, e, name_behind(w->root, e->key));
            if (strcmp(k->name, "loses") || strcmp(e->text, "100"))
                see_number(w, e, e->text); /* 100 %: 全部 */
        }
        return;
    case KEY_TEXT:
    case KEY_NAMES:
        if (text_equal(k->name, "floor") && text_equal(n->text, "base"))
            missing(w, n, "不低于基础分");
        else missing(w, n, name_behind(w->root, n->text));
        return;
    case KEY_INT:
    case KEY_POINTS:
    case KEY_BOUND:
    case KEY_RANGE:
        see_number(w, n, n->text);
        return;
    case KEY_DATE:
    case KEY_WORD:
    case KEY_NUMBERED:
    case KEY_WORDS:
    case KEY_BOOL:
        return; /* in words of its own: golden below */
    case KEY_END:
    case KEY_CODE:
    case KEY_MAP:
    case KEY_LIST:
        return;
    }
}

/* What binds the township and the village to each other, and no villager: it hangs on no wall. */
static bool of_the_township(const struct scheme_shape *shape, const struct scheme_key *k)
{
    return shape == &scheme_shape && (!strcmp(k->name, "extends") || !strcmp(k->name, "template"));
}

static void see(struct walk *w, const struct scheme_shape *shape, const struct scheme_node *map)
{
    for (const struct scheme_key *k = shape->keys; k->kind; k++) {
        if (of_the_township(shape, k)) continue;
        const struct scheme_node *n = node_get(map, k->name);
        if (!n && k->name_zh) n = node_get(map, k->name_zh);
        if (n && (k->sub || !inner(k))) see_value(w, k, n);
    }
}

static const struct scheme *parsed(struct arena *mem, const char *path)
{
    struct scheme_finding *found;
    const char *text;
    size_t n;
    assert_null(file_read(mem, path, SCHEME_BYTES, &text, &n));
    const struct scheme *s = scheme_parse(mem, path, text, n, &found);
    for (const struct scheme_finding *f = found; f && !s; f = f->next)
        EXPECT(f->warning, "%s:%d: %s %s", path, f->line, f->path, f->en);
    EXPECT(s, "%s is no scheme", path);
    return s;
}

static const char *printed(struct arena *mem, const struct scheme *s, enum lang lang)
{
    struct buf out = buf_in(mem, NOTICE_TEXT_MAX);
    const struct list blocks =
        scheme_notice(mem, s, &(struct notice_about){ NOTICE_ABOUT, .lang = lang });
    notice_text(&out, &blocks);
    assert_false(out.over);
    return out.p;
}

static void walk_all(struct arena *mem, const char *name, const struct scheme *s)
{
    struct walk w = { mem, name, printed(mem, s, LANG_ZH), s->root, 0 };
    see(&w, &scheme_shape, s->root);
    EXPECT(w.looked > 10, "%s: only %d things looked for", name, w.looked);
}

static void presets_are_told_whole(void **state)
{
    struct arena *mem = *state;
    glob_t files;
    assert_int_equal(glob("schemes/*.yaml", 0, NULL, &files), 0);
    assert_true(files.gl_pathc >= 12);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        walk_all(mem, files.gl_pathv[i], parsed(mem, files.gl_pathv[i]));
    }
    globfree(&files);
}

static bool occurs(const struct scheme_node *n, const struct scheme_shape *at,
                   const struct scheme_shape *shape, const struct scheme_key *key)
{
    if (n->kind == NODE_LIST) {
        for (const struct scheme_node *e = n->child; e; e = e->next)
            if (occurs(e, at, shape, key)) return true;
        return false;
    }
    if (n->kind != NODE_MAP) return false;
    if (at == shape && node_get(n, key->name)) return true;
    for (const struct scheme_key *k = at->keys; k->kind; k++) {
        const struct scheme_node *v = k->sub ? node_get(n, k->name) : NULL;
        if (v && occurs(v, k->sub, shape, key)) return true;
    }
    return false;
}

static void covered(const struct scheme_node *root, const struct scheme_shape *shape)
{
    for (const struct scheme_key *k = shape->keys; k->kind; k++) {
        if (of_the_township(shape, k)) continue;
        /* "publicity" and the like of the file's own struct carry their parts. */
        EXPECT(occurs(root, &scheme_shape, shape, k),
               "the key \"%s\" of \"%s\" is new: use it in " EVERYTHING ", and tell it in "
               "scheme_notice_*.c",
               k->name, shape->name);
        if (k->sub) covered(root, k->sub);
    }
}

static void every_key_is_told(void **state)
{
    struct arena *mem = *state;
    const struct scheme *s = parsed(mem, EVERYTHING);
    covered(s->root, &scheme_shape);
    walk_all(mem, "everything", s);
}

/* Words (roles, periods, what happens then) and flags, by the sentence that says them. */
static void sentences(void **state)
{
    static const char *const zh[] = {
        "本办法由2026年9月20日村民大会通过，赞成41票、反对7票、弃权6票。",
        "实惠分：可以兑换，得分满18个月失效，先得的先用。",
        "声誉分：用来评比和评先进，兑换东西不会减少，长期有效。",
        "本办法适用于农家、先锋（登记为“共产党员”的人）、格员",
        "结果先公示4个工作日，没有异议才算数。",
        "按申报分的3倍扣分",
        "当年和次年不得评称号。",
        "所有加分合起来，一个账户最多每年333分。",
        "“甲类”一类合起来，最多每年120分。",
        "“荣誉组”每半年只计一项，计最高的",
        "步骤：2. 贴出来｜谁来做：干部｜时间：8天｜有异议时：退回上一步重做",
        "做什么：修桥（带上锄头；上“光荣墙”；当年和次年不得评称号）｜得几分：每天2分（不足1天按1天"
        "计）｜最多：每周9次、17分，每次16分｜证明：要"
        "｜谁能得：农家",
        "什么情况：没有做到：门前三包｜扣几分：扣3分｜先提醒：每月先提醒2次｜依据：第四条",
        "什么情况：示范户｜加减多少：应有12户，少的每户扣5元",
        "什么情况：曝光｜加减多少：底薪扣45%",
        "从1月1日到6月30日的13分",
        "每处扣6分，扣完为止",
        "一票否决：有“着火”情况的，“地面”记0分。",
        "每月一次，评农家，在当月21日至26日，按《打分表》打分。",
        "由知名人士评，至少5人评才算；几个人评的，去掉一个最高分和一个最低分再取平均。评分人不评自"
        "己所在的组。",
        "评得多少：10分到15分｜叫什么：良好｜得几分：1分｜得多少钱：19元｜颜色：绿色｜上榜：“光荣墙"
        "”",
        "评得多少：3分以上、不到10分｜得几分：2分",
        "评得多少：其他｜得几分：0分",
        "步骤：1. 张榜｜谁来做：小组长｜时间：16天｜有异议时：重新核实",
        "三连好：“月月看”连续3个月评得18分的，另加7分。算过一次后重新数；请假的一次不算断。",
        "常领先：“月月看”连续2个月排在前22名的",
        "常落后：“月月看”连续2个月排在最后23名的，上“光荣墙”，邻居帮（依据：第五条）。",
        "每年评农家一次。各项从基础分起加分、减分，合计基础分61分，总分最低28分，最高290分。",
        "评什么：家风（看“月月看”的得分）｜基础分：61分｜多久一次：每季度｜几次怎样算：取最高一次，缺一次按0分｜高低："
        "最低29分，最高99分｜一起算的积分项目：甲类",
        "户均是当年总分除以全部成员的人数。",
        "户均逐年累加",
        "每季度一次，评农家，在第3个月的27日至29日，直接打总分。",
        "每周一次，评农家，在周六至周日，直接打总分。",
        "总榜：每年在全县按“年年评”的得分从高到低排，分数相同的再比积分；并列的都算后一名（1、3、"
        "3、4）；至少参加27次才排名。",
        "评比榜：每年农家在全村按“月月看”的得分从高到低排；并列的后面空出名次（1、2、2、4）。",
        "称号：一等｜谁能得：前31%｜颜色：金色｜奖金：每个64元｜得什么：匾一块｜上榜：“光荣墙”",
        "称号：二等｜谁能得：再往下32名",
        "不低于62分才能评。名额有零头的四舍五入。名额边上并列的都不入选。",
        "称号：近线｜谁能得：高于63分、不到71分",
        "榜：光荣墙（红榜）｜公布多久：34天后撤下｜姓名：写全名｜不服怎么办：35天内可以申诉｜帮助："
        "指定专人帮教｜说明：敲锣打鼓",
        "1分兑0.8元的东西，兑多少扣多少；声誉分不减少。",
        "一次至少兑36分。",
        "累计得过37分才能兑。",
        "一户最多每季度38次、39分、42元。",
        "每月24、30日兑换。",
        "受过处罚的，当年停止兑换。",
        "换什么服务：代耕｜多久：1."
        "5小时｜用多少积分：46分｜名额：每季度57个｜人多时谁先：声誉分多的先",
        "平均每人不超过47元；用完时大家按同样的比例减少。",
        "钱从哪里来：县财政｜按人口：每人48元｜固定金额：4900元｜专门用于：买种子",
        "55%按股份分，45%按积分分",
        "分红须经户户同意。",
        "每月给格员算一次账：“乙类”的加减金额、“月月看”各档的钱；每半年兑现一次。最低不少于51元。",
        "可能被扣减的有：底薪",
        "步骤：1. 发钱｜谁来做：镇",
    };
    static const char *const en[] = {
        "Adopted by 村民大会 on 2026-09-20: 41 for, 7 against, 6 abstained.",
        "Points：2 points per 天",
        "Title：一等｜Who：the first 31%｜Colour：gold",
        "mark 18 points, plus 7 points",
    };
    struct arena *mem = *state;
    const struct scheme *s = parsed(mem, EVERYTHING);
    const char *text = printed(mem, s, LANG_ZH), *english = printed(mem, s, LANG_EN);
    for (size_t i = 0; i < COUNT(zh); i++)
        EXPECT(strstr(text, zh[i]), "not said: %s\n%s", zh[i], text);
    for (size_t i = 0; i < COUNT(en); i++)
        EXPECT(strstr(english, en[i]), "not said: %s\n%s", en[i], english);
    /* No word of the language itself in front of villagers. */
    static const char *const never[] = { "null",    "-922337", "trimmed", "household",
                                         "recheck", "stops",   "mean",    "cadre",
                                         "grid",    "month",   "(null)" };
    for (size_t i = 0; i < COUNT(never); i++)
        EXPECT(!strstr(text, never[i]), "%s: on the notice", never[i]);
}

static void about_the_village(void **state)
{
    struct arena *mem = *state;
    const struct scheme *s = parsed(mem, EVERYTHING);
    const char *only[] = { "grid_worker" };
    const struct list classes = { only, 1 };
    struct buf out = buf_in(mem, NOTICE_TEXT_MAX);
    const struct list blocks =
        scheme_notice(mem, s,
                      &(struct notice_about){ .lang = LANG_ZH,
                                              .village = "礼坑村",
                                              .signer = "礼坑村村民委员会",
                                              .from = date_of(2026, 11, 21),
                                              .meeting = "代表会",
                                              .meeting_on = date_of(2026, 11, 2),
                                              .votes_for = 9,
                                              .votes_against = 8,
                                              .votes_abstain = 5,
                                              .classes = &classes });
    notice_text(&out, &blocks);
    EXPECT(strstr(out.p, "礼坑村\n") && strstr(out.p, "礼坑村村民委员会（盖章）"), "%s", out.p);
    EXPECT(strstr(out.p, "自2026年11月21日起施行"), "%s", out.p);
    EXPECT(strstr(out.p, "由2026年11月2日代表会通过，赞成9票、反对8票、弃权5票。"), "%s", out.p);
    EXPECT(strstr(out.p, "月账") && !strstr(out.p, "修桥") && !strstr(out.p, "评农家") &&
               !strstr(out.p, "年年评"),
           "only of grid workers: %s", out.p);
}

/* As the API writes it; every row has a cell for every column. */
static void as_json(void **state)
{
    struct arena *mem = *state;
    const struct scheme *s = parsed(mem, EVERYTHING);
    const struct list blocks = scheme_notice(mem, s, &(struct notice_about){ NOTICE_ABOUT });
    struct buf out = buf_in(mem, NOTICE_TEXT_MAX);
    struct json j = json_to(&out);
    for (size_t i = 0; i < blocks.n; i++)
        json_record(&j, &notice_block_record, &LIST_AT(blocks, struct notice_block, i), false);
    assert_false(out.over);
    EXPECT(strstr(out.p,
                  "{\"kind\":\"title\",\"text\":\"万全村积分办法\",\"columns\":[],\"rows\":[]}"),
           "%s", out.p);
    EXPECT(strstr(out.p,
                  "{\"kind\":\"table\",\"text\":\"折分\",\"columns\":[{\"head\":\"评得多少\","
                  "\"weight\":4}"),
           "%s", out.p);
    EXPECT(strstr(out.p, "{\"cells\":[\"其他\",\"\",\"0分\",\"\",\"\",\"\"]}"), "%s", out.p);
    for (size_t i = 0; i < blocks.n; i++) {
        const struct notice_block *b = &LIST_AT(blocks, struct notice_block, i);
        for (size_t r = 0; r < b->rows.n; r++)
            assert_int_equal(LIST_AT(b->rows, struct notice_row, r).cells.n, b->columns.n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { TEST(presets_are_told_whole), TEST(every_key_is_told),
                                        TEST(sentences), TEST(about_the_village), TEST(as_json) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
