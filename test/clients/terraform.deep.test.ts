/** Tests the service with Terraform and HashiCorp's provider: a configuration is applied, changed, moved, and taken down. */

import { afterAll, describe, expect, it } from 'vitest';
import { must, unique } from '../contract/fresh.ts';
import { call } from '../contract/http.ts';
import { environment } from './environment.ts';
import { prepareTerraform } from './terraform.ts';

const { run, complaint, remove } = await prepareTerraform(environment());
const name = unique('tf');

afterAll(remove);

/** Applies the configuration. @returns what Terraform says that it did */
async function applied(settings: Record<string, string>): Promise<string> {
  const { code, stdout, stderr } = await run('apply', '-auto-approve', ...variables(settings));
  expect(code, stderr).toBe(0);
  return /Apply complete! Resources: (.*)\./.exec(stdout)?.[1] ?? stdout;
}

/** Plans the configuration again. */
async function expectNothingToDo(settings: Record<string, string>): Promise<void> {
  const { code, stdout, stderr } = await run('plan', '-detailed-exitcode', ...variables(settings));
  expect(code, stdout + stderr).toBe(0);
}

function variables(settings: Record<string, string>): string[] {
  return Object.entries({ name, ...settings }).map(([variable, value]) => `-var=${variable}=${value}`);
}

async function pathsOf(table: string): Promise<string[]> {
  const { data } = (await must('GET', table)).body;
  return Object.keys(data).filter((path) => path.startsWith(`${name}-`));
}

describe.skipIf(complaint !== undefined)('Terraform', () => {
  it('applies a configuration, and finds nothing to do then', async () => {
    expect(await applied({})).toBe('24 added, 0 changed, 0 destroyed');
    await expectNothingToDo({});
    expect(await pathsOf('sys/mounts')).toEqual([
      `${name}-first/kv/`,
      `${name}-generic/`,
      `${name}-one/`,
      `${name}-ssh/`,
      `${name}-two/`,
    ]);
    expect(await pathsOf('sys/auth')).toEqual([`${name}-apps/`, `${name}-first/users/`, `${name}-users/`]);
    const { data } = (await must('GET', `${name}-two/data/deep/app`)).body.data;
    expect(data).toEqual({ floor: '1', tries: 3 });
  });

  it('changes what has another setting, and nothing else', async () => {
    expect(await applied({ floor: '2' })).toBe('0 added, 8 changed, 0 destroyed');
    await expectNothingToDo({ floor: '2' });
    const { data } = (await must('GET', 'kv/data/app', { namespace: `${name}-team` })).body.data;
    expect(data).toEqual({ floor: '2' });
  });

  it('moves an engine and a method whose paths have changed', async () => {
    await must('POST', `${name}-first/kv/data/app`, { body: { data: { a: '1' } } });
    const moved = { floor: '2', place: 'second' };
    expect(await applied(moved)).toBe('0 added, 2 changed, 0 destroyed');
    await expectNothingToDo(moved);
    expect((await must('GET', `${name}-second/kv/data/app`)).body.data.data).toEqual({ a: '1' });
    expect(await pathsOf('sys/auth')).toContain(`${name}-second/users/`);
  });

  it('takes everything down', async () => {
    const { code, stdout, stderr } = await run('destroy', '-auto-approve', ...variables({}));
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('Destroy complete!');
    expect(await pathsOf('sys/mounts')).toEqual([]);
    expect(await pathsOf('sys/auth')).toEqual([]);
    expect(await call('GET', `sys/namespaces/${name}-team`)).toMatchObject({ status: 404 });
  });
});
