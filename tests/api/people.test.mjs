// Registers: lists and search, masking and unmasking, moves, import and export, scopes.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { demoData, expect, problem, serve, steps } from "./harness.mjs";

const VILLAGE = "441621102205", OTHER = "441621102232", EMPTY = "441621102201"; // 慎田村 is not a pilot
const PASSWORD = "shanzhi-demo-2026";
const place = demoData();
let server, admin, grid, other, town, recorder, villager;

before(async () => {
  server = await serve({ place });
  [admin, grid, other, town, recorder, villager] = await Promise.all(
    ["lk-admin", "lk-grid", "gt-admin", "town", "lk-recorder", "lk-villager"].map((n) => server.signIn(n, PASSWORD)));
});
after(async () => { await server?.stop(); });

const at = (village, rest) => `/villages/${village}/${rest}`;
const get = async (path, as = admin, status = 200) => expect(await server.api("GET", encodeURI(path), { as }), status).body;
const post = (path, body, as = admin) => server.api("POST", path, { as, body });
const importCsv = (text, query = "", as = admin, village = VILLAGE) =>
  server.api("POST", at(village, `residents/import${query}`), { as, body: text, type: "text/csv" });
const fields = (r) => r.body.errors.map((e) => e.field);

/** A valid ID number, by the standard's own formula. */
function idNumber(birth, sequence, district = "441621") {
  const s = `${district}${birth}${String(sequence).padStart(3, "0")}`;
  const sum = [...s].reduce((a, c, i) => a + Number(c) * [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2][i], 0);
  return s + "10X98765432"[sum % 11];
}

/** The whole register of a village, unmasked: rows of cells. */
async function fullRegister(village = VILLAGE, as = admin) {
  const r = expect(await server.api("POST", at(village, "residents/export"), { as, body: { reason: "核对名册" } }), 200);
  return r.text.replace(/^\uFEFF/, "").trim().split("\r\n").map((l) => l.split(","));
}

describe("lists", () => {
  test("every resident once, page by page", async () => {
    const counts = await get(at(VILLAGE, "counts"));
    const ids = new Set();
    let next = "", total = null;
    do {
      const page = await get(at(VILLAGE, `residents?limit=200${next && `&after=${next}`}`));
      total ??= page.total;
      for (const row of page.rows) {
        assert.ok(!ids.has(row.id));
        ids.add(row.id);
      }
      next = page.next;
    } while (next);
    assert.equal(ids.size, counts.residents);
    assert.equal(total, counts.residents);
    assert.equal(counts.cells.reduce((n, c) => n + c.residents, 0), counts.residents);
  });
  test("found by name, given name, household number, phone tail, whole phone, whole ID number", async () => {
    const [, ...rows] = await fullRegister();
    const row = rows.find((r) => r[6] && r[1].length === 3);
    const [number, name, id, , , , phone] = row;
    for (const q of [name, name.slice(0, 2), name.slice(1), number, phone.slice(-4), phone, id, id.toLowerCase(), ` ${number} `]) {
      const found = await get(at(VILLAGE, `residents?limit=200&q=${q}`));
      assert.ok(found.rows.some((r) => r.household_number === number), `by ${q}`);
      if (q === id || q === phone) assert.equal(found.rows.length, 1);
    }
    const households = await get(at(VILLAGE, `households?q=${number.slice(0, 6)}&limit=200`));
    assert.ok(households.rows.length > 1 && households.rows.every((h) => h.number.startsWith(number.slice(0, 6))));
    for (const q of [name, phone.slice(-4), phone, id])
      assert.ok((await get(at(VILLAGE, `households?limit=200&q=${q}`))).rows.some((h) => h.number === number), `household by ${q}`);
    for (const q of ["%", "_______", "' OR 1=1 --", "不存在的人", "<b>"])
      assert.equal(expect(await server.api("GET", at(VILLAGE, `residents?q=${encodeURIComponent(q)}`), { as: admin }), 200).body.rows.length, 0, q);
  });
  test("filters by grid and below, group, household, tag, minors, sign-up", async () => {
    const inGrid = await get(at(VILLAGE, "residents?grid=01.02&limit=200"));
    assert.ok(inGrid.rows.length > 50 && inGrid.rows.every((r) => r.grid.startsWith("01.02.")));
    const group = inGrid.rows[0].group;
    assert.ok((await get(at(VILLAGE, `residents?group=${group}&limit=200`))).rows.every((r) => r.group === group));
    const party = await get(at(VILLAGE, "residents?tag=party_member&limit=200"));
    assert.ok(party.rows.length > 20 && party.rows.every((r) => r.tags.includes("party_member")));
    const minors = await get(at(VILLAGE, "residents?minor=true&limit=200"));
    assert.ok(minors.rows.length > 20 && minors.rows.every((r) => r.minor && r.age < 14));
    assert.ok((await get(at(VILLAGE, "households?pledged=false&limit=200"))).rows.every((h) => h.pledged_on === null));
    assert.ok((await get(at(VILLAGE, "households?pledged=true"))).rows.every((h) => h.pledged_on));
    problem(await server.api("GET", at(VILLAGE, "residents?grid=zz"), { as: admin }), 400, "invalid");
    problem(await server.api("GET", at(VILLAGE, "residents?after=nonsense"), { as: admin }), 400, "invalid");
  });
  test("type-ahead finds households, people and organisations", async () => {
    const subjects = await get(at(VILLAGE, "subjects?q=礼坑村"));
    assert.ok(subjects.rows.length >= 5 && subjects.rows.every((s) => s.kind === "organisation"));
    const people = await get(at(VILLAGE, "subjects?q=黄"), grid);
    assert.deepEqual([...new Set(people.rows.map((s) => s.kind))].sort(), ["household", "resident"]);
    assert.ok(people.rows.every((s) => s.grid.startsWith("01.01.")), "a grid worker finds the grid's people only");
    const homes = people.rows.filter((s) => s.kind === "household");
    assert.ok(homes.length > 5 && homes.every((s) => /^.\*.?户$/.test(s.name)), "a household goes by its head's masked name");
  });
});

describe("what stays hidden", () => {
  test("no list, no page of one person, no masked export shows a phone, an ID number or a full name", async () => {
    const [, ...rows] = await fullRegister();
    const secrets = new Set();
    for (const r of rows) {
      secrets.add(r[2]);
      if (r[6]) secrets.add(r[6]);
      if (r[1].length > 2) secrets.add(r[1]);
    }
    const first = (await get(at(VILLAGE, "residents?limit=200"))).rows;
    const paths = ["residents?limit=200", "households?limit=200", "subjects?q=黄", "counts", "organisations", "residents?minor=true&limit=200",
      `residents/${first[0].id}`, `households/${first[0].household}`, "residents/export", "tags"].map((p) => at(VILLAGE, p));
    let bytes = 0;
    for (const path of [...paths, `/public/villages/${VILLAGE}`]) {
      const r = expect(await server.api("GET", encodeURI(path), { as: admin }), 200);
      bytes += r.text.length;
      for (const word of r.text.split(/[",;:\s{}\[\]]+/)) assert.ok(!secrets.has(word.replace(/户$/, "")), `${path} shows ${word}`);
    }
    assert.ok(bytes > 50_000);
    assert.match(first[0].name, /\*/);
    assert.match(first.find((r) => r.phone).phone, /^120\*{4}\d{4}$/);
    assert.match(first[0].id_number, /^4\*{16}[\dX]$/);
  });
  test("unmasking is a permission, needs a reason, and is in the audit trail", async () => {
    const [row] = (await get(at(VILLAGE, "residents?limit=1"))).rows;
    const path = at(VILLAGE, `residents/${row.id}/unmask`);
    problem(await post(path, {}), 400, "invalid");
    for (const as of [grid, recorder, town, villager, other]) problem(await post(path, { reason: "想看看" }, as), 403, "forbidden");
    const open = expect(await post(path, { reason: "核对参保信息" }), 200);
    assert.equal(open.headers["cache-control"], "no-store");
    assert.match(open.body.id_number, /^441621\d{11}[\dX]$/);
    assert.doesNotMatch(open.body.name, /\*/);
    const auditor = await server.signIn("auditor", PASSWORD);
    const audit = expect(await server.api("GET", "/audit?limit=50", { as: auditor }), 200);
    const found = audit.body.rows.find((a) => JSON.stringify(a).includes("核对参保信息"));
    assert.ok(found, audit.text.slice(0, 2000));
    for (const secret of [open.body.id_number, open.body.phone]) assert.ok(!audit.text.includes(secret));
  });
  test("staff of a grid see their grid only, a villager sees no list, other villages see nothing", async () => {
    const mine = await get(at(VILLAGE, "residents?limit=200"), grid);
    assert.ok(mine.rows.length > 50 && mine.rows.every((r) => r.grid.startsWith("01.01.")));
    assert.ok((await get(at(VILLAGE, "households?limit=200"), grid)).rows.every((h) => h.grid.startsWith("01.01.")));
    assert.equal((await get(at(VILLAGE, "residents?grid=01.02"), grid)).rows.length, 0);
    const [far] = (await get(at(VILLAGE, "residents?grid=01.02&limit=1"))).rows;
    problem(await server.api("GET", at(VILLAGE, `residents/${far.id}`), { as: grid }), 403, "forbidden");
    problem(await server.api("GET", at(VILLAGE, `households/${far.household}`), { as: grid }), 403, "forbidden");
    problem(await post(at(VILLAGE, `households/${far.household}/pledge`), {}, grid), 403, "forbidden");
    problem(await server.api("GET", at(VILLAGE, "residents"), { as: villager }), 403, "forbidden");
    problem(await server.api("GET", at(VILLAGE, "residents"), { as: other }), 403, "forbidden");
    problem(await server.api("GET", at(OTHER, `residents/${far.id}`), { as: other }), 404, "not-found");
    problem(await server.api("GET", at(VILLAGE, "residents")), 401, "sign-in");
    const household = await get("/me/household", villager);
    assert.ok(household.members.length > 0 && !household.members[0].name.includes("*"));
    problem(await server.api("GET", "/me/household", { as: town }), 404, "not-found");
  });
});

steps("a household's life", () => server, [
  ["a household and its people are added", async (t) => {
    const home = expect(await post(at(VILLAGE, "households"), { number: "9001", grid: "01.01.01.01", address: "礼坑村新屋1号", tags: ["own_yard"] }), 201);
    t.home = home.body;
    assert.deepEqual([t.home.members, t.home.tags], [0, ["own_yard"]]);
    problem(await post(at(VILLAGE, "households"), { number: "9001" }), 409, "duplicate");
    const bad = problem(await post(at(VILLAGE, "households"), { number: "9002", grid: "01.09", group: 1 }), 400, "invalid");
    assert.deepEqual(fields(bad), ["grid", "group"]);
    const person = (body) => post(at(VILLAGE, "residents"), { household: t.home.id, ...body });
    t.head = expect(await person({ name: "黄 大明", id_number: idNumber("19800315", 901), phone: "120 9999 0001", relation: "head", tags: ["party_member"] }), 201).body;
    assert.deepEqual([t.head.name, t.head.sex, t.head.phone, t.head.household_number], ["黄*明", "male", "120****0001", "9001"]);
    t.wife = expect(await person({ name: "陈小花", id_number: idNumber("19820401", 902), relation: "spouse" }), 201).body;
    t.son = expect(await person({ name: "黄小明", birth: "2015-06-01", sex: "male", relation: "son" }), 201).body;
    assert.equal(t.son.minor, true);
    problem(await person({ name: "另一个", id_number: idNumber("19800315", 901) }), 409, "duplicate");
    const wrong = problem(await person({ name: "错的", id_number: "441621198003159019", phone: "12", relation: "head" }), 400, "invalid");
    assert.deepEqual(fields(wrong).sort(), ["id_number", "phone", "relation"]);
    const none = problem(await person({ name: "无证", tags: [] }), 400, "invalid");
    assert.deepEqual(fields(none), ["birth", "sex"]);
    problem(await person({ name: "标签", birth: "1990-01-01", sex: "male", tags: ["no_such_tag"] }), 400, "invalid");
    problem(await post(at(VILLAGE, "residents"), { household: 12345, name: "无户", birth: "1990-01-01", sex: "male" }), 400, "invalid");
  }],
  ["changed with If-Match; of many edits at once exactly one wins", async (t) => {
    const path = at(VILLAGE, `residents/${t.son.id}`);
    const was = expect(await server.api("GET", path, { as: admin }), 200);
    problem(await server.api("PATCH", path, { as: admin, body: { name: "黄晓明" } }), 428, "precondition");
    const all = await Promise.all([...Array(8).keys()].map((i) =>
      server.api("PATCH", path, { as: admin, match: was.etag, body: { name: `黄晓明${"一二三四五六七八"[i]}` } })));
    assert.deepEqual(all.map((r) => r.status).sort(), [200, 412, 412, 412, 412, 412, 412, 412]);
    const now = expect(await server.api("GET", path, { as: admin }), 200);
    const tagged = expect(await server.api("PATCH", path, { as: admin, match: now.etag, body: { tags: ["student"] } }), 200);
    assert.deepEqual(tagged.body.tags, ["student"]);
    problem(await server.api("PATCH", path, { as: admin, match: tagged.etag, body: { relation: "head" } }), 400, "invalid");
    problem(await server.api("PATCH", path, { as: admin, match: tagged.etag, body: { id_number: idNumber("19800315", 901) } }), 409, "duplicate");
    expect(await server.api("PATCH", path, { as: admin, match: tagged.etag, body: { id_number: idNumber("20150601", 903) } }), 200);
  }],
  ["signs up once, and may withdraw", async (t) => {
    const path = at(VILLAGE, `households/${t.home.id}`);
    const signed = expect(await post(`${path}/pledge`, { terms: "承诺书" }, grid), 200).body;
    assert.ok(signed.pledged_on);
    assert.equal(signed.pledges[0].signer, t.head.id);
    problem(await post(`${path}/pledge`, {}), 409, "state");
    assert.equal(expect(await post(`${path}/unpledge`, { reason: "搬家" }), 200).body.pledged_on, null);
    expect(await post(`${path}/pledge`, {}), 200);
    problem(await post(`${path}/pledge`, { on: "2999-01-01" }), 400, "invalid");
    expect(await post(`${path}/unpledge`, { reason: "换人签" }), 200);
    const [stranger] = (await get(at(VILLAGE, "residents?grid=01.02&limit=1"))).rows;
    for (const signer of [stranger.id, 4711]) {
      const r = problem(await post(`${path}/pledge`, { signer }), 400, "invalid");
      assert.match(r.text, /签约人必须是本户成员/);
    }
    const again = expect(await post(`${path}/pledge`, { signer: t.wife.id }), 200).body;
    assert.ok(again.pledges.some((p) => p.signer === t.wife.id && !p.ended_on), JSON.stringify(again.pledges));
  }],
  ["splits, and merges again", async (t) => {
    const path = at(VILLAGE, `households/${t.home.id}`);
    problem(await post(`${path}/split`, { number: "9003", residents: [t.head.id, t.wife.id, t.son.id] }), 400, "invalid");
    problem(await post(`${path}/split`, { number: "9001", residents: [t.wife.id] }), 409, "duplicate");
    problem(await post(`${path}/split`, { number: "9003", residents: [t.wife.id, 4711] }), 400, "invalid");
    assert.equal((await get(path)).members, 3, "a refused split leaves everybody where they were");
    const split = expect(await post(`${path}/split`, { number: "9003", residents: [t.wife.id, t.son.id], note: "分家" }), 201).body;
    assert.deepEqual([split.members, split.head, split.grid], [2, t.wife.id, "01.01.01.01"]);
    const wife = await get(at(VILLAGE, `residents/${t.wife.id}`));
    assert.deepEqual(wife.history.map((h) => [h.household_number, h.began, h.ended]), [["9001", "register", "split"], ["9003", "split", null]]);
    const merged = expect(await post(at(VILLAGE, `households/${split.id}/merge`), { into: t.home.id }), 200).body;
    assert.deepEqual([merged.id, merged.members, merged.head], [t.home.id, 3, t.head.id]);
    const gone = await get(at(VILLAGE, `households/${split.id}`));
    assert.deepEqual([gone.state, gone.merged_into, gone.members], ["merged", t.home.id, 0]);
    problem(await post(at(VILLAGE, `households/${split.id}/merge`), { into: t.home.id }), 409, "state");
    problem(await post(`${path}/merge`, { into: t.home.id }), 400, "invalid");
  }],
  ["two opposite merges at once: one wins, nobody is lost", async (t) => {
    const make = async (n) => {
      const h = expect(await post(at(VILLAGE, "households"), { number: `95${n}` }), 201).body;
      expect(await post(at(VILLAGE, "residents"), { household: h.id, name: `合并${n}`, birth: "1980-01-01", sex: "male", relation: "head" }), 201);
      return h.id;
    };
    const [a, b] = [await make("01"), await make("02")];
    const both = await Promise.all([post(at(VILLAGE, `households/${a}/merge`), { into: b }), post(at(VILLAGE, `households/${b}/merge`), { into: a })]);
    assert.deepEqual(both.map((r) => r.status).sort(), [200, 409]);
    const [x, y] = [await get(at(VILLAGE, `households/${a}`)), await get(at(VILLAGE, `households/${b}`))];
    assert.equal(x.members + y.members, 2);
    t.pair = [a, b];
  }],
  ["moves out, comes back, dies; the head passes on; the history is kept", async (t) => {
    const event = (id, body) => post(at(VILLAGE, `residents/${id}/events`), body);
    const path = at(VILLAGE, `households/${t.home.id}`);
    problem(await event(t.head.id, { kind: "move_out", on: "2999-01-01" }), 400, "invalid");
    problem(await event(t.head.id, { kind: "move_out", on: "1999-01-01" }), 400, "invalid");
    problem(await event(t.head.id, { kind: "move_in" }), 409, "state");
    assert.equal(expect(await event(t.head.id, { kind: "move_out", note: "去深圳" }), 200).body.state, "moved_out");
    problem(await event(t.head.id, { kind: "move_out" }), 409, "state");
    const without = await get(path);
    assert.deepEqual([without.members, without.head], [2, t.wife.id]);
    assert.ok(!(await get(at(VILLAGE, `residents?household=${t.home.id}`))).rows.some((r) => r.id === t.head.id));
    const back = expect(await event(t.head.id, { kind: "move_in" }), 200).body;
    assert.deepEqual([back.state, back.relation], ["active", "other"]);
    const was = expect(await server.api("GET", path, { as: admin }), 200);
    assert.equal(expect(await server.api("PATCH", path, { as: admin, match: was.etag, body: { head: t.head.id } }), 200).body.head, t.head.id);
    assert.equal((await get(at(VILLAGE, `residents/${t.wife.id}`))).relation, "other");
    expect(await event(t.head.id, { kind: "death", note: "因病" }), 200);
    problem(await event(t.head.id, { kind: "move_in" }), 409, "state");
    for (const id of [t.wife.id, t.son.id]) expect(await event(id, { kind: "move_out" }), 200);
    const empty = await get(path);
    assert.deepEqual([empty.state, empty.members, empty.head], ["dissolved", 0, null]);
    const dead = await get(at(VILLAGE, `residents/${t.head.id}`));
    assert.deepEqual(dead.history.map((h) => h.ended), ["move_out", "death"]);
  }],
  ["moving a household into another grid moves its people", async (t) => {
    const id = (await get(at(VILLAGE, "households?q=95"))).rows[0].id;
    const was = expect(await server.api("GET", at(VILLAGE, `households/${id}`), { as: admin }), 200);
    expect(await server.api("PATCH", at(VILLAGE, `households/${id}`), { as: admin, match: was.etag, body: { grid: "01.03.01.02" } }), 200);
    const people = await get(at(VILLAGE, `residents?household=${id}&grid=01.03`));
    assert.equal(people.rows.length, 2);
  }],
  ["a villager's account, with a password shown once", async (t) => {
    const id = (await get(at(VILLAGE, "households?q=95"))).rows[0].head;
    const path = at(VILLAGE, `residents/${id}/account`);
    problem(await post(path, {}, grid), 403, "forbidden");
    const made = expect(await post(path, { name: "he-bing" }), 201).body;
    const me = await server.signIn("he-bing", made.password);
    assert.deepEqual([me.resident, me.must_change], [id, true]);
    problem(await post(path, { name: "he-bing" }), 409, "duplicate");
  }],
]);

describe("tags and organisations", () => {
  test("a village's own tag", async () => {
    const made = expect(await post(at(VILLAGE, "tags"), { code: "lion_dance", name: "舞狮队员", kind: "resident" }), 201).body;
    assert.equal(made.builtin, false);
    problem(await post(at(VILLAGE, "tags"), { code: "x y", name: "坏代码", kind: "resident" }), 400, "invalid");
    problem(await post(at(VILLAGE, "tags"), { name: "党员", kind: "resident" }), 409, "duplicate");
    assert.ok((await get(at(VILLAGE, "tags"))).rows.some((t) => t.code === "lion_dance"));
    assert.ok(!(await get(at(OTHER, "tags"), other)).rows.some((t) => t.code === "lion_dance"));
  });
  test("an organisation added, changed, found", async () => {
    const path = at(VILLAGE, "organisations");
    const made = expect(await post(path, { name: "礼坑村豆腐坊", kind: "shop", contact: "黄豆腐", phone: "12088880001", tags: ["discount_shop"] }), 201);
    assert.deepEqual([made.body.contact, made.body.phone], ["黄*腐", "120****0001"]);
    problem(await post(path, { name: "礼坑村豆腐坊", kind: "shop" }), 409, "duplicate");
    problem(await post(path, { name: "<script>alert(1)</script>", kind: "no" }), 400, "invalid");
    const one = `${path}/${made.body.id}`;
    const closed = expect(await server.api("PATCH", one, { as: admin, match: made.etag, body: { state: "dissolved" } }), 200);
    problem(await server.api("PATCH", one, { as: admin, match: made.etag, body: { name: "晚了" } }), 412, "stale");
    assert.equal(closed.body.state, "dissolved");
    assert.ok(!(await get(`${path}?q=礼坑村豆腐`)).rows.length);
    assert.equal((await get(`${path}?q=礼坑村豆腐&state=dissolved`)).rows.length, 1);
    const hostile = expect(await post(path, { name: "'; DROP TABLE resident; --", kind: "other" }), 201).body;
    assert.equal(hostile.name, "'; DROP TABLE resident; --");
  });
});

describe("import", () => {
  const HEAD = "户号,姓名,身份证号,性别,出生日期,与户主关系,手机号,村民小组,网格,住址,标签\n";
  const line = (...cells) => `${cells.join(",")}\n`;

  test("every fault of every row, by line and column; nothing is written", async () => {
    const before = await get(at(VILLAGE, "counts"));
    const good = idNumber("19700101", 777);
    const r = problem(await importCsv(HEAD +
      line("8001", "甲", good, "男", "1970-01-01", "户主", "12000000777", "上屋小组", "01.01.01.01", "某处", "党员;老年户") +
      line("8001", "乙", good.slice(0, 17) + (good[17] === "1" ? "2" : "1"), "", "", "配偶", "", "", "", "", "") +
      line("", "丙", idNumber("19700102", 778), "男", "", "户主", "123", "上屋小祖", "09.09", "", "没有的标签") +
      line("8001", "丁", idNumber("19700103", 779), "", "", "户主", "", "下屋小组", "01.01.01.02", "", "") +
      line("8002", "戊", good, "", "", "什么亲", "", "", "", "", "") +
      line("8003", "己", "", "", "昨天", "", "", "", "", "", "") +
      line("8003", "庚", "", "", "", "", "", "", "", "", "") +
      line("8003", "", idNumber("19700104", 781), "男", "1970-01-05", "", "", "", "", "", "")), 400, "invalid");
    assert.deepEqual(fields(r).sort(), [
      "3/身份证号", "4/户号", "4/手机号", "4/性别", "4/村民小组", "4/网格", "4/标签", "5/与户主关系", "5/村民小组", "5/网格",
      "6/与户主关系", "7/出生日期", "8/出生日期", "8/性别", "9/出生日期", "9/姓名"].sort());
    assert.match(r.body.errors.find((e) => e.field === "4/村民小组").detail, /上屋小组/, "did you mean");
    const en = await server.api("POST", at(VILLAGE, "residents/import"), { as: admin, body: HEAD + line("", "", "", "", "", "", "", "", "", "", ""), type: "text/csv", lang: "en" });
    problem(en, 400, "invalid");
    assert.deepEqual(await get(at(VILLAGE, "counts")), before);
  });

  test("the same person twice, in the file or in the register", async () => {
    const id = idNumber("19650101", 780);
    const twice = problem(await importCsv(HEAD + line("8001", "甲", id, "", "", "", "", "", "", "", "") + line("8002", "乙", id, "", "", "", "", "", "", "", "") +
      line("8003", "无证", "", "男", "1950-01-01", "", "", "", "", "", "") + line("8003", "无证", "", "男", "1950/1/1", "", "", "", "", "", "")), 400, "invalid");
    assert.deepEqual(fields(twice), ["3/身份证号", "5/姓名"]);
    const [, known] = await fullRegister();
    const again = problem(await importCsv(HEAD + line("8001", known[1], known[2], "", "", "", "", "", "", "", "")), 400, "invalid");
    assert.deepEqual(fields(again), ["2/身份证号"]);
    assert.match(again.body.errors[0].detail, new RegExp(known[0]), "says where");
    assert.equal(expect(await importCsv(HEAD + line("8001", known[1], known[2], "", "", "", "", "", "", "", ""), "?existing=skip&dry_run=true"), 200).body.unchanged, 1);
    const second = problem(await importCsv(HEAD + line(known[0], "又一户主", idNumber("19650102", 781), "", "", "户主", "", "", "", "", "")), 400, "invalid");
    assert.deepEqual(fields(second), ["2/与户主关系"]);
  });

  test("who moved out or died does not come back by import: the moving in is recorded first", async () => {
    const rows = [["8901", "迁出人", idNumber("19600101", 790)], ["8902", "已故人", idNumber("19600102", 791)], ["8903", "仍在人", idNumber("19600103", 792)]];
    const file = HEAD + rows.map(([n, name, id]) => line(n, name, id, "", "", "户主", "", "", "", "", "")).join("");
    assert.equal(expect(await importCsv(file), 200).body.added, 3);
    const find = async (name) => (await get(at(VILLAGE, `residents?q=${name}`))).rows;
    const [[out], [dead]] = [await find("迁出人"), await find("已故人")];
    expect(await post(at(VILLAGE, `residents/${out.id}/events`), { kind: "move_out" }), 200);
    expect(await post(at(VILLAGE, `residents/${dead.id}/events`), { kind: "death" }), 200);
    for (const query of ["", "?existing=update", "?existing=update&dry_run=true"]) {
      const r = problem(await importCsv(file, query), 400, "invalid");
      assert.deepEqual(fields(r), ["2/身份证号", "3/身份证号", ...(query ? [] : ["4/身份证号"])], query);
      for (const e of r.body.errors.slice(0, 2)) assert.match(e.detail, /迁出或已故/);
    }
    assert.equal((await get(at(VILLAGE, `residents/${out.id}`))).state, "moved_out");
    assert.equal((await get(at(VILLAGE, `residents/${dead.id}`))).state, "dead");
    assert.equal((await find("迁出人")).length, 0);
    // without an ID number they are known by household, name and birth date
    const nameless = HEAD + line("8904", "无证人", "", "男", "1961-02-03", "户主", "", "", "", "", "");
    assert.equal(expect(await importCsv(nameless), 200).body.added, 1);
    const [gone] = await find("无证人");
    expect(await post(at(VILLAGE, `residents/${gone.id}/events`), { kind: "move_out" }), 200);
    assert.deepEqual(fields(problem(await importCsv(nameless, "?existing=update"), 400, "invalid")), ["2/姓名"]);
    expect(await post(at(VILLAGE, `residents/${out.id}/events`), { kind: "move_in" }), 200);
    assert.deepEqual(fields(problem(await importCsv(file, "?existing=update"), 400, "invalid")), ["3/身份证号"]);
  });

  test("a dry run writes nothing, the same file then does; other words for columns, full width, tabs", async () => {
    const before = await get(at(VILLAGE, "counts"));
    const text = "户编号\t成员姓名\t公民身份号码\t关系\t联系电话\t地址\t标签\n" +
      `８１０１\t李 四\t${idNumber("19750505", 511)}\t户主\t+86 120-0009-9111\t礼坑村\t党员、脱贫户\n` +
      `8101\t王丽\t${idNumber("19760505", 512).toLowerCase()}\t妻子\t\t\t\n` +
      `8101\t李小\t${idNumber("20180505", 513)}\t独生子\t\t\t在校学生\n`;
    const dry = expect(await importCsv(text, "?dry_run=true"), 200).body;
    assert.deepEqual(dry, { rows: 3, households: 1, added: 3, updated: 0, unchanged: 0, dry_run: true });
    assert.deepEqual(await get(at(VILLAGE, "counts")), before);
    assert.deepEqual(expect(await importCsv(text), 200).body, { ...dry, dry_run: false });
    const [home] = (await get(at(VILLAGE, "households?q=8101"))).rows;
    assert.deepEqual([home.members, home.tags, home.head_name, home.address], [3, ["out_of_poverty"], "李*", "礼坑村"]);
    const people = (await get(at(VILLAGE, "residents?household=" + home.id))).rows;
    assert.deepEqual(people.map((p) => p.relation), ["head", "spouse", "son"]);
    assert.deepEqual(people.map((p) => p.sex), ["male", "female", "male"]);
    assert.deepEqual(people[0].tags, ["party_member"]);
    assert.equal((await get(at(VILLAGE, "counts"))).residents, before.residents + 3);
  });

  test("GB 18030 as Excel saves it", async () => {
    const gb = { 户: "bba7", 号: "bac5", 姓: "d0d5", 名: "c3fb", 性: "d0d4", 别: "b1f0", 出: "b3f6", 生: "c9fa", 日: "c8d5", 期: "c6da", 男: "c4d0", 张: "d5c5", 三: "c8fd" };
    const encode = (s) => Buffer.concat([...s].map((c) => Buffer.from(gb[c] ?? Buffer.from(c).toString("hex"), "hex")));
    const r = expect(await importCsv(encode("户号,姓名,性别,出生日期\r\n8201,张三,男,1962/3/1\r\n")), 200).body;
    assert.equal(r.added, 1);
    assert.equal((await get(at(VILLAGE, "residents?q=张三&limit=200"))).rows.filter((p) => p.household_number === "8201").length, 1);
  });

  test("what is exported in full comes back unchanged; changed cells update; a masked file is refused", async () => {
    const table = await fullRegister();
    const csv = (rows) => rows.map((r) => r.join(",")).join("\r\n");
    const same = expect(await importCsv(csv(table), "?existing=update"), 200).body;
    assert.deepEqual([same.rows, same.unchanged, same.added, same.updated], [table.length - 1, table.length - 1, 0, 0]);
    assert.deepEqual(await fullRegister(), table);
    const changed = table.map((r) => [...r]);
    changed[1][6] = "12077776666";
    changed[2][10] = "志愿者";
    const up = expect(await importCsv(csv(changed), "?existing=update"), 200).body;
    assert.deepEqual([up.updated, up.unchanged], [2, table.length - 3]);
    assert.deepEqual((await fullRegister()).slice(1, 3), changed.slice(1, 3));
    const moved = changed.map((r) => [...r]);
    moved[1][0] = moved.at(-1)[0];
    problem(await importCsv(csv(moved), "?existing=update"), 400, "invalid");
    const masked = expect(await server.api("GET", at(VILLAGE, "residents/export"), { as: admin }), 200).text;
    const refused = problem(await importCsv(masked, "?existing=update"), 400, "invalid");
    assert.ok(refused.body.errors.length > 100 && refused.body.errors.length <= 500);
  });

  test("into a village that is not a pilot, by its township only if it may; never across villages", async () => {
    problem(await importCsv(HEAD + line("1", "甲", "", "男", "1960-01-01", "", "", "", "", "", ""), "", town, EMPTY), 403, "forbidden");
    problem(await importCsv(HEAD + line("1", "甲", "", "男", "1960-01-01", "", "", "", "", "", ""), "", other), 403, "forbidden");
    problem(await importCsv(HEAD + line("1", "甲", "", "男", "1960-01-01", "", "", "", "", "", ""), "", grid), 403, "forbidden");
    // The same ID number in another village is another register's matter.
    const [, known] = await fullRegister();
    const r = expect(await importCsv(HEAD + line("7001", known[1], known[2], "", "", "户主", "", "", "", "", ""), "", other, OTHER), 200).body;
    assert.equal(r.added, 1);
  });

  test("a file that is no table", async () => {
    assert.deepEqual(fields(problem(await importCsv("甲,姓名\n1,2\n"), 400, "invalid")), ["1/甲", "1/户号"]);
    problem(await importCsv("户号,姓名\n"), 400, "invalid");
    problem(await importCsv("户号,姓名\n1,\"没完"), 400, "malformed");
    problem(await importCsv("{\"a\":1}"), 400, "invalid");
    problem(await server.api("POST", at(VILLAGE, "residents/import"), { as: admin, body: "<a/>", type: "text/xml" }), 415, "media-type");
    const hostile = expect(await importCsv("户号,姓名,性别,出生日期\n=1+1,<img src=x>,男,1960-01-01\n"), 200).body;
    assert.equal(hostile.added, 1);
    const out = expect(await server.api("POST", at(VILLAGE, "residents/export"), { as: admin, body: { reason: "检查" } }), 200).text;
    assert.doesNotMatch(out, /(^|,)=1\+1/m, "no formula reaches the spreadsheet");
  });

  test("two imports of the same file at once: one is refused, nobody is there twice", async () => {
    const text = "户号,姓名,身份证号\n" + [...Array(50).keys()].map((i) => `83${i},同时${"甲乙丙丁"[i % 4]},${idNumber("19810101", i + 1)}\n`).join("");
    const both = await Promise.all([importCsv(text), importCsv(text)]);
    const ok = both.filter((r) => r.status === 200), no = both.filter((r) => r.status !== 200);
    assert.equal(ok.length, 1, both.map((r) => r.text).join("\n"));
    assert.ok([400, 409].includes(no[0].status), no[0].text);
    assert.equal((await get(at(VILLAGE, "residents?q=同时&limit=200"))).rows.length, 50);
  });
});
