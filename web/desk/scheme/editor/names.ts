/* Codes and labels that others refer to are renamed everywhere at once. */
import { type Path } from '../model/language';
import { referencesTo, withoutNumbers } from '../model/references';

export function renamed(path: Path): boolean {
    const last = path[path.length - 1];
    if ((last !== 'code' && last !== 'label') || typeof path[path.length - 2] !== 'number') return false;
    return referencesTo(withoutNumbers(path.slice(0, -2))).some((r) => last === 'code' || r.by === 'label');
}
