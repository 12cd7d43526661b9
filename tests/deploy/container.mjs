// The steps of a Containerfile without a container engine: COPY and RUN in a bare root, and what it leaves to be run.
import { readFileSync } from 'node:fs';

// [{ line, word, rest }] in order; a step may go on over lines that end in a backslash.
export function steps(file) {
    const out = [];
    let open = null;
    readFileSync(file, 'utf8').split('\n').forEach((line, i) => {
        if (/^\s*(#|$)/.test(line)) return;
        const [, text, more] = /^(.*?)(\\?)$/.exec(line);
        open ??= { line: i + 1, text: '' };
        open.text += `${text} `;
        if (more) return;
        const [, word, rest] = /^(\w+)\s+(.*?)\s*$/.exec(open.text);
        out.push({ line: open.line, word, rest });
        open = null;
    });
    return out;
}
// What `podman run IMAGE args…` runs: the entry point with the arguments, or with those of CMD.
export function command(list, args) {
    const last = (word) => JSON.parse(list.filter((s) => s.word === word).pop()?.rest ?? '[]');
    return [...last('ENTRYPOINT'), ...(args.length ? args : last('CMD'))];
}
