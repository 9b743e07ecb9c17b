/** What the page shows while the service does not answer, and while a move is under way. */

import { describe, expect, it } from 'vitest';
import { call, freshPath, move, newMount, signedIn, statusOf } from '../person.ts';

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
      if (response.status() === 304) return route.fulfill({ response });
      const body = await response.json();
      Object.assign(body.data.migration_info, { phase, status: 'in-progress' });
      await route.fulfill({ response, json: body });
    });
    await page.evaluate(`location.hash = '#/migrations/${data.migration_id}'`);

    const steps = page.locator('.timeline li[aria-current=step] .step');

    await steps.first().waitFor();
    expect(await steps.allTextContents()).toEqual([`${current}, in progress`]);
    expect(await page.locator('.timeline li.good').last().innerText()).not.toContain('Done');
  });
});

it('a migration has the form of its page while it is loaded, then a timeline with times', async () => {
  const id = await move(await newMount('kv'), freshPath('moved'));
  await statusOf(id);
  const page = await signedIn();
  let answer = () => {};
  const held = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await page.route('**/sys/remount/status/*', async (route) => {
    await held;
    await route.continue();
  });
  await page.evaluate(`location.hash = '#/migrations/${id}'`);
  await page.locator('.skeleton').waitFor();

  answer();

  await page.locator('.timeline').waitFor();
  expect(await page.locator('.skeleton').count()).toBe(0);
  const steps = await page.locator('.timeline li').allInnerTexts();
  expect(steps).toHaveLength(4);
  expect(steps[1]).toMatch(/Switched to the target\s*, done\s+(<1|\d+) s\s+\d\d:\d\d:\d\d/);
});

it('no field for a path is checked for spelling', async () => {
  const page = await signedIn();
  await page.getByRole('link', { name: 'Migrations', exact: true }).click();
  const field = page.getByLabel('Source contains');
  expect(await field.evaluate((input: { spellcheck?: boolean }) => input.spellcheck)).toBe(false);
});
