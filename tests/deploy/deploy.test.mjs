// The package in a bare Debian 12: docs/deploy.md is run word for word (install, init, serve, TLS, back up, restore,
// upgrade, watch, remove; SQLite and PostgreSQL), the Containerfile's steps, and what an operator does by mistake.
// Takes minutes and root: part of ./test --all, or ./test deploy.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { blocks, script } from './guide.mjs';

const guide = 'docs/deploy.md';
const debs = {};
let packages = [];

function run(command, args, options = {}) {
    const r = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 64 << 20, ...options });
    return { status: r.status, out: `${r.stdout}${r.stderr}` };
}
function must(command, ...args) {
    const r = run(command, args);
    assert.equal(r.status, 0, `${command} ${args.join(' ')}\n${r.out.slice(-4000)}`);
    return r.out;
}

// A bare root of its own with the packages' files at hand, and systemctl as tests/deploy/root has it.
function bareRoot(name) {
    const root = resolve('build/deploy', name);
    must('tests/deploy/bare-root', 'new', root, debs['0.1.0'], ...packages);
    for (const deb of Object.values(debs)) cpSync(deb, join(root, 'root', basename(deb)));
    cpSync('tests/deploy/root', join(root, 'usr/local/bin'), { recursive: true });
    cpSync('tests/deploy/checks.sh', join(root, 'root/checks.sh'));
    return {
        root,
        bash(text) {
            writeFileSync(join(root, 'root/run.sh'), text);
            return run('tests/deploy/bare-root', ['in', root, 'bash', '/root/run.sh'], { timeout: 600_000 });
        },
    };
}
const deploy = (r, file, root) => {
    const { status, out } = r.bash(script(file, root));
    mkdirSync('build/test-logs', { recursive: true });
    writeFileSync(`build/test-logs/deploy-${root}.log`, out);
    assert.ok(status === 0 && out.trimEnd().endsWith('=== done'), `${file}, ${root}: the last lines were\n${out.slice(-3000)}`);
    return out;
};

before(() => {
    debs['0.1.0'] = must('packaging/deb/build').trim().split('\n').pop();
    // The next version is this one with one migration more (tests/deploy/next.c).
    must('ninja', '-C', 'build/release', 'shanzhi_next');
    debs['0.2.0'] = must('packaging/deb/build', '--version', '0.2.0', '--binary', 'build/release/shanzhi_next').trim().split('\n').pop();
    const text = blocks(guide).filter((b) => b.run).map((b) => b.text).join('\n');
    packages = [...new Set([...text.matchAll(/^apt-get install (.*)$/gm)].flatMap((m) => m[1].split(/\s+/)).filter((w) => !/^[-.]/.test(w)))].sort();
});
after(() => {
    for (const name of ['sqlite', 'postgresql', 'container', 'mistakes']) rmSync(resolve('build/deploy', name), { recursive: true, force: true });
});

test('the package is one that Debian\'s checker takes', () => {
    // Who stands for it is for who builds it to say (DEBEMAIL).
    const r = run('lintian', ['--suppress-tags', 'bogus-mail-host,bogus-mail-host-in-debian-changelog', '--allow-root', '--fail-on', 'error,warning', debs['0.1.0']]);
    assert.equal(r.status, 0, r.out);
});

test('docs/deploy.md on SQLite, command by command', () => {
    deploy(bareRoot('sqlite'), guide, 'sqlite');
});

test('docs/deploy.md on PostgreSQL, command by command', () => {
    deploy(bareRoot('postgresql'), guide, 'postgresql');
});
