import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { call, fillMove, freshPath, move, newMount, person, signedIn, statusOf } from '../person.ts';

describe('the page', () => {
  it('refuses an unknown token, and says what to do', async () => {
    const { page } = await person();
    await page.getByLabel('Token').fill('not-a-token');
    await page.getByRole('button', { name: 'Sign in' }).click();

    const alert = page.getByRole('alert').filter({ hasText: 'does not accept this token' });
    await alert.waitFor();
    expect(await alert.innerText()).toContain('Sign in with another one.');
  });

  it('forgets the token on reload and on sign-out', async () => {
    const page = await signedIn();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await page.getByLabel('Token').inputValue()).toBe('');

    await page.getByLabel('Token').fill(inject('served').rootToken);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Migrations' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  });

  it('shows the missing capabilities if the token is not allowed to move mounts', async () => {
    const token = randomUUID();
    await call('POST', 'auth/token/create', { id: token, policies: ['default'] });
    const { page } = await person();
    await page.getByLabel('Token').fill(token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: 'Sign out' }).waitFor();

    await page.getByText('with list on sys/remount/status.').first().waitFor();
    await fillMove(page, 'secret', freshPath('denied'));
    await page.getByRole('button', { name: 'See the plan' }).click();

    await page.getByText('Your token is not allowed to do this here.').waitFor();
    expect(await page.getByText('with update and sudo on sys/remount/plan.').isVisible()).toBe(true);
  });

  it('shows everything to a token with the documented policy for watching, and refuses its changes', async () => {
    const text = await readFile(join(import.meta.dirname, '..', '..', '..', 'docs', 'ui.md'), 'utf8');
    const [, policy] = /```hcl\n(.*?)```/s.exec(text) ?? [];
    const [watchers, token] = [freshPath('watchers'), randomUUID()];
    await call('POST', `sys/policies/acl/${watchers}`, { policy });
    await call('POST', 'auth/token/create', { id: token, policies: [watchers] });
    const to = freshPath('watched');
    const id = await move(await newMount('kv'), to);
    await statusOf(id);
    const page = await signedIn({ token });

    await page.getByLabel('Target contains').fill(to);
    await page.getByRole('row').getByRole('link', { name: to }).click();
    await page.getByText(`The mount is at ${to}/`).waitFor();
    await page.getByRole('button', { name: 'Undo the move…' }).click();
    await page.getByRole('dialog').getByText('Your token is not allowed to do this here.').waitFor();
    expect(await page.getByText(`with update and sudo on sys/remount/undo/${id}.`).isVisible()).toBe(true);
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'Bulk runs' }).click();
    await page.getByText(/No bulk runs yet|\d runs?\./).waitFor();
  });

  it('asks for a new token in place when the token has ended, and keeps what was typed', async () => {
    const token = randomUUID();
    await call('POST', 'auth/token/create', { id: token, policies: ['root'] });
    const [from, to] = [await newMount('kv'), freshPath('later')];
    const page = await signedIn({ token });
    await fillMove(page, from, to, 'typed before');
    await call('POST', 'auth/token/revoke', { token });

    await page.getByRole('button', { name: 'See the plan' }).click();
    const dialog = page.getByRole('dialog', { name: 'Sign in again' });
    await dialog.waitFor();
    await page.keyboard.type('not-a-token');
    await page.keyboard.press('Enter');
    await dialog.getByText('does not accept this token').waitFor();
    await dialog.getByLabel('Token').fill(inject('served').rootToken);
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await dialog.waitFor({ state: 'detached' });

    expect(await page.getByLabel('Reason').inputValue()).toBe('typed before');
    expect(await page.getByRole('alert').innerText()).toBe('');
    await page.getByRole('button', { name: 'See the plan' }).click();
    await page.getByText('What this move would do').waitFor();
  });

  it('goes on with what it watches when the token was replaced', async () => {
    const token = randomUUID();
    await call('POST', 'auth/token/create', { id: token, policies: ['root'] });
    const page = await signedIn({ token });
    await call('POST', 'auth/token/revoke', { token });
    const dialog = page.getByRole('dialog', { name: 'Sign in again' });
    await dialog.waitFor();
    await dialog.getByLabel('Token').fill(inject('served').rootToken);
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    const to = freshPath('news');

    await statusOf(await move(await newMount('kv'), to));

    await page.getByRole('link', { name: to }).waitFor();
  });

  it('works in a namespace, and shows the migrations from and to it', async () => {
    const namespace = freshPath('team');
    await call('POST', `sys/namespaces/${namespace}`);
    const mount = await newMount('kv');
    await statusOf(await move(mount, `${namespace}/inside`));
    await statusOf(await move(await newMount('kv'), freshPath('outside')));

    const page = await signedIn({ namespace });

    await page.getByText('1 migration.').waitFor();
    await page.getByRole('link', { name: `${mount}/ to ${namespace}/inside/` }).waitFor();
    await fillMove(page, 'inside', 'deeper/inside');
    await page.getByRole('button', { name: 'See the plan' }).click();
    await page.getByText(`Stays in ${namespace}/`).waitFor();
    const apart = (place: string) => page.locator(`${place} .namespace`).allInnerTexts();
    expect(await apart('.move')).toEqual([`${namespace}/`, `${namespace}/`]);
    await page.getByRole('button', { name: 'Start the move' }).click();
    await page.getByText(`The mount is at ${namespace}/ deeper/inside/. Credentials`).waitFor();
    expect(await apart('.sentence')).toEqual([`${namespace}/`]);
    expect(await apart('h1')).toEqual([`${namespace}/`, `${namespace}/`]);
  });

  it('runs only its own script, and applies only its own styles', async () => {
    const { page, violations } = await person();
    await page.evaluate(`
      const script = document.createElement('div');
      script.setAttribute('style', 'color: red');
      document.body.append(script);`);

    await expect.poll(() => violations.join(), { timeout: 10_000 }).toContain('Content Security Policy');
    violations.length = 0;
  });
});
