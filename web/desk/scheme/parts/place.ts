/* Where a finding stands, as people call it: "items/30/clause" → the item's name. */
import { SchemeDocument } from '../model/document';
import { type Shape, formPath } from '../model/language';
import { valueAt } from '../model/references';

export function placeOf(language: Shape, text: string): (path: string) => string {
    const doc = new SchemeDocument(language, text);
    return (written) => {
        const { path } = formPath(language, written);
        for (let n = path.length; n > 0; n--) {
            const row = valueAt(doc.value, path.slice(0, n));
            const label = row && typeof row === 'object' && !Array.isArray(row) ? row['label'] : undefined;
            if (typeof label === 'string') return label;
        }
        return '';
    };
}
