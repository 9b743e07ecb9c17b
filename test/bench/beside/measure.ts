/** What both servers do, in turns. Each is asked in the same way, by the same client. */

import { inParallel } from '../../../infra/demo/inParallel.ts';
import { median } from '../../../infra/demo/measure/cost.ts';
import { makeKv } from '../../../infra/demo/measure/makeMounts.ts';
import { vaultClient } from '../../../infra/demo/vault.ts';
import type { Client } from '../../cluster/support/client.ts';
import { until } from '../../cluster/support/until.ts';
import type { BesideAmounts } from '../amounts.ts';
import { AT_ONCE, medianOf, perSecond } from '../atOnce.ts';
import { ended, timedMove } from '../cluster/moves.ts';
import { inDataFolder } from '../dataFolder.ts';
import { compared, inTurns } from '../measure/inTurns.ts';
import { TOKEN } from '../npmStart.ts';
import { type Beside, startBeside, startOurs, startReference } from './lab.ts';

export interface Both {
  ours: number;
  reference: number;
}

export interface BesideSeen {
  /** Medians in milliseconds, 8 at once. */
  kv1: Both;
  kv2: Both;
  lookup: Both;
  post: Both;
  /** Moves a second, from the POST to the success. */
  inRow: Both;
  atOnce: Both;
  revocation: {
    leases: number;
    /** Leases a second, from the POST to the success. */
    perSecond: Both;
  };
  /** Moves of a kv v2 mount into another namespace, from the POST to the success, in milliseconds. */
  keys: ({ keys: number } & Both)[];
  /** Milliseconds to the first answer. */
  start: Both;
}

/** The requests are made in as many parts, in turns. One part more comes first, and is not measured. */
const ROUNDS = 4;
/** The reference moves a mount with as many keys once: it copies each. */
const MANY_KEYS = 10_000;
const REPEATS = 5;

type Announce = (what: string) => void;

/** @param announce is called with the name of each measurement before it starts */
export function measureBeside(amounts: BesideAmounts, announce: Announce): Promise<BesideSeen> {
  return inDataFolder((folder) => measureWith(folder, amounts, announce));
}

async function measureWith(folder: string, amounts: BesideAmounts, announce: Announce): Promise<BesideSeen> {
  const beside = await startBeside(folder);
  const { ours, reference, program } = beside;
  const both = (what: string, amount: number, of: OneSide): Promise<Both> => {
    announce(`${what}, beside OpenBao`);
    return inRounds(beside, Math.ceil(amount / ROUNDS), of);
  };
  try {
    for (const root of [ours, reference]) await prepare(root);
    const reads = async (path: string, root: Client, count: number) =>
      medianOf(count, AT_ONCE, () => root.must('GET', path));
    const kv1 = await both('kv v1 reads', amounts.requests, (root, count) => reads('plain/key', root, count));
    const kv2 = await both('kv v2 reads', amounts.requests, (root, count) =>
      reads('secret/data/key', root, count),
    );
    const lookup = await both('token lookups', amounts.requests, (root, count) =>
      reads('auth/token/lookup-self', root, count),
    );
    const post = await both('requests for moves', amounts.posts, postMoves);
    const inRow = await both('moves in a row', amounts.movesInRow, (root, count) =>
      smallMoves(root, count, 1),
    );
    const atOnce = await both('moves at once', amounts.movesAtOnce, (root, count) =>
      smallMoves(root, count, AT_ONCE),
    );
    announce('revocation of leases, beside OpenBao');
    const { leases } = amounts;
    const revoked = { ours: await revoke(ours, leases), reference: await revoke(reference, leases) };
    const keys: BesideSeen['keys'] = [];
    for (const count of sizesUpTo(amounts.keys)) {
      announce(`moves of ${count} keys across namespaces, beside OpenBao`);
      const name = `keys-${count}`;
      await fillOurs(beside, name, count);
      await fillReference(beside, name, count);
      const times = count < MANY_KEYS ? REPEATS : 1;
      keys.push({
        keys: count,
        ours: await moveAcross(ours, name, REPEATS),
        reference: await moveAcross(reference, name, times),
      });
    }
    announce('starts, beside OpenBao');
    const starts = await inTurns(amounts.starts, startOurs, () => startReference(program));
    const { a, b } = compared(starts);
    const start = { ours: a, reference: b };
    return { kv1, kv2, lookup, post, inRow, atOnce, revocation: { leases, perSecond: revoked }, keys, start };
  } finally {
    await beside.stop();
  }
}

type OneSide = (root: Client, count: number) => Promise<number>;

async function inRounds({ ours, reference }: Beside, count: number, of: OneSide): Promise<Both> {
  const pairs = await inTurns(
    1 + ROUNDS,
    () => of(ours, count),
    () => of(reference, count),
  );
  const { a, b } = compared(pairs.slice(1));
  return { ours: a, reference: b };
}

async function prepare(root: Client): Promise<void> {
  await root.must('POST', 'sys/mounts/plain', { type: 'kv' });
  await root.must('POST', 'plain/key', { colour: 'blue' });
  await root.must('POST', 'secret/data/key', { data: { colour: 'blue' } });
  for (const name of ['left', 'right']) await root.must('POST', `sys/namespaces/${name}`);
}

let mounts = 0;

/** @returns the paths of new mounts of kv v1 */
async function newMounts(root: Client, count: number): Promise<string[]> {
  const paths = Array.from({ length: count }, () => `small-${mounts++}`);
  await inParallel(count, AT_ONCE, (i) => root.must('POST', `sys/mounts/${paths[i]}`, { type: 'kv' }));
  return paths;
}

/** Only until the answer to the POST. The moves have ended before anything else is measured. */
async function postMoves(root: Client, count: number): Promise<number> {
  const paths = await newMounts(root, count);
  const ids: string[] = [];
  const ms = await medianOf(count, AT_ONCE, async (i) => {
    const move = { from: paths[i], to: `${paths[i]}-moved` };
    ids.push((await root.must('POST', 'sys/remount', move)).body.migration_id);
  });
  for (const id of ids) await ended(root, `sys/remount/status/${id}`, 'migration_info');
  return ms;
}

async function smallMoves(root: Client, count: number, atOnce: number): Promise<number> {
  const paths = await newMounts(root, count);
  return perSecond(count, atOnce, (i) => timedMove(root, paths[i] as string, `${paths[i]}-moved`));
}

/** @returns leases a second */
async function revoke(root: Client, leases: number): Promise<number> {
  await root.must('POST', 'sys/mounts/doors', { type: 'ssh' });
  const role = { key_type: 'otp', default_user: 'ubuntu', cidr_list: '10.0.0.0/8' };
  await root.must('POST', 'doors/roles/web', role);
  await inParallel(leases, AT_ONCE, () => root.must('POST', 'doors/creds/web', { ip: '10.1.2.3' }));
  const { ms } = await timedMove(root, 'doors', 'gates');
  return (1_000 * leases) / ms;
}

/** 10, 100, and so on. */
export function sizesUpTo(most: number): number[] {
  const sizes: number[] = [];
  for (let size = 10; size <= most; size *= 10) sizes.push(size);
  return sizes;
}

/** The keys are copies of one that the API has stored. */
async function fillOurs({ ours, store }: Beside, name: string, keys: number): Promise<void> {
  await makeKv({ root: vaultClient(ours.address, TOKEN, 'left'), store }, name, keys);
}

async function fillReference({ reference }: Beside, name: string, keys: number): Promise<void> {
  await reference.must('POST', `sys/mounts/${name}`, { type: 'kv', options: { version: '2' } }, 'left');
  // For a moment it refuses every request to a new mount of kv v2.
  await until(`${name} is ready`, async () => {
    const { status } = await reference.request('LIST', `${name}/metadata`, undefined, 'left');
    return status === 404 || undefined;
  });
  const data = { colour: 'blue' };
  const write = (i: number) => reference.must('POST', `${name}/data/key-${i}`, { data }, 'left');
  await inParallel(keys, AT_ONCE, write);
}

/** @returns milliseconds */
async function moveAcross(root: Client, name: string, times: number): Promise<number> {
  const taken: number[] = [];
  for (let i = 0; i < times; i++) {
    const [from, to] = i % 2 === 0 ? ['left', 'right'] : ['right', 'left'];
    taken.push((await timedMove(root, `${from}/${name}`, `${to}/${name}`)).ms);
  }
  return median(taken);
}
