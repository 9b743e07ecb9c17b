import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

const START = join(import.meta.dirname, '..', '..', 'infra', 'local', 'start.ts');

interface Running {
  child: ChildProcess;
  url: string;
  output: () => string;
}

import { inspect } from '../../infra/local/inspect.ts';
import { temporaryFolder } from './support.ts';

describe('npm start', () => {
  const children: ChildProcess[] = [];
  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
    }
  });

  function run(environment: Record<string, string>): { child: ChildProcess; output: () => string } {
    const child = spawn(process.execPath, [START], { env: { PATH: process.env.PATH, ...environment } });
    children.push(child);
    let output = '';
    const collect = (text: string) => {
      output += text;
    };
    child.stdout.setEncoding('utf8').on('data', collect);
    child.stderr.setEncoding('utf8').on('data', collect);
    return { child, output: () => output };
  }

  async function start(environment: Record<string, string>): Promise<Running> {
    const { child, output } = run({ PORT: '0', ...environment });
    await expect.poll(output, { timeout: 20_000 }).toContain('Ctrl-C stops it');
    const [, url = ''] = /export VAULT_ADDR='(.*?)'/.exec(output()) ?? [];
    return { child, url, output };
  }

  async function refusal(environment: Record<string, string>): Promise<{ code: number; output: string }> {
    const { child, output } = run(environment);
    const [code] = (await once(child, 'close')) as [number];
    return { code, output: output() };
  }

  /** The process ids below a process, itself left out. */
  function descendantsOf(pid: number | undefined): number[] {
    const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
    const own = lines
      .map((line) => line.trim().split(/\s+/).map(Number))
      .filter(([, parent]) => parent === pid);
    return own.flatMap(([child = 0]) => [child, ...descendantsOf(child)]);
  }

  /** A process that has ended but that nobody waited for (Z) does not count as alive. */
  function alive(pids: number[]): number[] {
    const lines = execFileSync('ps', ['-A', '-o', 'pid=,stat='], { encoding: 'utf8' }).trim().split('\n');
    const states = new Map(lines.map((line) => line.trim().split(/\s+/) as [string, string]));
    return pids.filter((pid) => !(states.get(String(pid)) ?? 'Z').startsWith('Z'));
  }

  const secret = (url: string, token: string, body?: object) =>
    fetch(`${url}/v1/secret/data/demo`, {
      headers: { 'X-Vault-Token': token },
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    });

  it('prints what to type next, and that works', async () => {
    const { url, output } = await start({ ROOT_TOKEN: 'chosen' });

    expect(output()).toContain("export VAULT_TOKEN='chosen'");
    expect((await secret(url, 'chosen', { data: { colour: 'blue' } })).ok).toBe(true);
    expect(await (await secret(url, 'chosen')).text()).toContain('blue');
    expect((await secret(url, 'another')).status).toBe(403);
    const exported = [...output().matchAll(/export (AWS_\w+)='(.*)'/g)].map(([, name, value]) => [
      name,
      value,
    ]);
    const { AWS_DEFAULT_REGION, ...environment } = Object.fromEntries(exported);
    expect(
      await inspect({ ...environment, AWS_REGION: AWS_DEFAULT_REGION }, 'EVENTBRIDGE', '/events'),
    ).toEqual([]);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('leaves no process behind after %s', async (signal) => {
    const { child } = await start({});
    const below = descendantsOf(child.pid);
    expect(below).not.toEqual([]);
    const began = Date.now();

    child.kill(signal);

    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(Date.now() - began).toBeLessThan(2_000);
    await expect.poll(() => alive(below), { timeout: 2_000 }).toEqual([]);
  });

  it('leaves no process behind when it is killed, and the next service can use its data folder', async () => {
    const dataDir = await temporaryFolder();
    const first = await start({ DATA_DIR: dataDir });
    const below = descendantsOf(first.child.pid);
    await secret(first.url, 'root', { data: { colour: 'blue' } });

    first.child.kill('SIGKILL');
    const second = await start({ DATA_DIR: dataDir });

    expect(await (await secret(second.url, 'root')).text()).toContain('blue');
    await expect.poll(() => alive(below), { timeout: 2_000 }).toEqual([]);
  });

  it('kills an emulator that outlived its service', async () => {
    const dataDir = await temporaryFolder();
    const first = await start({ DATA_DIR: dataDir });
    const { emulator } = JSON.parse(await readFile(join(dataDir, 'in-use.json'), 'utf8'));
    const guards = descendantsOf(first.child.pid).filter((pid) => pid !== emulator);
    for (const pid of guards) process.kill(pid, 'SIGKILL');
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    expect(alive([emulator])).toEqual([emulator]);

    await start({ DATA_DIR: dataDir });

    expect(alive([emulator])).toEqual([]);
  });

  it('takes a new root token for an old data folder, in place of the old one', async () => {
    const dataDir = await temporaryFolder();
    const first = await start({ DATA_DIR: dataDir, ROOT_TOKEN: 'old' });
    await secret(first.url, 'old', { data: { colour: 'blue' } });
    first.child.kill('SIGTERM');
    await once(first.child, 'exit');

    const second = await start({ DATA_DIR: dataDir, ROOT_TOKEN: 'new' });

    expect(await (await secret(second.url, 'new')).text()).toContain('blue');
    expect((await secret(second.url, 'old')).status).toBe(403);
  });

  it('says in one line that its port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };

    const { code, output } = await refusal({ PORT: String(port) });

    other.close();
    expect(code).toBe(1);
    expect(output).toBe(`remount: port ${port} is already in use\n`);
  });

  it.each([
    ['PORT', 'high', 'remount: PORT must be a number from 0 to 65535, not high\n'],
    ['PORT', '70000', 'remount: PORT must be a number from 0 to 65535, not 70000\n'],
    ['RECONCILE_SECONDS', '0', 'remount: RECONCILE_SECONDS must be a number from 1 to 86400, not 0\n'],
    ['DATA_DIR', '/dev/null/data', 'remount: cannot use the data folder /dev/null/data: not a directory\n'],
  ])('refuses %s=%s in one line', async (name, value, line) => {
    expect(await refusal({ [name]: value })).toEqual({ code: 1, output: line });
  });

  it('says in one line that its data folder is in use', async () => {
    const dataDir = await temporaryFolder();
    const first = await start({ DATA_DIR: dataDir });

    const { code, output } = await refusal({ PORT: '0', DATA_DIR: dataDir });

    expect(code).toBe(1);
    expect(output).toBe(`remount: the data folder ${dataDir} is in use by process ${first.child.pid}\n`);
  });

  it('ends when its emulator dies', async () => {
    const dataDir = await temporaryFolder();
    const { child, output } = await start({ DATA_DIR: dataDir });
    const { emulator } = JSON.parse(await readFile(join(dataDir, 'in-use.json'), 'utf8'));

    process.kill(emulator, 'SIGKILL');

    expect(await once(child, 'exit')).toEqual([1, null]);
    expect(output()).toContain('remount: the DynamoDB emulator has ended unexpectedly\n');
  });
});
