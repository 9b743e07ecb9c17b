/** `npm run screenshot`: takes the pictures of the page for the documents, light and dark, with a service filled for them. */

import { join } from 'node:path';
import { type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { type Service, startService } from '../../infra/local/service.ts';
import { launchChromium } from './chromium.ts';

const DOCS = join(import.meta.dirname, '..', '..', 'docs');
const LEASES = 40;
const TEAMS = ['team-a', 'team-b', 'archive'];
const SCHEMES = ['light', 'dark'] as const;

/** Pictures by the names of their files, each with its height and the way to its view. */
const VIEWS: [name: string, height: number, open: (page: Page) => Promise<unknown>][] = [
  ['ui', 1110, openMovePlan],
  ['ui-list', 560, (page) => page.getByText('6 moves of a run').waitFor()],
  ['ui-migration', 480, openMigration],
  ['ui-run', 760, openRun],
  ['ui-plan', 720, openRunPlan],
];

const service = await startService();
const browser = await launchChromium();
try {
  await fill(service);
  for (const colorScheme of SCHEMES) await takePictures(service, browser.wsEndpoint(), colorScheme);
} finally {
  await browser.close();
  await service.stop();
}

async function takePictures(
  { url, rootToken }: Service,
  endpoint: string,
  colorScheme: (typeof SCHEMES)[number],
): Promise<void> {
  const connection = await chromium.connect(endpoint);
  const looks: BrowserContextOptions = { viewport: { width: 1080, height: 800 }, colorScheme };
  const page = await connection.newPage(looks);
  await page.goto(`${url}/ui/`);
  await page.getByLabel('Token').fill(rootToken);
  await page.getByRole('button', { name: 'Sign in' }).click();
  for (const [name, height, open] of VIEWS) {
    await page.setViewportSize({ width: 1080, height });
    await page.getByRole('link', { name: 'Migrations', exact: true }).click();
    await open(page);
    await page.mouse.move(0, 0);
    const path = join(DOCS, `${name}${colorScheme === 'dark' ? '-dark' : ''}.png`);
    await page.screenshot({ path, animations: 'disabled' });
  }
  await connection.close();
}

async function openMovePlan(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Move a mount' }).first().click();
  await page.getByLabel('From').fill('ssh/');
  await page.getByLabel('To', { exact: true }).fill('team-a/ssh/');
  await page.getByLabel('Reason').fill('team-a takes its hosts over');
  await page.getByRole('button', { name: 'See the plan' }).click();
  await page.getByRole('heading', { name: 'What this move would do' }).waitFor();
  // The plan has the focus, and with it the middle of the window.
  await page.evaluate('scrollTo(0, 0)');
}

async function openMigration(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'bastion/ to team-b/bastion/' }).click();
  await page.getByRole('button', { name: 'Undo the move…' }).waitFor();
}

async function openRun(page: Page): Promise<void> {
  await page.getByRole('link', { name: '6 moves of a run' }).click();
  await page.getByRole('row').last().waitFor();
}

async function openRunPlan(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Bulk runs' }).click();
  await page.getByRole('link', { name: 'Plan a bulk run' }).click();
  const rows = [
    ...TEAMS.map((team, i) => `apps/next-${i},${team}/apps/next-${i}`),
    'ssh,team-a/ssh',
    'old/kv,archive/old/kv',
  ];
  await page.getByLabel('Moves', { exact: true }).fill(rows.join('\n'));
  await page.getByRole('button', { name: 'See the plan' }).click();
  await page
    .locator('.numbers')
    .filter({ hasText: String(LEASES) })
    .waitFor();
  await page.evaluate("document.querySelector('section.card').scrollIntoView()");
}

async function fill(service: Service): Promise<void> {
  for (const team of TEAMS) await post(service, `sys/namespaces/${team}`, {});
  for (const path of ['ssh', 'bastion']) await makeSsh(service, path);
  const policy = 'path "ssh/creds/deploy" { capabilities = ["update"] }';
  await post(service, 'sys/policies/acl/deployers', { policy });
  for (const path of ['old/kv', ...TEAMS.map((_, i) => `apps/next-${i}`)]) await makeKv(service, path);
  await makeKv(service, 'payments-of-the-department-that-was-merged-in-2019');
  await moved(
    service,
    'payments-of-the-department-that-was-merged-in-2019',
    'archive/payments-department-of-2019/kv',
  );
  await moved(service, 'bastion', 'team-b/bastion');
  await runWithFailure(service);
}

/** A run of six moves. The target of one is taken after its plan. */
async function runWithFailure(service: Service): Promise<void> {
  const moves = ['blue', 'green', 'red', 'gold', 'grey', 'pink'].map((name, i) => ({
    from: `apps/payments/${name}`,
    to: `${TEAMS[i % 2]}/payments/${name}`,
  }));
  for (const { from } of moves) await makeKv(service, from);
  const late = moves.at(-1)?.to.replace(/^team-b\//, '');
  const { bulk_id: id } = await post(service, 'sys/remount/bulk', {
    moves,
    reason: 'payments to their teams',
  });
  await post(service, `sys/mounts/${late}`, { type: 'kv' }, 'team-b');
  await ended(service, `sys/remount/bulk/${id}`, 'bulk_info');
}

async function makeSsh(service: Service, path: string): Promise<void> {
  await post(service, `sys/mounts/${path}`, { type: 'ssh' });
  const role = { key_type: 'otp', default_user: 'ubuntu', cidr_list: '10.0.0.0/8' };
  for (const name of ['deploy', 'backup', 'operator']) await post(service, `${path}/roles/${name}`, role);
  for (let i = 0; i < LEASES; i++) {
    const name = i % 8 === 0 ? 'operator' : i % 4 === 0 ? 'backup' : 'deploy';
    await post(service, `${path}/creds/${name}`, { ip: `10.0.0.${i}` });
  }
}

async function makeKv(service: Service, path: string): Promise<void> {
  await post(service, `sys/mounts/${path}`, { type: 'kv' });
}

async function moved(service: Service, from: string, to: string): Promise<void> {
  const { migration_id: id } = await post(service, 'sys/remount', { from, to });
  await ended(service, `sys/remount/status/${id}`, 'migration_info');
}

async function ended(service: Service, path: string, info: string): Promise<void> {
  for (;;) if ((await send(service, 'GET', path))[info].status !== 'in-progress') return;
}

function post(service: Service, path: string, body: object, namespace?: string) {
  return send(service, 'POST', path, body, namespace);
}

async function send(
  { url, rootToken }: Service,
  method: string,
  path: string,
  body?: object,
  namespace?: string,
  // biome-ignore lint/suspicious/noExplicitAny: an answer as it comes
): Promise<any> {
  const headers = { 'X-Vault-Token': rootToken, ...(namespace && { 'X-Vault-Namespace': namespace }) };
  const answer = await fetch(`${url}/v1/${path}`, {
    method,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${path} was answered with ${answer.status}`);
  const text = await answer.text();
  return text === '' ? undefined : JSON.parse(text).data;
}
