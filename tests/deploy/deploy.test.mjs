// The package in a bare Debian 12: docs/deploy.md is run word for word (install, init, serve, TLS, back up, restore,
// upgrade, watch, remove; SQLite and PostgreSQL), the Containerfile's steps, and what an operator does by mistake.
// Takes minutes and root: part of ./test --all, or ./test deploy.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { command, steps } from './container.mjs';
import { blocks, script } from './guide.mjs';

const guide = 'docs/deploy.md';
const debs = {};
let packages = [];

function run(command, args, options = {}) {
    const r = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 64 << 20, ...options });
    return { status: r.status, out: `${r.stdout}${r.stderr}`, stdout: r.stdout };
}
function must(command, ...args) {
    const r = run(command, args);
    assert.equal(r.status, 0, `${command} ${args.join(' ')}\n${r.out.slice(-4000)}`);
    return r.stdout;
}

// A bare root of its own with the packages' files at hand, and systemctl as tests/deploy/root has it.
function bareRoot(name) {
    const root = resolve('build/deploy', name);
    must('tests/deploy/bare-root', 'new', root, debs['0.1.0'], ...packages);
    for (const deb of Object.values(debs)) cpSync(deb, join(root, 'root', basename(deb)));
    cpSync('tests/deploy/root', join(root, 'usr/local/bin'), { recursive: true });
    // Packages' scripts are to find it, too.
    writeFileSync(join(root, 'etc/apt/apt.conf.d/99tests'), 'DPkg::Path "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";\n');
    cpSync('tests/deploy/checks.sh', join(root, 'root/checks.sh'));
    return {
        root,
        bash(text) {
            writeFileSync(join(root, 'root/run.sh'), text);
            return run('tests/deploy/bare-root', ['in', root, 'bash', '/root/run.sh'], { timeout: 1_800_000 });
        },
    };
}
const deploy = (r, file, root) => {
    const { status, out, stdout } = r.bash(script(file, root));
    mkdirSync('build/test-logs', { recursive: true });
    writeFileSync(`build/test-logs/deploy-${root}.log`, out);
    assert.ok(status === 0 && stdout.trimEnd().endsWith('=== done'), `${file}, ${root}: the last lines were\n${out.slice(-3000)}`);
    return out;
};

before(() => {
    debs['0.1.0'] = must('packaging/deb/build').trim().split('\n').pop();
    // The next version is this one with one migration more (tests/deploy/next.c).
    must('ninja', '-C', 'build/release', 'shanzhi_next');
    debs['0.2.0'] = must('packaging/deb/build', '--version', '0.2.0', '--binary', 'build/release/shanzhi_next').trim().split('\n').pop();
    const text = blocks(guide).filter((b) => b.run).map((b) => b.text.replace(/\\\n/g, ' ')).join('\n');
    packages = [...new Set([...text.matchAll(/^apt-get install (.*)$/gm)].flatMap((m) => m[1].split(/\s+/)).filter((w) => !/^[-.]/.test(w)))].sort();
});
after(() => {
    for (const name of ['sqlite', 'postgresql', 'byhand', 'container', 'mistakes']) rmSync(resolve('build/deploy', name), { recursive: true, force: true });
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

test('docs/deploy.md without the package', () => {
    const r = bareRoot('byhand');
    cpSync('build/release/shanzhi', join(r.root, 'root/build/release/shanzhi'));
    cpSync('packaging', join(r.root, 'root/packaging'), { recursive: true });
    deploy(r, guide, 'byhand');
});

test('the steps of packaging/Containerfile, and what its container runs', () => {
    const r = bareRoot('container');
    const list = steps('packaging/Containerfile');
    assert.match(list[0].rest, /debian:bookworm-slim$/);
    for (const s of list) {
        const where = `packaging/Containerfile:${s.line}: ${s.word} ${s.rest}`;
        if (s.word === 'COPY') {
            const [pattern, to] = s.rest.split(/\s+/);
            assert.equal(pattern, 'build/deb/shanzhi_*.deb', where);
            cpSync(debs['0.1.0'], join(r.root, to, basename(debs['0.1.0'])));
        } else if (s.word === 'RUN') {
            const done = run('tests/deploy/bare-root', ['net', r.root, 'sh', '-c', s.rest]);
            assert.equal(done.status, 0, `${where}\n${done.out.slice(-3000)}`);
        } else if (s.word === 'VOLUME') {
            for (const dir of s.rest.split(/\s+/)) must('test', '-d', join(r.root, dir));
        } else if (!['FROM', 'EXPOSE', 'USER', 'ENTRYPOINT', 'CMD'].includes(s.word)) {
            assert.fail(`${where}: the test does not know this step`);
        }
    }
    const user = list.find((s) => s.word === 'USER').rest, port = list.find((s) => s.word === 'EXPOSE').rest;
    const as = (args) => `setpriv --reuid ${user} --regid ${user} --clear-groups --bounding-set=-all ${command(list, args).join(' ')}`;
    // The init line of the guide, then what the image runs by itself, asked from outside.
    const { status, out, stdout } = r.bash(`set -euo pipefail
${as(['init', '--config', '/etc/shanzhi/shanzhi.conf'])}
${as([])} >/tmp/log 2>&1 &
for i in $(seq 200); do (exec 3<>/dev/tcp/10.77.0.7/${port}) 2>/dev/null && break; sleep 0.1; done
exec 3<>/dev/tcp/10.77.0.7/${port}
printf 'GET /readyz HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n' >&3
head -n 1 <&3
kill -TERM %1
wait %1
echo ended $?
`);
    assert.equal(status, 0, out.slice(-3000));
    assert.match(out, /HTTP\/1\.1 200 /);
    assert.match(stdout, /ended 0\s*$/);
});

// What an operator does by mistake, or finds on a machine that was used before.
const mistakes = [
    ['an account shanzhi is there already: it is used, its password and shell are not touched', `
useradd --create-home --shell /bin/bash shanzhi
apt-get install -y -q --no-install-recommends ./shanzhi_0.1.0_amd64.deb curl >/tmp/apt 2>&1
is "$(getent passwd shanzhi | cut -d: -f6,7)" '/home/shanzhi:/bin/bash'
is "$(stat -c '%U:%G %a' $CONF) $(stat -c %U /var/lib/shanzhi)" 'root:shanzhi 640 shanzhi'
as_shanzhi init >/dev/null 2>&1
systemctl enable --now shanzhi
ready
`],
    ['data of another owner are told of and not touched', `
mkdir -p /var/lib/shanzhi
echo precious >/var/lib/shanzhi/shanzhi.db
chown -R nobody: /var/lib/shanzhi
chmod 700 /var/lib/shanzhi
apt-get install -y -q --no-install-recommends ./shanzhi_0.1.0_amd64.deb >/tmp/apt 2>&1
must grep -q 'belongs to nobody' /tmp/apt
is "$(stat -c %U /var/lib/shanzhi/shanzhi.db) $(cat /var/lib/shanzhi/shanzhi.db)" 'nobody precious'
never as_shanzhi init >/dev/null 2>&1
is "$(cat /var/lib/shanzhi/shanzhi.db)" precious
`],
    ['data on a disk of their own, by a link', `
mkdir -p /srv/disk
ln -s /srv/disk /var/lib/shanzhi
apt-get install -y -q --no-install-recommends ./shanzhi_0.1.0_amd64.deb >/tmp/apt 2>&1
must grep -q 'chown with -R' /tmp/apt
chown --recursive shanzhi:shanzhi /srv/disk
as_shanzhi init >/dev/null 2>&1
must test -f /srv/disk/key
apt-get purge -y -q shanzhi >/dev/null 2>&1
must test -f /srv/disk/key
`],
    ['a unit installed by hand hides the package\'s: it is told', `
mkdir -p /etc/systemd/system
printf '[Service]\\nExecStart=/usr/local/bin/shanzhi serve\\n' >/etc/systemd/system/shanzhi.service
apt-get install -y -q --no-install-recommends ./shanzhi_0.1.0_amd64.deb >/tmp/apt 2>&1
must grep -q 'hides the package' /tmp/apt
`],
    ['an older program over newer data: it refuses, changes nothing, and the newer one serves again', `
apt-get install -y -q --no-install-recommends ./shanzhi_0.2.0_amd64.deb curl >/tmp/apt 2>&1
as_shanzhi init >/dev/null 2>&1
systemctl enable --now shanzhi
ready
apt-get install -y -q --no-install-recommends --allow-downgrades ./shanzhi_0.1.0_amd64.deb >/tmp/apt 2>&1
never curl -fsS --retry 3 --retry-delay 1 --retry-connrefused -o /dev/null http://127.0.0.1:8600/readyz
never as_shanzhi account list >/tmp/said 2>&1
must grep -qi newer /tmp/said
apt-get install -y -q --no-install-recommends ./shanzhi_0.2.0_amd64.deb >/tmp/apt 2>&1
systemctl restart shanzhi
ready
`],
    ['settings the administrator changed and loosened stay as they are', `
apt-get install -y -q --no-install-recommends ./shanzhi_0.1.0_amd64.deb >/tmp/apt 2>&1
echo 'port = 8700' >>$CONF
chmod 644 $CONF
sum=$(cksum <$CONF)
apt-get install -y -q --no-install-recommends ./shanzhi_0.2.0_amd64.deb >/tmp/apt 2>&1
is "$(cksum <$CONF) $(stat -c %a $CONF)" "$sum 644"
apt-get remove -y -q shanzhi >/dev/null 2>&1
apt-get install -y -q --no-install-recommends ./shanzhi_0.2.0_amd64.deb >/tmp/apt 2>&1
is "$(cksum <$CONF) $(stat -c %a $CONF)" "$sum 644"
`],
    ['an upgrade under load: who was answered is not forgotten, and the pause is short', `
apt-get install -y -q --no-install-recommends ./shanzhi_0.1.0_amd64.deb curl >/tmp/apt 2>&1
as_shanzhi init >/dev/null 2>&1
systemctl enable --now shanzhi
ready
(while [ ! -e /tmp/enough ]; do curl -s -o /dev/null -w '%{http_code}\\n' http://127.0.0.1:8600/readyz || true; done >/tmp/codes) &
apt-get install -y -q --no-install-recommends ./shanzhi_0.2.0_amd64.deb >/tmp/apt 2>&1
ready
touch /tmp/enough
wait
is "$(grep -vxE '200|000|503' /tmp/codes | sort | uniq -c)" ''
must grep -qx 200 /tmp/codes
`],
];
for (const [name, text] of mistakes)
    test(name, () => {
        const { status, out, stdout } = bareRoot('mistakes').bash(`set -euo pipefail\nsource /root/checks.sh\nHERE='${name.replace(/'/g, '')}'\n${text}\nstep done\n`);
        assert.ok(status === 0 && stdout.trimEnd().endsWith('=== done'), out.slice(-3000));
    });
