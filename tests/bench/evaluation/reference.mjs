/* The JavaScript references over the facts that `evaluate` left in DIR: results are compared with its results before anything
 * is timed.
 *     node reference.mjs DIR SECONDS        prints "name households-per-second", by time of the processor */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import * as plain from './plain.mjs';
import * as rules from './engine.mjs';

const [dir, seconds] = [resolve(process.argv[2]), Number(process.argv[3])];
const { Engine } = createRequire(`${dir}/package.json`)('json-rules-engine');
const read = (name) => readFileSync(`${dir}/${name}`, 'utf8').trimEnd().split('\n');
const facts = { year: read('year.jsonl').map(JSON.parse), assessment: read('assessment.jsonl').map(JSON.parse) };
const e = rules.engines(Engine);
const passes = {
    'plain year': () => plain.year(facts.year), 'engine year': () => rules.year(e, facts.year),
    'plain assessment': () => plain.assessment(facts.assessment), 'engine assessment': () => rules.assessment(Engine, facts.assessment),
};
for (const [name, pass] of Object.entries(passes)) {
    const what = name.split(' ')[1], want = read(`${what}.results`), got = await pass();
    const at = want.findIndex((line, i) => line !== got[i]);
    if (want.length !== got.length || at >= 0) throw new Error(`${name}: ${got[at]} instead of ${want[at]}`);
}
for (const [name, pass] of Object.entries(passes)) {
    let best = 0;
    const turns = name.startsWith('engine') ? 2 : 10;
    for (let turn = 0; turn < turns; turn++) {
        const start = process.cpuUsage();
        let n = 0, spent;
        do {
            n += (await pass()).length;
            const used = process.cpuUsage(start);
            spent = (used.user + used.system) / 1e6;
        } while (spent < seconds / turns);
        best = Math.max(best, n / spent);
    }
    console.log(`${name} ${best.toFixed(0)}`);
}
