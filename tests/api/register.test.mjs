// The register over HTTP, compared whole: a small village written out by hand, the same in its neighbour. What each answer
// shows and masks, what each field of a change does alone, what is refused and which field is named.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { expect, freshData, problem, run, serve } from "./harness.mjs";

const VILLAGE = "441621102205", NEXT = "441621102206", NOWHERE = "441621102299", TOWN = "441621102000";
const PASSWORD = "paddy-and-tea-9", TODAY = "2026-11-18";
const place = freshData();
const env = { SHANZHI_TEST_NOW: `${TODAY}T10:00:00+08:00`, SHANZHI_TEST_STILL: "1", SHANZHI_TEST_CLOCK: join(place.data, "clock") };
const HEAD = "户号,姓名,身份证号,性别,出生日期,与户主关系,手机号,村民小组,网格,住址,标签";
const REGISTER = [
  "A01,张三丰,441621198005010114,男,1980-05-01,户主,13800001111,上屋,01.01,坑口1号,\"党员;退役军人;老年户\"",
  "A01,王梅,,女,1982-03-02,配偶,,上屋,01.01,坑口1号,",
  "A01,张豆,,男,2012-11-18,子,,上屋,01.01,坑口1号,在校学生",
  "A02,李大海,441621197501150138,男,1975-01-15,户主,,下屋,01.02,,",
  "A03,=1+1,,女,1990-01-01,其他,,,,,",
];
const GRIDS = ["01", "01.01", "01.02", "02"];

let server;
const as = {}, ids = { [VILLAGE]: {}, [NEXT]: {} }, groups = { [VILLAGE]: {}, [NEXT]: {} };
const at = (rest, village = VILLAGE) => encodeURI(`/villages/${village}/${rest}`);
const api = (who, method, path, body, more = {}) => server.api(method, path, { as: as[who], body, ...more });
const get = async (who, path) => expect(await api(who, "GET", path), 200).body;
const post = async (who, path, body, status = 201) => expect(await api(who, "POST", path, body), status).body;
const csv = (who, rows, query = "", village = VILLAGE) => api(who, "POST", at(`residents/import${query}`, village), [HEAD, ...rows].join("\n"), { type: "text/csv" });
const fields = (r) => r.body.errors.map((e) => e.field);
/** Changes one thing at the version that is there now. */
async function patch(path, body, who = "boss") {
  const was = expect(await api(who, "GET", path), 200);
  return api(who, "PATCH", path, body, { match: was.etag });
}

before(async () => {
  writeFileSync(env.SHANZHI_TEST_CLOCK, "0");
  const people = { sys: ["sysadmin"], boss: ["village_admin", VILLAGE], next: ["village_admin", NEXT], lost: ["village_admin", NOWHERE], worker: ["grid_worker", VILLAGE, "01.01"],
    town: ["township", TOWN] };
  for (const [name, [role, region, grid]] of Object.entries(people)) {
    for (const args of [["account", "add", name, "--unit", region ?? "0", "--password-stdin"],
      ["account", "grant", name, role, ...(region ? ["--region", region] : []), ...(grid ? ["--grid", grid] : [])]]) {
      const r = run([...args, ...place.flags], { env, input: `${PASSWORD}\n` });
      assert.equal(r.status, 0, r.stderr);
    }
  }
  server = await serve({ place, env });
  for (const name of Object.keys(people)) as[name] = await server.signIn(name, PASSWORD);
  const regions = `code,name\n440000000000,广东省\n441600000000,河源市\n441621000000,紫金县\n${TOWN},龙窝镇\n${VILLAGE},礼坑村\n${NEXT},邻村\n`;
  expect(await api("sys", "POST", "/regions/import", regions, { type: "text/csv" }), 200);
  for (const [who, village] of [["boss", VILLAGE], ["next", NEXT]]) {
    for (const code of GRIDS) await post(who, at("grids", village), { code, name: `网格${code}` });
    for (const name of ["上屋", "下屋"]) groups[village][name] = (await post(who, at("groups", village), { name })).id;
    expect(await csv(who, REGISTER, "", village), 200);
    for (const name of ["张三丰", "王梅", "张豆", "李大海"]) ids[village][name] = (await get(who, at(`residents?q=${name}`, village))).rows[0].id;
    for (const number of ["A01", "A02", "A03"]) ids[village][number] = (await get(who, at(`households?q=${number}`, village))).rows[0].id;
    ids[village]["豆腐坊"] = (await post(who, at("organisations", village), { name: "豆腐坊", kind: "shop", contact: "黄豆腐", phone: "120 8888-0001", address: "街口", grid: "01.01",
      tags: ["discount_shop"] })).id;
  }
});
after(async () => { await server?.stop(); });

// ---- what is shown ----
const resident = (name, more) => ({ id: ids[VILLAGE][name], sex: "male", minor: false, household: ids[VILLAGE].A01, household_number: "A01", phone: null, id_number: null, grid: "01.01",
  group: groups[VILLAGE]["上屋"], group_name: "上屋", tags: [], state: "active", version: 1, ...more });
const zhang = () => resident("张三丰", { name: "张*丰", age: 46, relation: "head", phone: "138****1111", id_number: "4****************4", tags: ["party_member", "veteran"] });
const mei = () => resident("王梅", { name: "王*", sex: "female", age: 44, relation: "spouse" });
const dou = () => resident("张豆", { name: "张*", age: 14, minor: true, relation: "son", tags: ["student"] });
const household = (number, more) => ({ id: ids[VILLAGE][number], number, head: null, head_name: null, members: 1, address: null, grid: null, group: null, group_name: null, pledged_on: null,
  tags: [], state: "active", merged_into: null, version: 1, ...more });
const home = () => household("A01", { head: ids[VILLAGE]["张三丰"], head_name: "张*丰", members: 3, address: "坑口1号", grid: "01.01", group: groups[VILLAGE]["上屋"], group_name: "上屋", tags: ["elderly"] });
const shop = () => ({ id: ids[VILLAGE]["豆腐坊"], name: "豆腐坊", kind: "shop", contact: "黄*腐", phone: "120****0001", address: "街口", grid: "01.01", tags: ["discount_shop"], state: "active", version: 1 });

describe("answers whole", () => {
  test("residents: of a list, alone with their past, of a grid", async () => {
    const list = await get("boss", at("residents"));
    assert.deepEqual(list.rows.slice(0, 3), [zhang(), mei(), dou()]);
    assert.deepEqual([list.rows.length, list.total, list.next], [5, 5, null]);
    assert.deepEqual((await get("worker", at("residents"))).rows, [zhang(), mei(), dou()]);
    assert.deepEqual((await get("boss", at(`residents?household=${ids[VILLAGE].A02}`))).rows.map((r) => [r.name, r.grid, r.group_name]), [["李*海", "01.02", "下屋"]]);
    const first = await get("boss", at("residents?limit=2"));
    assert.deepEqual([first.rows, first.total], [[zhang(), mei()], 5]);
    const then = await get("boss", at(`residents?limit=2&after=${first.next}`));
    assert.deepEqual([then.rows[0], then.rows.length, then.total], [dou(), 2, null]);
    const history = [{ household: ids[VILLAGE].A01, household_number: "A01", relation: "son", first: TODAY, began: "register", last: null, ended: null, note: null }];
    assert.deepEqual(await get("boss", at(`residents/${ids[VILLAGE]["张豆"]}`)), { ...dou(), history });
  });
  test("households: of a list and alone", async () => {
    assert.deepEqual((await get("boss", at("households"))).rows, [home(), household("A02", { head: ids[VILLAGE]["李大海"], head_name: "李*海", grid: "01.02", group: groups[VILLAGE]["下屋"], group_name: "下屋" }),
      household("A03")]);
    assert.deepEqual((await get("worker", at("households"))).rows, [home()]);
    assert.deepEqual(await get("boss", at(`households/${ids[VILLAGE].A01}`)), { ...home(), pledges: [] });
  });
  test("organisations", async () => {
    assert.deepEqual((await get("boss", at("organisations"))).rows, [shop()]);
    assert.deepEqual(await get("boss", at(`organisations/${ids[VILLAGE]["豆腐坊"]}`)), shop());
  });
  test("the type-ahead: households, then residents, then organisations; of one kind alone", async () => {
    const rows = async (query, who = "boss") => (await get(who, at(`subjects?${query}`))).rows;
    const there = { household: ids[VILLAGE].A01, household_number: "A01", grid: "01.01", group_name: "上屋", minor: false };
    const [one, two, three] = [{ ...there, kind: "household", id: ids[VILLAGE].A01, name: "张*丰户" }, { ...there, kind: "resident", id: ids[VILLAGE]["张三丰"], name: "张*丰" },
      { ...there, kind: "resident", id: ids[VILLAGE]["张豆"], name: "张*", minor: true }];
    const tofu = { kind: "organisation", id: ids[VILLAGE]["豆腐坊"], name: "豆腐坊", household: null, household_number: null, grid: "01.01", group_name: null, minor: false };
    assert.deepEqual(await rows("q=张"), [one, two, three]);
    assert.deepEqual(await rows("q=张&kind=household"), [one]);
    assert.deepEqual(await rows("q=张&kind=resident"), [two, three]);
    assert.deepEqual(await rows("q=张&kind=organisation"), []);
    assert.deepEqual(await rows("q=豆"), [one, three, tofu]);
    assert.deepEqual(await rows("q=豆&kind=organisation"), [tofu]);
    assert.deepEqual(await rows("q=A03&kind=household"), [{ ...there, kind: "household", id: ids[VILLAGE].A03, name: "A03", household: ids[VILLAGE].A03, household_number: "A03", grid: null, group_name: null }]);
    assert.deepEqual(await rows("q=李", "worker"), []);
  });
  test("the numbers of a village, by grid and group", async () => {
    assert.deepEqual(await get("boss", at("counts")), { residents: 5, households: 3, pledged: 0, organisations: 1, minors: 1, cells: [
      { grid: null, group: null, residents: 1, households: 1, pledged: 0 },
      { grid: "01.01", group: groups[VILLAGE]["上屋"], residents: 3, households: 1, pledged: 0 },
      { grid: "01.02", group: groups[VILLAGE]["下屋"], residents: 1, households: 1, pledged: 0 }] });
    assert.deepEqual(await get(null, `/public/villages/${VILLAGE}`), { code: VILLAGE, name: "礼坑村", official: "礼坑村", title: "龙窝镇礼坑村", residents: 5, households: 3, pledged: 0, active: true });
  });
  test("tags: the built-in ones, then the village's by code", async () => {
    const made = await post("boss", at("tags"), { code: "lion", name: " 舞狮 ", kind: "resident" });
    assert.deepEqual(made, { code: "lion", name: "舞狮", kind: "resident", builtin: false });
    const { rows, total } = await get("boss", at("tags"));
    assert.deepEqual([rows.length, total, rows[0], rows.at(-1)], [20, 20, { code: "party_member", name: "党员", kind: "resident", builtin: true }, made]);
    assert.equal((await get("next", at("tags", NEXT))).total, 19);
  });
  test("one's own household", async () => {
    const account = await post("boss", at(`residents/${ids[VILLAGE]["王梅"]}/account`), {});
    assert.equal(account.name, `v${ids[VILLAGE]["王梅"]}`);
    const s = await server.signIn(account.name, account.password);
    expect(await server.api("POST", "/me/password", { as: s, key: null, body: { current: account.password, password: PASSWORD } }), 204);
    as.mei = await server.signIn(account.name, PASSWORD);
    assert.deepEqual([as.mei.account, as.mei.name, as.mei.resident, as.mei.household, as.mei.village], [account.account, "王梅", ids[VILLAGE]["王梅"], ids[VILLAGE].A01, VILLAGE]);
    const member = (name, sex, age, relation, tags, minor = false) => ({ id: ids[VILLAGE][name], name, sex, age, minor, relation, tags });
    assert.deepEqual(await get("mei", "/me/household"), { id: ids[VILLAGE].A01, number: "A01", address: "坑口1号", grid: "01.01", group_name: "上屋", pledged_on: null, tags: ["elderly"], members: [
      member("张三丰", "male", 46, "head", ["party_member", "veteran"]), member("王梅", "female", 44, "spouse", []), member("张豆", "male", 14, "son", ["student"], true)] });
  });
});

describe("the register as a file", () => {
  const file = async (query = "", who = "boss") => expect(await api(who, "GET", at(`residents/export${query}`)), 200);
  const MASKED = [
    'A01,张*丰,4****************4,男,1980,户主,138****1111,上屋,01.01,坑口1号,"党员;退役军人;老年户"', "A01,王*,,女,1982,配偶,,上屋,01.01,坑口1号,",
    "A01,张*,,男,2012,子,,上屋,01.01,坑口1号,在校学生", "A02,李*海,4****************8,男,1975,户主,,下屋,01.02,,", "A03,=**1,,女,1990,其他,,,,,"];
  test("masked: of the village, a grid, a group, the staff of a grid", async () => {
    const all = await file();
    assert.equal(all.headers["content-type"], "text/csv; charset=utf-8");
    assert.match(all.headers["content-disposition"], new RegExp(`filename\\*=UTF-8''${encodeURIComponent(`${VILLAGE}-礼坑村名册`)}.*${encodeURIComponent("脱敏")}`));
    const lines = (r) => r.text.split("\r\n").slice(1, -1).map((l) => l.replace(/'=/, "="));
    assert.equal(all.text.split("\r\n")[0], `\uFEFF${HEAD}`);
    assert.deepEqual(lines(all), MASKED);
    assert.deepEqual(lines(await file("?grid=01.01")), MASKED.slice(0, 3));
    assert.deepEqual(lines(await file(`?group=${groups[VILLAGE]["下屋"]}`)), [MASKED[3]]);
    assert.deepEqual(lines(await file("?grid=02")), []);
    assert.deepEqual(lines(await file("", "town")), MASKED);
    assert.deepEqual(fields(problem(await api("boss", "GET", at("residents/export?grid=zz")), 400, "invalid")), ["grid"]);
  });
  test("in full, with a reason that is kept; as it was imported", async () => {
    const r = expect(await api("boss", "POST", at("residents/export"), { reason: "核对名册" }), 200);
    assert.equal(r.headers["cache-control"], "no-store");
    assert.match(decodeURIComponent(r.headers["content-disposition"]), new RegExp(`${VILLAGE}-礼坑村名册\\.csv`));
    assert.deepEqual(r.text.split("\r\n").slice(1, -1).map((l) => l.replace(/'=/, "=")), REGISTER);
    const some = expect(await api("boss", "POST", at("residents/export"), { reason: "核对名册", grid: "01", group: groups[VILLAGE]["下屋"] }), 200);
    assert.deepEqual(some.text.split("\r\n").slice(1, -1), [REGISTER[3]]);
    problem(await api("town", "POST", at("residents/export"), { reason: "核对名册" }), 403, "forbidden");
    const open = expect(await api("boss", "POST", at(`residents/${ids[VILLAGE]["张三丰"]}/unmask`), { reason: "核对参保" }), 200);
    assert.deepEqual(open.body, { id: ids[VILLAGE]["张三丰"], name: "张三丰", birth: "1980-05-01", id_number: "441621198005010114", phone: "13800001111" });
    assert.equal(open.headers["cache-control"], "no-store");
    assert.deepEqual(await post("boss", at(`residents/${ids[VILLAGE]["王梅"]}/unmask`), { reason: "核对参保" }, 200),
      { id: ids[VILLAGE]["王梅"], name: "王梅", birth: "1982-03-02", id_number: null, phone: null });
  });
  test("known people: refused, left, or changed, as it is asked", async () => {
    const row = [`${REGISTER[1]}老年户`], changed = [row[0].replace(",配偶,", ",其他,")];
    assert.deepEqual(fields(problem(await csv("boss", row), 400, "invalid")), ["2/姓名"]);
    const told = async (query, rows = changed) => { const { rows: n, updated, unchanged, dry_run } = expect(await csv("boss", rows, query), 200).body; return [n, updated, unchanged, dry_run].join(); };
    assert.equal(await told("?existing=skip"), "1,0,1,false");
    assert.equal(await told("?existing=update&dry_run=true"), "1,1,0,true");
    assert.equal(await told("?existing=update&dry_run=false", row), "1,0,1,false");
    assert.equal((await get("boss", at(`residents/${ids[VILLAGE]["王梅"]}`))).relation, "spouse");
    assert.deepEqual(fields(problem(await csv("boss", row, "?existing=refuse"), 400, "invalid")), ["2/姓名"]);
  });
});

describe("changes", () => {
  test("a resident, one thing at a time", async () => {
    const path = at(`residents/${(await post("boss", at("residents"), { household: ids[VILLAGE].A03, name: "何一", birth: "1990-01-01", sex: "male", relation: "son" })).id}`);
    const seen = [];
    for (const body of [{ name: "何二" }, { phone: "13700001111" }, { relation: "daughter" }, { birth: "1991-02-02" }, { sex: "female" }, { tags: ["veteran"] }, { id_number: "441621198203020129" }, { phone: "" },
      { id_number: "" }, { tags: [] }]) {
      const { name, phone, relation, age, sex, tags, id_number } = expect(await patch(path, body), 200).body;
      seen.push([name, phone, relation, age, sex, tags.join("+"), id_number].join());
    }
    assert.deepEqual(seen, ["何*,,son,36,male,,", "何*,137****1111,son,36,male,,", "何*,137****1111,daughter,36,male,,", "何*,137****1111,daughter,35,male,,", "何*,137****1111,daughter,35,female,,",
      "何*,137****1111,daughter,35,female,veteran,", "何*,137****1111,daughter,44,female,veteran,4****************9", "何*,,daughter,44,female,veteran,4****************9", "何*,,daughter,44,female,veteran,",
      "何*,,daughter,44,female,,"]);
    for (const [body, want] of [[{ relation: "head" }, ["relation"]], [{ tags: ["nothing"] }, ["tags"]], [{ birth: "2026-11-19" }, ["birth"]], [{ phone: "1" }, ["phone"]], [{ name: " " }, ["name"]],
      [{ id_number: "441621198203020129", sex: "male", birth: "1982-03-03" }, ["birth", "sex"]]])
      assert.deepEqual(fields(problem(await patch(path, body), 400, "invalid")), want);
    assert.deepEqual(fields(problem(await patch(at(`residents/${ids[VILLAGE]["李大海"]}`), { relation: "son" }), 400, "invalid")), ["relation"]);
    assert.deepEqual(fields(problem(await patch(at(`residents/${ids[VILLAGE]["王梅"]}`), { id_number: "441621198005010114" }), 409, "duplicate")), ["id_number"]);
  });
  test("a new resident: what is told when it is wrong, what a merged or an empty household does", async () => {
    const add = (body, who = "boss") => api(who, "POST", at("residents"), { household: ids[VILLAGE].A02, name: "何三", birth: "1990-01-01", sex: "male", ...body });
    for (const [body, want] of [[{ relation: "head" }, ["relation"]], [{ first: "2026-11-19" }, ["first"]], [{ first: "2026-11-19", phone: "1" }, ["phone", "first"]], [{ household: 12 }, ["household"]],
      [{ household: ids[NEXT].A02 }, ["household"]], [{ tags: ["elderly"] }, ["tags"]], [{ birth: "2026-11-19" }, ["birth"]]])
      assert.deepEqual(fields(problem(await add(body), 400, "invalid")), want, JSON.stringify(body));
    const made = expect(await add({ began: "birth", first: "2026-11-17", tags: ["student"], birth: "2026-11-18" }), 201).body;
    const { relation, minor, age, grid, group_name, tags, history } = made;
    assert.deepEqual([relation, minor, age, grid, group_name, tags.join()], ["other", true, 0, "01.02", "下屋", "student"]);
    assert.deepEqual(history.map((h) => [h.household_number, h.relation, h.began, h.first, h.last].join()), ["A02,other,birth,2026-11-17,"]);
    const house = await post("boss", at("households"), { number: "E01" });
    assert.deepEqual([house.state, house.head, house.members], ["active", null, 0]);
    const head = expect(await add({ household: house.id, relation: "head", name: "何四" }), 201).body;
    assert.equal((await get("boss", at(`households/${house.id}`))).head, head.id);
    expect(await api("boss", "POST", at(`residents/${head.id}/events`), { kind: "move_out", on: TODAY, note: "走" }), 200);
    assert.equal((await get("boss", at(`households/${house.id}`))).state, "dissolved");
    expect(await add({ household: house.id, name: "何五" }), 201);
    const again = await get("boss", at(`households/${house.id}`));
    assert.deepEqual([again.state, again.head, again.members], ["active", null, 1]);
    const merged = expect(await api("boss", "POST", at(`households/${house.id}/merge`), { into: ids[VILLAGE].A02, note: "并" }), 200).body;
    assert.deepEqual([merged.id, merged.members, merged.head], [ids[VILLAGE].A02, 3, ids[VILLAGE]["李大海"]]);
    assert.match(problem(await add({ household: house.id, name: "何六" }), 409, "state").body.detail, /已并入别户/);
    // coming back: into the last household, which is another's now
    problem(await api("boss", "POST", at(`residents/${head.id}/events`), { kind: "move_in" }), 409, "state");
    const back = expect(await api("boss", "POST", at(`residents/${head.id}/events`), { kind: "move_in", household: ids[VILLAGE].A03, relation: "sibling", on: TODAY, note: "回" }), 200).body;
    assert.deepEqual([back.household, back.relation, back.history.at(-1).note, back.history.at(-1).first], [ids[VILLAGE].A03, "sibling", "回", TODAY]);
    assert.equal(expect(await api("boss", "POST", at(`residents/${head.id}/events`), { kind: "death" }), 200).body.state, "dead");
    problem(await api("boss", "POST", at(`residents/${head.id}/account`), {}), 409, "state");
  });
  test("a household, one thing at a time", async () => {
    const other = await post("boss", at("households"), { number: " H 01 ", grid: "01.01", group: groups[VILLAGE]["上屋"], address: "旧址", tags: ["own_yard"] });
    assert.deepEqual([other.number, other.grid, other.group_name, other.address, other.tags.join(), other.version], ["H 01", "01.01", "上屋", "旧址", "own_yard", 1]);
    const path = at(`households/${other.id}`), person = await post("boss", at("residents"), { household: other.id, name: "何七", birth: "1990-01-01", sex: "male" });
    const seen = [], where = [];
    for (const body of [{ number: "H02" }, { address: "新址" }, { grid: "02" }, { group: groups[VILLAGE]["下屋"] }, { tags: [] }, { head: person.id }, { number: "H02", tags: ["low_income"] }]) {
      const h = expect(await patch(path, body), 200).body, p = await get("boss", at(`residents/${person.id}`));
      seen.push([h.number, h.address, h.grid, h.group_name, h.tags.join("+"), h.head === person.id].join());
      where.push([p.grid, p.group_name, p.relation].join());
    }
    assert.deepEqual(seen, ["H02,旧址,01.01,上屋,own_yard,false", "H02,新址,01.01,上屋,own_yard,false", "H02,新址,02,上屋,own_yard,false", "H02,新址,02,下屋,own_yard,false", "H02,新址,02,下屋,,false",
      "H02,新址,02,下屋,,true", "H02,新址,02,下屋,low_income,true"]);
    assert.deepEqual(where, ["01.01,上屋,other", "01.01,上屋,other", "02,上屋,other", "02,下屋,other", "02,下屋,other", "02,下屋,head", "02,下屋,head"]);
    assert.deepEqual((await get("boss", at("residents?grid=02"))).rows.map((r) => r.id), [person.id]); // found where it is now
    const head = await get("boss", at(`residents/${person.id}`)), was = await get("boss", path);
    assert.equal(expect(await patch(path, { head: person.id }), 200).body.version, was.version + 1); // is the head already
    assert.equal((await get("boss", at(`residents/${person.id}`))).version, head.version);
    for (const [body, want, status, code] of [[{ grid: "09" }, ["grid"], 400, "invalid"], [{ group: 1 }, ["group"], 400, "invalid"], [{ grid: "03", group: groups[NEXT]["上屋"] }, ["grid", "group"], 400, "invalid"],
      [{ number: "A01" }, ["number"], 409, "duplicate"], [{ number: " A01 " }, ["number"], 409, "duplicate"], [{ head: ids[VILLAGE]["李大海"] }, ["head"], 400, "invalid"], [{ tags: ["party_member"] }, ["tags"], 400, "invalid"]])
      assert.deepEqual(fields(problem(await patch(path, body), status, code)), want, JSON.stringify(body));
    problem(await api("boss", "PATCH", path, { address: "x" }, { match: '"1"' }), 412, "stale");
    assert.deepEqual(fields(problem(await api("boss", "POST", at("households"), { number: "H03", grid: "09", group: 1 }), 400, "invalid")), ["grid", "group"]);
    assert.deepEqual(fields(problem(await api("boss", "POST", at("households"), { number: "H02" }), 409, "duplicate")), ["number"]);
  });
  test("sign-up: by whom, since when, until when and why", async () => {
    const path = at(`households/${ids[VILLAGE].A01}`);
    const signed = await post("boss", `${path}/pledge`, { on: "2026-11-01", terms: "甲版" }, 200);
    assert.deepEqual([signed.pledged_on, signed.version], ["2026-11-01", 2]);
    assert.equal((await get("boss", at("counts"))).pledged, 1);
    assert.equal((await get(null, `/public/villages/${VILLAGE}`)).pledged, 1);
    assert.equal((await get("mei", "/me/household")).pledged_on, "2026-11-01");
    for (const signer of [ids[VILLAGE]["李大海"], ids[NEXT]["王梅"], 12]) assert.deepEqual(fields(problem(await api("boss", "POST", `${path}/pledge`, { signer }), 400, "invalid")), ["signer"]);
    assert.deepEqual(fields(problem(await api("boss", "POST", `${path}/pledge`, { on: "2026-11-19" }), 400, "invalid")), ["on"]);
    problem(await api("boss", "POST", `${path}/pledge`, {}), 409, "state");
    await post("boss", at(`households/${ids[VILLAGE].A02}/pledge`), {}, 200);
    await post("worker", `${path}/unpledge`, { reason: "搬家" }, 200);
    assert.deepEqual((await get("boss", at(`households/${ids[VILLAGE].A02}`))).pledges.map((p) => [p.ended_on, p.reason]), [[null, null]]); // another's stays
    await post("boss", at(`households/${ids[VILLAGE].A02}/unpledge`), { reason: "试" }, 200);
    problem(await api("boss", "POST", `${path}/unpledge`, { reason: "搬家" }), 409, "state");
    await post("worker", `${path}/pledge`, { signer: ids[VILLAGE]["王梅"] }, 200);
    const { pledges, pledged_on } = await post("worker", `${path}/unpledge`, { reason: "再搬" }, 200);
    assert.equal(pledged_on, null);
    assert.deepEqual(pledges.map(({ id, ...p }) => p), [
      { signed_on: "2026-11-01", signer: ids[VILLAGE]["张三丰"], terms: "甲版", ended_on: TODAY, reason: "搬家" }, { signed_on: TODAY, signer: ids[VILLAGE]["王梅"], terms: null, ended_on: TODAY, reason: "再搬" }]);
    problem(await api("worker", "POST", at(`households/${ids[VILLAGE].A02}/unpledge`), { reason: "搬家" }), 403, "forbidden");
    // whose household is dissolved counts no more as signed up
    expect(await csv("boss", ["P01,签一,,男,1960-01-01,户主,,,,,"]), 200);
    const [alone] = (await get("boss", at("households?q=P01"))).rows;
    await post("boss", at(`households/${alone.id}/pledge`), {}, 200);
    expect(await api("boss", "POST", at(`residents/${alone.head}/events`), { kind: "move_out" }), 200);
    assert.deepEqual([(await get("boss", at("counts"))).pledged, (await get(null, `/public/villages/${VILLAGE}`)).pledged], [0, 0]);
  });
  test("a split: where it goes, who is its head, on which day", async () => {
    const rows = ["S01,孙一,,男,1960-01-01,户主,,上屋,01.01,老屋,", "S01,孙二,,男,1990-01-01,子,,,,,", "S01,孙三,,男,1992-01-01,子,,,,,", "S01,孙四,,男,1994-01-01,子,,,,,"];
    expect(await csv("boss", rows), 200);
    const from = (await get("boss", at("households?q=S01"))).rows[0].id, [one, two, three, four] = (await get("boss", at(`residents?household=${from}`))).rows.map((r) => r.id);
    const split = (body) => api("boss", "POST", at(`households/${from}/split`), { number: "S02", ...body });
    for (const [body, want] of [[{ residents: [two], head: three }, ["head"]], [{ residents: [two], on: "2026-11-19" }, ["on"]], [{ residents: [two], grid: "09" }, ["grid"]], [{ residents: [two], group: 1 }, ["group"]],
      [{ residents: [one, two, three, four] }, ["residents"]], [{ residents: [two, ids[VILLAGE]["王梅"]] }, ["residents"]]])
      assert.deepEqual(fields(problem(await split(body), 400, "invalid")), want, JSON.stringify(body));
    for (const id of [12, ids[NEXT].A01]) // not here
      for (const [action, body] of [["split", { number: "S02", residents: [two] }], ["merge", { into: from }], ["pledge", {}], ["unpledge", { reason: "搬家" }]])
        problem(await api("boss", "POST", at(`households/${id}/${action}`), body), 404, "not-found");
    const told = ({ number, head, members, grid, group_name, address }) => [number, head, members, grid, group_name, address].join();
    assert.equal(told(expect(await split({ residents: [three, two], head: two, grid: "02", group: groups[VILLAGE]["下屋"], address: "新屋", on: TODAY, note: "分家" }), 201).body), `S02,${two},2,02,下屋,新屋`);
    assert.equal(told(expect(await split({ number: "S03", residents: [four] }), 201).body), `S03,${four},1,01.01,上屋,老屋`);
    assert.deepEqual((await get("boss", at(`residents/${two}`))).history.map((h) => [h.household_number, h.relation, h.began, h.first, h.ended, h.last, h.note].join()),
      [`S01,son,register,${TODAY},split,${TODAY},`, `S02,head,split,${TODAY},,,分家`]);
    const into = (await get("boss", at("households?q=S03"))).rows[0].id, merge = (body) => api("boss", "POST", at(`households/${from}/merge`), body);
    for (const [body, want] of [[{ into: from }, ["into"]], [{ into: 12 }, ["into"]], [{ into: ids[NEXT].A01 }, ["into"]], [{ into, on: "2026-11-19" }, ["on"]]])
      assert.deepEqual(fields(problem(await merge(body), 400, "invalid")), want, JSON.stringify(body));
    assert.equal(told(expect(await merge({ into, on: TODAY, note: "并" }), 200).body), `S03,${four},2,01.01,上屋,老屋`);
    assert.deepEqual((await get("boss", at(`residents/${one}`))).history.at(-1).note, "并");
  });
  test("an organisation, one thing at a time", async () => {
    const made = await post("boss", at("organisations"), { name: " 车队 ", kind: "team" });
    assert.deepEqual([made.name, made.contact, made.phone, made.address, made.grid, made.tags.join(), made.version], ["车队", null, null, null, null, "", 1]);
    const path = at(`organisations/${made.id}`), seen = [];
    for (const body of [{ name: "大车队" }, { kind: "enterprise" }, { contact: "车大王" }, { phone: "0762-1234567" }, { address: "站口" }, { grid: "01.02" }, { tags: ["five_teams"] }, { phone: "" }, { state: "dissolved" },
      { state: "active", tags: [] }]) {
      const o = expect(await patch(path, body), 200).body;
      seen.push([o.name, o.kind, o.contact, o.phone, o.address, o.grid, o.tags.join(), o.state].join());
    }
    assert.deepEqual(seen, ["大车队,team,,,,,,active", "大车队,enterprise,,,,,,active", "大车队,enterprise,车*王,,,,,active", "大车队,enterprise,车*王,076****4567,,,,active",
      "大车队,enterprise,车*王,076****4567,站口,,,active", "大车队,enterprise,车*王,076****4567,站口,01.02,,active", "大车队,enterprise,车*王,076****4567,站口,01.02,five_teams,active",
      "大车队,enterprise,车*王,,站口,01.02,five_teams,active", "大车队,enterprise,车*王,,站口,01.02,five_teams,dissolved", "大车队,enterprise,车*王,,站口,01.02,,active"]);
    assert.deepEqual((await get("boss", at("organisations?q=大车&grid=01.02"))).rows.map((o) => o.name), ["大车队"]);
    assert.deepEqual((await get("boss", at("organisations?q=车队"))).rows, []);
    for (const [body, want, status, code] of [[{ name: "豆腐坊" }, ["name"], 409, "duplicate"], [{ phone: "1" }, ["phone"], 400, "invalid"], [{ grid: "09" }, ["grid"], 400, "invalid"], [{ tags: ["elderly"] }, ["tags"], 400, "invalid"]]) {
      assert.deepEqual(fields(problem(await patch(path, body), status, code)), want, JSON.stringify(body));
      assert.deepEqual(fields(problem(await api("boss", "POST", at("organisations"), { name: "新", kind: "shop", ...body }), status, code)), want, JSON.stringify(body));
    }
    expect(await patch(path, { name: "大车队" }), 200);
    expect(await patch(path, { state: "dissolved" }), 200);
    assert.deepEqual(await get("boss", at(`organisations/${ids[VILLAGE]["豆腐坊"]}`)), shop());
  });
  test("nothing of all this touched the neighbour, and none of it is open to a stranger or where no village is", async () => {
    const mine = [at(`residents/${ids[NEXT]["张三丰"]}`), at(`households/${ids[NEXT].A01}`), at(`organisations/${ids[NEXT]["豆腐坊"]}`)];
    for (const path of mine) problem(await api("boss", "GET", path), 404, "not-found");
    const counts = await get("next", at("counts", NEXT));
    assert.deepEqual([counts.residents, counts.households, counts.organisations, counts.minors, counts.cells.length], [5, 3, 1, 1, 3]);
    assert.deepEqual((await get("next", at("residents?state=moved_out", NEXT))).rows, []);
    expect(await api("boss", "POST", at(`residents/${ids[VILLAGE]["张豆"]}/events`), { kind: "move_out" }), 200);
    assert.deepEqual((await get("mei", "/me/household")).members.map((m) => m.name), ["张三丰", "王梅"]);
    // who left and what was merged counts no more
    const [all, here, [people, homes]] = [await get("boss", at("counts")), await get(null, `/public/villages/${VILLAGE}`), await Promise.all(["residents", "households"].map((l) => get("boss", at(`${l}?limit=200`))))];
    assert.ok((await get("boss", at("households?state=merged"))).total > 0 && (await get("boss", at("residents?state=dead"))).total > 0);
    assert.deepEqual([all.residents, all.households, all.organisations, all.minors], [people.total, homes.total, 1, people.rows.filter((r) => r.minor).length]);
    assert.deepEqual([here.residents, here.households, here.pledged], [all.residents, all.households, all.pledged]);
    for (const key of ["residents", "households"]) assert.equal(all.cells.reduce((n, c) => n + c[key], 0), all[key]);
    for (const [method, rest, body] of [["GET", "counts"], ["GET", "residents/export"], ["POST", "households", { number: "1" }], ["POST", "organisations", { name: "x", kind: "shop" }],
      ["POST", "tags", { name: "x", kind: "resident" }]])
      problem(await api("lost", method, at(rest, NOWHERE), body), 404, "not-found");
    problem(await csv("lost", REGISTER, "", NOWHERE), 404, "not-found");
    problem(await api(null, "GET", `/public/villages/${NOWHERE}`), 404, "not-found");
  });
});
