// A small world for stories: two villages of 龙窝镇 with grids, registers, a scheme in force and staff, made
// through the API and the commands, once (place.mjs). Days pass when the test says so.
//
//   const w = await world();
//   const r = await w.call("zhang", "POST", w.claims, { …deed });
//   await w.days(4);                         // publicity is over; everybody signs in again
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DAY_MS, now, today } from "./clock.mjs";
import { expect, root, run, serve } from "./harness.mjs";
import { copied } from "./place.mjs";

export const VILLAGE = "441621102205"; // 礼坑村
export const OTHER = "441621102232"; // 官田村
export const PASSWORD = "shan-zhi-story-2026";

// household number, name, sex, birth date, relation, grid
const registers = {
  [VILLAGE]: [
    ["001", "张小丰", "男", "1980-05-01", "户主", "01.01"],
    ["001", "王梅", "女", "1982-03-02", "配偶", "01.01"],
    ["001", "张豆豆", "男", "2018-09-01", "子", "01.01"],
    ["002", "李大海", "男", "1975-01-15", "户主", "01.02"],
    ["003", "陈建国", "男", "1970-07-07", "户主", "01.01"],
    ["003", "陈小妹", "女", "1999-02-03", "女", "01.01"],
    ["004", "刘网", "男", "1985-10-10", "户主", "01.01"],
    ["005", "赵<b>六</b>", "女", "1990-12-12", "户主", "01.02"],
  ],
  [OTHER]: [["001", "黄外村", "男", "1980-01-01", "户主", "01.01"]],
};

// sign-in name → who they are in the register, and their roles: [role, grid]
const people = {
  zhang: { village: VILLAGE, resident: "张小丰" },
  mei: { village: VILLAGE, resident: "王梅" },
  li: { village: VILLAGE, resident: "李大海" },
  zhao: { village: VILLAGE, resident: "赵<b>六</b>" },
  grid1: { village: VILLAGE, resident: "刘网", roles: [["grid_worker", "01.01"]] },
  grid2: { village: VILLAGE, roles: [["grid_worker", "01.02"]] },
  cadre: { village: VILLAGE, resident: "陈建国", roles: [["cadre"]] },
  cadre2: { village: VILLAGE, roles: [["cadre"]] },
  recorder: { village: VILLAGE, roles: [["recorder"]] },
  supervisor: { village: VILLAGE, roles: [["supervisor"]] },
  admin: { village: VILLAGE, roles: [["village_admin"]] },
  town: { region: "441621102000", roles: [["township"]] },
  huang: { village: OTHER, resident: "黄外村" },
  gridb: { village: OTHER, roles: [["grid_worker", "01"]] },
  cadreb: { village: OTHER, roles: [["cadre"]] },
  adminb: { village: OTHER, roles: [["village_admin"]] },
  sys: { region: null, roles: [["sysadmin"]] },
};

/** The meeting that adopts a text, for `POST …/schemes?from=…`. */
export const meeting = (on) => `&meeting=${encodeURIComponent("村民代表会议")}&meeting_on=${on}&votes_for=30&votes_against=2&votes_abstain=1&minutes=${encodeURIComponent("举手表决通过。")}`;

/** The world; `env` is more for the server's environment. */
export async function world({ env = {} } = {}) {
  const w = {};
  try {
    await build(w, env);
    return w;
  } catch (e) {
    console.error(w.server?.log.slice(-6000));
    w.server?.child.kill("SIGKILL");
    throw e;
  }
}

/** The world's installation, in an empty place: { residents, households } with their ids by name. */
async function make(place, env) {
  const told = { residents: {}, households: {} };
  const command = (...args) => {
    const r = run([...args, ...place.flags], { env, input: `${PASSWORD}\n` });
    assert.equal(r.status, 0, `shanzhi ${args.join(" ")}: ${r.stderr}${r.stdout}`);
  };
  const add = (name, p, more = []) => command("account", "add", name, "--display", p.resident ?? name, "--password-stdin", ...(p.village ? ["--village", p.village] : []), ...more);
  const grant = (name, p) => {
    for (const [role, grid] of p.roles ?? [])
      command("account", "grant", name, role, ...(p.region === null ? [] : ["--region", p.region ?? p.village]), ...(grid ? ["--grid", grid] : []));
  };
  const villages = [[VILLAGE, "admin"], [OTHER, "adminb"]];
  command("init", "--no-accounts");
  for (const name of ["sys", "admin", "adminb"]) {
    add(name, people[name]);
    grant(name, people[name]);
  }
  const server = await serve({ place, env });
  const as = {};
  for (const name of ["sys", "admin", "adminb"]) as[name] = await server.signIn(name, PASSWORD);
  const ok = async (who, method, path, body, more = {}) => {
    const r = await server.api(method, path, { as: as[who], body, ...more });
    assert.ok(r.status < 300, `${who} ${method} ${path}: ${r.status} ${r.text.slice(0, 1500)}`);
    return r.body;
  };
  const csv = { type: "text/csv" };
  await ok("sys", "POST", "/regions/import", readFileSync(join(root, "share/regions/441621.csv")), csv);
  for (const [village, admin] of villages) {
    for (const code of ["01", "01.01", "01.02"]) await ok(admin, "POST", `/villages/${village}/grids`, { code, name: `网格${code}` });
    const text = ["户号,姓名,性别,出生日期,与户主关系,网格", ...registers[village].map((r) => r.join(","))].join("\n");
    await ok(admin, "POST", `/villages/${village}/residents/import`, text, csv);
  }
  for (const [village, admin] of villages) {
    const rows = (await ok(admin, "GET", `/villages/${village}/residents?limit=200`)).rows;
    const households = (await ok(admin, "GET", `/villages/${village}/households?limit=200`)).rows;
    for (const [number, name, , birth] of registers[village]) {
      const household = households.find((h) => h.number === number);
      const members = rows.filter((r) => r.household === household.id);
      const nth = registers[village].filter((r) => r[0] === number).findIndex((r) => r[1] === name);
      const found = (await ok(admin, "GET", `/villages/${village}/residents?q=${encodeURIComponent(name)}`)).rows.filter((r) => r.household === household.id);
      told.residents[name] = (found.length === 1 ? found[0] : members[nth]).id;
      told.households[name] = household.id;
      assert.ok(birth && told.residents[name], name);
    }
  }
  await server.stop();
  for (const [village] of villages)
    command("scheme", "adopt", "--village", village, "--from", today(-90), join(root, "schemes/zengxiang.yaml"));
  for (const [name, p] of Object.entries(people)) {
    if (as[name]) continue;
    add(name, p, p.resident ? ["--resident", String(told.residents[p.resident]), "--household", String(told.households[p.resident])] : []);
    grant(name, p);
  }
  return told;
}

async function build(w, env) {
  const { place, told } = await copied("world", make);
  const clock = join(place.data, "clock");
  const faults = join(place.data, "fail");
  const server = await serve({ place, env: { SHANZHI_TEST_CLOCK: clock, SHANZHI_TEST_FAIL_DB: faults, ...env } });
  Object.assign(w, told, { server, place, clock, faults, at: 0, sessions: new Map(), claims: `/villages/${VILLAGE}/claims` });

  w.session = async (name) => {
    if (!w.sessions.has(name)) w.sessions.set(name, await server.signIn(name, PASSWORD));
    return w.sessions.get(name);
  };
  /** One call by a person (null: nobody signed in). */
  w.call = async (who, method, path, body, more = {}) => server.api(method, path, { as: who ? await w.session(who) : undefined, body, ...more });
  /** The same, with the answer's body after the status is right. */
  w.ok = async (who, method, path, body, more) => {
    const r = await w.call(who, method, path, body, more);
    assert.ok(r.status < 300, `${who} ${method} ${path}: ${r.status} ${r.text.slice(0, 1500)}`);
    return r.body;
  };
  w.days = async (n) => {
    w.at += n * DAY_MS;
    writeFileSync(clock, String(w.at));
    w.sessions.clear();
  };
  /** Days pass until one of which this is true; none when it is true of today. */
  w.daysUntil = async (right) => {
    let n = 0;
    while (!right(w.today(n))) assert.ok(++n <= 366, `no such day in a year: ${right}`);
    if (n) await w.days(n);
  };
  w.now = () => now() + w.at;
  w.today = (plus = 0) => today(plus, w.now());
  /** A deed of a resident, by name. */
  w.deed = (name, more = {}) => ({ subject_kind: "resident", subject: w.residents[name], item: "A04", deed_on: w.today(), place: "村委会门口", cause: "制止破坏路灯的行为", ...more });
  w.act = (who, claim, action, body = {}) => w.call(who, "POST", `${w.claims}/${claim.id ?? claim}/${action}`, body);
  w.did = async (who, claim, action, body) => expect(await w.act(who, claim, action, body), 200).body;
  w.get = async (who, claim) => w.ok(who, "GET", `${w.claims}/${claim.id ?? claim}`);
  /** A claim taken as far as `state`, by the ordinary people. */
  w.claimed = async (state, deed = w.deed("张小丰"), by = "zhang") => {
    let c = await w.ok(by, "POST", w.claims, deed);
    const steps = [["checked", "grid1", "check"], ["published", "cadre2", "publish"], ["approved", "cadre", "approve"], ["recorded", "recorder", "record"]];
    if (state === "submitted") return c;
    for (const [to, who, action] of steps) {
      if (action === "approve") await w.days(4);
      c = await w.did(who, c, action, action === "check" && deed.chosen ? { chosen: deed.chosen } : {});
      if (to === state) return c;
    }
    throw new Error(state);
  };
  w.passbook = async (name) => w.ok("cadre2", "GET", `/villages/${VILLAGE}/passbooks/resident/${w.residents[name]}`);
  w.balance = async (name) => Object.fromEntries((await w.passbook(name)).balances.map((b) => [b.currency ?? b.code, b.points ?? b.balance]));
}
