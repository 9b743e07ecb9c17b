import type { Page } from 'playwright-core';
import { describe, expect, inject, it } from 'vitest';
import { call, freshPath, move, newMount, runOf, signedIn, statusOf } from '../person.ts';

const LONG = 'a-rather-long-segment-of-a-path-'.repeat(4);

async function openMigrations(page: Page, query: string): Promise<void> {
  await page.evaluate(`location.hash = '#/migrations?${query}'`);
}

describe('the list of migrations', () => {
  it('has one line for a run, which leads to it', async () => {
    const moves = await Promise.all(
      Array.from({ length: 3 }, async () => ({ from: await newMount('grouped'), to: freshPath('grouped') })),
    );
    const id = await runOf({ moves, reason: `tidy ${freshPath('up')}` });
    const { reason } = (await call('GET', `sys/remount/bulk/${id}`)).data.bulk_info;
    const page = await signedIn();

    const row = page.getByRole('row').filter({ hasText: reason });
    await row.getByRole('link', { name: '3 moves of a run' }).click();

    await page.getByRole('heading', { name: 'Bulk run of 3 moves' }).waitFor();
  });

  it('shows each move in one line, shortened in the middle, and copies the whole', async () => {
    const from = await newMount('kv');
    const to = `${freshPath(LONG)}/kv`;
    await statusOf(await move(from, to));
    const page = await signedIn({ permissions: ['clipboard-read', 'clipboard-write'] });
    await openMigrations(page, `source=${from}`);
    const row = page.getByRole('row').filter({ hasText: from });
    await row.waitFor();

    const heights = await page.getByRole('row').evaluateAll((rows) => rows.map((each) => each.clientHeight));
    expect(Math.max(...heights)).toBeLessThan(45);
    expect(await row.getByTitle(`${to}/`).count()).toBe(1);
    await row.hover();
    await row.getByRole('button', { name: 'Copy both paths' }).click();
    await row.getByRole('button', { name: 'Copied' }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(`${from}/,${to}/`);
  });

  it('keeps its filters in the address, also over a new sign-in', async () => {
    const to = freshPath('filtered');
    await statusOf(await move(await newMount('kv'), to));
    const page = await signedIn();
    await page.getByLabel('Target contains').fill(to);
    await page.getByLabel('Status').selectOption('Success');
    await page.getByText('1 migration found').waitFor();
    expect(new URL(page.url()).hash).toBe(`#/migrations?status=success&target=${to}`);

    await page.reload();
    await page.getByLabel('Token').fill(inject('served').rootToken);
    await page.getByRole('button', { name: 'Sign in' }).click();

    await page.getByText('1 migration found').waitFor();
    expect(await page.getByLabel('Target contains').inputValue()).toBe(to);
    await page.getByRole('link', { name: 'Migrations', exact: true }).click();
    await expect.poll(() => page.getByLabel('Target contains').inputValue()).toBe('');
  });

  it('is where it was when a person comes back', async () => {
    const name = freshPath('scrolled');
    for (let i = 0; i < 8; i++) await statusOf(await move(await newMount('kv'), `${name}-${i}`));
    const page = await signedIn({ viewport: { width: 1200, height: 400 } });
    await openMigrations(page, `target=${name}`);
    await page.getByText('8 migrations').waitFor();
    const link = page.getByRole('link', { name: `${name}-0/` });
    await link.scrollIntoViewIfNeeded();
    const scrolled = await page.evaluate('scrollY');
    expect(scrolled).toBeGreaterThan(50);

    await link.click();
    await page.getByRole('heading', { name: `${name}-0/` }).waitFor();
    expect(await page.evaluate('scrollY')).toBe(0);
    await page.goBack();

    await page.getByText('8 migrations').waitFor();
    expect(await page.evaluate('scrollY')).toBe(scrolled);
  });

  it('has the numbers of today above it', async () => {
    const before = await signedIn();
    const figure = (page: Page, title: string) =>
      page.locator('.numbers div').filter({ hasText: title }).locator('dd');
    await expect.poll(() => figure(before, 'Moved today').innerText()).toMatch(/^\d+$/);
    const moved = Number(await figure(before, 'Moved today').innerText());
    await statusOf(await move(await newMount('kv'), freshPath('today')));

    const page = await signedIn();

    await expect
      .poll(async () => Number(await figure(page, 'Moved today').innerText()))
      .toBeGreaterThan(moved);
    await figure(page, 'Failed').getByRole('link').click();
    await expect.poll(() => page.getByLabel('Status').inputValue()).toBe('failure');
  });
});
