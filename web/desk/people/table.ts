/* Register tables as files the office knows: CSV as the server gives it, XLSX made in the page from the same text. */
import Papa from 'papaparse';

export function saveFile(content: Blob, name: string): void {
    const a = document.createElement('a');
    a.href = URL.createObjectURL(content);
    a.download = name;
    a.click();
    setTimeout(() => URL.revokeObjectURL(a.href), 1000);
}
export const saveCsv = (rows: string[][], name: string) => saveFile(new Blob(['\ufeff', Papa.unparse(rows)], { type: 'text/csv' }), name);
export const csvRows = (text: string) => Papa.parse<string[]>(text.replace(/^\ufeff/, ''), { skipEmptyLines: true }).data;
/* Every cell is text: Excel would turn ID numbers into 4.4E+17 and eat leading zeros. */
export async function saveXlsx(rows: string[][], name: string): Promise<void> {
    const { default: write } = await import('write-excel-file/browser');
    const width = (rows[0] ?? []).map((_, i) => ({ width: Math.min(40, 2 + Math.max(...rows.slice(0, 200).map((r) => 2 * (r[i] ?? '').length))) }));
    const cells = rows.map((row, i) => row.map((value) => ({ value, type: String as unknown as StringConstructor, ...(i === 0 ? { fontWeight: 'bold' as const } : {}) })));
    await write(cells as never, { columns: width, stickyRowsCount: 1 } as never).toFile(name);
}
