/** Bulk runs, as an operator sees them. */

import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { newNamespace, unique } from './fresh.ts';
import { type Answer, call, type Sent } from './http.ts';
import { PERMITS } from './moving.ts';
import { markAt, marked } from './races.ts';
import { improved } from './texts.ts';

const TIMEOUT_MS = 25_000;

interface Move {
  from: string;
  to: string;
}

function start(body: unknown, sent: Sent = {}): Promise<Answer> {
  return call('POST', 'sys/remount/bulk', { ...sent, body });
}

/** Waits until a run ends; the run must have been accepted. @returns its `bulk_info` */
async function ended({ status, text, body }: Answer): Promise<Answer['body']> {
  expect(status, text).toBe(200);
  for (const until = Date.now() + TIMEOUT_MS; ; await delay(50)) {
    const { bulk_info: info } = (await call('GET', `sys/remount/bulk/${body.data.bulk_id}`)).body.data;
    if (info.status !== 'in-progress') return info;
    if (Date.now() > until) throw new Error(`the run is still in progress: ${JSON.stringify(info.progress)}`);
  }
}

describe('a bulk run', () => {
  improved('moves mounts, along chains and into namespaces, and reports each', async () => {
    const [a, b, c] = [await marked(), await marked(), await marked()];
    const ns = await newNamespace();
    const moves = [
      { from: a, to: b },
      { from: b, to: `${ns}/deep/b` },
      { from: c, to: unique('moved') },
    ];
    const started = await start({ moves, reason: 'reorganisation', ...PERMITS });
    expect(await ended(started)).toMatchObject({ status: 'success', progress: { total: 3, succeeded: 3 } });
    expect([await markAt(b), await markAt(`${ns}/deep/b`), await markAt(moves[2]?.to ?? '')]).toEqual([
      a,
      b,
      c,
    ]);

    const id = started.body.data.bulk_id;
    const listed = await call('LIST', `sys/remount/bulk/${id}`);
    const status = await call('GET', `sys/remount/status/${listed.body.data.keys[0]}`);
    expect(status.body.migration_info).toMatchObject({
      source_mount: `${a}/`,
      status: 'success',
      bulk_id: id,
    });
    const report = await call('GET', `sys/remount/bulk/report/${id}?format=csv`);
    expect(report.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(report.text.split('\r\n')).toHaveLength(5);
  });

  improved('accepts CSV, first as a dry run', async () => {
    const [kv, target] = [await marked(), unique('moved')];
    const csv = { body: `from,to\r\n${kv},${target}\r\n`, headers: { 'Content-Type': 'text/csv' } };
    const planned = await call('POST', 'sys/remount/bulk?dry_run=true', csv);
    expect(planned.body.data).toMatchObject({ total: 1, transactions: 1, problems: [] });
    expect(await markAt(kv)).toBe(kv);
    await ended(await call('POST', 'sys/remount/bulk', csv));
    expect(await markAt(target)).toBe(kv);
  });

  improved('takes policies along, and its undo restores them', async () => {
    const [a, b] = [await marked(), await marked()];
    const name = unique('people');
    const text = `# both\npath "${a}/*" { policy = "read" }\npath "${b}/*" { policy = "read" } # b\n`;
    const at = `sys/policies/acl/${name}`;
    const textNow = async () => (await call('GET', at)).body.data.policy;
    await call('PUT', at, { body: { policy: text } });
    const moves = [a, b].map((mount) => ({ from: mount, to: unique('moved') }));
    const [toA, toB] = moves.map(({ to }) => to);

    const planned = await start({ moves, policies: 'follow', dry_run: true });
    const after = text.replace(`"${a}/`, `"${toA}/`).replace(`"${b}/`, `"${toB}/`);
    expect(planned.body.data.policy_changes.changes).toEqual([
      { namespace: '', policy: name, before: text, after },
    ]);
    expect(await textNow()).toBe(text);

    const started = await start({ moves, policies: 'follow' });
    const info = await ended(started);
    expect(info.policies).toMatchObject({ mode: 'follow', changed: [{ policy: name }], left: [] });
    expect(await textNow()).toBe(after);

    await ended(await call('POST', `sys/remount/bulk/undo/${started.body.data.bulk_id}`));
    expect(await textNow()).toBe(text);
  });

  improved('is undone as a whole', async () => {
    const [a, b] = [await marked(), await marked()];
    const started = await start({ moves: swap(a, b) });
    await ended(started);
    expect([await markAt(a), await markAt(b)]).toEqual([b, a]);
    await ended(await call('POST', `sys/remount/bulk/undo/${started.body.data.bulk_id}`));
    expect([await markAt(a), await markAt(b)]).toEqual([a, b]);
  });

  improved('moves all mounts or none if it is atomic', async () => {
    const [a, b, taken] = [await marked(), await marked(), await marked()];
    const answer = await start({
      moves: [
        { from: a, to: unique('x') },
        { from: b, to: taken },
      ],
      atomic: true,
    });
    expect(answer).toMatchObject({
      status: 400,
      body: { errors: [`row 2: path already in use at "${taken}/"`] },
    });
    expect([await markAt(a), await markAt(b)]).toEqual([a, b]);
  });

  improved('swaps mounts while readers never see a refusal or a mix of before and after', async () => {
    const [a, b] = [await marked(), await marked()];
    const others = await Promise.all(Array.from({ length: 5 }, () => marked()));
    const beside = others.map((from) => ({ from, to: unique('moved') }));
    let isOver = false;
    const readers = Array.from({ length: 3 }, async () => {
      const seen: (string | undefined)[][] = [];
      while (!isOver) seen.push([await markAt(a), await markAt(b), await markAt(a)]);
      return seen;
    });
    await ended(await start({ moves: [...beside, ...swap(a, b)] }));
    isOver = true;
    const seen = (await Promise.all(readers)).flat();

    expect(seen.length).toBeGreaterThan(3);
    for (const [first, second, third] of seen) {
      expect([a, b]).toContain(first);
      expect([a, b]).toContain(second);
      // The reads are a, b, a. After a read that shows the swap, no later read shows the old mount.
      if (first === b) expect([second, third]).toEqual([a, b]);
      if (third === a) expect(second).toBe(b);
    }
    expect([await markAt(a), await markAt(b)]).toEqual([b, a]);
  });
});

function swap(a: string, b: string): Move[] {
  return [
    { from: a, to: b },
    { from: b, to: a },
  ];
}
