/**
 * How many calls to DynamoDB a request or a step makes one after the other. Each such round is a few milliseconds on AWS, so a new
 * one needs a reason (docs/performance.md).
 */

import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Api } from '../../functions/gateway/api.ts';
import type { Range, Store } from '../../functions/ports/store.ts';
import { recordAt } from '../../functions/remount/readMigration.ts';
import { remountRoutes } from '../../functions/remount/remountRoutes.ts';
import { statusRoutes } from '../../functions/remount/statusRoutes.ts';
import { switchStep } from '../../functions/remount/steps.ts';
import { vaultApi } from '../../functions/vaultApi.ts';
import { caller } from '../support/call.ts';
import { service } from '../support/service.ts';

const s = service();

/** Turns of the event loop in which no call is made before the waiting ones are released: they are a round. */
const QUIET_TURNS = 20;

interface Rounds {
  store: Store;
  /** The methods of each round. */
  rounds: string[][];
}

/** A store that holds calls back until nobody makes another one, and then does all of them at once. */
function inRounds(store: Store): Rounds {
  const rounds: string[][] = [];
  let waiting: { method: string; release: () => void }[] = [];
  let isTurning = false;
  async function turn(): Promise<void> {
    isTurning = true;
    for (let quiet = 0, last = 0; quiet < QUIET_TURNS; quiet++) {
      await setImmediate();
      if (waiting.length !== last) quiet = 0;
      last = waiting.length;
    }
    const round = waiting;
    waiting = [];
    isTurning = false;
    rounds.push(round.map(({ method }) => method));
    for (const { release } of round) release();
  }
  const held = (method: string) =>
    new Promise<void>((release) => {
      waiting.push({ method, release });
      if (!isTurning) void turn();
    });
  const one =
    <Args extends unknown[], R>(method: string, call: (...of: Args) => Promise<R>) =>
    async (...of: Args): Promise<R> => {
      await held(method);
      return call(...of);
    };
  return {
    rounds,
    store: {
      get: one('get', store.get),
      getMany: one('getMany', store.getMany),
      query: one('query', store.query),
      async *pages(range: Range) {
        await held('pages');
        yield* store.pages(range);
      },
      commit: one('commit', store.commit),
      update: one('update', store.update),
      putMany: one('putMany', store.putMany),
      deleteMany: one('deleteMany', store.deleteMany),
    },
  };
}

async function roundsOf(
  method: string,
  path: string,
  { body, token = s.root, api = vaultApi }: { body?: object; token?: string; api?: Api } = {},
): Promise<string[][]> {
  const { store, rounds } = inRounds(s.deps.store);
  const answer = await caller({ ...s.deps, store }, api, token)(method, path, { body });
  expect(answer.status, answer.text).toBeLessThan(300);
  return rounds;
}

async function mounted(): Promise<{ path: string; reader: string }> {
  const path = s.name;
  await s.call('POST', `sys/mounts/${path}`, { body: { type: 'kv' } });
  await s.call('POST', `${path}/a`, { body: { key: 'value' } });
  await s.policy(
    path,
    `path "${path}/*" { capabilities = ["read"] }\npath "sys/remount" { capabilities = ["update", "sudo"] }`,
  );
  const { client_token: reader } = await s.token({ policies: [path] });
  return { path, reader };
}

describe('rounds to DynamoDB of', () => {
  it('a read of a secret', async () => {
    const { path, reader } = await mounted();
    expect(await roundsOf('GET', `${path}/a`, { token: reader })).toEqual([
      // Who asks, and where: both are keys of the request.
      ['get', 'query'],
      // The policies and the lineage of the token, whose names it has.
      ['getMany'],
      // The secret. Nothing of it is read for who may not.
      ['get'],
    ]);
  });

  it('a lookup of the own token', async () => {
    const { reader } = await mounted();
    expect(await roundsOf('GET', 'auth/token/lookup-self', { token: reader })).toEqual([
      ['get'],
      ['getMany'],
    ]);
  });

  it('a request to move a mount', async () => {
    const { path, reader } = await mounted();
    const body = { from: path, to: `${path}-moved` };
    const api = { builtin: remountRoutes, engines: {} };
    expect(await roundsOf('POST', 'sys/remount', { body, token: reader, api })).toEqual([
      ['get'],
      ['getMany'],
      // The tree at both ends, for who may move.
      ['query', 'query'],
      ['commit'],
    ]);
  });

  it('a status', async () => {
    const { path } = await mounted();
    const { body } = await s.call('POST', 'sys/remount', { body: { from: path, to: `${path}-moved` } });
    const { migration_id: id } = body.data;
    await switchStep(s.deps, id);
    const api = { builtin: statusRoutes, engines: {}, readOnly: true, prefetch: recordAt };
    expect(await roundsOf('GET', `sys/remount/status/${id}`, { api })).toEqual([
      // The record is read with the token.
      ['get', 'get'],
      ['getMany'],
    ]);
  });

  it('a switch', async () => {
    const { path } = await mounted();
    const { body } = await s.call('POST', 'sys/remount', { body: { from: path, to: `${path}-moved` } });
    const { store, rounds } = inRounds(s.deps.store);
    await switchStep({ ...s.deps, store }, body.data.migration_id);
    expect(rounds).toEqual([
      ['get'],
      // The entries that the migration names: the mount, what is in its way, and the marks of the namespaces.
      ['getMany'],
      ['commit'],
    ]);
  });
});
