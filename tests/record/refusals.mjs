// The rest of the story: what takes points away, other subjects than residents, what hangs on the board today; and what is
// refused, rule by rule, with the words that are said. A refusal changes nothing, so their order is free.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { photo } from "../api/inputs.mjs";
import { VILLAGE } from "../api/world.mjs";

const base = `/villages/${VILLAGE}`;

/** `does`, `refused`, `put`, `act`: the story's verbs. */
export async function more(w, tape, { does, refused }, ids) {
  const file = (name, text) => { writeFileSync(join(w.place.data, name), text); return join(w.place.data, name); };
  for (const text of ["户号,积分,说明\n002,12.5,纸质存折\n", "户号,积分,说明\n009,0,\n001,1.234,\n", "户号,分\n1,2\n"])
    tape.command(["ledger", "open", file("points.csv", text), "--village", VILLAGE], { note: JSON.stringify(text) });
  await deductions(w, tape, does, ids);
  await claimRules(w, tape, does, refused, ids);
  await registerRules(w, does, refused, ids);
  await accountRules(w, refused, ids);
  await tables(refused);
}

async function deductions(w, tape, does, ids) {
  const act = (who, c, action, body = {}) => does(who, "POST", `${w.claims}/${c.id}/${action}`, body);
  const put = (who, label, more) => does(who, "POST", w.claims, w.deed("张小丰", { place: label, ...more }), { of: label, note: label });
  const house = { subject_kind: "household", subject: w.households.李大海 };
  const fine = await put("recorder", "乱倒垃圾", { ...house, item: "D04", claimant: "recorder", chosen: "-3.00", evidence: "现场照片存村委会" });
  const firm = await put("cadre2", "合作社表彰", { subject_kind: "organisation", subject: ids.organisation, item: "D01", level: "镇", evidence: "镇〔2026〕3号" });
  const hours = await put("zhang", "修渠", { item: "C05", quantity: "3.00" });
  const home = await put("grid1", "邻里评议", { subject_kind: "household", subject: w.households.张小丰, item: "A06" });
  const wait = [];
  for (const [c, by] of [[fine, "grid2"], [firm, "grid1"], [hours, "grid1"]]) {
    const r = await tape.ask(by, "POST", `${w.claims}/${c.id}/check`, { body: c === fine ? { chosen: "-3.00" } : {} });
    if (r.status === 200) wait.push(c);
  }
  await tape.ask("grid1", "POST", `${w.claims}/${home.id}/check`, { body: {}, note: "of what one put forward" });
  for (const c of wait) await tape.ask("cadre", "POST", `${w.claims}/${c.id}/publish`, { body: {} });
  await w.days(4);
  await does("cadre2", "GET", "/todo");
  for (const c of wait) {
    await tape.ask("cadre2", "POST", `${w.claims}/${c.id}/approve`, { body: { reason: "属实" } });
    await tape.ask("cadre", "POST", `${w.claims}/${c.id}/approve`, { body: { reason: "属实" } });
    await tape.ask("recorder", "POST", `${w.claims}/${c.id}/record`, { body: {} });
  }
  await tape.ask("recorder", "GET", `${w.claims}/${fine.id}/slip`);
  await does("cadre2", "GET", `${base}/passbooks/household/${w.households.李大海}`);
  // on the board today: one as it should be, one with an objection
  for (const label of ["今日公示", "今日异议"]) {
    let c = await put("zhang", label);
    c = await act("grid1", c, "check");
    c = await act("cadre2", c, "publish");
    if (label === "今日异议") await does("li", "POST", `${base}/notices/${c.notice}/objections`, { reason: "不是他" }, { of: "今日的异议" });
  }
}

async function claimRules(w, tape, does, refused, ids) {
  const bad = (who, note, more, name = "张小丰") => refused(who, "POST", w.claims, w.deed(name, { place: "门口", ...more }), { note });
  await bad("zhang", "for a neighbour as oneself", { claimant: "self" }, "李大海");
  await bad("zhang", "of a deduction", { item: "D06" });
  await bad("recorder", "of a deduction without evidence", { item: "D06", claimant: "recorder" });
  await bad("zhang", "with a difficulty", { difficulty: "难" });
  await bad("zhang", "with a level that is none", { item: "D01", level: "乡" });
  await bad("zhang", "without a level", { item: "D01" });
  await bad("zhang", "with too many points", { item: "A03", chosen: "11.00" });
  await bad("zhang", "without a quantity", { item: "C05" });
  await bad("zhang", "with a quantity of nothing", { item: "C05", quantity: "0.00" });
  await bad("zhang", "of what others claim", { item: "A06", subject_kind: "household", subject: w.households.张小丰 });
  await bad("huang", "in another village", {});
  const act = (who, id, action, body = {}, more = {}) => refused(who, "POST", `${w.claims}/${id}/${action}`, body, more);
  const photos = await does("zhang", "POST", w.claims, w.deed("张小丰", { item: "C07", place: "自来水站", chosen: "4.00" }), { of: "自来水站", note: "自来水站" });
  await act("grid1", photos.id, "check", {}, { note: "without evidence" });
  for (let n = 1; n <= 5; n++) await refused("zhang", "POST", `${w.claims}/${photos.id}/photos`, photo, { type: "image/png", note: `number ${n}` });
  await refused("zhang", "GET", `${w.claims}/${photos.id}/slip`, undefined, { note: "before it is recorded" });
  await act("grid1", photos.id, "return", {}, { note: "without a reason" });
  await act("grid1", photos.id, "check", { version: 9 }, { note: "with an old version" });
  const checked = await does("grid1", "POST", `${w.claims}/${photos.id}/check`, {});
  await act("grid1", checked.id, "reject", { reason: "不行" }, { note: "by who checked it" });
  const proxy = await does("cadre2", "POST", w.claims, w.deed("张小丰", { place: "村道", channel: "phone", reporter: "张小丰" }), { of: "村道", note: "村道" });
  await does("grid1", "POST", `${w.claims}/${proxy.id}/check`, {});
  await act("cadre2", proxy.id, "publish", {}, { note: "by who put it forward" });
  await refused("li", "POST", `${base}/notices/${ids.notice}/objections`, { reason: "太晚了" }, { note: "when it is over" });
  const own = await does("mei", "POST", w.claims, w.deed("王梅", { place: "渠边" }), { of: "渠边", note: "渠边" });
  await does("grid1", "POST", `${w.claims}/${own.id}/check`, {});
  const shown = await does("cadre2", "POST", `${w.claims}/${own.id}/publish`, { public_text: "一村民清理水渠" });
  const o = await does("supervisor", "POST", `${base}/notices/${shown.notice}/objections`, { reason: "监督发现" }, { of: "监督的异议" });
  await refused("supervisor", "POST", `${base}/objections/${o.id}/decide`, { uphold: true, reason: "自己提的" }, { note: "of one's own" });
}

async function registerRules(w, does, refused, ids) {
  const post = (path, body, note, who = "admin") => refused(who, "POST", `${base}/${path}`, body, { note });
  const home = w.households.张小丰, other = w.households.李大海, person = (more) => ({ household: home, name: "新人", birth: "1990-01-01", sex: "male", ...more });
  const people = {
    "with an ID number too short": { id_number: "4416211980" }, "with an ID number of no place": { id_number: "991621198003159019" },
    "with an ID number of no day": { id_number: "441621198013159019" }, "with a wrong check digit": { id_number: "441621198003159019" },
    "with a phone too short": { phone: "12" }, "with a second head": { relation: "head" }, "born tomorrow": { birth: w.today(1) }, "without a name": { name: " " },
    "with a tag that is none": { tags: ["no_such_tag"] }, "of no household": { household: 12345 }, "without birth and sex": { birth: null, sex: null },
    "with an ID number of another birth": { id_number: "11010519491231002X", birth: "1990-01-01" } };
  for (const [note, more] of Object.entries(people)) await post("residents", person(more), note);
  await post("residents", person({ household: other, name: "有证", birth: null, sex: null, id_number: "11010519491231002X" }), "with an ID number");
  await post("residents", person({ id_number: "11010519491231002X", birth: null, sex: null }), "with the same ID number");
  for (const [note, body] of Object.entries({ "in no grid": { number: "901", grid: "01.09" }, "in no group": { number: "901", group: 1 }, "with a grid out of shape": { number: "901", grid: "zz" }, "that is there": { number: "001" } }))
    await post("households", body, note);
  const at = `households/${home}`;
  await post(`${at}/split`, { number: "902", residents: [w.residents.张小丰, w.residents.王梅, w.residents.张豆豆] }, "of everybody");
  await post(`${at}/split`, { number: "001", residents: [w.residents.王梅] }, "under a number that is there");
  await post(`${at}/split`, { number: "902", residents: [w.residents.李大海] }, "of somebody else's");
  await post(`${at}/split`, { number: "902", residents: [w.residents.王梅], head: w.residents.张小丰 }, "under who stays");
  await post(`${at}/merge`, { into: home }, "into itself");
  await post(`${at}/merge`, { into: 12345 }, "into none");
  await post(`households/${other}/pledge`, { signer: w.residents.张小丰 }, "signed by somebody else");
  await post(`households/${other}/pledge`, { on: "2999-01-01" }, "in a thousand years");
  await post(`residents/${w.residents.李大海}/events`, { kind: "move_in" }, "of who is there");
  await post(`residents/${w.residents.李大海}/events`, { kind: "move_out", on: "1990-01-01" }, "before he came");
  const gone = await does("admin", "POST", `${base}/households`, { number: "903", grid: "01.02" }, { of: "903户" });
  const who = await does("admin", "POST", `${base}/residents`, person({ household: gone.id, name: "黄去远", relation: "head" }), { of: "黄去远" });
  await does("admin", "POST", `${base}/residents/${who.id}/events`, { kind: "move_out", note: "外出务工" });
  await post(`residents/${who.id}/events`, { kind: "death" }, "of who is gone");
  await refused("grid2", "POST", w.claims, w.deed("张小丰", { subject: who.id }), { note: "of who is gone" });
  await does("admin", "GET", `${base}/residents/${who.id}`);
  for (const [note, body] of Object.entries({ "in Chinese": { code: "标签", name: "x", kind: "resident" }, "that is there": { name: "山歌手", kind: "resident" } })) await post("tags", body, note);
  for (const code of ["1", "01.00", "02.01", "01"]) await post("grids", { code, name: "不行" }, code);
  await post("grids", { code: "04", name: "两长", staff: [{ duty: "head", name: "甲" }, { duty: "head", name: "乙" }] }, "with two heads");
  const drop = (path) => refused("admin", "DELETE", `${base}/${path}`, undefined, { match: '"1"' });
  for (const path of ["grids/01", "grids/01.01", `groups/${ids.group}`]) await drop(path);
  await refused("admin", "POST", "/villages/999999999999/grids", { code: "01", name: "没有的村" });
}

async function accountRules(w, refused, ids) {
  const make = (note, more) => refused("sys", "POST", "/accounts", { name: "newcomer", display: "新人", unit: VILLAGE, ...more }, { note });
  for (const [note, more] of Object.entries({ "of digits": { name: "12345" }, "with a phone that is none": { phone: "12" }, "that is there": { name: "ZHANG" }, "of no place": { unit: "12" }, "with half a household": { resident: 41 } }))
    await make(note, more);
  const grant = (who, note, body, account = ids.account) => refused(who, "POST", `/accounts/${account}/grants`, body, { note });
  for (const [note, body] of Object.entries({ "of no role": { role: "king" }, "of a grid to a cadre": { role: "cadre", region: VILLAGE, grid: "01" }, "of a grid without a village": { role: "grid_worker", grid: "01" },
    "of a county to a grid worker": { role: "grid_worker", region: "441621000000" }, "of nothing": { role: "cadre" } })) await grant("sec", note, body);
  await grant("sec", "of a duty that excludes", { role: "sysadmin" }, (await w.session("audit")).account);
  await grant("admin", "to oneself", { role: "cadre", region: VILLAGE }, (await w.session("admin")).account);
  await grant("admin", "beyond one's scope", { role: "township", region: "441621102000" });
  await refused("admin", "POST", "/me/tokens", { name: "太多", days: 30, permissions: ["audit.read"] }, { note: "of what one has not" });
  for (const [note, password] of Object.entries({ "with the name in it": "zhang-1234-5678", "of one letter": "aaaaaaaaaa", "in a row": "abcdefghij", "of digits": "19850312", "that is common": "password123", "too long": "x".repeat(200), "the same": "shan-zhi-story-2026" }))
    await refused("zhang", "POST", "/me/password", { current: "shan-zhi-story-2026", password }, { note: `to one ${note}` });
}

const HEAD = "户编号,成员姓名,公民身份号码,性别,出生年月日,与户主的关系,联系电话,组别,网格编码,家庭住址,标签";
const RELATIONS = ["妻子", "丈夫", "儿子", "独生子", "长子", "次子", "三子", "女儿", "独生女", "长女", "次女", "三女", "孙女", "外孙", "外孙子", "外孙女", "父亲", "母亲", "岳父", "岳母", "公公", "婆婆",
  "祖父母", "祖父", "祖母", "外祖父", "外祖母", "哥哥", "弟弟", "姐姐", "妹妹", "儿媳", "女婿", "非亲属"];

/** Tables with a fault in each line, and one with all the words that are understood. */
async function tables(refused) {
  const rows = (lines) => [HEAD, ...lines].join("\n");
  const people = (text, note) => refused("admin", "POST", `${base}/residents/import?dry_run=true`, text, { type: "text/csv", note });
  await people(rows(RELATIONS.map((r, i) => `801,亲${"甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地玄黄宇宙洪荒日月盈昃"[i]},,女,1980-01-01,${r},,,01.01,,`)), "with every relation");
  await people(rows(["802,甲一,,男,1980-01-01,户主,,上屋组,01.01,礼坑村,党员", "802,甲二,,男,1980-01-01,户主,,,01.02,,", "802,甲二,,男,1980-01-01,,,无此组,09,,无此标签", ",甲三,,男,1980-01-01,,,,,,",
    "803,张*丰,4416********019,男,1980-01-01,,138****0001,,,,", "804,甲四,,中,1980-01-01,大伯,12,,,,", `805,${"长".repeat(40)},,男,2999-01-01,,,,,${"址".repeat(120)},`, "001,张小丰,,男,1980-05-01,,,,,,", "001,新人,,男,1980-05-01,户主,,下屋组,01.02,,",
    "806,甲五,11010519491231002X,女,1949-12-31,,,,,,", "807,甲五,11010519491231002X,男,1950-12-31,,,,,,", `${"8".repeat(50)},甲六,,男,1980-01-01,,,,,,`]), "with a fault in each line");
  await people(`${HEAD},爱好,户号\n`, "of columns that are not known, and no line");
  const regions = (text, note) => refused("sys", "POST", "/regions/import?dry_run=true", text, { type: "text/csv", note });
  await regions("区划代码,区划名称,上级代码\n4416,短,\n441622000000,,\n441623000000,甲县,12\n441624000000,乙县,450000000000\n441625000000,丙县,\n441625000000,丁县,\nabc,字母,\n990100000000,没有上级,\n", "with a fault in each line");
  await regions("甲,乙\n1,2\n", "without its columns");
  await regions("code,name\n", "without a line");
  await regions("code,name\n441626,\"没有结束", "with half a cell");
}
