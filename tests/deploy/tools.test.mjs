// Units, alert rules and the proxies' files, looked at by the tools they are for (package group «deploy» of packaging/setup.sh).
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

test('units are what systemd takes', () => {
    // In a folder of their own, with the program in the place they name.
    const dir = mkdtempSync(join(tmpdir(), 'units-'));
    try {
        const units = readdirSync('packaging').filter((f) => /\.(service|timer)$/.test(f));
        assert.ok(units.includes('shanzhi.service'));
        for (const u of units) cpSync(join('packaging', u), join(dir, u));
        const r = spawnSync('systemd-analyze', ['verify', '--man=no', ...units.map((u) => join(dir, u))], { encoding: 'utf8' });
        // The program is installed by the package, not on the machine that tests.
        const lines = r.stderr.split('\n').filter((l) => l.includes('shanzhi') && !/is not executable: No such file/.test(l));
        assert.deepEqual(lines, []);
    } finally {
        rmSync(dir, { recursive: true });
    }
});

test('alert rules hold in their own cases', () => {
    for (const args of [['check', 'rules', 'packaging/prometheus/alerts.yml'], ['check', 'config', '--syntax-only', 'packaging/prometheus/scrape.yml'],
        ['test', 'rules', 'tests/deploy/alerts_test.yml']]) {
        const r = spawnSync('promtool', args, { encoding: 'utf8' });
        assert.equal(r.status, 0, `promtool ${args.join(' ')}: ${r.stdout}${r.stderr}`);
    }
});

test('nginx and Caddy take their files', () => {
    const dir = mkdtempSync(join(tmpdir(), 'proxy-'));
    try {
        execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj',
            '/CN=points.example.org', '-keyout', join(dir, 'key'), '-out', join(dir, 'pem')], { stdio: 'pipe' });
        const site = readFileSync('packaging/nginx.conf', 'utf8')
            .replace(/ssl_certificate .*;/, `ssl_certificate ${dir}/pem;`).replace(/ssl_certificate_key .*;/, `ssl_certificate_key ${dir}/key;`);
        const whole = `pid ${dir}/pid; error_log ${dir}/log; events {} http { access_log off; ${site} }`;
        const r = spawnSync('sh', ['-c', 'cat >"$0/nginx.conf" && PATH=$PATH:/usr/sbin nginx -t -c "$0/nginx.conf"', dir], { input: whole, encoding: 'utf8' });
        assert.equal(r.status, 0, r.stderr);
        assert.doesNotMatch(r.stderr, /\[warn\]/);
        const c = spawnSync('caddy', ['validate', '--adapter', 'caddyfile', '--config', 'packaging/Caddyfile'],
            { encoding: 'utf8', env: { ...process.env, HOME: dir, XDG_DATA_HOME: dir, XDG_CONFIG_HOME: dir } });
        assert.equal(c.status, 0, c.stderr);
        assert.doesNotMatch(c.stderr, /"level":"warn"/);
    } finally {
        rmSync(dir, { recursive: true });
    }
});
