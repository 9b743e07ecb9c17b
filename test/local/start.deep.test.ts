import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { inspect } from '../../infra/local/inspect.ts';
import { findLastingPort } from '../support/freePort.ts';
import { interrupt, killAll, runStart, start } from './started.ts';
import { temporaryFolder } from './support.ts';

/** A start takes a second, and on a busy machine much more. */
const TIMEOUT_MS = 120_000;

describe('npm start', { timeout: TIMEOUT_MS }, () => {
  afterEach(killAll);

  async function refusal(environment: Record<string, string>): Promise<{ code: number; output: string }> {
    const { child, output } = runStart(environment);
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
  });

  /** The variables in a file that a shell can read. */
  async function variablesIn(file: string): Promise<Record<string, string>> {
    const lines = [...(await readFile(file, 'utf8')).matchAll(/^export (\w+)='(.*)'$/gm)];
    return Object.fromEntries(lines.map(([, name, value]) => [name, value]));
  }
  const rights = async (file: string) => (await stat(file)).mode & 0o777;
  const fileIn = (output: string, name: string) =>
    new RegExp(`(/\\S+/${name.replace('.', '\\.')})`).exec(output)?.[1] ?? '';

  it('prints nothing after its banner: requests go to a log that only its owner may read', async () => {
    const dataDir = await temporaryFolder();
    const { url, output } = await start({ DATA_DIR: dataDir });
    const banner = output();

    await secret(url, 'root');

    const file = join(dataDir, 'remount.log');
    await expect.poll(() => readFile(file, 'utf8')).toContain('"route":"data/:path*"');
    expect(await rights(file)).toBe(0o600);
    expect(banner).toContain(`Log:        ${file}\n`);
    expect(banner).toMatch(/Ctrl-C stops it\.\n\n$/);
    expect(output()).toBe(banner);
  });

  it('keeps what is in the log of the last start', async () => {
    const dataDir = await temporaryFolder();
    const lines = async () => (await readFile(join(dataDir, 'remount.log'), 'utf8')).split('\n');
    await interrupt(await start({ DATA_DIR: dataDir }));
    const [first] = await lines();

    await start({ DATA_DIR: dataDir });

    expect((await lines())[0]).toBe(first);
  });

  it('prints the log with LOG=-', async () => {
    const dataDir = await temporaryFolder();
    const { url, output } = await start({ DATA_DIR: dataDir, LOG: '-' });

    await secret(url, 'root');

    await expect.poll(output).toContain('"route":"data/:path*"');
    expect(output()).toContain('Log:        this terminal\n');
    expect(existsSync(join(dataDir, 'remount.log'))).toBe(false);
  });

  it('leaves neither log nor credentials behind when it keeps its data in memory', async () => {
    const running = await start({});
    const files = ['remount.log', 'aws.env'].map((name) => fileIn(running.output(), name));
    expect(files.map((file) => existsSync(file))).toEqual([true, true]);

    expect(await interrupt(running)).toBe(0);

    expect(files.map((file) => existsSync(file))).toEqual([false, false]);
  });

  it('has its event bus, queues and scheduler on the ports after its own, for those with its credentials', async () => {
    const dataDir = await temporaryFolder();
    const port = await findLastingPort();
    const running = await start({ DATA_DIR: dataDir, PORT: String(port) });

    const file = join(dataDir, 'aws.env');
    const variables = await variablesIn(file);
    expect(variables).toMatchObject({
      AWS_ENDPOINT_URL_EVENTBRIDGE: `http://127.0.0.1:${port + 1}`,
      AWS_ENDPOINT_URL_SQS: `http://127.0.0.1:${port + 2}`,
      AWS_ENDPOINT_URL_SCHEDULER: `http://127.0.0.1:${port + 3}`,
    });
    const { AWS_DEFAULT_REGION = '', ...environment } = variables;
    expect(
      await inspect({ ...environment, AWS_REGION: AWS_DEFAULT_REGION }, 'EVENTBRIDGE', '/events'),
    ).toEqual([]);
    expect(await rights(file)).toBe(0o600);
    expect(running.output()).toContain(`. '${file}'`);
    expect(running.output()).not.toContain(variables.AWS_SECRET_ACCESS_KEY);
    await interrupt(running);
    expect(existsSync(file)).toBe(false);
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

    const { code, output } = await refusal({ PORT: String(port), AWS_PORT: '0' });

    other.close();
    expect(code).toBe(1);
    expect(output).toBe(`remount: port ${port} is already in use\n`);
  });

  it('says in one line that a port of its AWS services is taken, and how to choose others', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };

    const { code, output } = await refusal({ PORT: '0', AWS_PORT: String(port - 1) });

    other.close();
    expect(code).toBe(1);
    expect(output).toBe(
      `remount: port ${port} is already in use; AWS_PORT chooses other ports for the local services of AWS\n`,
    );
  });

  it.each([
    ['PORT', 'high', 'remount: PORT must be a number from 0 to 65535, not high\n'],
    ['PORT', '70000', 'remount: PORT must be a number from 0 to 65535, not 70000\n'],
    ['AWS_PORT', '65534', 'remount: AWS_PORT must be a number from 0 to 65533, not 65534\n'],
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
