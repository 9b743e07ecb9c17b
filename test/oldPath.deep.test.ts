/** The story of docs/aliases.md: two hundred clients use a mount all the time while it gets another path. */

import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildCommand } from '../infra/buildCommand.ts';
import { inParallel } from '../infra/demo/inParallel.ts';
import { type Vault, vaultClient } from '../infra/demo/vault.ts';
import { type Service, startService } from '../infra/local/service.ts';
import { temporaryFolder } from './local/support.ts';
import { missingLines, type Ran, runShown, sectionOf, shownCommands } from './support/shownCommands.ts';

const ROOT = join(import.meta.dirname, '..');
const STORY = 'Rename a mount that two hundred clients use';
const CLIENTS = 200;
const AT_ONCE = 8;
/** One that nobody tells that the path has changed. */
const MISSED = 3;
const TIMEOUT_MS = 600_000;

describe(`docs/aliases.md, "${STORY}"`, { timeout: TIMEOUT_MS }, () => {
  let service: Service;
  let root: Vault;
  let clients: Vault[];
  beforeAll(async () => {
    await buildCommand();
    service = await startService();
    root = vaultClient(service.url, service.rootToken);
    await root.write('sys/mounts/ssh', { type: 'ssh' });
    const role = { key_type: 'otp', default_user: 'ops', cidr_list: '0.0.0.0/0' };
    await root.write('ssh/roles/web', role);
    const policy = 'path "ssh/creds/web" {\n  capabilities = ["update"]\n}\n';
    await root.write('sys/policies/acl/hosts', { policy });
    clients = await inParallel(CLIENTS, AT_ONCE, async (i) => {
      const wish = { policies: ['hosts'], display_name: `host-${i + 1}` };
      return root.as((await root.write('auth/token/create', wish)).auth.client_token);
    });
  }, TIMEOUT_MS);
  afterAll(() => service?.stop());

  /** What a client is answered that asks for a one-time password. */
  const asks = async (client: Vault, path: string) =>
    (await client.call('POST', `${path}/creds/web`, { ip: '10.0.0.1' })).status;

  const allAsk = (who: readonly Vault[], path: string) =>
    inParallel(who.length, AT_ONCE, (i) => asks(who[i] as Vault, path));

  const others = (seen: readonly number[]) => seen.filter((status) => status !== 200);

  it('refuses no client until the end, names each, and prints what it shows', async () => {
    const text = sectionOf(await readFile(join(ROOT, 'docs', 'aliases.md'), 'utf8'), STORY);
    const shown = shownCommands(text);
    const [settings, plan, move, list, who, renew, end, ...more] = shown.map(({ command }) => command);
    expect([settings, plan, move, list, who, renew, end].map((command) => command?.split(' ')[2])).toEqual([
      'VAULT_TOKEN=root',
      'plan',
      'move',
      'aliases',
      'aliases',
      'aliases',
      'aliases',
    ]);
    expect(more).toEqual([]);
    const environment = {
      PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
      HOME: await temporaryFolder(),
      VAULT_ADDR: service.url,
      VAULT_TOKEN: service.rootToken,
    };
    const run = (from: number, to: number): Promise<Ran[]> =>
      runShown(shown.slice(from, to), ROOT, environment);

    expect(others(await allAsk(clients, 'ssh'))).toEqual([]);
    let isMoving = true;
    const meanwhile = (async () => {
      const seen: number[] = [];
      while (isMoving) seen.push(...(await allAsk(clients.slice(0, AT_ONCE), 'ssh')));
      return seen;
    })();
    const first = await run(1, 3);
    isMoving = false;
    const during = await meanwhile;
    const after = await allAsk(clients, 'ssh');
    const told = await run(3, 6);
    const atNew = await allAsk(
      clients.filter((_, i) => i !== MISSED),
      'prod/ssh',
    );
    const missed = clients[MISSED] as Vault;
    const beforeEnd = await asks(missed, 'ssh');
    const last = await run(6, 7);

    const ran = [...first, ...told, ...last];
    expect(ran.filter(({ exitCode }) => exitCode !== 0)).toEqual([]);
    for (const one of ran) expect(missingLines(one), one.printed).toEqual([]);
    expect(during.length).toBeGreaterThan(AT_ONCE);
    expect(others([...during, ...after, ...atNew, beforeEnd])).toEqual([]);
    const names = new Set(told[1]?.printed.match(/^token-host-\d+/gm));
    expect(names.size).toBe(CLIENTS);
    expect(await asks(missed, 'ssh')).toBe(404);
    expect(await asks(missed, 'prod/ssh')).toBe(200);
  });
});
