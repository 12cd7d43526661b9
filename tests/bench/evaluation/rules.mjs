/* The rules of village.yaml as data for JavaScript: the same numbers, in hundredths. */
export const items = {
    H1: { category: 'help', points: 400, times: { most: 6, per: 'month' } },
    H2: { category: 'help', points: 1000 },
    H3: { category: 'help', points: 600, times: { most: 2, per: 'month' } },
    W1: { category: 'work', points: 200, unit: true, most: { points: 4000, per: 'quarter' } },
    W2: { category: 'work', points: 300, times: { most: 4, per: 'month' } },
    W3: { category: 'work', points: 100, times: { most: 12, per: 'year' } },
    W4: { category: 'work', points: 50, unit: true, most: { points: 2000, per: 'year' } },
    O1: { category: 'order', points: 800, times: { most: 1, per: 'year' } },
    O2: { category: 'order', points: 100, times: { most: 1, per: 'day' } },
    O3: { category: 'order', points: -200 },
    O4: { category: 'order', points: -500, most: { points: 1000, per: 'month' } },
    O5: { category: 'order', points: 1500, times: { most: 1, per: 'year' } },
};
export const categories = { help: { most: { points: 3000, per: 'month' } } };
export const lines = { yard: 1500, hall: 1000, kitchen: 1000, bedroom: 1000, toilet: 500, lead: 1000, voice: 500, law: 500,
    support: 500, study: 500, industrious: 500, job: 500, family: 500, neighbours: 500 };
export const bands = [
    { from: 8000, to: 8500, points: 100 },
    { above: 8500, to: 9000, points: 300 },
    { above: 9000, to: 10000, points: 500 },
];
export const streak = { inARow: 3, equal: 500, points: 500 };

/* 000 篇4: schemes/xingji.yaml. */
export const parts = {
    env: { base: 4000, quarterly: true }, civil: { base: 4000, quarterly: true },
    party: { base: 2000 }, welfare: { base: 2000 }, law: { base: 2000 },
};
export const stars = [{ code: 'five', share: 10 }, { code: 'four', share: 10 }, { code: 'three', share: 10 }];
export const floor = 14000;

export const periodOf = (on, per) => {
    switch (per) {
    case 'day': return on;
    case 'month': return on.slice(0, 7);
    case 'quarter': return `${on.slice(0, 4)}-Q${Math.ceil(Number(on.slice(5, 7)) / 3)}`;
    default: return on.slice(0, 4);
    }
};
/* Half a hundredth away from zero. */
export const round = (x) => (x < 0 ? -Math.round(-x) : Math.round(x));
export const monthOf = (on) => Number(on.slice(0, 4)) * 12 + Number(on.slice(5, 7));

/* The mark of a sheet; a mark outside its line is an error, as for the engine. */
export function markOf(marks) {
    let sum = 0, n = 0;
    for (const line in marks) {
        const m = marks[line];
        if (!(m >= 0 && m <= lines[line])) throw new Error(`${line}: ${m}`);
        sum += m;
        n++;
    }
    if (n !== 14) throw new Error(`${n} lines`);
    return sum;
}

/* What both JavaScript versions share of the yearly assessment: the year's mark of a household. */
export function yearMark(household) {
    const cells = new Map();
    for (const r of household.results) {
        const key = parts[r.part].quarterly ? `${r.part} ${periodOf(r.on, 'quarter')}` : r.part;
        const c = cells.get(key) ?? { mark: null, change: 0 };
        if (r.mark !== null) c.mark = r.mark;
        c.change += r.plus - r.minus;
        cells.set(key, c);
    }
    const value = (key, base) => {
        const c = cells.get(key);
        return c ? (c.mark ?? base) + c.change : base;
    };
    let year = 0;
    for (const [code, p] of Object.entries(parts)) {
        if (!p.quarterly) { year += value(code, p.base); continue; }
        let sum = 0;
        for (let q = 1; q <= 4; q++) sum += value(`${code} 2026-Q${q}`, p.base);
        year += round(sum / 4);
    }
    return year;
}
/* Ranks (1, 2, 2, 4) and where each rung ends, equals at a cut admitted. */
export function rank(values) {
    const order = values.map((value, i) => ({ value, i })).sort((a, b) => b.value - a.value);
    const ranks = new Array(values.length), cuts = [];
    order.forEach((o, k) => { ranks[o.i] = k && order[k - 1].value === o.value ? ranks[order[k - 1].i] : k + 1; });
    let share = 0;
    for (const s of stars) {
        share += s.share;
        let cut = Math.floor((values.length * share) / 100);
        while (cut > 0 && cut < order.length && order[cut - 1].value === order[cut].value) cut++;
        cuts.push(cut);
    }
    return { ranks, cuts };
}
