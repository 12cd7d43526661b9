/* The checker's findings, word for word: position, path, Chinese and English. Each case is a whole scheme with one
 * part replaced, so that a finding's line is the line a person would look at.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kernel/buf.h"
#include "kernel/text.h"
#include "scheme/scheme.h"
#include "scheme/scheme_yaml.h"
#include <cmocka.h> /* after ours: it has a macro fail() */

static const char head[] =
    "scheme: test\n"                                              /* 1 */
    "title: 测试\n"                                               /* 2 */
    "balances:\n"                                                 /* 3 */
    "  - {code: honour, label: 荣誉积分}\n"                       /* 4 */
    "  - {code: spendable, label: 可兑积分, spend: yes}\n"        /* 5 */
    "classes:\n"                                                  /* 6 */
    "  - {code: resident, label: 村民, kind: resident}\n"         /* 7 */
    "  - {code: household, label: 家庭, kind: household}\n"       /* 8 */
    "categories:\n"                                               /* 9 */
    "  - {code: build, label: 村建设}\n"                          /* 10 */
    "publicity: {days: 3}\n"                                      /* 11 */
    "false_claims: {times: 2}\n"                                  /* 12 */
    "items:\n";                                                   /* 13 */

static struct arena mem;

static int teardown(void **state)
{
    (void)state;
    arena_clear(&mem);
    return 0;
}

static const char *findings_text(const struct scheme_finding *f)
{
    struct buf b = buf_in(&mem, 1 << 20);
    for (; f; f = f->next)
        buf_printf(&b, "%d:%d %s%s%s%s | %s\n", f->line, f->column, f->warning ? "warning " : "", f->path, *f->path ? ": " : "", f->zh, f->en);
    return b.p ? b.p : "";
}

static void expect(const char *name, const char *text, size_t n, bool good, const char *want)
{
    struct scheme_finding *found;
    const struct scheme *s = scheme_parse(&mem, "test.yaml", text, n, &found);
    const char *got = findings_text(found);
    if (strcmp(got, want) || (s != NULL) != good) fail_msg("%s: %s\n--- wanted\n%s--- got\n%s", name, s ? "parsed" : "refused", want, got);
}

/* Items below the head; line 14 is the first. */
static void items_golden(void **state)
{
    static const struct { const char *name, *items; bool good; const char *want; } cases[] = {
        { "plain", "  - {code: A1, category: build, label: 扫地, points: 2}\n", true, "" },
        { "Chinese keys", "  - {代号: A1, 类别: 村建设, 名称: 扫地, 分值: 2, 上限: {次数: 4, 每: 月}, 证据: 必须, 申报人: [本人, 代报]}\n", true, "" },
        { "a misspelt key", "  - {code: A1, category: build, label: 扫地, pionts: 2}\n", false,
          "14:5 items/0: 要写分值（points）或级别（levels）。 | \"points\" or \"levels\" is missing\n"
          "14:44 items/0/pionts: 没有“pionts”这个键，是不是“points”？ | unknown key \"pionts\"; did you mean \"points\"?\n" },
        { "a key from elsewhere", "  - {code: A1, category: build, label: 扫地, points: 2, window: 3}\n", false,
          "14:55 items/0/window: 没有“window”这个键；这里可以写：code 代号、category 类别、label 名称、for 适用、points 分值、levels 级别、per 每、count 计数、cap 上限、steps 分档、else 其他、reverse 反之、warnings 先提醒、multiplier 难度、one_of 互斥组、short_of 应有、loses 扣减款项、board 上榜、bars 取消评选、evidence 证据、claim 申报人、clause 依据、note 说明、source 出处、choice 取值理由。 | unknown key \"window\"; possible here: code, category, label, for, points, levels, per, count, cap, steps, else, reverse, warnings, multiplier, one_of, short_of, loses, board, bars, evidence, claim, clause, note, source, choice\n" },
        { "the same key twice", "  - {code: A1, category: build, label: 扫地, points: 2, points: 3}\n", false,
          "14:55 items/0/points: “points”写了两次，前一次在第14行。 | \"points\" is given twice, before on line 14\n" },
        { "the same key in both languages", "  - {code: A1, category: build, label: 扫地, points: 2, 分值: 3}\n", false,
          "14:55 items/0/分值: “分值”写了两次，前一次在第14行。 | \"分值\" is given twice, before on line 14\n" },
        { "the same code twice", "  - {code: A1, category: build, label: 扫地, points: 2}\n  - {code: A1, category: build, label: 巡逻, points: 2}\n", false,
          "15:12 items/1/code: 代号“A1”重复，前一个在第14行。 | code \"A1\" is used already, on line 14\n" },
        { "no code, no label", "  - {category: build, points: 2}\n", false,
          "14:5 items/0/code: 缺少“代号”（code）：项目代号，不能重复 | \"code\" is missing: the item's code, unique\n"
          "14:5 items/0/label: 缺少“名称”（label）：项目名称，村民看得懂的话 | \"label\" is missing: what it is, in the words of the village\n" },
        { "unknown category", "  - {code: A1, category: biuld, label: 扫地, points: 2}\n", false,
          "14:26 items/0/category: 没有“biuld”这个类别，是不是“build”？ | there is no category \"biuld\"; did you mean \"build\"?\n" },
        { "unknown class", "  - {code: A1, category: build, label: 扫地, points: 2, for: [村民, 家亭]}\n", false,
          "14:60 items/0/for: 没有“家亭”这个积分对象，是不是“家庭”？ | there is no class \"家亭\"; did you mean \"家庭\"?\n" },
        { "points that are none", "  - {code: A1, category: build, label: 扫地, points: 两分}\n", false,
          "14:52 items/0/points: “两分”不是分值；请写数字，最多两位小数，例如 5、2.5、-10，或范围 2..10。 | \"两分\" is not a number of points: write 5, 2.5, -10, or a range 2..10\n" },
        { "three decimals", "  - {code: A1, category: build, label: 扫地, points: 2.505}\n", false,
          "14:52 items/0/points: “2.505”不是分值；请写数字，最多两位小数，例如 5、2.5、-10，或范围 2..10。 | \"2.505\" is not a number of points: write 5, 2.5, -10, or a range 2..10\n" },
        { "range upside down", "  - {code: A1, category: build, label: 扫地, points: 10..2}\n", false,
          "14:52 items/0/points: 范围要从小到大写，例如 2..10。 | a range goes from the smaller to the larger, such as 2..10\n" },
        { "plus and minus", "  - {code: A1, category: build, label: 扫地, points: -5..5, clause: 第一条}\n", false,
          "14:52 items/0/points: 一个项目不能又加分又扣分，请分成两项。 | one item cannot both give and take points; make two items\n" },
        { "nothing", "  - {code: A1, category: build, label: 扫地, points: 0}\n", false,
          "14:52 items/0/points: 分值是0，这个项目没有用处。 | worth nothing: the points are 0\n" },
        { "only to bar, but for nothing", "  - {code: A1, category: build, label: 违法犯罪, points: 0, bars: year}\n", false,
          "14:54 items/0/points: 分值是0。只为取消评选（bars）的项目也要写扣几分，例如 -1。 | the points are 0: an item that bars takes points too, such as -1\n" },
        { "full-width digits", "  - {code: A1, category: build, label: 扫地, points: ２}\n", false,
          "14:52 items/0/points: “２”里是全角数字，请改成半角，例如 5、2.5、-10。 | \"２\" has full-width digits: write 5, 2.5, -10\n" },
        { "no such class, nothing near", "  - {code: A1, category: build, label: 扫地, points: 2, for: 网格员}\n", false,
          "14:60 items/0/for: 没有“网格员”这个积分对象；有：resident、村民、household、家庭。 | there is no class \"网格员\"; there are: resident, 村民, household, 家庭\n" },
        { "steps that cover everything", "  - {code: A1, category: build, label: 办酒, per: 桌, steps: [{above: 15, points: 0}, {to: 10, points: 5}, {above: 10, to: 15, points: 2}]}\n", true, "" },
        { "steps with a gap", "  - {code: A1, category: build, label: 办酒, per: 桌, steps: [{to: 10, points: 5}, {from: 11, points: 2}]}\n", false,
          "14:59 items/0/steps: 分档之外的情况要写明：其他（else）计多少分，例如 0。 | say what counts outside the steps: \"else\", such as 0\n" },
        { "a Chinese colon behind a key", "  - {code： A1, category: build, label: 扫地, points: 2}\n", false,
          "14:5 items/0/code: 缺少“代号”（code）：项目代号，不能重复 | \"code\" is missing: the item's code, unique\n"
          "14:6 items/0/code： A1: “code： A1”里是中文的“：”，键后面要用英文的“:”加一个空格。 | \"code： A1\" has a full-width colon: write \": \" after a key\n" },
        { "Chinese colons line by line", "  - code： A1\n    category: build\n", false,
          "14:5 YAML 书写有误：这一行有中文的“：”，键后面要用英文的“:”加一个空格。 | not valid YAML: invalid multiline plain key\n" },
        { "Chinese commas", "  - {code: A1，category: build，label: 扫地，points: 2}\n", false,
          "14:23 YAML 书写有误：这一行有中文的“，”，花括号和方括号里要用英文的“,”加一个空格。 | not valid YAML: missing comma in flow mapping\n" },
        { "no space behind the dash", "  -{code: A1, category: build, label: 扫地, points: 2}\n", false,
          "14:23 YAML 书写有误：列表的“-”后面要空一格。 | not valid YAML: invalid nested block mapping on the same line\n" },
        { "pasted from a table", "A1\t扫地\t2\nA2\t除草\t3\n", false,
          "14:1 YAML 书写有误：这一行有制表符（多半是从表格里粘贴来的），请照“键: 值”的样子写。 | not valid YAML: could not find expected ':'\n" },
        { "Chinese comma in good text beside a real mistake", "  - code: A1\n    label: \"扫地，擦窗\"\n    category: build: x\n", false,
          "16:20 YAML 书写有误：一行里有两个冒号，后面的内容请加引号。 | not valid YAML: invalid nested block mapping on the same line\n" },
        { "points and levels", "  - {code: A1, category: build, label: 荣誉, points: 2, levels: {村: 2}}\n", false,
          "14:63 items/0/levels: 分值和级别只能写一个。 | give points or levels, not both\n" },
        { "a level twice", "  - {code: A1, category: build, label: 荣誉, levels: {村: 2, 村: 5}}\n", false,
          "14:59 items/0/levels/村: 这个级别写了两次。 | this level is given twice\n" },
        { "a cap of nothing", "  - {code: A1, category: build, label: 扫地, points: 2, cap: {per: month}}\n", false,
          "14:60 items/0/cap: 上限要写次数（times）或分数（points）。 | a cap has times or points\n" },
        { "a cap with a period unknown", "  - {code: A1, category: build, label: 扫地, points: 2, cap: {times: 2, per: mounth}}\n", false,
          "14:76 items/0/cap/per: “mounth”不能用在这里，是不是“month”？ | \"mounth\" is not possible here; did you mean \"month\"?\n" },
        { "a cap that never binds", "  - {code: A1, category: build, label: 扫地, points: 2, cap: {times: 2, points: 10, per: month}}\n", false,
          "14:79 items/0/cap/points: 分数上限永远用不上：2次最多也不到。请删去或改小。 | this cap can never bind: the cap in times is always reached first\n" },
        { "a cap below one award", "  - {code: A1, category: build, label: 扫地, points: 5, cap: {points: 2, per: month}}\n", false,
          "14:69 items/0/cap/points: 上限比一次的分值还低，永远得不到标明的分。 | the cap is below a single award: nobody can get the points named\n" },
        { "count without unit", "  - {code: A1, category: build, label: 扫地, points: 2, count: down}\n", false,
          "14:62 items/0/count: 只有按单位计分（per）的项目才写计数。 | only an item with \"per\" counts units\n" },
        { "nobody may claim", "  - {code: A1, category: build, label: 扫地, points: 2, claim: []}\n", false,
          "14:62 items/0/claim: 没有人可以申报这个项目；请写谁可以申报，或删去这个键。 | nobody may claim this item; say who may, or leave the key out\n" },
        { "claimant unknown and repeated", "  - {code: A1, category: build, label: 扫地, points: 2, claim: [self, self, village]}\n", false,
          "14:69 items/0/claim/1: 重复了。 | repeated\n"
          "14:75 items/0/claim/2: “village”不能用在这里；可以写：self 本人、proxy 代报、recorder 录入员、document 文书。 | \"village\" is not possible here; one of: self, proxy, recorder, document\n" },
        { "deduction without clause", "  - {code: A1, category: build, label: 乱倒垃圾, points: -2}\n", true,
          "14:54 warning items/0/points: 扣分没有写依据（clause）：请写明村规民约的哪一条。 | a deduction without the clause of the covenant it rests on\n" },
        { "statutory right, taken", "  - {code: A1, category: build, label: 多次上访, points: -10, clause: 第三条}\n", false,
          "14:40 items/0/label: “上访”涉及法定权利，不能用积分奖罚，请删去：反映情况和信访是公民的权利，不得压制（《信访工作条例》）。 | \"上访\" is a statutory right: points may not be taken or given for it; petitions are everybody's right and may not be held down (Regulations on Petitions)\n" },
        { "statutory right, bought off", "  - {code: A1, category: build, label: 主动放弃低保, points: 10}\n", false,
          "14:40 items/0/label: “低保”涉及法定权利，不能用积分奖罚，请删去：低保和救助按收入和财产依法认定（《社会救助暂行办法》）。 | \"低保\" is a statutory right: points may not be taken or given for it; social assistance is decided by law, on means (Interim Measures for Social Assistance)\n" },
        { "helping others to their right", "  - {code: A1, category: build, label: 帮助低保户打扫, points: 2}\n", true, "" },
        { "a choice without source", "  - {code: A1, category: build, label: 扫地, points: 2, choice: 本村自定}\n", true,
          "14:5 warning items/0: 写了取值理由（choice），也要写出处（source）。 | a choice also names its source\n" },
        { "an empty value", "  - code: A1\n    category: build\n    label:\n    points: 2\n", false,
          "16:5 items/0/label: “label”没有写内容。 | \"label\" has no value\n" },
        { "an alias and an anchor", "  - &a {code: A1, category: build, label: 扫地, points: 2}\n  - *a\n", false,
          "14:5 不能使用锚点（&名称）；请把内容直接写在这里。 | anchors (&name) are not allowed; write the content out here\n"
          "15:5 不能使用引用（*名称）；请把内容直接写在这里。 | aliases (*name) are not allowed; write the content out here\n" },
        { "a tag", "  - {code: !!str A1, category: build, label: 扫地, points: 2}\n", false,
          "14:12 不能使用类型标记（!标记）；请删去。 | tags (!tag) are not allowed; remove it\n" },
        { "not a list", "  code: A1\n", false,
          "14:3 items: 这里要写列表，每行以“- ”开头。 | a list is wanted here, each entry begins with \"- \"\n" },
        { "several at once, in file order", "  - {code: A 1, category: build, label: 扫地, points: x}\n  - {code: A2, category: build, label: 巡逻, points: 2, evidence: maybe}\n", false,
          "14:12 items/0/code: 代号只能用字母、数字、- 和 _，最多32个。 | a code has letters, digits, - and _, at most 32\n"
          "14:53 items/0/points: “x”不是分值；请写数字，最多两位小数，例如 5、2.5、-10，或范围 2..10。 | \"x\" is not a number of points: write 5, 2.5, -10, or a range 2..10\n"
          "15:65 items/1/evidence: “maybe”不能用在这里；可以写：required 必须、optional 可选、none 不需要。 | \"maybe\" is not possible here; one of: required, optional, none\n" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *text = arena_printf(&mem, "%s%s", head, cases[i].items);
        expect(cases[i].name, text, strlen(text), cases[i].good, cases[i].want);
    }
}

static void whole_files(void **state)
{
    (void)state;
    expect("empty", "", 0, false, "1:1 文件是空的。 | the file is empty\n");
    expect("only a comment", "# nothing\n", 10, false, "1:1 文件是空的。 | the file is empty\n");
    expect("a list", "- a\n", 4, false, "1:1 这里要写“键: 值”（积分方案）。 | \"key: value\" lines are wanted here (a scheme)\n");
    expect("not UTF-8", "title: \xff\n", 9, false, "1:1 文件不是UTF-8编码，请另存为UTF-8。 | not UTF-8; save the file as UTF-8\n");
    char *big = arena_alloc(&mem, SCHEME_BYTES + 2);
    memset(big, ' ', SCHEME_BYTES + 1);
    expect("too large", big, SCHEME_BYTES + 1, false, "1:1 文件太大，最多512KB。 | file too large: at most 512 KiB\n");
    struct scheme_finding *found;
    assert_null(scheme_parse(&mem, "t", "title: [a\n", 10, &found));
    assert_non_null(found);
    assert_non_null(strstr(found->en, "not valid YAML: "));
    const char two[] = "title: a\n---\ntitle: b\n";
    assert_null(scheme_parse(&mem, "t", two, sizeof two - 1, &found));
    assert_non_null(strstr(findings_text(found), "one file holds one scheme"));
}

static void limits_hold(void **state)
{
    struct scheme_finding *found;
    struct buf deep = buf_in(&mem, 1 << 20), wide = buf_in(&mem, 1 << 20), bomb = buf_in(&mem, 1 << 20), bad = buf_in(&mem, 1 << 20);
    (void)state;
    for (int i = 0; i < 40; i++) buf_puts(&deep, "[");
    for (int i = 0; i < 40; i++) buf_puts(&deep, "]");
    assert_null(scheme_parse(&mem, "t", deep.p, deep.n, &found));
    assert_string_equal(findings_text(found), "1:13 层次太深，最多12层。 | nested too deeply: at most 12 levels\n");
    buf_puts(&wide, "items: [");
    for (int i = 0; i < SCHEME_NODES; i++) buf_puts(&wide, "a, ");
    buf_puts(&wide, "a]\n");
    assert_null(scheme_parse(&mem, "t", wide.p, wide.n, &found));
    assert_non_null(strstr(findings_text(found), "too much content: at most 40000 values"));
    /* A billion laughs: nothing is ever expanded. */
    buf_puts(&bomb, "a: &a [x, x, x, x, x, x, x, x]\n");
    for (char c = 'b'; c < 'k'; c++) buf_printf(&bomb, "%c: &%c [*%c, *%c, *%c, *%c, *%c, *%c, *%c, *%c]\n", c, c, c - 1, c - 1, c - 1, c - 1, c - 1, c - 1, c - 1, c - 1);
    size_t before = mem.total;
    assert_null(scheme_parse(&mem, "t", bomb.p, bomb.n, &found));
    assert_true(mem.total - before < (1 << 20));
    /* More findings than anyone reads: cut with a remark at the end. */
    for (int i = 0; i < 1000; i++) buf_printf(&bad, "key%d: x\n", i);
    assert_null(scheme_parse(&mem, "t", bad.p, bad.n, &found));
    int n = 0;
    const struct scheme_finding *last = NULL;
    for (const struct scheme_finding *f = found; f; f = f->next) n++, last = f;
    assert_int_equal(n, SCHEME_FINDINGS + 1);
    assert_string_equal(last->en, "too many findings; the rest is not listed. Correct these first.");
}

/* The schema and the reference come from the same table and know every key. */
static void documents(void **state)
{
    (void)state;
    const char *schema = scheme_json_schema(&mem), *reference = scheme_reference(&mem);
    static const char *const keys[] = { "scheme", "balances", "publicity", "false_claims", "items", "levels", "cap", "clause", "choice" };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        assert_non_null(strstr(schema, arena_printf(&mem, "\"%s\":{\"title\":", keys[i])));
        assert_non_null(strstr(reference, arena_printf(&mem, "| `%s` ", keys[i])));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_golden),
        cmocka_unit_test(whole_files),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(documents),
    };
    return cmocka_run_group_tests(tests, NULL, teardown);
}
