import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { call, freshPath, newMount, signedIn } from '../person.ts';

it('a schedule is shown with its rules, next run and runs, and is paused and resumed', async () => {
  const [name, team] = [freshPath('nightly'), freshPath('inbox')];
  const mount = await newMount(`${team}/kv`);
  // The first time of a rate is when it is made.
  await call('POST', `sys/remount/schedules/${name}`, {
    schedule: 'rate(7 days)',
    rules: [{ from: `${team}/*`, to: `archive/${team}/*` }],
    reason: 'weekly archive',
  });
  const page = await signedIn();
  await page.getByRole('link', { name: 'Schedules' }).click();
  const row = page.getByRole('row').filter({ hasText: name });
  await expect.poll(() => row.innerText(), { timeout: 20_000 }).toMatch(/On.*in 6 d 23 h.*started/s);
  await row.getByRole('link', { name }).click();

  await page.getByRole('heading', { name: `Schedule ${name}` }).waitFor();
  await page.getByText(`archive/${team}/*`).waitFor();
  const run = page.getByRole('row').filter({ hasText: 'weekly archive' });
  await run.getByRole('link', { name: '1 move' }).waitFor();
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByText('It starts nothing while it is paused.').waitFor();
  expect((await call('GET', `sys/remount/schedules/${name}`)).data.paused_time).not.toBeNull();
  expect(await page.getByText('not while it is paused').isVisible()).toBe(true);

  await page.getByRole('button', { name: 'Resume' }).click();

  await page.getByText('On', { exact: true }).waitFor();
  expect((await call('GET', `sys/remount/schedules/${name}`)).data.paused_time).toBeNull();
  await run.getByRole('link', { name: '1 move' }).click();
  await page.getByRole('link', { name: `archive/${mount}/` }).waitFor();
});

it('a refused pause names the path that the token needs', async () => {
  const [name, readers, token] = [freshPath('weekly'), freshPath('readers'), randomUUID()];
  const policy = 'path "sys/remount/*" { capabilities = ["read", "list"] }';
  await call('POST', `sys/policies/acl/${readers}`, { policy });
  await call('POST', 'auth/token/create', { id: token, policies: [readers] });
  const rules = [{ from: `${name}/*`, to: `archive/${name}/*` }];
  await call('POST', `sys/remount/schedules/${name}`, { schedule: 'rate(7 days)', rules });
  const page = await signedIn({ token });
  await page.evaluate(`location.hash = '#/schedules/${name}'`);

  await page.getByRole('button', { name: 'Pause' }).click();

  await page.getByText(`with update and sudo on sys/remount/schedules/${name}/pause.`).waitFor();
});
