import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  call,
  failedMove,
  fillMove,
  freshPath,
  move,
  newMount,
  person,
  runWithFailure,
  signedIn,
  statusOf,
} from '../person.ts';

const PHONE = { width: 360, height: 740 };
const LEAST_CONTRAST = 4.5;

interface Check {
  id: string;
  nodes: { html: string; any: { id: string; data?: { contrastRatio?: number } }[] }[];
}

let failed: string;
let moved: string;
let run: string;
let namespace: string;
let schedule: string;
let renamed: string;
beforeAll(async () => {
  namespace = freshPath('team');
  await call('POST', `sys/namespaces/${namespace}`);
  schedule = freshPath('nightly');
  const rules = [{ from: 'inbox/*', to: 'archive/*' }];
  await call('POST', `sys/remount/schedules/${schedule}`, { schedule: 'cron(0 3 * * ? *)', rules });
  run = await runWithFailure();
  failed = (await failedMove()).id;
  moved = await move(await newMount('kv'), freshPath('moved'), 'looks');
  await statusOf(moved);
  const old = await newMount(`${'long-segment-'.repeat(4)}kv`);
  renamed = await move(old, freshPath('renamed'), '', '720h');
  await statusOf(renamed);
  await call('POST', `${old}/k`, { color: 'red' });
});

/** The findings of axe, and text of any size with too little contrast. */
async function unreadableIn(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate("axe.run(document, { resultTypes: ['violations', 'passes'] })");
  const { violations, passes } = found as Record<'violations' | 'passes', Check[]>;
  const contrasts = [...violations, ...passes].filter(({ id }) => id === 'color-contrast');
  expect(contrasts.flatMap(({ nodes }) => nodes).length).toBeGreaterThan(3);
  const pale = contrasts.flatMap(({ nodes }) => nodes.filter((node) => contrastOf(node) < LEAST_CONTRAST));
  return [
    ...violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`)),
    ...pale.map((node) => `contrast ${contrastOf(node)}: ${node.html}`),
  ];
}

/** Elements that are visible only after scrolling to the side. */
async function tooWide(page: Page): Promise<string[]> {
  const overhang = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
  return overhang === 0 ? [] : [`${overhang} pixels too wide`];
}

function contrastOf({ any }: Check['nodes'][number]): number {
  return any.find(({ id }) => id === 'color-contrast')?.data?.contrastRatio ?? Number.POSITIVE_INFINITY;
}

describe.each([
  ['in light colours', { colorScheme: 'light' }, unreadableIn],
  ['in dark colours', { colorScheme: 'dark' }, unreadableIn],
  ['at the width of a phone', { viewport: PHONE }, tooWide],
] as const)('%s', (_, looks, faultsOf) => {
  it('the sign-in and a refusal are readable', async () => {
    const { page } = await person(looks);
    await page.getByLabel('Token').fill('x');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('does not accept this token').waitFor();

    expect(await faultsOf(page)).toEqual([]);
  });

  it('the list, a migration, a failure and a dialog are readable', async () => {
    const page = await signedIn(looks);
    await page.getByRole('row').nth(1).waitFor();
    expect(await faultsOf(page)).toEqual([]);

    await page.evaluate(`location.hash = '#/migrations/${failed}'`);
    await page.getByText('This migration changed nothing.').waitFor();
    expect(await faultsOf(page)).toEqual([]);

    await page.evaluate(`location.hash = '#/migrations/${moved}'`);
    await page.getByText('Credentials issued before the move are no longer valid').waitFor();
    await page.getByRole('button', { name: 'Undo the move…' }).click();
    await page.getByRole('dialog').getByText('Nothing: the mount has no live leases').waitFor();
    expect(await faultsOf(page)).toEqual([]);
  });

  it('a plan is readable, with long paths, too', async () => {
    const page = await signedIn(looks);
    await fillMove(page, await newMount('kv'), `${'a-rather-long-segment-of-a-path-'.repeat(4)}/kv`);
    expect(await faultsOf(page)).toEqual([]);

    await page.getByRole('button', { name: 'See the plan' }).click();
    await page.getByText('What this move would do').waitFor();
    expect(await faultsOf(page)).toEqual([]);
  });

  it('the plan of a bulk run, a run with failures, and the schedules are readable', async () => {
    const page = await signedIn(looks);
    await page.evaluate("location.hash = '#/bulk/new'");
    await page
      .getByLabel('Moves', { exact: true })
      .fill(`${await newMount('kv')},${namespace}/${'long-segment-'.repeat(6)}kv`);
    await page.getByRole('button', { name: 'See the plan' }).click();
    await page.getByRole('button', { name: /^Plan of/ }).click();
    await page.getByText('No policy names the mount by its old path.').waitFor();
    expect(await faultsOf(page)).toEqual([]);

    await page.evaluate(`location.hash = '#/bulk/${run}'`);
    await page.getByRole('heading', { name: 'Failed moves' }).waitFor();
    await page.getByRole('row').nth(1).waitFor();
    expect(await faultsOf(page)).toEqual([]);

    await page.evaluate("location.hash = '#/schedules'");
    await page.getByRole('link', { name: schedule }).click();
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    expect(await faultsOf(page)).toEqual([]);
  });

  it('an old path, its callers, its end and the list of old paths are readable', async () => {
    const page = await signedIn(looks);
    await page.getByRole('link', { name: 'Old paths' }).click();
    await page.getByText('In use', { exact: true }).first().waitFor();
    expect(await faultsOf(page)).toEqual([]);

    await page.evaluate(`location.hash = '#/migrations/${renamed}'`);
    await page.getByRole('cell', { name: 'root', exact: true }).waitFor();
    expect(await faultsOf(page)).toEqual([]);

    await page.getByRole('button', { name: 'End the old path…' }).click();
    await page.getByRole('dialog').getByText('1 caller used it since the move.').waitFor();
    expect(await faultsOf(page)).toEqual([]);
  });

  it('the problems of a bulk run are readable', async () => {
    const page = await signedIn(looks);
    await page.getByRole('link', { name: 'Bulk runs' }).click();
    await page.getByRole('link', { name: 'Plan a bulk run' }).click();
    await page.getByLabel('Moves', { exact: true }).fill(`${'long-segment-'.repeat(8)}/kv,elsewhere`);
    await page.getByRole('button', { name: 'See the plan' }).click();
    await page.getByText('1 problem.').waitFor();
    expect(await faultsOf(page)).toEqual([]);
  });
});
