import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { call, fillMove, freshPath, move, newMount, signedIn, statusOf } from '../person.ts';

/** A mount whose old path answers. @returns the id of the migration, and both paths */
async function renamed(namespace?: string): Promise<{ id: string; from: string; to: string }> {
  const [from, to] = [await newMount('kv'), freshPath('renamed')];
  const target = namespace ? `${namespace}/${to}` : to;
  const id = await move(from, target, '', '720h');
  await statusOf(id);
  return { id, from, to: target };
}

async function opened(page: Page, id: string): Promise<void> {
  await page.evaluate(`location.hash = '#/migrations/${id}'`);
  await page.getByRole('heading', { name: 'The old path' }).waitFor();
}

describe('the old path of a mount', () => {
  it('is asked for with the move, and told of by the plan', async () => {
    const [from, to] = [await newMount('kv'), freshPath('renamed')];
    const page = await signedIn();
    await fillMove(page, from, to);
    await page.getByLabel('Old path').selectOption('Answers for 30 days');
    await page.getByRole('button', { name: 'See the plan' }).click();
    await page.getByText('Answers for 30 d after the move').waitFor();
    const start = page.getByRole('button', { name: 'Start the move' });

    await page.getByLabel('Old path').selectOption('Answers for 7 days');
    expect(await start.isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'See the plan' }).click();
    await page.getByText('Answers for 7 d after the move').waitFor();
    await start.click();

    await page.getByText(/in 6 d 23 h|in 7 d/).waitFor();
    await page.getByText('Nobody has used it since the move.').waitFor();
    const { ttl } = (await call('GET', `sys/remount/aliases/${from}`)).data;
    expect(ttl).toBeGreaterThan(7 * 86_400 - 60);
  });

  it('is listed with its mount, and leads to its migration, which names its callers', async () => {
    const { from, to, id } = await renamed();
    await call('POST', `${from}/k`, { color: 'red' });
    const page = await signedIn();
    await page.getByRole('link', { name: 'Old paths' }).click();

    const row = page.getByRole('row').filter({ hasText: from });
    expect(await row.innerText()).toMatch(/In use[\s\S]*in (29 d 23 h|30 d)[\s\S]*1[\s\S]*(just now|ago)/);
    await row.getByRole('link', { name: `${from}/ to ${to}/` }).click();

    await page.getByText(id).waitFor();
    const caller = page
      .getByRole('row')
      .filter({ has: page.getByRole('cell', { name: 'root', exact: true }) });
    expect(await caller.innerText()).toMatch(/the root namespace[\s\S]*1/);
  });

  it('is renewed and ended', async () => {
    const { from, id } = await renamed();
    const page = await signedIn();
    await opened(page, id);
    expect(await page.getByText('answers until').count()).toBe(0);

    await page.getByRole('button', { name: 'Renew…' }).click();
    await page.getByLabel('Answers from now on for').selectOption('90 days');
    await page.getByRole('button', { name: 'Renew', exact: true }).click();
    await page.getByText(/in 89 d 23 h|in 90 d/).waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);

    await page.getByRole('button', { name: 'End the old path…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Nobody has used it since the move.').waitFor();
    await dialog.getByRole('button', { name: 'End the old path' }).click();
    await page.getByText(/^ended 20/).waitFor();
    expect(await page.getByRole('heading', { name: 'The old path' }).count()).toBe(0);
    await expect(call('GET', `sys/remount/aliases/${from}`)).rejects.toThrow('404');
  });

  it('that somebody else has ended meanwhile is shown to be over', async () => {
    const { from, id } = await renamed();
    const page = await signedIn();
    await opened(page, id);
    await call('DELETE', `sys/remount/aliases/${from}`);

    await page.getByText('It no longer answers.').waitFor();

    expect(await page.getByRole('button', { name: 'Renew…' }).count()).toBe(0);
  });

  it('of a namespace is read there, also by a token of the one above', async () => {
    const team = freshPath('team');
    await call('POST', `sys/namespaces/${team}`);
    const [from, to] = [freshPath('a b'), freshPath('renamed')];
    await call('POST', `${team}/sys/mounts/${encodeURIComponent(from)}`, { type: 'kv' });
    const id = await move(`${team}/${from}`, `${team}/${to}`, '', '720h');
    await statusOf(id);
    const page = await signedIn();
    await opened(page, id);
    await page.getByText('Nobody has used it since the move.').waitFor();

    const inside = await signedIn({ namespace: team });
    await inside.getByRole('link', { name: 'Old paths' }).click();
    await inside.getByRole('link', { name: `${team}/${from}/ to ${team}/${to}/` }).click();
    await inside.getByText('Nobody has used it since the move.').waitFor();
  });

  it('outside the namespace of the person is told of, and not asked for', async () => {
    const team = freshPath('team');
    await call('POST', `sys/namespaces/${team}`);
    const { id } = await renamed(team);
    const page = await signedIn({ namespace: team });
    await page.evaluate(`location.hash = '#/migrations/${id}'`);

    await page.getByText(/^answers until 20/).waitFor();

    expect(await page.getByRole('heading', { name: 'The old path' }).count()).toBe(0);
    expect(await page.getByRole('alert').filter({ hasText: /\w/ }).count()).toBe(0);
  });

  it('that leads in from outside is listed without its path, and ended', async () => {
    const team = freshPath('team');
    await call('POST', `sys/namespaces/${team}`);
    const { from, to } = await renamed(team);
    const page = await signedIn({ namespace: team });
    await page.getByRole('link', { name: 'Old paths' }).click();
    const row = page.getByRole('row').filter({ hasText: to.slice(team.length + 1) });
    expect(await row.innerText()).toMatch(/from another namespace to/);
    expect(await page.getByText(from, { exact: true }).count()).toBe(0);

    await row.getByRole('button', { name: 'End…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Requests to the old path in the other namespace are answered with 404').waitFor();
    await dialog.getByRole('button', { name: 'End the old path' }).click();

    await page.getByText('No old path still answers.').waitFor();
    await expect(call('GET', `sys/remount/aliases/${from}`)).rejects.toThrow('404');
  });

  it('is in the plan of a further move, and of a run, with what becomes of it', async () => {
    const { from, to } = await renamed();
    const page = await signedIn();
    const see = () => page.getByRole('button', { name: 'See the plan' }).click();
    await fillMove(page, to, freshPath('further'));
    await see();
    await page.getByText(new RegExp(`^${from}/ follows the mount, and answers until 20`)).waitFor();

    await page.getByLabel('To', { exact: true }).fill(from);
    await see();
    await page.getByText(`${from}/ ends with the move: the mount comes back to it.`).waitFor();

    await page.evaluate("location.hash = '#/bulk/new'");
    await page.getByLabel('Moves', { exact: true }).fill(`${to},${freshPath('further')}`);
    await see();
    await page.getByText(new RegExp(`^${from}/ follows the mount, and answers until 20`)).waitFor();
  });

  it('names the right that a token lacks to end it', async () => {
    const { id, from } = await renamed();
    const [readers, token] = [freshPath('readers'), randomUUID()];
    const policy = 'path "sys/remount/*" { capabilities = ["read", "list"] }';
    await call('POST', `sys/policies/acl/${readers}`, { policy });
    await call('POST', 'auth/token/create', { id: token, policies: [readers] });
    const page = await signedIn({ token });
    await opened(page, id);

    await page.getByRole('button', { name: 'End the old path…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'End the old path' }).click();

    await page.getByText(`with delete and sudo on sys/remount/aliases/${from}.`).waitFor();
  });
});
