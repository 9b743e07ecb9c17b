import { describe, expect, it } from 'vitest';
import {
  call,
  failedMove,
  fillMove,
  freshPath,
  holdSwitches,
  move,
  newMount,
  signedIn,
  sshWithLeases,
  statusOf,
} from '../person.ts';

const LEASES = 12;

describe('a move', () => {
  it('is planned, started, watched and undone', async () => {
    const from = await sshWithLeases(LEASES);
    const to = freshPath('moved');
    const page = await signedIn();
    await fillMove(page, from, to, 'to its team');
    const start = page.getByRole('button', { name: 'Start the move' });

    expect(await start.isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'See the plan' }).click();
    await page.getByText(`${LEASES} leases`).waitFor();
    const plan = page.locator('section').filter({ hasText: 'What it revokes' }).first();
    expect(await plan.innerText()).toMatch(/creds\/deploy\s+8\s+creds\/backup\s+4/);
    expect(await plan.innerText()).toContain(`Policy ${from}-users in the root namespace`);
    expect(await plan.innerText()).toContain(`path "${to}/creds/deploy"`);
    expect(await plan.innerText()).toContain('The move leaves these policies as they are.');
    expect(await start.isEnabled()).toBe(true);

    await start.click();
    await page
      .getByText(`The mount is at ${to}/. Credentials issued before the move are no longer valid.`)
      .waitFor();
    await page.getByText(`${LEASES} removed`).waitFor();
    await page.getByText('to its team').waitFor();

    await page.getByRole('button', { name: 'Undo the move…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Nothing: the mount has no live leases').waitFor();
    await dialog.getByLabel('Reason').fill('too early');
    await dialog.getByRole('button', { name: 'Undo the move' }).click();
    await page.getByRole('heading', { name: `${to}/ to ${from}/` }).waitFor();
    await page
      .getByText(`The mount is at ${from}/. Credentials issued before the move are no longer valid.`)
      .waitFor();
    expect(await page.getByText('Undo of').isVisible()).toBe(true);
    expect((await call('GET', `sys/mounts/${from}`)).data.type).toBe('ssh');

    const undo = page.url();
    await page.getByText('Undo of').locator('..').getByRole('link').click();
    await page.getByText(`This move was undone. The mount went back to ${from}/`).waitFor();
    expect(await page.getByRole('button', { name: /Undo/ }).count()).toBe(0);
    await page.getByRole('link', { name: 'See the undo' }).click();
    await page.waitForURL(undo);
  });

  it('that changed policies shows which, and its undo shows which it would restore', async () => {
    const from = await newMount('kv');
    const to = freshPath('followed');
    const rule = `path "${from}/*" { capabilities = ["read"] }`;
    await call('POST', `sys/policies/acl/${from}-readers`, { policy: rule });
    const { data } = await call('POST', 'sys/remount', { from, to, policies: 'follow' });
    await statusOf(data.migration_id);
    const page = await signedIn();
    await page.evaluate(`location.hash = '#/migrations/${data.migration_id}'`);

    await page.getByText(`${from}-readers in the root namespace`).waitFor();
    await page.getByRole('button', { name: 'Undo the move…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('heading', { name: 'Policies that would be restored' }).waitFor();
    expect(await dialog.getByText('Policies that would no longer match').count()).toBe(0);
    await dialog.getByText(`Policy ${from}-readers in the root namespace`).waitFor();
    expect(await dialog.locator('del').allInnerTexts()).toEqual([rule.replace(from, to)]);
    expect(await dialog.locator('ins').allInnerTexts()).toEqual([rule]);

    await dialog.getByRole('button', { name: 'Undo the move' }).click();
    await page.getByRole('heading', { name: `${to}/ to ${from}/` }).waitFor();
    await page.getByText('what the move had changed is restored').waitFor();
    const { policy } = (await call('GET', `sys/policies/acl/${from}-readers`)).data;
    expect(policy).toBe(rule);
  });

  it('takes policies along, which the plan shows side by side, and one below the other on a narrow page', async () => {
    const from = await newMount('kv');
    const to = freshPath('taken');
    const rule = `path "${from}/*" { capabilities = ["read"] }`;
    await call('POST', `sys/policies/acl/${from}-readers`, { policy: `# readers\n${rule}\n` });
    const page = await signedIn();
    await fillMove(page, from, to);
    await page.getByLabel('Get the path of the target').check();
    await page.getByRole('button', { name: 'See the plan' }).click();

    await page.getByRole('heading', { name: 'Policies that would change' }).waitFor();
    const [old, now] = [page.locator('del'), page.locator('ins')];
    expect(await old.innerText()).toBe(rule);
    expect(await now.innerText()).toBe(rule.replace(from, to));
    const boxes = async () => [await old.boundingBox(), await now.boundingBox()] as const;
    const [left, right] = await boxes();
    expect(right?.x).toBeGreaterThan((left?.x ?? 0) + (left?.width ?? 0));
    expect(right?.y).toBe(left?.y);
    await page.setViewportSize({ width: 390, height: 800 });
    const [above, below] = await boxes();
    expect(below?.x).toBe(above?.x);
    expect(below?.y).toBeGreaterThanOrEqual((above?.y ?? 0) + (above?.height ?? 0));
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);

    await page.getByRole('button', { name: 'Start the move' }).click();
    await page.getByText('rules get the path of the target').waitFor();
    const { policy } = (await call('GET', `sys/policies/acl/${from}-readers`)).data;
    expect(policy).toBe(`# readers\n${rule.replace(from, to)}\n`);
  });

  it('that somebody else has undone meanwhile is not undone again', async () => {
    const [from, to] = [await newMount('kv'), freshPath('moved')];
    const id = await move(from, to);
    await statusOf(id);
    const page = await signedIn();
    await page.evaluate(`location.hash = '#/migrations/${id}'`);
    const undo = page.getByRole('button', { name: 'Undo the move…' });
    await undo.waitFor();
    const { data } = await call('POST', `sys/remount/undo/${id}`, {});
    await statusOf(data.migration_id);

    await undo.click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('This move was already undone.').waitFor();
    expect(await dialog.getByRole('button', { name: 'Undo the move' }).isDisabled()).toBe(true);
    await dialog.getByRole('link', { name: 'See the undo' }).click();
    await page.getByRole('heading', { name: `${to}/ to ${from}/` }).waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('cannot be started if its paths have changed since the plan', async () => {
    const page = await signedIn();
    await fillMove(page, await newMount('kv'), freshPath('first'));
    await page.getByRole('button', { name: 'See the plan' }).click();
    const start = page.getByRole('button', { name: 'Start the move' });
    await expect.poll(() => start.isEnabled(), { timeout: 10_000 }).toBe(true);

    await page.getByLabel('To', { exact: true }).fill(freshPath('second'));

    expect(await start.isDisabled()).toBe(true);
  });

  it('that is refused at the start shows what happened and what to do, and can be planned again', async () => {
    const from = await newMount('kv');
    const taken = freshPath('taken');
    const page = await signedIn();
    await fillMove(page, from, taken);
    await page.getByRole('button', { name: 'See the plan' }).click();
    const start = page.getByRole('button', { name: 'Start the move' });
    await expect.poll(() => start.isEnabled(), { timeout: 10_000 }).toBe(true);
    await call('POST', `sys/mounts/${taken}`, { type: 'kv' });

    await start.click();

    const alert = page.getByRole('alert').filter({ hasText: 'The target is already in use.' });
    await alert.waitFor();
    expect(await alert.innerText()).toContain('Choose another target, or free this one first.');
    expect(await alert.innerText()).toContain(`path already in use at "${taken}/"`);
    expect(await start.isDisabled()).toBe(true);

    const free = freshPath('free');
    await page.getByLabel('To', { exact: true }).fill(free);
    await page.getByRole('button', { name: 'See the plan' }).click();
    await expect.poll(() => start.isEnabled(), { timeout: 10_000 }).toBe(true);
    await start.click();
    await page.getByText(`The mount is at ${free}/`).waitFor();
  });

  it('that failed shows why, and what to do', async () => {
    const { id, target } = await failedMove();
    const page = await signedIn();

    await page.getByLabel('Status').selectOption('Failed or cancelled');
    await page.getByLabel('Target contains').fill(target);
    await page.getByRole('row').filter({ hasText: 'Failed' }).getByRole('link', { name: target }).click();

    await page.getByText(id).waitFor();
    await page.getByText('The target was taken before this move could switch the mount.').waitFor();
    expect(await page.getByText(/Choose another target, or free this one/).isVisible()).toBe(true);
    expect(await page.getByText('This migration changed nothing.').isVisible()).toBe(true);
    expect(await page.getByRole('button', { name: /Undo|Cancel/ }).count()).toBe(0);
  });
});

describe('a move that takes its time', () => {
  it('is shown to end without a reload', async () => {
    const to = freshPath('slow');
    const page = await signedIn();
    await fillMove(page, await newMount('kv'), to);
    await page.getByRole('button', { name: 'See the plan' }).click();
    const release = await holdSwitches();
    await page.getByRole('button', { name: 'Start the move' }).click();
    await page.getByText('Accepted. The mount is still at').waitFor();
    expect(await page.getByText('In progress', { exact: true }).isVisible()).toBe(true);

    await release();

    await page.getByText(`The mount is at ${to}/`).waitFor();
    expect(await page.getByText('Success').isVisible()).toBe(true);
  });

  it('can be cancelled, and says so', async () => {
    const from = await newMount('kv');
    const page = await signedIn();
    await fillMove(page, from, freshPath('never'));
    await page.getByRole('button', { name: 'See the plan' }).click();
    await holdSwitches();
    await page.getByRole('button', { name: 'Start the move' }).click();
    await page.getByRole('button', { name: 'Cancel the move…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason').fill('wrong mount');

    await dialog.getByRole('button', { name: 'Cancel the move' }).click();

    await page.getByText('Somebody cancelled the move before the mount was switched.').waitFor();
    expect(await page.getByText('wrong mount').isVisible()).toBe(true);
    expect((await call('GET', `sys/mounts/${from}`)).data.type).toBe('kv');
  });
});
