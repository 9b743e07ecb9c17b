/** What the page shows while the service does not answer, and while a move is under way. */

import { describe, expect, it } from 'vitest';
import { call, freshPath, newMount, signedIn } from '../person.ts';

const UNREACHABLE =
  'The service cannot be reached. This page retries by itself; the data shown may be out of date.';

describe('while the service does not answer', () => {
  it.each([
    ['Migrations', '**/sys/remount/status?*'],
    ['Bulk runs', '**/sys/remount/bulk?*'],
  ])('the list of %s says so, and goes on when it answers again', async (title, requests) => {
    const page = await signedIn();
    await page.route(requests, (route) => route.abort());
    await page.getByRole('link', { name: title, exact: true }).click();
    await page.getByText(UNREACHABLE).waitFor();

    await page.unroute(requests);

    await page.getByText(UNREACHABLE).waitFor({ state: 'detached' });
    expect(await page.getByRole('heading', { name: title }).isVisible()).toBe(true);
  });
});

describe('the phases of a move', () => {
  it.each([
    ['accepted', 'Switched to the target'],
    ['switched', 'Old leases removed'],
    ['revoking', 'Old leases removed'],
  ])('have one current step in phase %s', async (phase, current) => {
    const from = await newMount('kv');
    const { data } = await call('POST', 'sys/remount', { from, to: freshPath('moved') });
    const page = await signedIn();
    await page.route('**/sys/remount/status/*', async (route) => {
      const response = await route.fetch();
      const body = await response.json();
      Object.assign(body.data.migration_info, { phase, status: 'in-progress' });
      await route.fulfill({ response, json: body });
    });
    await page.evaluate(`location.hash = '#/migrations/${data.migration_id}'`);

    const steps = page.locator('.phases li[aria-current=step]');

    await steps.first().waitFor();
    expect((await steps.allInnerTexts()).map((text) => text.replace('\n', ''))).toEqual([
      `${current}, in progress`,
    ]);
    expect(await page.locator('.phases li.good').last().innerText()).not.toContain('Done');
  });
});

it('no field for a path is checked for spelling', async () => {
  const page = await signedIn();
  await page.getByRole('link', { name: 'Migrations', exact: true }).click();
  const field = page.getByLabel('Source contains');
  expect(await field.evaluate((input: { spellcheck?: boolean }) => input.spellcheck)).toBe(false);
});
