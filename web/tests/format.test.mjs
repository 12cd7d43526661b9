import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './load.mjs';

const f = await load('shared/format.ts');

test('points: unit, sign, thousands, never through floating point', () => {
    const cases = [
        ['3.00', '3分'], ['37.50', '37.5分'], ['0.05', '0.05分'], ['-10.00', '−10分'], ['0.00', '0分'],
        ['1234567.00', '1,234,567分'], ['90071992547409.91', '90,071,992,547,409.91分'], ['007.10', '7.1分'],
    ];
    for (const [given, wanted] of cases) assert.equal(f.formatPoints(given), wanted);
    assert.equal(f.formatPoints('3.00', 'zh', true), '+3分');
    assert.equal(f.formatPoints('-3.00', 'zh', true), '−3分');
    assert.equal(f.formatPoints('0.00', 'zh', true), '0分');
    assert.equal(f.formatPoints('1.00', 'en'), '1 point');
    assert.equal(f.formatPoints(null), '');
    assert.equal(f.formatRange('2.00', '5.00'), '2–5分');
    assert.equal(f.formatRange('5.00', '5.00'), '5分');
});

test('dates read as people say them', () => {
    assert.equal(f.formatDate('2026-11-21', 'zh', '2026-12-01'), '11月21日(周六)');
    assert.equal(f.formatDate('2025-11-21', 'zh', '2026-12-01'), '2025年11月21日(周五)');
    assert.equal(f.formatDate('2026-11-21', 'en', '2026-12-01'), 'Sat 21 Nov');
    assert.equal(f.formatDate('21.11.2026'), '');
    assert.equal(f.formatDate(null), '');
    assert.equal(f.addDays('2026-02-28', 1), '2026-03-01');
    assert.equal(f.addDays('2024-03-01', -1), '2024-02-29');
    assert.equal(f.relativeDay('2026-11-24', 'zh', '2026-11-21'), '还有3天');
    assert.equal(f.relativeDay('2026-11-19', 'zh', '2026-11-21'), '已过2天');
});

test('instants are the village\'s time, whatever the phone\'s zone', () => {
    assert.equal(f.today(new Date('2026-11-20T16:30:00Z')), '2026-11-21');
    assert.equal(f.formatInstant('2026-11-20T16:30:00Z', 'zh', '2026-11-21'), '11月21日(周六) 00:30');
    assert.equal(f.formatInstant(''), '');
});

test('a UUID is version 4 and new each time', async () => {
    const { uuid } = await load('shared/api/id.ts');
    assert.match(uuid(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.notEqual(uuid(), uuid());
});

test('a problem keeps fields, request id and retry time; an answer that is not ours is survived', async () => {
    const { problemOf } = await load('shared/api/problem.ts');
    const p = await problemOf(new Response(JSON.stringify({
        type: 'https://shanzhi.example/problems/invalid', status: 400, title: '有误', detail: '请修改',
        request_id: 'r1', errors: [{ field: 'on', detail: '日期在今天之后' }],
    }), { status: 400, headers: { 'Retry-After': '7' } }));
    assert.deepEqual([p.type, p.status, p.message, p.field('on'), p.requestId, p.retryAfter],
        ['invalid', 400, '请修改', '日期在今天之后', 'r1', 7]);
    assert.equal(p.passing, false);
    const gateway = await problemOf(new Response('<html>502</html>', { status: 503 }));
    assert.deepEqual([gateway.type, gateway.passing], ['http-503', true]);
});
