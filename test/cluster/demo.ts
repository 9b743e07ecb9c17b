/**
 * `npm run demo:cluster`: moves mounts of a real OpenBao, beside what it does by itself, and checks what the service
 * promises. It needs a real OpenBao and a real PostgreSQL, as the tests do.
 */

import { createChecks } from '../../infra/demo/checks.ts';
import { screenOn } from '../../infra/demo/screen.ts';
import { summarize } from '../../infra/demo/summary.ts';
import { type Service, startService } from '../../infra/local/service.ts';
import { findOpenBao, HOW_TO_GET_OPENBAO } from '../support/openbao.ts';
import { type Client, clientOf } from './support/client.ts';
import { enableDatabase, issueLeases } from './support/database.ts';
import { plainMove } from './support/moves.ts';
import { startInMemory } from './support/openbao.ts';
import { findPostgres, HOW_TO_GET_POSTGRES, type Postgres, startPostgres } from './support/postgres.ts';
import { readsDuring } from './support/reads.ts';
import { until } from './support/until.ts';

/** The leases of the moves with readers, and how long the revocation of one takes. */
const LEASES = 400;
const REVOCATION_S = 0.02;
/** The mounts of the bulk run. */
const MOUNTS = 20;

const screen = screenOn(process.stdout);
const checks = createChecks(screen);
const stops: (() => Promise<void>)[] = [];

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

await requirePrograms();
try {
  await show();
} catch (error) {
  checks.same('the demo', 'runs to its end', (error as Error).message);
} finally {
  for (const stop of stops.reverse()) await stop();
}
summarize(screen, checks);

async function requirePrograms(): Promise<void> {
  const missing = [
    ...((await findOpenBao()) ? [] : [HOW_TO_GET_OPENBAO]),
    ...((await findPostgres()) ? [] : [HOW_TO_GET_POSTGRES]),
  ];
  if (missing.length === 0) return;
  for (const text of missing) console.error(`demo:cluster: ${text}`);
  process.exit(1);
}

interface Stage {
  /** The cluster itself. */
  bao: Client;
  /** The service in front of it. */
  service: Client;
  postgres: Postgres;
}

async function show(): Promise<void> {
  screen.heading('1. A cluster with mounts, a database, and the service in front of it');
  const stage = await setUp();

  screen.heading('2. The database is down while a mount is moved');
  await showDatabaseDown(stage);

  screen.heading(`3. A mount with ${LEASES} leases is moved while clients read it`);
  await showReaders(stage);

  screen.heading(`4. ${MOUNTS} mounts are moved in one run, and back`);
  await showBulk(stage);
}

async function setUp(): Promise<Stage> {
  const bao = await startInMemory();
  stops.push(bao.stop);
  const postgres = await startPostgres();
  stops.push(postgres.stop);
  const cluster = { CLUSTER_ADDR: bao.root.address, CLUSTER_TOKEN: bao.rootToken };
  const started: Service = await startService({ cluster });
  stops.push(started.stop);
  for (const path of ['plain', 'ours', 'plain-busy', 'ours-busy'])
    await enableDatabase(bao.root, path, postgres, { slowS: REVOCATION_S });
  screen.line(`  OpenBao at ${bao.root.address}, the service at ${started.url}`);
  return { bao: bao.root, service: clientOf(started.url, bao.rootToken), postgres };
}

/** The migration at its end. */
async function ourMove(service: Client, from: string, to: string) {
  const { body } = await service.must('POST', 'sys/remount', { from, to });
  return until(`${from} is moved to ${to}`, async () => {
    const { data } = (await service.must('GET', `sys/remount/status/${body.migration_id}`)).body;
    return data.migration_info.status === 'in-progress' ? undefined : data.migration_info;
  });
}

async function showDatabaseDown({ bao, service, postgres }: Stage): Promise<void> {
  await issueLeases(bao, 'plain', 'good', 5);
  await issueLeases(bao, 'ours', 'good', 5);
  await postgres.takeDown();

  screen.title('The cluster by itself');
  const plain = await plainMove(bao, 'plain', 'plain-moved');
  checks.same('its status', 'failure', plain.status);
  checks.same('the reason that it gives', undefined, plain.data.migration_info.error);
  checks.same('a read of the mount', 404, (await bao.request('GET', 'plain/roles/good')).status);
  const shown = (await bao.must('GET', 'sys/mounts')).body.data['plain/'];
  checks.same('what its table of mounts shows of that', undefined, shown.tainted);

  screen.title('The service in front of it');
  const ours = await ourMove(service, 'ours', 'ours-moved');
  checks.same('its status', 'failure, lease_not_revoked', `${ours.status}, ${ours.error.code}`);
  screen.line(`    ${ours.error.message.slice(0, 300)}`);
  checks.same('a read of the mount', 200, (await bao.request('GET', 'ours/roles/good')).status);

  screen.title('The database is up again');
  await postgres.bringUp();
  const again = await ourMove(service, 'ours', 'ours-moved');
  checks.same('the same move', 'success', again.status);
  checks.same('the mount at its target', 200, (await bao.request('GET', 'ours-moved/roles/good')).status);
  const repaired = await ourMove(service, 'plain', 'plain-moved');
  checks.same('the mount that the cluster had left out of service', 'success', repaired.status);
}

async function showReaders({ bao, service, postgres }: Stage): Promise<void> {
  await issueLeases(bao, 'plain-busy', 'slow', LEASES);
  await issueLeases(bao, 'ours-busy', 'slow', LEASES);
  const paths = (from: string, to: string): [string, string] => [`${from}/roles/good`, `${to}/roles/good`];

  screen.title('The cluster by itself');
  const plain = await readsDuring(
    bao,
    paths('plain-busy', 'plain-busy-moved'),
    plainMove(bao, 'plain-busy', 'plain-busy-moved'),
  );
  screen.line(`    ${plain.refused} of ${plain.all} reads refused`);
  checks.same('some reads are refused', true, plain.refused > 0);

  screen.title('The service in front of it');
  const move = ourMove(service, 'ours-busy', 'ours-busy-moved');
  const ours = await readsDuring(bao, paths('ours-busy', 'ours-busy-moved'), move);
  const info = await move;
  checks.same(`refused of ${ours.all} reads`, 0, ours.refused);
  checks.same('status', 'success', info.status);
  checks.same('leases revoked', LEASES, info.progress.leases_revoked);
  const left = await postgres.query("SELECT count(*) FROM pg_roles WHERE rolname LIKE 'v-%'");
  checks.same('users left in the database', ['0'], left);
}

async function showBulk({ bao, service }: Stage): Promise<void> {
  const names = Array.from({ length: MOUNTS }, (_, i) => `team-${i}`);
  for (const name of names) {
    await bao.must('POST', `sys/mounts/${name}`, { type: 'kv' });
    await bao.must('POST', `${name}/key`, { value: name });
  }
  const moves = names.map((name) => ({ from: name, to: `teams/${name}` }));
  const run = await followRun(service, 'sys/remount/bulk', { moves });
  checks.same(
    'the run',
    `success, ${MOUNTS} moved`,
    `${run.info.status}, ${run.info.progress.succeeded} moved`,
  );
  const read = await Promise.all(names.map((name) => bao.request('GET', `teams/${name}/key`)));
  checks.same(
    'mounts that answer at their targets',
    MOUNTS,
    read.filter(({ status }) => status === 200).length,
  );
  const back = await followRun(service, `sys/remount/bulk/undo/${run.id}`, {});
  checks.same('the undo of the run', 'success', back.info.status);
  const mounts = Object.keys((await bao.must('GET', 'sys/mounts')).body.data);
  checks.same('mounts at their old paths', MOUNTS, mounts.filter((path) => path.startsWith('team-')).length);
}

async function followRun(service: Client, path: string, body: object) {
  const { bulk_id: id } = (await service.must('POST', path, body)).body.data;
  const info = await until(`the run ${id} ends`, async () => {
    const { data } = (await service.must('GET', `sys/remount/bulk/${id}`)).body;
    return data.bulk_info.status === 'in-progress' ? undefined : data.bulk_info;
  });
  return { id, info };
}
