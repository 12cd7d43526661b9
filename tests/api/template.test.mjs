// A township's template and the villages that extend it: what they may change, what is refused, and what the township sees.
import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { demoData, expect, problem, root, run, serve, steps } from "./harness.mjs";
import { OTHER, VILLAGE, world } from "./world.mjs";

const TOWN = "441621102000";
const longwo = readFileSync(join(root, "schemes/longwo.yaml"), "utf8");
const rules = `template:
  change:
    - {item: L01, points: 1..3}
    - {key: exchange/minimum, between: 10..20}
  add:
    - {what: items, at_most: 2, points: -5..10}
`;
const yaml = { type: "text/yaml" };
const of = (place) => `/villages/${place}/drafts`;
const meeting = (w) => ({ from: w.today(), meeting: "村民代表会议", meeting_on: w.today(), votes_for: 30, votes_against: 1, votes_abstain: 0, minutes: "举手表决通过。" });

let w;
before(async () => { w = await world(); });
after(async () => { await w?.server.stop(); });
const overview = async (query = "") => Object.fromEntries((await w.ok("town", "GET", `/regions/${TOWN}/schemes?limit=200${query}`)).rows.map((v) => [v.village, v]));
const save = async (who, place, d, text) => (Object.assign(d, expect(await w.call(who, "PUT", `${of(place)}/${d.id}`, text, { ...yaml, match: `"${d.version}"` }), 200).body), d);

steps("a township and its villages", () => w.server, [
  ["before there is a template, villages have rules of their own", async () => {
    const all = await overview();
    assert.deepEqual([all[VILLAGE].state, all[VILLAGE].differences, all[VILLAGE].extends], ["own", 0, null]);
    assert.equal(all[OTHER].state, "own");
    problem(await w.call("admin", "POST", of(VILLAGE), { from: "template" }), 409, "no-scheme");
  }],
  ["a township's scheme says what villages may change, or it is none", async (t) => {
    t.town = expect(await w.call("town", "POST", of(TOWN), { from: "text", text: longwo }), 201).body;
    assert.deepEqual(t.town.findings.map((f) => f.warning), [false]);
    assert.match(t.town.findings[0].zh, /镇的方案是模板/);
    await save("town", TOWN, t.town, longwo + rules.replace("L01", "L09"));
    assert.match(t.town.findings[0].zh, /没有“L09”这个积分项目/);
    await save("town", TOWN, t.town, longwo + rules);
    assert.deepEqual(t.town.findings, []);
  }],
  ["it takes force without a vote", async (t) => {
    t.first = expect(await w.call("town", "POST", `${of(TOWN)}/${t.town.id}/adopt`, { from: w.today(), meeting: "龙积办〔2026〕1号" }, { match: `"${t.town.version}"` }), 201).body;
    assert.deepEqual([t.first.state, t.first.name], ["in_force", "longwo"]);
  }],
  ["a village begins with it, and its file is complete and says what it extends", async (t) => {
    t.draft = expect(await w.call("admin", "POST", of(VILLAGE), { from: "template" }), 201).body;
    assert.deepEqual([t.draft.errors, t.draft.warnings, t.draft.origin_id], [0, 0, t.first.id], JSON.stringify(t.draft.findings));
    assert.match(t.draft.text, /^extends: longwo$/m);
    assert.match(t.draft.text, /^title: 礼坑村积分细则$/m);
    assert.doesNotMatch(t.draft.text, /template:|adopted:/);
    const b = await w.ok("admin", "GET", `${of(VILLAGE)}/${t.draft.id}/template`);
    assert.deepEqual([b.state, b.extends, b.template.scheme, b.differences, b.breaches], ["follows", "longwo", t.first.id, 0, 0]);
    t.text = t.draft.text;
  }],
  ["what the template does not allow is found in the village's own file", async (t) => {
    const bad = t.text.replace("points: 2, per: 次", "points: 5, per: 次").replace("cap: {points: 20, per: month}", "cap: {points: 30, per: month}");
    await save("admin", VILLAGE, t.draft, bad);
    assert.equal(t.draft.errors, 2);
    const f = t.draft.findings[0];
    assert.equal(f.path, "items/L01/points");
    assert.equal(f.zh, "积分项目“参加调解、议事和志愿服务”：分值由2改为5。镇模板允许的范围是1到3。");
    assert.ok(bad.split("\n")[f.line - 1].slice(f.column - 1).startsWith("5, per"));
    assert.match(t.draft.findings[1].en, /may only be stricter: not raised, not removed/);
    const r = problem(await w.call("admin", "POST", `${of(VILLAGE)}/${t.draft.id}/adopt`, meeting(w), { match: `"${t.draft.version}"` }), 422, "scheme");
    assert.equal(r.body.errors.length, 2);
    const checked = await w.ok("zhang", "POST", `/schemes/check?village=${VILLAGE}`, bad, yaml);
    assert.deepEqual([checked.ok, checked.errors, checked.rules], [false, 2, null]);
    assert.equal((await w.ok("zhang", "POST", "/schemes/check", bad, yaml)).ok, true); // alone it is a scheme
    problem(await w.call("admin", "POST", `/villages/${VILLAGE}/schemes?from=${w.today()}`, bad, yaml), 422, "scheme");
    const b = await w.ok("admin", "GET", `${of(VILLAGE)}/${t.draft.id}/template`);
    assert.deepEqual([b.state, b.differences, b.breaches, b.rows[0].kind, b.rows[0].why_zh], ["breaks", 2, 2, "breach", "镇模板允许的范围是1到3。"]);
  }],
  ["a name that is no template, and a template in a village", async (t) => {
    await save("admin", VILLAGE, t.draft, t.text.replace("extends: longwo", "extends: longwu"));
    assert.match(t.draft.findings[0].zh, /没有生效的模板“longwu”，现行的是“longwo”/);
    await save("admin", VILLAGE, t.draft, longwo + rules);
    assert.match(t.draft.findings[0].zh, /只有镇才写模板/);
  }],
  ["within the bounds, stricter, and with an item of its own, it is adopted", async (t) => {
    const text = t.text.replace("points: 2, per: 次", "points: 3, per: 次").replace("publicity: {days: 3}", "publicity: {days: 5}").replace("role: cadre, days: 3", "role: cadre, days: 5")
      .replace("items:\n", "items:\n  - {code: V01, category: 人居环境, label: 参加护林巡山, points: 4, per: 次, cap: {times: 2, per: month}}\n");
    t.own = text;
    await save("admin", VILLAGE, t.draft, text);
    assert.deepEqual(t.draft.findings, []);
    const v = expect(await w.call("admin", "POST", `${of(VILLAGE)}/${t.draft.id}/adopt`, meeting(w), { match: `"${t.draft.version}"` }), 201).body;
    assert.deepEqual([v.state, v.extends], ["in_force", "longwo"]);
    t.village = v;
    const b = await w.ok("zhang", "GET", `/villages/${VILLAGE}/schemes/${v.id}/template`);
    assert.deepEqual(b.rows.map((d) => [d.kind, d.path]), [
      ["stricter", "publicity/days"], ["changed", "items/L01/points"], ["added", "items/V01"], ["stricter", "steps/公示/days"]]);
  }],
  ["the township sees who extends it and how many differences there are", async (t) => {
    const all = await overview();
    assert.deepEqual([all[VILLAGE].state, all[VILLAGE].differences, all[VILLAGE].breaches, all[VILLAGE].template, all[VILLAGE].from], ["follows", 4, 0, t.first.id, w.today()]);
    assert.equal(all[VILLAGE].name, "礼坑村");
    assert.equal(all[OTHER].state, "own");
    const page = await w.ok("town", "GET", `/regions/${TOWN}/schemes?limit=1`);
    assert.equal(page.rows.length, 1);
    assert.ok(page.next);
    const rest = await w.ok("town", "GET", `/regions/${TOWN}/schemes?limit=200&after=${encodeURIComponent(page.next)}`);
    assert.deepEqual([...page.rows, ...rest.rows].map((v) => v.village), Object.keys(all));
  }],
  ["before it tightens the template it sees who would break it", async (t) => {
    const next = longwo.replace("points: 2, per: 次", "points: 1, per: 次") + rules.replace("1..3", "1..2");
    const d = expect(await w.call("town", "POST", of(TOWN), { from: "text", text: next }), 201).body;
    assert.equal((await overview(`&draft=${d.id}`))[VILLAGE].state, "breaks");
    assert.equal((await overview())[VILLAGE].state, "follows");
    t.next = expect(await w.call("town", "POST", `${of(TOWN)}/${d.id}/adopt`, { from: w.today(3) }, { match: '"1"' }), 201).body;
    assert.equal(t.next.state, "waiting");
    assert.deepEqual([(await overview(`&template=${t.next.id}`))[VILLAGE].breaches, (await overview())[VILLAGE].breaches], [1, 0]);
    const b = await w.ok("town", "GET", `/villages/${VILLAGE}/schemes/${t.village.id}/template?template=${t.next.id}`);
    assert.deepEqual(b.rows.filter((x) => x.kind === "breach").map((x) => x.why_zh), ["镇模板允许的范围是1到2。"]);
  }],
  ["when it is in force the village is shown, and its rules stay in force until it changes them", async (t) => {
    await w.days(3);
    const all = await overview();
    assert.deepEqual([all[VILLAGE].state, all[VILLAGE].breaches, all[VILLAGE].scheme], ["breaks", 1, t.village.id]);
    const again = expect(await w.call("admin", "POST", of(VILLAGE), { from: "version" }), 201).body;
    assert.equal(again.errors, 1);
    await save("admin", VILLAGE, again, t.own.replace("points: 3, per: 次", "points: 2, per: 次"));
    assert.equal(again.errors, 0);
    expect(await w.call("admin", "POST", `${of(VILLAGE)}/${again.id}/adopt`, meeting(w), { match: `"${again.version}"` }), 201);
    assert.equal((await overview())[VILLAGE].state, "follows");
  }],
  ["the template of a day is the one a version of that day is held to", async (t) => {
    const d = expect(await w.call("town", "POST", of(TOWN), { from: "text", text: longwo + rules.replace("1..3", "1..9") }), 201).body;
    expect(await w.call("town", "POST", `${of(TOWN)}/${d.id}/adopt`, { from: w.today(5) }, { match: '"1"' }), 201);
    const text = t.own.replace("points: 3, per: 次", "points: 9, per: 次");
    const mine = expect(await w.call("admin", "POST", of(VILLAGE), { from: "text", text }), 201).body;
    const adopt = (from) => w.call("admin", "POST", `${of(VILLAGE)}/${mine.id}/adopt`, { ...meeting(w), from }, { match: '"1"' });
    problem(await adopt(w.today(4)), 422, "scheme");
    expect(await adopt(w.today(5)), 201);
  }],
]);

describe("who may", () => {
  test("the township's template is the township's", async () => {
    for (const who of ["admin", "cadre", "zhang"]) {
      problem(await w.call(who, "POST", of(TOWN), { from: "blank" }), 403, "forbidden");
      problem(await w.call(who, "GET", `/regions/${TOWN}/schemes`), 403, "forbidden");
    }
    problem(await w.call(null, "GET", `/regions/${TOWN}/schemes`), 401, "sign-in");
  });
  test("a version of another place is not found through this one", async () => {
    const other = (await w.ok("adminb", "GET", `/villages/${OTHER}/schemes`)).rows[0].id;
    const mine = (await w.ok("admin", "GET", `/villages/${VILLAGE}/schemes`)).rows[0].id;
    problem(await w.call("admin", "GET", `/villages/${VILLAGE}/schemes/${other}/diff`), 404, "not-found");
    problem(await w.call("admin", "GET", `/villages/${VILLAGE}/schemes/${mine}/diff?against=${other}`), 404, "not-found");
    problem(await w.call("admin", "GET", `/villages/${VILLAGE}/schemes/${mine}/template?template=${other}`), 404, "not-found");
    problem(await w.call("town", "GET", `/regions/${TOWN}/schemes?template=${other}`), 404, "not-found");
  });
});

describe("the commands", () => {
  const file = (name, text) => {
    const path = join(tmpdir(), `${name}-${process.pid}.yaml`);
    writeFileSync(path, text);
    return path;
  };
  test("scheme new begins with a template, and scheme check holds the file to it", () => {
    const template = file("template", longwo + rules);
    const begun = run(["scheme", "new", "--from", template, "--village", "官田村", "--name", "guantian"]);
    assert.equal(begun.status, 0, begun.stderr);
    assert.match(begun.stdout, /^scheme: guantian$/m);
    const good = file("good", begun.stdout.replace("points: 2, per: 次", "points: 3, per: 次"));
    const bad = file("bad", begun.stdout.replace("points: 2, per: 次", "points: 4, per: 次"));
    try {
      const a = run(["scheme", "check", "--template", template, good]);
      assert.equal(a.status, 0, a.stdout);
      assert.match(a.stdout, /改动 changed: 积分项目“参加调解、议事和志愿服务”：分值由2改为3。/);
      const b = run(["scheme", "check", bad, "--template", template]);
      assert.equal(b.status, 1);
      assert.match(b.stdout, /bad-\d+\.yaml:\d+:\d+: error 错误 items\/L01\/points .*镇模板允许的范围是1到3。/);
      assert.equal(run(["scheme", "check", bad]).status, 0);
    } finally {
      for (const f of [template, good, bad]) rmSync(f);
    }
  });
  test("scheme new from every preset and from nothing checks clean", () => {
    for (const from of [undefined, "zengxiang", "zhongping", "longwo", "kunshan"]) {
      const begun = run(["scheme", "new", ...(from ? ["--from", from] : []), "--village", "礼坑村"]);
      assert.equal(begun.status, 0, begun.stderr);
      const checked = run(["scheme", "check", "-"], { input: begun.stdout });
      assert.equal(checked.status, 0, checked.stdout);
      assert.doesNotMatch(checked.stdout, /error|warning/);
      assert.match(begun.stdout, /^title: 礼坑村积分细则$/m);
    }
    assert.equal(run(["scheme", "new", "--village", "礼坑村: {"]).status, 1);
    assert.equal(run(["scheme", "new", "--name", "礼坑"]).status, 1);
    assert.equal(run(["scheme", "new", "--from"]).status, 2);
    assert.equal(run(["scheme", "new", "--from", "nowhere"]).status, 1);
    assert.match(run(["scheme", "new", "--from", "nowhere"]).stderr, /zengxiang/);
  });
  test("scheme adopt takes the meeting, the votes and the minutes", async () => {
    const text = file("adopted", longwo), minutes = file("minutes", "到会20人，全票通过。\n");
    const adopt = (...more) => w.server.command(["scheme", "adopt", "--village", OTHER, "--from", w.today(), "--meeting", "村民代表会议", "--meeting-on", w.today(-1), ...more, text],
      { env: { SHANZHI_TEST_CLOCK: w.clock }, fails: true });
    try {
      assert.equal(adopt("--votes", "10/9/1").status, 1);
      assert.equal(adopt("--votes", "10/9").status, 2);
      const r = adopt("--votes", "20/0/0", "--minutes", minutes);
      assert.equal(r.status, 0, r.stderr);
      const v = (await w.ok("adminb", "GET", `/villages/${OTHER}/schemes`)).rows[0];
      const one = await w.ok("adminb", "GET", `/villages/${OTHER}/schemes/${v.id}`);
      assert.deepEqual([one.votes_for, one.meeting_on, one.minutes], [20, w.today(-1), "到会20人，全票通过。\n"]);
    } finally {
      rmSync(text);
      rmSync(minutes);
    }
  });
});

describe("the demo", () => {
  test("three villages extend the template of 龙窝镇; one of them breaks its second version", async () => {
    const server = await serve({ place: demoData() });
    try {
      const town = await server.signIn("town", "shanzhi-demo-2026");
      const get = async (path) => expect(await server.api("GET", path, { as: town }), 200).body;
      const rows = (await get(`/regions/${TOWN}/schemes?limit=200`)).rows;
      assert.deepEqual(rows.filter((v) => v.state !== "own").map((v) => [v.name, v.state, v.differences, v.breaches]),
        [["梅园村", "follows", 3, 0], ["彭坊村", "follows", 2, 0], ["嶂下村", "breaks", 1, 1]]);
      assert.equal(rows.length, 9);
      const zhujing = (await get("/villages/441621102206/schemes")).rows;
      assert.deepEqual(zhujing.map((v) => v.state), ["waiting", "in_force"]);
      assert.deepEqual((await get(`${of(VILLAGE)}`)).rows.map((d) => d.errors), [1]);
      assert.deepEqual((await get(`/villages/${TOWN}/schemes`)).rows.map((v) => v.state), ["in_force", "replaced"]);
    } finally {
      await server.stop();
    }
  });
});
