/* The rules as a programmer would write them for this one village by hand: no language, no engine. */
import { bands, categories, floor, items, markOf, monthOf, periodOf, rank, round, stars, streak, yearMark } from './rules.mjs';

function deedsOf(deeds) {
    const used = new Map();
    let sum = 0;
    for (const d of deeds) {
        const item = items[d.item];
        let points = item.unit ? round((item.points * d.quantity) / 100) : item.points;
        const limits = [];
        if (item.times) {
            const key = `${d.item} times ${periodOf(d.on, item.times.per)}`, times = used.get(key) ?? 0;
            if (times >= item.times.most) continue;
            limits.push([key, 1]);
        }
        for (const [of, most] of [[d.item, item.most], [item.category, points > 0 ? categories[item.category]?.most : null]]) {
            if (!most) continue;
            const key = `${of} points ${periodOf(d.on, most.per)}`, left = most.points - (used.get(key) ?? 0);
            points = Math.sign(points) * Math.min(Math.abs(points), left);
            limits.push([key, 0]);
        }
        if (points === 0) continue;
        for (const [key, times] of limits) used.set(key, (used.get(key) ?? 0) + (times || Math.abs(points)));
        sum += points;
    }
    return sum;
}

function visitsOf(visits) {
    let sum = 0, row = 0, last = -1;
    for (const v of visits) {
        const mark = markOf(v.marks), month = monthOf(v.on);
        const b = bands.find((x) => (x.from === undefined || mark >= x.from) && (x.above === undefined || mark > x.above) && mark <= x.to);
        const points = b ? b.points : 0;
        sum += points;
        if (last >= 0 && month !== last + 1) row = 0;
        last = month;
        row = points === streak.equal ? row + 1 : 0;
        if (row === streak.inARow) { sum += streak.points; row = 0; }
    }
    return sum;
}

export function year(households) {
    return households.map((h) => {
        let total = deedsOf(h.deeds) + visitsOf(h.visits), members = 0;
        for (const m of h.members) {
            if (!m.takesPart) continue;
            members++;
            total += deedsOf(m.deeds);
        }
        return `${h.id} ${total} ${round(total / (members || 1))}`;
    });
}

export function assessment(households) {
    const values = households.map(yearMark), { ranks, cuts } = rank(values);
    return households.map((h, i) => {
        const k = values[i] < floor ? -1 : cuts.findIndex((c) => ranks[i] <= c);
        return `${h.id} ${values[i]} ${ranks[i]} ${k < 0 ? '-' : stars[k].code}`;
    });
}
