/* Cells copied from a spreadsheet → rows of a list. A first line of column names is recognised; otherwise columns come in the
 * table's order. */
import { type Key, type Shape, keyLabel, wordOf } from './language';
import { type Value } from './references';

export interface Pasted { cells: string[][]; columns: (string | null)[]; header: boolean }
/* Also what people call a column on paper. */
const OTHER: Record<string, string[]> = {
    label: ['项目', '项目名称', '内容', '积分项目', '积分内容', '事项', '行为', '评分项', '考核内容', '标准内容'], points: ['分数', '得分', '积分', '分值', '标准分', '加分', '赋分', '奖扣分'], category: ['类型', '大类', '分类', '项目类别'],
    per: ['单位', '计分单位'], for: ['对象', '适用对象', '积分对象'], code: ['编号', '序号', '编码'], note: ['备注', '说明', '要求', '标准'], evidence: ['证明', '佐证', '证明材料'], max: ['满分', '分值', '标准分'],
};
export function pasteable(shape: Shape): Key[] {
    return shape.keys.filter((k) => !['map', 'list', 'levels'].includes(k.kind));
}
const same = (a: string, b: string) => a.replace(/[\s（(].*$/, '').toLowerCase() === b.toLowerCase();
export function columnsFor(shape: Shape, shown: Key[], cells: string[][]): Pasted {
    const keys = pasteable(shape);
    const find = (head: string) => keys.find((k) => same(head, k.zh) || same(head, k.name) || same(head, keyLabel(k, 'en')) || (OTHER[k.name] ?? []).some((o) => same(head, o)))?.name ?? null;
    const heads = (cells[0] ?? []).map((c) => find(c.trim()));
    const header = heads.filter(Boolean).length >= 2 || (heads.length === 1 && heads[0] !== null);
    const width = Math.max(0, ...cells.map((r) => r.length));
    if (header) return { cells: cells.slice(1), header, columns: Array.from({ length: width }, (_, i) => { const h = heads[i] ?? null; return h && heads.indexOf(h) === i ? h : null; }) };
    const order = shown.filter((k) => keys.includes(k)).map((k) => k.name);
    const codes = cells.every((r) => /^[A-Za-z0-9_-]{1,32}$/.test((r[0] ?? '').trim()));
    const names = codes ? order : order.filter((n) => n !== 'code');
    return { cells, header, columns: Array.from({ length: width }, (_, i) => names[i] ?? null) };
}
export function rowsFrom(shape: Shape, p: Pasted, tidy: (k: Key, s: string) => string): Record<string, Value>[] {
    return p.cells.map((cells) => {
        const row: Record<string, Value> = {};
        p.columns.forEach((name, i) => {
            const k = name ? shape.byName.get(name) : undefined, s = tidyCell(cells[i] ?? '');
            if (!k || s === '') return;
            if (k.kind === 'names' || k.kind === 'words') row[k.name] = s.split(/[、,，;；/\n]/).map((x) => x.trim()).filter(Boolean).map((x) => wordOf(k, x)?.name ?? x);
            else if (k.kind === 'bool') row[k.name] = /^(是|有|√|✓|y|yes|true|1)$/i.test(s) ? 'yes' : 'no';
            else row[k.name] = wordOf(k, s)?.name ?? tidy(k, s);
        });
        return row;
    }).filter((r) => Object.keys(r).length > 0);
}
const tidyCell = (s: string) => s.replace(/\s*\n\s*/g, '；').trim();
