/** A mount that clients use gets another path: the old one goes on answering, tells who uses it, and is ended. */

import { setTimeout as delay } from 'node:timers/promises';
import type { Checks } from './checks.ts';
import { inParallel } from './inParallel.ts';
import { showMove } from './migration.ts';
import type { Screen } from './screen.ts';
import { errorText, type Vault } from './vault.ts';

const OLD = 'tools';
const NEW = 'platform/tools';
const CLIENTS = 12;
const AT_ONCE = 4;
/** Each client reads at least so often before the move, and after it. */
const READS = 5;

interface Client {
  name: string;
  vault: Vault;
  token: string;
  reads: number;
  refused: string[];
}

/** @returns the tokens of the clients */
export async function showOldPath(root: Vault, screen: Screen, checks: Checks): Promise<string[]> {
  await root.write(`sys/mounts/${OLD}`, { type: 'kv' });
  await root.write(`${OLD}/config`, { retries: 3 });
  await root.write('sys/policies/acl/tools', { policy: `path "${OLD}/*" { capabilities = ["read"] }` });
  const clients = await inParallel(CLIENTS, AT_ONCE, (i) => newClient(root, `client-${i + 1}`));
  screen.line(`  ${CLIENTS} clients read ${OLD}/config non-stop, with a policy that names ${OLD}/ only.`);

  const readers = startReading(clients);
  await readers.next(READS);
  const move = { from: OLD, to: NEW, alias_ttl: '720h' };
  const { status, seconds } = await showMove(root, move, screen);
  checks.same(`${OLD} → ${NEW}, with an alias, ${seconds.toFixed(2)} s`, 'success', status);
  await readers.next(READS);
  await readers.stop();
  const refused = clients.flatMap((client) => client.refused);
  const reads = clients.reduce((sum, client) => sum + client.reads, 0);
  checks.same(`requests refused, of ${reads} at the old path`, [], refused);

  const [first] = clients as [Client];
  const { warnings } = await first.vault.read(`${OLD}/config`);
  checks.same('the answer names the mount', true, String(warnings).includes(`"${NEW}/"`));
  const direct = await first.vault.call('GET', `${NEW}/config`);
  checks.same(`${NEW}/config with that policy`, 403, direct.status);
  await showCallers(root, clients, checks);

  const ended = await root.call('DELETE', `sys/remount/aliases/${OLD}`);
  checks.same('ending the alias', 204, ended.status);
  const after = await first.vault.call('GET', `${OLD}/config`);
  checks.same(`${OLD}/config after that`, 404, after.status);
  const kept = await root.read(`${NEW}/config`);
  checks.same(`${NEW}/config after that`, { retries: 3 }, kept.data);
  return clients.map(({ token }) => token);
}

async function showCallers(root: Vault, clients: readonly Client[], checks: Checks): Promise<void> {
  const { keys, key_info } = (await root.read('sys/remount/aliases?list=true')).data;
  checks.same('old paths that still answer', [`${OLD}/`], keys);
  checks.same('callers that the list counts', clients.length, key_info[`${OLD}/`]?.callers_total);
  const { callers } = (await root.read(`sys/remount/aliases/${OLD}`)).data;
  const names: string[] = callers.map(({ display_name }: { display_name: string }) => display_name);
  const missed = clients.filter(({ name }) => !names.includes(`token-${name}`)).map(({ name }) => name);
  checks.same('clients that it does not name', [], missed);
}

async function newClient(root: Vault, name: string): Promise<Client> {
  const { auth } = await root.write('auth/token/create', { policies: ['tools'], display_name: name });
  const token: string = auth.client_token;
  return { name, vault: root.as(token), token, reads: 0, refused: [] };
}

interface Readers {
  /** Waits until each client has begun and ended so many reads more. */
  next(reads: number): Promise<void>;
  stop(): Promise<void>;
}

/** Each client reads without a pause. */
function startReading(clients: readonly Client[]): Readers {
  let isStopped = false;
  const ended = Promise.all(
    clients.map(async (client) => {
      while (!isStopped) {
        const answer = await client.vault.call('GET', `${OLD}/config`);
        client.reads++;
        if (answer.status !== 200) client.refused.push(`${answer.status} ${errorText(answer)}`);
      }
    }),
  );
  ended.catch(() => {}); // Awaited by `next` and `stop`.
  return {
    async next(reads) {
      // One read more: that in progress has begun before.
      const goals = clients.map((client) => client.reads + 1 + reads);
      while (clients.some((client, i) => client.reads < (goals[i] ?? 0)))
        await Promise.race([ended, delay(5)]);
    },
    async stop() {
      isStopped = true;
      await ended;
    },
  };
}
