import { text } from 'node:stream/consumers';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { call, freshPath, holdSwitches, newMount, signedIn } from '../person.ts';

async function fillBulk(page: Page, moves: string): Promise<void> {
  await page.getByRole('link', { name: 'Bulk runs' }).click();
  await page.getByRole('link', { name: 'Plan a bulk run' }).click();
  await page.getByLabel('Moves', { exact: true }).fill(moves);
  await page.getByRole('button', { name: 'See the plan' }).click();
}

it('a list of moves is corrected, planned, started and undone, with one move that fails', async () => {
  const [one, other, third] = await Promise.all([newMount('bulk'), newMount('bulk'), newMount('bulk')]);
  const [first, second, contested] = [freshPath('one'), freshPath('other'), freshPath('third')];
  const page = await signedIn();
  await fillBulk(page, `${one},${first}\nnot-there,${second}\n${other},${first}`);
  await page.getByText('2 problems.').waitFor();
  const problems = await page.getByRole('row').allInnerTexts();
  expect(problems[1]).toMatch(/^2\s.*no matching mount at "not-there\/"/s);
  expect(problems[2]).toMatch(/^3\s.*row 1 has the same target/s);
  const start = page.getByRole('button', { name: 'Start the run' });
  expect(await start.isDisabled()).toBe(true);

  await page
    .getByLabel('Moves', { exact: true })
    .fill(`${one},${other}\n${other},${one}\n${third},${contested}`);
  await page.getByRole('button', { name: 'See the plan' }).click();
  await page.getByText('What this run would do').waitFor();
  const release = await holdSwitches();
  await page.getByLabel('Reason').fill('a swap and more');
  await start.click();
  await page.getByRole('heading', { name: 'Bulk run of 3 moves' }).waitFor();
  await call('POST', `sys/mounts/${contested}`, { type: 'kv' });
  await release();

  await page.getByText('2 of 3 moves are done, 1 failed and changed nothing.').waitFor();
  await page.getByText('The target was taken before this move could switch the mount.').waitFor();
  expect(await page.getByText('a swap and more').isVisible()).toBe(true);

  expect(await page.getByLabel('Moves by status').innerText()).toMatch(/2 done\s+1 failed/);
  const sections = await page.getByRole('heading', { level: 2 }).allInnerTexts();
  expect(sections).toEqual(['Failed moves', 'All moves']);
  const run = page.url();
  await page.getByLabel('Failed only').check();
  await page.getByRole('heading', { name: 'All moves' }).waitFor({ state: 'detached' });
  expect(page.url()).toBe(`${run}?show=failed`);
  await page.getByRole('button', { name: 'Plan the failed again' }).click();
  await page.getByRole('heading', { name: 'Plan a bulk run' }).waitFor();
  expect(await page.getByLabel('Moves', { exact: true }).inputValue()).toBe(
    `from,to\n${third}/,${contested}/\n`,
  );
  expect(await page.getByLabel('Reason').inputValue()).toBe('a swap and more');
  await page.goBack();
  await page.getByLabel('Failed only').uncheck();

  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Report as CSV' }).click(),
  ]);
  const lines = (await text(await file.createReadStream())).trim().split('\r\n');
  expect(lines).toHaveLength(4);
  expect(lines[3]).toContain(`${third}/,${contested}/,failure,target_in_use`);

  await page.getByRole('button', { name: 'Undo the run…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('2 mounts would go back').waitFor();
  await dialog.getByRole('button', { name: 'Undo the run' }).click();
  await page.getByRole('heading', { name: 'Bulk run of 2 moves' }).waitFor();
  await page.getByText('All 2 moves are done.').waitFor();
  expect(await page.getByText('Undo of').isVisible()).toBe(true);

  const undo = page.url();
  await page.getByText('Undo of').locator('..').getByRole('link').click();
  await page.getByText('This run was undone.').waitFor();
  expect(await page.getByRole('button', { name: /Undo/ }).count()).toBe(0);
  await page.getByRole('link', { name: 'See the undo' }).click();
  await page.waitForURL(undo);
});

it('a run takes policies along, and its undo restores them', async () => {
  const mounts = await Promise.all([newMount('taken'), newMount('taken')]);
  const targets = mounts.map((mount) => `moved-${mount}`);
  const name = freshPath('readers');
  const rules = mounts.map((mount) => `path "${mount}/*" { capabilities = ["read"] }`);
  const moved = rules.map((rule, i) => rule.replace(mounts[i] ?? '', targets[i] ?? ''));
  await call('POST', `sys/policies/acl/${name}`, { policy: `${rules.join('\n')}\n` });
  const textNow = async () => (await call('GET', `sys/policies/acl/${name}`)).data.policy;
  const page = await signedIn();
  await page.getByRole('link', { name: 'Bulk runs' }).click();
  await page.getByRole('link', { name: 'Plan a bulk run' }).click();
  await page
    .getByLabel('Moves', { exact: true })
    .fill(mounts.map((mount, i) => `${mount},${targets[i]}`).join('\n'));
  await page.getByLabel('Get the path of the target').check();
  await page.getByRole('button', { name: 'See the plan' }).click();

  await page.getByText(`Policy ${name} in the root namespace`).first().waitFor();
  expect(await page.locator('del').allInnerTexts()).toEqual(rules);
  expect(await page.locator('ins').allInnerTexts()).toEqual(moved);
  await page.getByRole('button', { name: 'Start the run' }).click();
  await page.getByText('All 2 moves are done.').waitFor();
  await page.getByText(`${name} in the root namespace`).waitFor();
  expect(await textNow()).toBe(`${moved.join('\n')}\n`);

  await page.getByRole('button', { name: 'Undo the run…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('heading', { name: 'Policies that would be restored' }).waitFor();
  expect(await dialog.locator('ins').allInnerTexts()).toEqual(rules);
  await dialog.getByRole('button', { name: 'Undo the run' }).click();
  await page.getByText('Undo of').waitFor();
  await page.getByText('All 2 moves are done.').waitFor();
  await expect.poll(textNow).toBe(`${rules.join('\n')}\n`);
});

it('rules from a file are planned as the moves that they match, and the run is cancelled', async () => {
  const team = freshPath('team');
  for (const name of ['a', 'b']) await call('POST', `sys/mounts/${team}/${name}`, { type: 'kv' });
  const page = await signedIn();
  await page.getByRole('link', { name: 'Bulk runs' }).click();
  await page.getByRole('link', { name: 'Plan a bulk run' }).click();
  await page.getByLabel('Rules').check();
  await page.getByLabel('Or from a file').setInputFiles({
    name: 'rules.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(`from,to\n${team}/*,archive/${team}/*\n`),
  });
  const rules = page.getByRole('textbox', { name: 'Rules' });
  await expect.poll(() => rules.inputValue(), { timeout: 10_000 }).toContain(team);
  await page.getByRole('button', { name: 'See the plan' }).click();
  await page.getByText('What this run would do').waitFor();
  expect(await page.getByTitle(`archive/${team}/b/`).isVisible()).toBe(true);

  const release = await holdSwitches();
  await page.getByRole('button', { name: 'Start the run' }).click();
  await page.getByRole('button', { name: 'Cancel the run…' }).click();
  await page.getByRole('dialog').getByLabel('Reason').fill('not tonight');
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel the run' }).click();
  await page.getByText('not tonight').waitFor();
  await release();

  const sentence = page.getByRole('status').first();
  await expect.poll(() => sentence.innerText(), { timeout: 20_000 }).not.toContain('Moves in progress');
  await page.getByRole('link', { name: 'Bulk runs' }).click();
  await page.getByRole('link', { name: '2 moves' }).first().waitFor();
});
