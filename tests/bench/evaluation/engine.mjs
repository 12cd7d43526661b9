/* The rules for json-rules-engine in its own idiom: conditions over facts as JSON, the past as facts that are
 * functions, what happens as events. So that it does not look at rules that cannot fire, each item has a small
 * engine of its own, and so have the bands, the streak and the stars; sums are added up outside. */
import { bands, categories, floor, items, markOf, monthOf, periodOf, rank, round, stars, streak, yearMark } from './rules.mjs';

function itemEngine(Engine, code, item) {
    const engine = new Engine([], { allowUndefinedFacts: false });
    const caps = [];
    if (item.most) caps.push({ of: code, ...item.most });
    if (item.points > 0 && categories[item.category]) caps.push({ of: item.category, ...categories[item.category].most });
    const all = [{ fact: 'item', operator: 'equal', value: code }];
    if (item.times)
        all.push({ fact: 'times', params: { of: code, per: item.times.per }, operator: 'lessThan', value: item.times.most });
    for (const c of caps) all.push({ fact: 'points', params: { of: c.of, per: c.per }, operator: 'lessThan', value: c.points });
    engine.addRule({ conditions: { all }, event: { type: 'award', params: { points: item.points, unit: item.unit ?? false, times: item.times?.per ?? null, caps } } });
    /* What was given before: by a function of the run's own facts. */
    const used = (kind) => async ({ of, per }, almanac) => {
        const [on, past] = await Promise.all([almanac.factValue('on'), almanac.factValue('past')]);
        return past.get(`${of} ${kind} ${periodOf(on, per)}`) ?? 0;
    };
    engine.addFact('times', used('times'));
    engine.addFact('points', used('points'));
    return engine;
}

function bandEngine(Engine) {
    const engine = new Engine();
    for (const b of bands) {
        const all = [{ fact: 'mark', operator: 'lessThanInclusive', value: b.to }];
        if (b.from !== undefined) all.push({ fact: 'mark', operator: 'greaterThanInclusive', value: b.from });
        if (b.above !== undefined) all.push({ fact: 'mark', operator: 'greaterThan', value: b.above });
        engine.addRule({ conditions: { all }, event: { type: 'band', params: { points: b.points } } });
    }
    return engine;
}

function streakEngine(Engine) {
    const engine = new Engine();
    engine.addRule({ conditions: { all: [{ fact: 'points', operator: 'equal', value: streak.equal }, { fact: 'inARow', operator: 'greaterThanInclusive', value: streak.inARow }] },
        event: { type: 'streak', params: { points: streak.points } } });
    return engine;
}

export function engines(Engine) {
    return { items: Object.fromEntries(Object.entries(items).map(([code, i]) => [code, itemEngine(Engine, code, i)])),
        bands: bandEngine(Engine), streak: streakEngine(Engine) };
}

async function deedsOf(e, deeds) {
    const past = new Map();
    const add = (key, n) => past.set(key, (past.get(key) ?? 0) + n);
    let sum = 0;
    for (const d of deeds) {
        const { events } = await e.items[d.item].run({ item: d.item, on: d.on, past });
        for (const { params } of events) {
            let points = params.unit ? round((params.points * d.quantity) / 100) : params.points;
            for (const c of params.caps) {
                const left = c.points - (past.get(`${c.of} points ${periodOf(d.on, c.per)}`) ?? 0);
                points = Math.sign(points) * Math.min(Math.abs(points), left);
            }
            if (params.times) add(`${d.item} times ${periodOf(d.on, params.times)}`, 1);
            for (const c of params.caps) add(`${c.of} points ${periodOf(d.on, c.per)}`, Math.abs(points));
            sum += points;
        }
    }
    return sum;
}

async function visitsOf(e, visits) {
    let sum = 0, inARow = 0, last = -1;
    for (const v of visits) {
        const month = monthOf(v.on), { events } = await e.bands.run({ mark: markOf(v.marks) });
        const points = events.length ? events[0].params.points : 0;
        sum += points;
        if (last >= 0 && month !== last + 1) inARow = 0;
        last = month;
        inARow = points === streak.equal ? inARow + 1 : 0;
        const paid = await e.streak.run({ points, inARow });
        for (const { params } of paid.events) { sum += params.points; inARow = 0; }
    }
    return sum;
}

export async function year(e, households) {
    const out = [];
    for (const h of households) {
        let total = (await deedsOf(e, h.deeds)) + (await visitsOf(e, h.visits)), members = 0;
        for (const m of h.members) {
            if (!m.takesPart) continue;
            members++;
            total += await deedsOf(e, m.deeds);
        }
        out.push(`${h.id} ${total} ${round(total / (members || 1))}`);
    }
    return out;
}

export async function assessment(Engine, households) {
    const values = households.map(yearMark), { ranks, cuts } = rank(values);
    const engine = new Engine();
    stars.forEach((s, k) => engine.addRule({ priority: stars.length - k,
        conditions: { all: [{ fact: 'value', operator: 'greaterThanInclusive', value: floor }, { fact: 'rank', operator: 'lessThanInclusive', value: cuts[k] }] },
        event: { type: s.code }, onSuccess: () => engine.stop() }));
    const out = [];
    for (let i = 0; i < households.length; i++) {
        const { events } = await engine.run({ value: values[i], rank: ranks[i] });
        out.push(`${households[i].id} ${values[i]} ${ranks[i]} ${events[0]?.type ?? '-'}`);
    }
    return out;
}
