/* The evaluation of schemes beside the same rules elsewhere, on the same random facts, with equal results:
 *   json-rules-engine from npm (the well-known peer), plain JavaScript written by hand for these rules, SQL in SQLite in memory
 * and the memory of a county that streams. Everything runs on one core; rates are by time of the processor. */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs';

const dir = 'build/bench/evaluation', release = 'build/release';

function run(command, args) {
    const r = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
    if (r.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${r.stderr}${r.stdout}`);
    return r.stdout;
}
/* "name of it 12.5" by line. */
const numbers = (text) => Object.fromEntries(text.trim().split('\n').map((l) => [l.slice(0, l.lastIndexOf(' ')), Number(l.slice(l.lastIndexOf(' ') + 1))]));

function county(households) {
    const path = `${dir}/county.yaml`, out = openSync(path, 'w');
    const r = spawnSync(`${release}/county`, ['write', String(households)], { stdio: ['ignore', out, 'inherit'] });
    closeSync(out);
    if (r.status !== 0) throw new Error('county');
    const [seconds, kib] = run(`${release}/county`, ['peak', `${release}/shanzhi`, 'scheme', 'explain', 'tests/bench/evaluation/village.yaml',
        '--facts', path, '--period', '2026', '--subject', '1']).trim().split(' ').map(Number);
    rmSync(path);
    return { seconds, mib: kib / 1024 };
}

export function measureEvaluation({ quick, say, per, times }) {
    const households = quick ? 1000 : 5000, seconds = quick ? 0.5 : 3;
    mkdirSync(dir, { recursive: true });
    const c = numbers(run(`${release}/evaluate`, [dir, String(households), String(seconds)]));
    const js = numbers(run('node', ['tests/bench/evaluation/reference.mjs', dir, String(seconds)]));
    const sql = numbers(run('node', ['tests/bench/evaluation/sql.mjs', dir, quick ? '2' : '5']));
    const each = `${c.deeds_per_household.toFixed(0)} deeds, ${c.visits_per_household.toFixed(0)} visits with 14 marks`;
    const beside = (what, ours, aim, references) => references.forEach(([name, rate], i) =>
        say(i ? 'the same' : what, `${per(ours)}`, `${name}: ${per(rate)}`, times(ours / rate), i ? '–' : aim));

    say(`a household's month (points of one month; the streak looks back over the year: ${each})`, per(c.month), '–', '–', '≥ 1,000,000/s');
    beside(`a household's year (total and average: ${each})`, c.year, '≥ 1,000,000/s',
        [['json-rules-engine', js['engine year']], ['plain JavaScript', js['plain year']], ['SQL', sql['sql year']]]);
    beside('the yearly assessment of 000 篇4 (14 results; mark, rank, stars)', c.assessment, '≥ 1,000,000/s',
        [['json-rules-engine', js['engine assessment']], ['plain JavaScript', js['plain assessment']], ['SQL', sql['sql assessment']]]);
    say('everything about a household (both passes: numbers, rounds, balances, rank, title)', per(c.results), 'the year alone', times(c.results / c.year), '–');
    say('the same with all its trees in Chinese and English', per(c.trees), 'without trees', times(c.trees / c.results), '–');
    const small = county(quick ? 1200 : 12_000), large = county(quick ? 12_000 : 120_000);
    say(`a county of ${quick ? '12,000' : '120,000'} households from a stream of YAML: peak memory`, `${large.mib.toFixed(1)} MiB (${large.seconds.toFixed(0)} s)`,
        `a tenth of them: ${small.mib.toFixed(1)} MiB (${small.seconds.toFixed(1)} s)`, times(large.mib / small.mib), '< 10x');
    return { households };
}

export const howEvaluation = `- **The same rules four times** (\`tests/bench/evaluation\`): \`village.yaml\` in the language; \`engine.mjs\` for json-rules-engine in its own idiom (conditions over facts as JSON, the past as facts that
  are functions, a small engine for each item so that it need not look at rules that cannot fire; sums are added up outside); \`plain.mjs\` by hand for this one village; \`year.sql\` and \`assessment.sql\` with
  window functions. Twelve items with caps by times, by points and per category, a deduction, a sheet of 14 lines with bands every month, a streak, the household as sum and average of its members.
- **The same facts, the same results.** \`evaluate\` makes random facts from a fixed seed and leaves facts and results as text; every reference reads them and its results are compared, line by line, before it is timed.
  Reading is never timed: C structs, JavaScript objects and SQL tables (with indexes, after ANALYZE) are in memory before.
- One core, time of the processor, the best of several turns: SQL by the shell's timer, JavaScript with its collector's threads.
- The county is read as text and parsed from YAML one document at a time; that is nearly all of its time.`;
