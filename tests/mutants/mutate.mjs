// One-line faults, as people make them: what each line of a C file could wrongly say. Pure: text in, faults out; run.mjs
// draws some by a seed and sees which tests notice.
//
//   faultsOf("src/claim/claim_store.c", text)  → [{ file, line, column, kind, function, first, before, after }, …]
//   draw(all, seed)                            → the same in an order of the seed, kinds in turn, one per line
//
// Only bodies of functions: what stands in tables (routes, roles, records) is compared with lists written by hand
// (permissions.test.mjs, fields.test.mjs), and the faults in `listed` have some of those. Left out are lines that only log,
// asserts, what only testing builds have, and what only the sanitizers' builds can see (locks, frees, sizes of what is allocated).
// So is what says the same otherwise: the larger of two by > or >=, errno cleared to another value than 0, a pause left out.

export const KINDS = ["compare", "constant", "condition", "call", "where", "swap"];

/** The text with comments, strings and characters blanked out, at the same places; strings keep their quotes. */
export function mask(text) {
  const blank = (s) => s.replace(/[^\n]/g, " ");
  return text.replace(/\/\*[^]*?\*\/|\/\/[^\n]*|"(?:\\[^]|[^"\\\n])*"|'(?:\\.|[^'\\\n])+'/g, (s) =>
    (s[0] === "/" ? blank(s) : s[0] + blank(s.slice(1, -1)) + s[0]));
}

/** The bodies of functions: [{ name, first, last }], lines from 1. In the house's form they stand between braces in the first column. */
export function functionsOf(masked) {
  const lines = masked.split("\n"), out = [];
  for (let i = 0; i < lines.length; i++) {
    if (lines[i] !== "{") continue;
    let head = "";
    for (let k = i - 1; k >= 0 && /\S/.test(lines[k]) && !/^[}#]|;\s*$/.test(lines[k]); k--) head = `${lines[k]} ${head}`;
    const name = /([A-Za-z_]\w*)\s*\(/.exec(head.replace(/__attribute__\s*\(\(.*?\)\)/g, ""))?.[1];
    const first = i + 1;
    while (i < lines.length && !lines[i].startsWith("}")) i++;
    if (name) out.push({ name, first: first + 1, last: i });
  }
  return out;
}

/** Lines (from 1) that only testing builds have. */
function testingLines(text) {
  const out = new Set();
  let depth = 0, testing = 0;
  for (const [i, line] of text.split("\n").entries()) {
    if (/^#\s*if/.test(line)) depth++;
    if (/^#\s*ifdef SHANZHI_TESTING/.test(line)) testing = depth;
    if (/^#\s*(else|endif)/.test(line) && testing === depth) testing = 0;
    if (/^#\s*endif/.test(line)) depth--;
    if (testing) out.add(i + 1);
  }
  return out;
}

/** Where the bracket that opens at `at` closes, in this line; -1: not in this line. */
function closing(line, at) {
  const pairs = { "(": ")", "[": "]", "{": "}" };
  const open = line[at], close = pairs[open];
  for (let i = at, depth = 0; i < line.length; i++) {
    if (line[i] === open) depth++;
    if (line[i] === close && --depth === 0) return i;
  }
  return -1;
}

/** Splits at a separator that stands in no bracket: [{ at, end }]. */
function split(line, from, to, separator) {
  const out = [];
  let start = from, depth = 0;
  for (let i = from; i < to; i++) {
    if ("([{".includes(line[i])) depth++;
    if (")]}".includes(line[i])) depth--;
    if (depth === 0 && line.startsWith(separator, i)) {
      out.push({ at: start, end: i });
      start = i + separator.length;
      i = start - 1;
    }
  }
  out.push({ at: start, end: to });
  return out;
}

const replaced = (line, at, end, by) => line.slice(0, at) + by + line.slice(end);

const TURNED = { "<": ["<=", ">"], "<=": ["<", ">="], ">": [">=", "<"], ">=": [">", "<="], "==": ["!="], "!=": ["=="] };

// The larger or smaller of two, where they are equal: a > b ? a : b, and if (a > b) b = a.
const LIMIT = /([\w.>-]+) ([<>])=? ([\w.>-]+)(?: \? (?:\1 : \3|\3 : \1)(?![\w.(>-])|\) (?:\1 = \3|\3 = \1);)/g;

// The very microsecond at which a time is over.
const INSTANT = /(clock_monotonic_us\(\)|\bnow_us) [<>]=? /g;

function* compare(line, code) {
  const limits = [...code.matchAll(LIMIT), ...code.matchAll(INSTANT)].map((m) => m.index + m[1].length);
  for (const m of code.matchAll(/ (<=|>=|==|!=|<|>) /g))
    for (const by of TURNED[m[1]]) if (!limits.includes(m.index) || by[0] !== m[1][0]) yield [m.index, replaced(line, m.index + 1, m.index + 1 + m[1].length, by)];
}

function* constant(line, code) {
  // A buffer one byte longer is no fault, and one shorter is the address sanitizer's to see.
  if (/^\s*(static |const |struct |_Thread_local )*\w+ \**\w+\[[^\]]*\]/.test(code) || /\bsizeof\b|\barena_(array|alloc)\w*\(/.test(code)) return;
  if (/\bbuf_in\(/.test(code)) return; // the most that a buffer may grow to: where it matters to a byte it has a name
  if (/\bpaper_space\(/.test(code)) return; // a millimetre of white
  if (/^\s*errno = 0;$/.test(code)) return; // before a call: what no failure sets
  for (const m of code.matchAll(/(?<![\w.$])\d+(?![\w.])/g)) {
    if (/^0./.test(m[0]) || /^10{3,}$/.test(m[0])) continue; // a thousand and more are units of time: one more is a millionth
    const n = BigInt(m[0]);
    yield [m.index, replaced(line, m.index, m.index + m[0].length, String(n + 1n))];
    if (n > 0n) yield [m.index, replaced(line, m.index, m.index + m[0].length, String(n - 1n))];
  }
}

function* condition(line, code, last, lines, n) {
  const m = /(?<!\w)if \(/.exec(code);
  if (m && !/^\s*log_(debug|info|warn|error)\(/.test(lines[n])) { // what is only told or not
    const open = m.index + 3, close = closing(code, open);
    if (close > 0) {
      const inner = line.slice(open + 1, close);
      yield [open, replaced(line, open + 1, close, `!(${inner})`)];
      yield [open, replaced(line, open + 1, close, `0 && (${inner})`)];
    }
  }
  // A part of && or || left out, wherever it stands.
  for (const op of code.matchAll(/(&&|\|\|)/g)) {
    const neutral = op[1] === "&&" ? "1" : "0";
    let from = op.index - 1, to = op.index + 2, depth = 0;
    for (; from >= 0; from--) {
      if (")]}".includes(code[from])) depth++;
      if ("([{".includes(code[from]) && depth-- === 0) break;
      if (depth === 0 && /&&|\|\||[;?:,]|=(?!=)/.test(code.slice(from, from + 2)) && !/[=!<>]=/.test(code.slice(from - 1, from + 2))) break;
    }
    const before = /^(?:&&|\|\|)/.test(code.slice(from + 0, from + 2)) ? from + 2 : from + 1;
    const head = /^(\s*(?:return|if)\b)?\s*/.exec(code.slice(before, op.index))[0].length;
    if (code.slice(before + head, op.index).trim()) yield [op.index - 1, replaced(line, before + head, op.index, `${neutral} `)];
    for (depth = 0; to < code.length; to++) {
      if ("([{".includes(code[to])) depth++;
      if (")]}".includes(code[to]) && depth-- === 0) break;
      if (depth === 0 && /^(&&|\|\||[;?:,])/.test(code.slice(to))) break;
    }
    if (code.slice(op.index + 2, to).trim() && balanced(code.slice(op.index + 2, to)))
      yield [op.index, replaced(line, op.index + 2, to, ` ${neutral}${code[to] === "&" || code[to] === "|" ? " " : ""}`)];
  }
}

const balanced = (s) => [..."()[]"].map((c) => s.split(c).length).every((n, i, all) => i % 2 || n === all[i + 1]);

const UNSEEN = /^(sodium_memzero|PQclear|PQfreemem|sqlite3_free|log_|pthread_|free|.*_free$|.*_clear$|.*_destroy$|close$|fclose$|BUG|atomic_|evthread|assert|print_|va_|paper_(space|rule)$)/;
// Of testing builds and ./bench (store: fault injection, running twice, the trace), and pauses: done sooner, nobody sees it.
const AIDS = /^(TRY\((fault|twice)\(|fault_|trace_|nanosleep\()/;

function* call(line, code, above) {
  const m = /^(\s+)(?:\(void\))?([A-Za-z_]\w*)\(/.exec(code);
  if (m && /([;{}:)]|else)\s*$/.test(above) && !UNSEEN.test(m[2]) && !AIDS.test(code.trim()) && !/^(if|for|while|switch|return|sizeof|F|else)$/.test(m[2]))
    yield [m[1].length, `${m[1]}while (0) ${line.slice(m[1].length)}`];
}

// In the text of SQL: a term is made true. (Left out altogether, its argument would be one too many, which the store says at once.)
function* where(line, code, last, lines, n) {
  // Ids are unique over all villages (kernel/id.h): beside an id, the village in a join and in a write is for the shard only. In a
  // SELECT it is what keeps one village's things from the addresses of another.
  let act = "";
  for (let k = n - 1; !act && k >= 0 && k > n - 12; k--) act = /.*"[^"]*\b(SELECT|UPDATE|DELETE|INSERT)\b/.exec(lines[k])?.[1] ?? "";
  for (const s of line.matchAll(/"((?:\\.|[^"\\])*)"/g)) {
    const sql = s[1], start = s.index + 1;
    if (!/\b(WHERE|AND|ON)\b/.test(sql)) continue;
    for (const m of sql.matchAll(/(?:\bWHERE|\bAND|\bON) (?=[a-z(]|EXISTS|NOT)/g)) {
      if (/BETWEEN \S+ $/.test(sql.slice(0, m.index)) || /^ON CONFLICT/.test(sql.slice(m.index))) continue;
      const from = m.index + m[0].length, rest = sql.slice(from);
      const end = termEnd(rest);
      const term = rest.slice(0, end).trimEnd();
      if (/\bvillage = (\w+\.village)/.test(term) && /\.(id|posting|subject|household) = \w+\./.test(sql)) continue;
      if (/^village = \$\d+$/.test(term) && act !== "SELECT" && /\b(id|posting|resident|household|subject) = \$/.test(statement(lines, n))) continue;
      // Ids of things that the statement around it looks for in its village.
      if (/^(\w+\.)?village = \$\d+$/.test(term) && /\b(id|posting|household) IN \(SELECT [\w.]+ FROM \w+( \w+)? WHERE $/.test(sql.slice(0, from))) continue;
      // A claim's subject, photos and steps: who asks has found the subject, or the claim, in its village.
      if (/^(village|subject_kind) = \$\d+$/.test(term) && /\bsubject_kind = \$\d+ AND subject = \$/.test(statement(lines, n))) continue;
      if (/^village = \$\d+$/.test(term) && /\bFROM claim_(photo|step)\b.*\bclaim = \$/.test(statement(lines, n))) continue;
      if (!term || !balanced(term) || /\b(CASE|WHEN|SELECT|UNION)\b/.test(term) || /BETWEEN \S+$/.test(term)) continue;
      yield [start + from, replaced(line, start + from, start + from + term.length, `(${term} OR 1 = 1)`)];
    }
  }
}

/** The SQL of the statement that line n (from 1) is a part of. */
function statement(lines, n) {
  const part = (k) => /^\s*".*"/.test(lines[k] ?? "");
  let from = n - 1, to = n - 1;
  while (part(from)) from--;
  while (part(to + 1)) to++;
  return lines.slice(Math.max(from, 0), to + 1).flatMap((l) => [...l.matchAll(/"((?:\\.|[^"\\])*)"/g)].map((s) => s[1])).join("");
}

function termEnd(rest) {
  let depth = 0, between = false;
  for (let i = 0; i < rest.length; i++) {
    if (rest[i] === "(") depth++;
    if (rest[i] === ")" && depth-- === 0) return i;
    if (depth) continue;
    if (rest.startsWith(" BETWEEN ", i)) between = true;
    if (/^ (OR|ORDER|GROUP|LIMIT|ON|RETURNING|UNION|LEFT|JOIN|FOR|HAVING|THEN|WHERE) /.test(`${rest.slice(i)} `)) return i;
    if (rest.startsWith(" AND ", i)) {
      if (!between) return i;
      between = false;
    }
  }
  return rest.length;
}

const SIMPLE = /^(\s*)((?:I64|TEXT)\([^()]*\)|&?[A-Za-z_]\w*(?:(?:->|\.)\w+|\[\w+\])*)(\s*)$/;
const wrapper = (s) => /^(I64|TEXT)\(/.exec(s)?.[1] ?? "";

function* swap(line, code) {
  if (/^\s*(static|const|struct|int64_t|bool|char|void|int|size_t)\b([^=;]*\)?\s*$|[^=(]*;\s*$)/.test(code)) return; // a declaration
  for (const m of code.matchAll(/[A-Za-z_]\w*\(/g)) {
    if (/^(if|for|while|switch|return|sizeof|log_\w+|LI|LS|LT|F|BUG|printf|fprintf)\($/.test(m[0])) continue;
    // Alike or not is the same from either side; only an order is not.
    if (/^(text_equal|secret_equal|(str|strn|mem|sodium_mem)cmp)\($/.test(m[0]) && !/(=|\breturn) $/.test(code.slice(0, m.index))) continue;
    const open = m.index + m[0].length - 1, close = closing(code, open);
    yield* neighbours(line, code, open + 1, close < 0 ? code.length : close);
  }
  // the arguments of a call that began above
  if (/^\s+[^=;{}]*,/.test(code) && closingFirst(code)) yield* neighbours(line, code, /^\s*/.exec(code)[0].length, endOfArguments(code));
}

const endOfArguments = (code) => {
  for (let i = 0, depth = 0; i < code.length; i++) {
    if ("([{".includes(code[i])) depth++;
    if (")]}".includes(code[i]) && depth-- === 0) return i;
  }
  return code.length;
};
const closingFirst = (code) => !/^\s*(\.|\{|F\(|\[)/.test(code);

function* neighbours(line, code, from, to) {
  const args = split(code, from, to, ",").filter((a) => code.slice(a.at, a.end).trim());
  for (let i = 0; i + 1 < args.length; i++) {
    const [a, b] = [args[i], args[i + 1]].map((x) => SIMPLE.exec(code.slice(x.at, x.end)));
    if (!a || !b || a[2] === b[2] || wrapper(a[2]) !== wrapper(b[2]) || [a[2], b[2]].some((x) => /^(r|NULL)$/.test(x))) continue;
    const whole = [args[i].at + a[1].length, args[i + 1].at + b[1].length];
    yield [whole[0], line.slice(0, whole[0]) + b[2] + line.slice(whole[0] + a[2].length, whole[1]) + a[2] + line.slice(whole[1] + b[2].length)];
  }
}

const MAKERS = { compare, constant, condition, call, where, swap };

/** All faults of a file. */
export function faultsOf(file, text) {
  const masked = mask(text).split("\n"), lines = text.split("\n"), testing = testingLines(text), out = [];
  for (const f of functionsOf(mask(text))) {
    let above = "{", logs = 0; // the last line with code; brackets open in a statement that only logs or asserts
    for (let n = f.first; n <= f.last; n++) {
      const line = lines[n - 1], code = masked[n - 1];
      const asks = /^\s*(else )?if \(.*\)$/.test(code) && /^\s*(log_(debug|info|warn|error|at)|BUG)\(/.test(masked[n] ?? ""); // whether to log; an assert over two lines
      const speaks = asks || logs > 0 || /(^|[ (])(log_(debug|info|warn|error|at)|BUG)\(/.test(code);
      if (speaks && !asks) {
        const from = logs > 0 ? code : code.slice(code.search(/(log_(debug|info|warn|error|at)|BUG)\(/));
        logs = Math.max(0, logs + from.split("(").length - from.split(")").length);
      }
      if (!code.trim()) continue;
      const last = above;
      above = code;
      if (speaks || testing.has(n) || code.startsWith("#") || /^(back_off|hash64)$/.test(f.name)) continue; // how long a pause is, which bits a hash has, nobody sees
      for (const kind of KINDS) {
        const seen = new Set();
        for (const [column, after] of MAKERS[kind](line, code, last, lines, n)) {
          if (after === line || seen.has(after)) continue;
          seen.add(after);
          out.push({ file, line: n, column: column + 1, kind, function: f.name, first: f.first, before: line, after });
        }
      }
    }
  }
  return out;
}

/** Numbers from 0 to n - 1, always the same for a seed (mulberry32). */
export function dice(seed) {
  let a = seed >>> 0;
  return (n) => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
}

/** All faults in the order of a seed: the kinds in turn, and of each line one at most. */
export function draw(all, seed) {
  const roll = dice(seed), out = [], used = new Set();
  const piles = KINDS.map((kind) => {
    const pile = all.filter((f) => f.kind === kind);
    for (let i = pile.length - 1; i > 0; i--) {
      const k = roll(i + 1);
      [pile[i], pile[k]] = [pile[k], pile[i]];
    }
    return pile;
  });
  for (let left = true; left; ) {
    left = false;
    for (const pile of piles) {
      let f;
      do f = pile.pop(); while (f && used.has(`${f.file}:${f.line}`));
      if (!f) continue;
      used.add(`${f.file}:${f.line}`);
      out.push(f);
      left = true;
    }
  }
  return out;
}
