// The guides as they are run: every block of commands of docs/deploy.md says whether the test runs it and in which bare root.
//   ```sh run=sqlite/init      run, in the root «sqlite», after the blocks before it; checks.sh may look at what came of it
//   ```sh by-hand              shown only: the sentence before it says why
import { readFileSync } from 'node:fs';

export const guides = ['docs/deploy.md', 'docs/deploy.zh.md'];

// [{ file, line, run, root, name, text }] of the fenced blocks whose language is sh.
export function blocks(file, text = readFileSync(file, 'utf8')) {
    const found = [];
    let open = null;
    text.split('\n').forEach((line, i) => {
        const fence = /^```(.*)$/.exec(line);
        if (!fence) {
            if (open) open.text += `${line}\n`;
            return;
        }
        if (open) {
            if (open.language === 'sh') found.push(open);
            open = null;
            return;
        }
        const [language, ...words] = fence[1].trim().split(/\s+/);
        const run = words.find((w) => w.startsWith('run='))?.slice(4) ?? null;
        open = { file, line: i + 2, language, words, run, root: run?.split('/')[0] ?? null, name: run?.split('/')[1] ?? null, text: '' };
    });
    if (open) throw new Error(`${file}:${open.line}: the block is not closed`);
    return found;
}

// The script of one root: its blocks in order, each command traced with its line, the check of a block after it.
export function script(file, root) {
    let out = `set -euo pipefail\nsource /root/checks.sh\ndeclare -F before_${root} >/dev/null && before_${root}\n`;
    for (const b of blocks(file).filter((x) => x.root === root)) {
        out += `HERE='${b.file}:${b.line}'\nstep "$HERE ${b.run}"\n{ set -x; } 2>/dev/null\n${b.text}{ set +x; } 2>/dev/null\n`;
        out += `declare -F "after_${b.run.replace(/\W/g, '_')}" >/dev/null && after_${b.run.replace(/\W/g, '_')}\n`;
    }
    return `${out}step done\n`;
}
