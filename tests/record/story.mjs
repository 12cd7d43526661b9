// What has happened before everybody asks: more roles than the stories' world has, claims in every state, objections,
// registers, drafts, a template, tokens. Each step is a request that is kept, or made by the world's own steps.
import assert from "node:assert/strict";
import { createHmac, randomUUID } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, root } from "../api/harness.mjs";
import { photo } from "../api/inputs.mjs";
import { OTHER, PASSWORD, VILLAGE, meeting } from "../api/world.mjs";
import { more } from "./refusals.mjs";

const TOWN = "441621102000", COUNTY = "441621000000";
/** Roles that the stories' world has not: [role, region, grid]. */
const MORE = {
  officer: ["info_officer", VILLAGE, "01.01"], assessor: ["assessor", VILLAGE, "01.01"], shop: ["shopkeeper", VILLAGE],
  county: ["county", COUNTY], townb: ["township", "441621103000"], countyb: ["county", "441622000000"],
};
const yaml = { type: "text/yaml" };
const base = `/villages/${VILLAGE}`;
const zengxiang = readFileSync(join(root, "schemes/zengxiang.yaml"), "utf8");
const longwo = `${readFileSync(join(root, "schemes/longwo.yaml"), "utf8")}template:
  change:
    - {item: L01, points: 1..3}
  add:
    - {what: items, at_most: 2, points: -5..10}
`;

/** RFC 6238. */
function totp(secret, at) {
  const bits = [...secret].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const count = Buffer.alloc(8);
  count.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const mac = createHmac("sha1", Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)))).update(count).digest();
  return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

/** Lives through it; gives the ids that everybody asks for, by the names of path parameters. */
export async function story(w, tape) {
  const ids = { kind: "resident", subject: w.residents.张小丰, household: w.households.张小丰, resident: w.residents.张小丰, grid: "01.01", preset: "zengxiang" };
  for (const [name, id] of Object.entries(w.residents)) tape.call(id, `#${name}`);
  for (const name of ["张小丰", "李大海", "陈建国", "刘网", "赵<b>六</b>", "黄外村"]) tape.call(w.households[name], `#${name}户`);
  /** A request of the story that must succeed. */
  const does = async (who, method, path, body, more = {}) => {
    const r = await tape.ask(who, method, path, { body, ...more });
    assert.ok(r.status < 300, `${who} ${method} ${path}: ${r.status} ${r.text.slice(0, 800)}`);
    return r.body ?? r;
  };
  const refused = (who, method, path, body, more) => tape.ask(who, method, path, { body, ...more });

  await accounts(w, tape, does, refused, ids);
  await registers(w, does, refused, ids);
  await claims(w, tape, does, refused, ids);
  await more(w, tape, { does, refused }, ids);
  await schemes(w, does, refused, ids);
  return ids;
}

async function accounts(w, tape, does, refused, ids) {
  tape.command(["account", "add", "sec", "--display", "安全", "--password-stdin"], { input: `${PASSWORD}\n` });
  tape.command(["account", "grant", "sec", "secadmin"]);
  for (const [name, [role, region, grid]] of Object.entries(MORE)) {
    const made = await does("sys", "POST", "/accounts", { name, display: name, unit: region }, { of: `账号${name}` });
    await does("sec", "POST", `/accounts/${made.id}/grants`, { role, region, grid });
    const first = await w.server.signIn(name, made.one_time_password);
    if (name === "officer") {
      await refused(name, "GET", "/todo", undefined, { as: first, note: "with a one-time password" });
      await refused(name, "POST", "/me/password", { current: made.one_time_password, password: "short" }, { as: first, note: "that is too short" });
    }
    await does(name, "POST", "/me/password", { current: made.one_time_password, password: PASSWORD }, { as: first, key: null });
    if (name === "officer") ids.account = made.id;
  }
  ids.grant = (await does("sec", "GET", `/accounts/${ids.account}`)).grants[0].id;
  tape.call(ids.grant, "#授权officer");
  ids.token = (await does("admin", "POST", "/me/tokens", { name: "统计", days: 30, permissions: ["people.read"] }, { of: "令牌" })).id;
  const { token } = await does("admin", "POST", "/me/tokens", { name: "只读", days: 1, permissions: ["people.read", "self"] });
  for (const path of [`${base}/counts`, `${base}/grids`, "/me/tokens", "/session"]) await refused("admin", "GET", path, undefined, { as: { token }, note: "by a token" });
  await refused("admin", "GET", "/session", undefined, { as: { token: "no-such" }, note: "by a token that is none" });
  const cadre = await w.session("cadre");
  await refused("cadre", "DELETE", "/session", undefined, { as: { ...cadre, csrf: "wrong" }, note: "with a wrong CSRF token" });
  await ownSignIn(w, tape, does, refused);
}

/** What ends or changes one's own sign-in. */
async function ownSignIn(w, tape, does, refused) {
  const enter = (body, more = {}) => tape.ask(null, "POST", "/session", { body: { name: "spare", password: PASSWORD, ...body }, key: null, ...more });
  const again = async () => { w.sessions.delete("spare"); };
  await enter({});
  await enter({ password: "wrong" }, { note: "with a wrong password" });
  await enter({ name: "nobody" }, { lang: "en", note: "as nobody" });
  await enter({ name: undefined }, { note: "without a name" });
  await enter({ more: 1 }, { note: "with a field too many" });
  await does("spare", "GET", "/session");
  await refused(null, "GET", "/session");
  await refused("spare", "POST", "/me/password", { current: "wrong", password: "shan-zhi-novel-2027" });
  await refused("spare", "POST", "/me/password", { current: PASSWORD, password: "12345678" }, { lang: "en" });
  await does("spare", "POST", "/me/password", { current: PASSWORD, password: "shan-zhi-novel-2027" }, { note: "to a new one" });
  tape.command(["account", "passwd", "spare", "--password-stdin"], { input: `${PASSWORD}\n` });
  await again();
  const { secret } = await does("spare", "POST", "/me/totp");
  await refused("spare", "POST", "/me/totp/confirm", { code: "x" });
  await does("spare", "POST", "/me/totp/confirm", { code: totp(secret, w.now()) });
  await enter({}, { note: "where codes are wanted" });
  await enter({ code: "000000" }, { note: "with a wrong code" });
  await w.days(1);
  const s = expect(await enter({ code: totp(secret, w.now()) }, { note: "with a code" }), 201);
  const as = { ...s.body, cookie: s.headers["set-cookie"].map((c) => c.split(";")[0]).join("; ") };
  await w.days(1);
  await refused("spare", "DELETE", "/me/totp?code=000000", undefined, { as, note: "with a wrong code" });
  await does("spare", "DELETE", `/me/totp?code=${totp(secret, w.now())}`, undefined, { as, label: "/me/totp?code=‹code›" });
  tape.command(["account", "passwd", "spare", "--password-stdin", "--drop-totp"], { input: `${PASSWORD}\n` });
  for (const path of ["/session", "/sessions"]) {
    await again();
    await does("spare", "DELETE", path);
    await refused(null, "GET", "/session", undefined, { note: `after DELETE ${path}` });
  }
}

async function registers(w, does, refused, ids) {
  const group = await does("admin", "POST", `${base}/groups`, { name: "上屋组", leader: "李大海" }, { of: "上屋组" });
  ids.group = group.id;
  ids.organisation = (await does("admin", "POST", `${base}/organisations`, { name: "礼坑合作社", kind: "association", grid: "01.01" }, { of: "合作社" })).id;
  await does("admin", "POST", `${base}/tags`, { code: "singer", name: "山歌手", kind: "resident" });
  await does("grid1", "POST", `${base}/households/${ids.household}/pledge`, { terms: "承诺书" });
  await refused("grid1", "POST", `${base}/households/${ids.household}/pledge`, {}, { note: "a second time" });
  await does("admin", "PATCH", `${base}/households/${w.households.李大海}`, { address: "礼坑村12号", group: group.id }, { match: '"1"' });
  await refused("admin", "PATCH", `${base}/households/${w.households.李大海}`, { address: "晚了" }, { match: '"1"' });
  await does("admin", "POST", `${base}/residents/${w.residents.李大海}/unmask`, { reason: "核对参保信息" }, { key: null });
  await refused("cadre", "POST", `${base}/residents/${w.residents.李大海}/unmask`, { reason: "想看看" }, { key: null });
  const table = "户号,姓名,性别,出生日期,与户主关系,网格\n";
  const import_ = (text, note) => refused("admin", "POST", `${base}/residents/import?dry_run=true`, text, { type: "text/csv", note });
  await import_(`${table}101,何一,男,1980-01-01,户主,01.01\n`, "that is right");
  await import_(`${table}102,,男,1980-13-01,大伯,09\n103,何三,中,,户主,01.01\n`, "with faults");
  await import_("a,b\n1,2\n", "of something else");
  for (const q of ["张", "001", "%", "礼坑"]) await does("admin", "GET", `${base}/subjects?q=${encodeURIComponent(q)}`);
  for (const q of ["minor=true", "grid=01.01", "q=李大海", "tag=party_member"]) await does("recorder", "GET", encodeURI(`${base}/residents?${q}`));
  await does("admin", "POST", `${base}/residents/export`, { reason: "核对名册" }, { key: null, note: "in full" });
}

async function claims(w, tape, does, refused, ids) {
  const put = (who, name, more, label) => does(who, "POST", w.claims, w.deed(name, more), { of: label, note: label });
  const act = (who, c, action, body = {}, more = {}) => tape.ask(who, "POST", `${w.claims}/${c.id}/${action}`, { body, ...more });
  const done = async (who, c, action, body, more) => expect(await act(who, c, action, body, more), 200).body;

  // one that goes the whole way, with photo, objection and slip
  const a = await put("zhang", "张小丰", { item: "A03", place: "上屋田边", cause: "张小丰帮邻居李大海抢收稻谷，电话13812345678" }, "稻谷");
  ids.photo = (await does("zhang", "POST", `${w.claims}/${a.id}/photos`, photo, { type: "image/png", of: "照片" })).id;
  await refused("zhang", "POST", `${w.claims}/${a.id}/photos`, "<svg/>", { type: "image/png", note: "that is none" });
  await act("grid2", a, "check", { chosen: "5.00" });
  await act("grid1", a, "check", {}, { note: "without points" });
  await done("grid1", a, "check", { chosen: "5.00", place: "上屋田边晒谷场" });
  await act("grid1", a, "publish");
  await done("cadre2", a, "publish");
  ids.claim = a.id;
  ids.notice = (await w.get("cadre2", a)).notice;
  ids.number = a.number;
  const objections = `${base}/notices/${ids.notice}/objections`;
  await refused("huang", "POST", objections, { reason: "外村人" });
  ids.objection = (await does("li", "POST", objections, { reason: "那天他不在村里" }, { of: "异议" })).id;
  await refused("li", "POST", objections, { reason: "再说一遍" }, { note: "twice" });
  await refused("li", "POST", `${base}/objections/${ids.objection}/decide`, { uphold: true, reason: "我说了算" });
  await does("cadre2", "POST", `${base}/objections/${ids.objection}/decide`, { uphold: false, reason: "已核实，当天在场" });
  await act("cadre", a, "approve", {}, { note: "too early" });

  // in every other state
  const make = async (label, who, name, steps, more = {}) => {
    let c = await put(who, name, { place: label, ...more }, label);
    for (const [by, action, body] of steps) c = await done(by, c, action, body);
    return c;
  };
  const check = ["grid1", "check"], check2 = ["grid2", "check"], publish = ["cadre2", "publish"];
  await make("待审路灯", "zhang", "张小丰", []);
  await make("待公示路灯", "mei", "王梅", [check]);
  const shown = await make("公示中路灯", "zhao", "赵<b>六</b>", [check2, publish], { cause: "'; DROP TABLE claim; -- <script>" });
  await make("退回路灯", "mei", "王梅", [["grid1", "return", { reason: "日期不对" }]]);
  await make("撤回路灯", "zhao", "赵<b>六</b>", [["zhao", "withdraw"]]);
  await make("不予通过", "li", "李大海", [["grid2", "reject", { reason: "查无此事" }]]);
  const minor = await make("文化站", "mei", "张豆豆", [check, publish], { item: "C02", cause: "张豆豆参加书法活动" });
  const upheld = await make("祠堂", "mei", "王梅", [check, publish]);
  const wrong = (await does("grid2", "POST", `${base}/notices/${upheld.notice}/objections`, { reason: "孙奶奶说没看见", objector: "孙奶奶", channel: "oral" }, { of: "代写异议" })).id;
  await does("cadre2", "POST", `${base}/objections/${wrong}/decide`, { uphold: true, reason: "查实没有" });
  const open = await make("篮球场", "li", "李大海", [check2, publish]);
  await does("zhang", "POST", `${base}/notices/${open.notice}/objections`, { reason: "不是他" }, { of: "未决异议" });
  const lie = await make("桥头", "grid1", "陈小妹", [], { item: "A03", chosen: "5.00", channel: "oral", reporter: "陈小妹" });
  await act("cadre2", lie, "false", { reason: "没有这回事" });
  await done("supervisor", lie, "false", { reason: "当事人承认没有这回事" });
  const late = await make("水库", "zhang", "张小丰", [check, publish], { item: "A03", chosen: "5.00" });
  const own = await make("晒场", "grid1", "刘网", []);
  await act("grid1", own, "check", {}, { note: "of one's own" });

  // days pass
  await w.days(4);
  for (const c of [a, shown, late]) await done(c === shown ? "cadre2" : "cadre", c, "approve", { reason: "属实" });
  await act("cadre2", open, "approve", {}, { note: "with an open objection" });
  for (const c of [a, shown, late]) await done("recorder", c, "record");
  await act("recorder", a, "record", {}, { note: "twice" });
  await done("supervisor", late, "false", { reason: "照片是别处的" });
  await does("zhang", "GET", `${w.claims}/${late.id}/slip`);
  await does("cadre", "POST", `${w.claims}/batch`, { action: "approve", claims: [minor.id, a.id, 12345] });

  // at the door
  for (const [note, more] of Object.entries({
    "of tomorrow": { deed_on: w.today(1) }, "of long ago": { deed_on: w.today(-93) }, "without such an item": { item: "Z99" }, "of another class": { item: "A06" },
    "of a foreigner": { subject: w.residents.黄外村 }, "without a cause": { cause: "" }, "by telegram": { channel: "telegram" }, "with nonsense": { nonsense: 1 } }))
    await refused("zhang", "POST", w.claims, w.deed("张小丰", more), { note });
  const key = randomUUID(), twice = w.deed("李大海", { place: "重发" });
  for (const note of ["sent", "sent again"]) await does("li", "POST", w.claims, twice, { key, of: "重发", note });
  await refused("li", "POST", w.claims, { ...twice, place: "别处" }, { key, note: "another with the same key" });
  await refused("li", "POST", w.claims, { ...twice }, { note: "the same deed" });

  for (const who of ["grid1", "grid2", "cadre", "cadre2", "recorder", "supervisor", "zhang", "mei", "li"]) await does(who, "GET", "/todo");
  for (const state of ["submitted", "checked", "published", "objected", "approved", "recorded", "returned", "withdrawn", "rejected", "reversed"])
    await does("cadre2", "GET", `${w.claims}?state=${state}`);
  for (const who of ["mei", "zhang", "cadre"]) for (const c of [a, lie, late]) await refused(who, "GET", `${w.claims}/${c.id}`, undefined, { lang: who === "mei" ? "en" : undefined });
  for (const name of ["张小丰", "陈小妹", "赵<b>六</b>"]) await does("cadre2", "GET", `${base}/passbooks/resident/${w.residents[name]}`);
  for (const q of ["subject_kind=resident&item=A04", "subject_kind=resident&item=Z9"])
    await refused("zhang", "GET", `${base}/estimate?${q}&subject=${w.residents.张小丰}&on=${w.today()}`);
  await refused("admin", "POST", `${w.claims}/${a.id}/slip`, undefined, { note: "with the full name" });
  await does("audit", "GET", "/audit?limit=20");
}

async function schemes(w, does, refused, ids) {
  const drafts = `${base}/drafts`, adopted = (more) => ({ from: w.today(7), meeting: "村民代表会议", meeting_on: w.today(), votes_for: 36, votes_against: 3, votes_abstain: 2, minutes: "逐条说明后举手表决。", ...more });
  const save = (who, path, text, version) => does(who, "PUT", path, text, { ...yaml, match: `"${version}"` });
  const d = await does("admin", "POST", drafts, { from: "version" }, { of: "草案" });
  await save("admin", `${drafts}/${d.id}`, zengxiang.replace("points: 1\n", "pionts: 1\n"), 1);
  await refused("admin", "POST", `${drafts}/${d.id}/adopt`, adopted(), { match: '"2"', note: "with an error in it" });
  await save("admin", `${drafts}/${d.id}`, zengxiang.replace("times: 2\n\nitems", "times: 3\n\nitems").replace(/(code: A04[\s\S]*?points: )\S+/, "$18"), 2);
  await does("admin", "GET", `${drafts}/${d.id}/diff`);
  await refused("admin", "POST", `${drafts}/${d.id}/adopt`, { from: w.today(7) }, { match: '"3"', note: "without a meeting" });
  await refused("admin", "POST", `${drafts}/${d.id}/adopt`, adopted({ votes_for: 20, votes_against: 20 }), { match: '"3"', note: "without a majority" });
  ids.scheme = (await does("admin", "POST", `${drafts}/${d.id}/adopt`, adopted(), { match: '"3"', of: "新方案" })).id;
  ids.draft = (await does("admin", "POST", drafts, { from: "preset", preset: "zhongping" }, { of: "第二草案" })).id;
  await refused("admin", "POST", `${base}/schemes?from=${w.today(30)}${meeting(w.today())}`, "scheme: x\n", { ...yaml, note: "that is none" });
  const town = `/villages/${TOWN}/drafts`;
  const t = await does("town", "POST", town, { from: "text", text: longwo }, { of: "模板草案" });
  await does("town", "POST", `${town}/${t.id}/adopt`, { from: w.today(), meeting: "龙积办〔2026〕1号" }, { match: '"1"', of: "模板" });
  const b = await does("adminb", "POST", `/villages/${OTHER}/drafts`, { from: "template" }, { of: "村草案" });
  await does("adminb", "GET", `/villages/${OTHER}/drafts/${b.id}/template`);
  await does("town", "GET", `/regions/${TOWN}/schemes?limit=5`);
  const draft = zengxiang.replace("points: 3", "points: 4");
  await does("cadre", "POST", `${base}/simulations?period=2026`, draft, { ...yaml, note: "of other points" });
  await does("cadre", "POST", `${base}/simulations/export?period=2026`, draft, { ...yaml, note: "of other points" });
  await does("cadre", "GET", `${base}/explain/resident/${w.residents.张小丰}?period=2026`);
}

