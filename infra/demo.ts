/**
 * `npm run demo`: starts the service, moves mounts, checks what the service promises, and ends. `npm run demo -- --measure`
 * also measures how long moves take.
 */

import { parseArgs } from 'node:util';

import { showAfter } from './demo/after.ts';
import { showBefore } from './demo/before.ts';
import { createChecks } from './demo/checks.ts';
import { functionLog } from './demo/functionLog.ts';
import { showMove } from './demo/migration.ts';
import { MOUNTS } from './demo/mounts.ts';
import { showNumbers } from './demo/numbers.ts';
import { showOldPath } from './demo/oldPath.ts';
import { showRefusals } from './demo/refusals.ts';
import { screenOn } from './demo/screen.ts';
import { PASSWORD, setUp } from './demo/setUp.ts';
import { summarize } from './demo/summary.ts';
import { type Vault, vaultClient } from './demo/vault.ts';
import { type Service, startService } from './local/service.ts';

const { measure } = parseArgs({ options: { measure: { type: 'boolean', default: false } } }).values;
const screen = screenOn(process.stdout);
const checks = createChecks(screen);
const log = functionLog();
let service: Service | undefined;

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

screen.line(
  measure
    ? 'This takes about a minute and a half on a quiet machine with two cores.'
    : 'This takes about half a minute on a quiet machine with two cores. With --measure it also measures how long moves take.',
);
try {
  service = await startService({ log: log.take });
  await showMoves(vaultClient(service.url, service.rootToken));
  await service.stop();
  screen.heading(
    measure ? '7. The numbers of this run, on this machine' : '7. Mounts in use, and what a move costs',
  );
  await showNumbers(screen, checks, measure);
} catch (error) {
  checks.same('the demo', 'runs to its end', (error as Error).message);
} finally {
  await service?.stop();
}
summarize(screen, checks);

async function showMoves(root: Vault): Promise<void> {
  screen.heading('1. Two teams, set up as any Vault client would do it');
  const world = await setUp(root, screen);

  screen.heading('2. Before');
  const before = await showBefore(root, world, screen, checks);

  screen.heading('3. The moves');
  for (const { moves } of MOUNTS) {
    for (const { askedIn, from, to } of moves) {
      const { id, status, seconds } = await showMove(root.in(askedIn), { from, to }, screen);
      const where = askedIn && `in ${askedIn}: `;
      checks.same(`${where}${from} → ${to}, ${id.slice(0, 8)}…, ${seconds.toFixed(2)} s`, 'success', status);
      const again = await root.in(askedIn).write('sys/remount', { from, to });
      checks.same('  repeating the request returns the same id', id, again.data.migration_id);
    }
  }

  screen.heading('4. After');
  await showAfter(root, world, before, screen, checks);

  screen.heading('5. What is refused');
  await showRefusals(root, checks);

  screen.heading('6. The old path of a mount that clients use');
  const clientTokens = await showOldPath(root, screen, checks);

  screen.heading('   What the functions have logged so far');
  checks.same('errors', [], log.errors());
  const { userTokens, machineTokens, secretIds, otps } = world;
  const ids = [...secretIds.map(({ id }) => id), ...otps.slice(0, 20).map(({ key }) => key)];
  const secrets = [PASSWORD, ...userTokens, ...machineTokens, ...clientTokens, ...ids];
  checks.same('tokens, passwords, secret-ids, one-time passwords', 0, log.occurrences(secrets));
}
