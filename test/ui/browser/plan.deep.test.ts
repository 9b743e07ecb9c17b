import { text } from 'node:stream/consumers';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { call, fillMove, freshPath, newMount, signedIn, sshWithLeases } from '../person.ts';

const LEASES = 6;

async function planned(page: Page, moves: string): Promise<void> {
  await page.evaluate("location.hash = '#/bulk/new'");
  await page.getByLabel('Moves', { exact: true }).fill(moves);
  await page.getByRole('button', { name: 'See the plan' }).click();
  await page.getByText('What this run would do').waitFor();
}

const figure = (page: Page, title: string) =>
  page.locator('.numbers div').filter({ hasText: title }).locator('dd').innerText();

it('the plan of a run has totals, a picture of the namespaces, and what each move would do', async () => {
  const namespace = freshPath('team');
  await call('POST', `sys/namespaces/${namespace}`);
  const [ssh, kv] = [await sshWithLeases(LEASES), await newMount('kv')];
  const page = await signedIn();
  await planned(page, `${ssh},${namespace}/${ssh}\n${kv},${namespace}/${kv}`);

  await expect.poll(() => figure(page, 'Leases that end'), { timeout: 15_000 }).toBe(String(LEASES));
  expect(await figure(page, 'Namespaces')).toBe('2');
  expect([await figure(page, 'Policy rules'), await figure(page, 'Policies')]).toEqual(['1', '1']);
  const picture = page.getByRole('img', { name: `2 moves from the root namespace to ${namespace}/` });
  expect(await picture.isVisible()).toBe(true);

  await page.getByRole('button', { name: `Plan of ${ssh}/` }).click();
  const opened = page.locator('.opened');
  expect(await opened.innerText()).toMatch(/creds\/deploy\s+4\s+creds\/backup\s+2/);
  expect(await opened.innerText()).toContain(`Policy ${ssh}-users in the root namespace`);

  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Plan as CSV' }).click(),
  ]);
  const csv = await text(await file.createReadStream());
  expect(csv.split('\r\n')[1]).toBe(`1,${ssh}/,${namespace}/${ssh}/,,${namespace}/,1.1,${LEASES},1`);
  await page.getByLabel('Moves', { exact: true }).fill(csv);
  await page.getByRole('button', { name: 'See the plan' }).click();
  await expect.poll(() => figure(page, 'Moves')).toBe('2');
});

it('a plan warns of a target that resembles a namespace, above the button that starts it', async () => {
  const namespace = freshPath('harbour');
  await call('POST', `sys/namespaces/${namespace}`);
  const kv = await newMount('kv');
  const misspelt = namespace.replace('harbour', 'habour');
  const page = await signedIn();
  const warning = page.getByText(`did you mean the namespace "${namespace}/"?`);
  const isAbove = async (button: string) => {
    const [text, start] = [await warning.boundingBox(), await page.getByText(button).boundingBox()];
    return text !== null && start !== null && text.y + text.height <= start.y;
  };

  await fillMove(page, kv, `${misspelt}/kv`);
  await page.getByRole('button', { name: 'See the plan' }).click();
  await warning.waitFor();
  expect(await isAbove('Start the move')).toBe(true);
  await page.getByLabel('To', { exact: true }).fill(`${namespace}/kv`);
  expect(await warning.count()).toBe(0);

  await planned(page, `${kv},${misspelt}/kv`);
  expect(await warning.isVisible()).toBe(true);
  expect(await isAbove('Start the run')).toBe(true);
});

it('the plan of a swap says that its moves can only be planned together', async () => {
  const [one, other] = [await newMount('swap'), await newMount('swap')];
  const page = await signedIn();
  await planned(page, `${one},${other}\n${other},${one}`);

  await page.getByText('Leases and rules are those of 0 of 2 moves.').waitFor();
  await page.getByRole('button', { name: `Plan of ${one}/` }).click();

  await page
    .getByText('This move cannot be planned by itself, only together with others of the run.')
    .waitFor();
});
