// The maker of faults: it makes what it says, only in bodies of functions, and the same for a seed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { KINDS, draw, faultsOf, functionsOf, mask } from "./mutate.mjs";
import { excusedFaults, listedFaults } from "./written.mjs";

const body = (...lines) => `static int f(struct req *r)\n{\n${lines.map((l) => `    ${l}`).join("\n")}\n}\n`;
const made = (kind, ...lines) => faultsOf("src/x.c", body(...lines)).filter((f) => f.kind === kind).map((f) => f.after.trim());

test("comparisons are turned and moved by one", () => {
  assert.deepEqual(made("compare", "return a < b;"), ["return a <= b;", "return a > b;"]);
  assert.deepEqual(made("compare", "if (a == b) x(\"c != d\");"), ["if (a != b) x(\"c != d\");"]);
  assert.deepEqual(made("compare", "p->n = q << 2; r->m = a->b;"), []);
  // Where the larger of two is taken, equal ones are the same; beside something else they are not.
  assert.deepEqual(made("compare", "x = l->a > b ? l->a : b;"), ["x = l->a < b ? l->a : b;"]);
  assert.deepEqual(made("compare", "if (n <= max) n = max;"), ["if (n >= max) n = max;"]);
  assert.deepEqual(made("compare", "x = a > b ? a : c;"), ["x = a >= b ? a : c;", "x = a < b ? a : c;"]);
  assert.deepEqual(made("compare", "x = a > b ? a : b(c);").length, 2);
  assert.deepEqual(made("compare", "if (now_us >= until) end();"), ["if (now_us <= until) end();"]);
  assert.deepEqual(made("compare", "if (clock_monotonic_us() < u || n < 2) end();").length, 3);
});
test("numbers go up and down by one; buffers and names do not", () => {
  assert.deepEqual(made("constant", "f(x1, 10, 0x1f, 0);"), ["f(x1, 11, 0x1f, 0);", "f(x1, 9, 0x1f, 0);", "f(x1, 10, 0x1f, 1);"]);
  assert.deepEqual(made("constant", "char s[24] = { 0 };"), []);
  assert.deepEqual(made("constant", "return \"12\"; /* 7 */"), []);
  assert.deepEqual(made("constant", "errno = 0;"), []);
  assert.equal(made("constant", "l->errno_seen = 0;").length, 1);
});
test("conditions are turned, dropped, and lose a part", () => {
  assert.deepEqual(made("condition", "if (ready) go();"), ["if (!(ready)) go();", "if (0 && (ready)) go();"]);
  assert.deepEqual(made("condition", "return a && b || c;").sort(), ["return 1 && b || c;", "return a && 1 || c;", "return a && b || 0;", "return a && 0 || c;"].sort());
  assert.deepEqual(made("condition", "x = f(a || b, c);"), ["x = f(0 || b, c);", "x = f(a || 0, c);"]);
});
test("a call is left out, over several lines, but not a declaration, a lock or a log line", () => {
  assert.deepEqual(made("call", "TRY(save(r,", "         x));"), ["while (0) TRY(save(r,"]);
  assert.deepEqual(made("call", "(void)end_now(x);"), ["while (0) (void)end_now(x);"]);
  for (const line of ["TRY(fault(r->mem));", "fault_pause(true);", "trace_end(db, true);", "nanosleep(&t, NULL);"]) assert.deepEqual(made("call", line), [], line);
  assert.equal(made("call", "TRY(faulty(r->mem));").length, 1);
  assert.deepEqual([made("call", "paper_space(p, 6);"), made("call", "paper_rule(p);"), made("constant", "paper_space(p, 6);")], [[], [], []]);
  assert.equal(made("call", "paper_pair(p, zh, number);").length, 1);
  for (const line of ["pthread_mutex_lock(&mu);", "log_info(\"a\", \"b\");", "return f(x);", "if (x) y();", "int64_t n = f(x);"]) assert.deepEqual(made("call", line), [], line);
});
test("a term of WHERE is made true, with its parameters", () => {
  const sql = (s) => made("where", `q(r, "${s}", I64(a));`).map((l) => /"(.*)"/.exec(l)[1]);
  assert.deepEqual(sql("SELECT x FROM t WHERE village = $1 AND id IN (1, 2) ORDER BY x"), [
    "SELECT x FROM t WHERE (village = $1 OR 1 = 1) AND id IN (1, 2) ORDER BY x", "SELECT x FROM t WHERE village = $1 AND (id IN (1, 2) OR 1 = 1) ORDER BY x"]);
  assert.deepEqual(sql("DELETE FROM t WHERE day BETWEEN $1 AND $2 AND a = 1"), [
    "DELETE FROM t WHERE (day BETWEEN $1 AND $2 OR 1 = 1) AND a = 1", "DELETE FROM t WHERE day BETWEEN $1 AND $2 AND (a = 1 OR 1 = 1)"]);
  assert.deepEqual(sql("INSERT INTO t (a) VALUES ($1) ON CONFLICT DO NOTHING"), []);
  assert.deepEqual(sql("SELECT x FROM claim WHERE village = $1 AND subject_kind = $2 AND subject = $3"), ["SELECT x FROM claim WHERE village = $1 AND subject_kind = $2 AND (subject = $3 OR 1 = 1)"]);
  assert.equal(sql("SELECT x FROM claim WHERE village = $1 AND subject_kind = $2 AND item = $3").length, 3);
  assert.deepEqual(sql("SELECT x FROM claim_photo WHERE village = $1 AND claim = $2"), ["SELECT x FROM claim_photo WHERE village = $1 AND (claim = $2 OR 1 = 1)"]);
  assert.equal(sql("SELECT x FROM claim WHERE village = $1 AND claim = $2").length, 2);
});
test("neighbours of one shape change places", () => {
  assert.deepEqual(made("swap", "give(r, from, to->id);"), ["give(r, to->id, from);"]);
  assert.deepEqual(made("swap", "TRY(q(r, \"s\", I64(a), I64(b), TEXT(c)));"), ["TRY(q(r, \"s\", I64(b), I64(a), TEXT(c)));"]);
  assert.deepEqual(made("swap", "TRY(q(r, \"s\",", "  I64(a), I64(b)));").at(-1), "I64(b), I64(a)));");
});
test("what nobody could see is none: the most of a buffer, a line of the log or none, sides of what is alike, the village beside an id", () => {
  assert.deepEqual(made("constant", "struct buf b = buf_in(mem, 4096);"), []);
  assert.deepEqual(made("condition", "if (lost)", "    log_warn(\"a\", \"b\");"), []);
  assert.deepEqual(made("condition", "if (lost)", "    warn(x);").length, 2);
  assert.deepEqual(made("call", "sodium_memzero(key, n);"), []);
  assert.deepEqual(made("swap", "if (!strcmp(a, b) || text_equal(c, d)) return x;"), []);
  assert.deepEqual(made("swap", "int64_t first, last, before, b;"), []);
  assert.deepEqual(made("swap", "return strcmp(a, b);"), ["return strcmp(b, a);"]);
  assert.deepEqual(made("swap", "int c = strcmp(a, b);"), ["int c = strcmp(b, a);"]);
  const two = (...lines) => made("where", ...lines).filter((l) => /village = \$1 OR/.test(l)).length;
  assert.equal(two("TRY(q(r,", "  \"UPDATE t SET a = 2 WHERE village = $1\"", "  \" AND household = $2 AND b = 3\", I64(a)));"), 0);
  assert.equal(two("TRY(q(r,", "  \"UPDATE t SET a = 2 WHERE village = $1\"", "  \" AND b = 3\", I64(a)));"), 1);
  assert.equal(two("TRY(q(r, \"SELECT a FROM t WHERE village = $1 AND id = $2\", I64(a)));"), 1);
  assert.equal(two("TRY(q(r, HEAD \" AND h.id IN (SELECT s.household FROM resident s WHERE village = $1\", I64(a)));"), 0);
});
test("only bodies of functions, nothing of testing builds, nothing that only logs or asserts", () => {
  const text = `static const int limits[] = {\n    1, 2,\n};\n#ifdef SHANZHI_TESTING\n${body("return 1;")}#else\n${body("return 2;")}#endif\n${body("if (n > 3) BUG(\"%d\", n);", "if (n > 4 && m)", "    log_error(\"a\", \"b\");", "if (n > 5)", "    BUG(\"c\");", "if (m)", "    log_at(n > 6 ? 1 : 2, \"d\");", "log_warn(\"a\", \"b\",", "         LI(\"n\", 5));", "return 4;")}`;
  assert.deepEqual([...new Set(faultsOf("x.c", text).map((f) => f.before.trim()))], ["return 2;", "return 4;"]);
  assert.deepEqual(functionsOf(mask(text)).map((f) => f.name), ["f", "f", "f"]);
});
test("strings and comments are blank, at the same places", () => {
  const text = "a(\"x \\\" y\", '\"'); /* b\nc */ d(); // e";
  assert.equal(mask(text), "a(\"      \", ' ');     \n     d();     ");
});
test("the same seed draws the same, another one another; kinds in turn, a line once", () => {
  const all = faultsOf("x.c", body(...Array.from({ length: 40 }, (_, i) => `if (a${i} < 9) TRY(f${i}(b, c, "WHERE x = 1 AND y = ${i}"));`)));
  const one = draw(all, 7);
  assert.deepEqual(draw([...all], 7), one);
  assert.notDeepEqual(draw(all, 8), one);
  assert.equal(new Set(one.map((f) => f.line)).size, one.length);
  const kinds = new Set(all.map((f) => f.kind));
  assert.ok(KINDS.filter((k) => k !== "call").every((k) => kinds.has(k)));
  assert.equal(new Set(one.slice(0, kinds.size).map((f) => f.kind)).size, kinds.size);
});
test("what is written down is a fault of today's sources", () => {
  for (const f of listedFaults()) {
    assert.notEqual(f.after, f.before, f.file);
    assert.ok(f.why, `${f.file}: «${f.before}» promises nothing`);
  }
  assert.doesNotThrow(excusedFaults);
});
