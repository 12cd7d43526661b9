/* What callgrind wrote down: instructions, whole and by library. */
import { readFileSync, readdirSync, rmSync } from 'node:fs';

/* A file's own costs: a line of numbers is "position cost"; what follows a line of calls is the callee's and counts there. */
export function costOf(text) {
    const names = new Map(), byLibrary = new Map();
    let library = '', callee = false, total = 0;
    for (const line of text.split('\n')) {
        const object = /^c?ob=\((\d+)\)(?: (.*))?$/.exec(line);
        if (object) {
            if (object[2]) names.set(object[1], object[2].replace(/^.*\//, '').replace(/\.so.*$/, ''));
            if (!line.startsWith('c')) library = names.get(object[1]);
        } else if (line.startsWith('calls=')) {
            callee = true;
        } else if (/^[+*\-\d]/.test(line)) {
            const cost = callee ? 0 : Number(line.split(' ')[1] ?? 0);
            callee = false;
            total += cost;
            byLibrary.set(library, (byLibrary.get(library) ?? 0) + cost);
        }
    }
    return { total, byLibrary };
}

/* The n-th dump of the one process that writes into the folder. */
export const dumpCost = (folder, n) => costOf(readFileSync(`${folder}/callgrind.out.${n}`, 'utf8'));

export function dropDumps(folder) {
    for (const name of readdirSync(folder)) if (name.startsWith('callgrind.out.')) rmSync(`${folder}/${name}`);
}
