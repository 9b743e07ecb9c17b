import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ID, run, said, start } from './command.ts';
import { type Fault, startFaultyProxy } from './faultyProxy.ts';
import { newWorld, ROOT_TOKEN, type World } from './world.ts';

describe('an interrupted command', () => {
  let world: World;
  beforeAll(async () => {
    world = await newWorld();
  });
  afterAll(() => world?.stop());

  async function kv(path: string): Promise<string> {
    await world.root.write(`sys/mounts/${path}`, { type: 'kv' });
    return path;
  }

  /** The environment of a command that reaches the service through a proxy with these faults. */
  async function through(faults: Fault[]) {
    const proxy = await startFaultyProxy(world.environment.VAULT_ADDR ?? '', faults);
    onTestFinished(proxy.stop);
    return { proxy, environment: { ...world.environment, VAULT_ADDR: proxy.url } };
  }

  it('does not stop a migration on Ctrl-C, and says so', async () => {
    await world.issue('ssh', 3);
    const { environment } = await through(['none', 'never answer']);
    const running = start(['move', 'ssh', 'moved'], environment);
    await said(running, ID);
    const [id = ''] = ID.exec(running.stderr()) ?? [];

    running.child.kill('SIGINT');

    const { code, stdout, stderr } = await running.ended;
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    expect(stderr).toMatch(
      new RegExp(`Interrupted. Migration ${id} continues; to watch it: remount status ${id} --watch\n$`),
    );
    const watched = await world.run('status', id, '--watch');
    expect(watched.code).toBe(0);
    expect(watched.stdout).toMatch(/^Moved ssh\/ to moved\/ in [\d.]+ s, 3 leases revoked\.\n$/);
  });

  it('waits as long as a busy service asks for, and then retries', async () => {
    const { proxy, environment } = await through([{ status: 503, retryAfter: '1' }, { status: 429 }]);
    const from = await kv('patient');
    const began = Date.now();

    const { code, stderr } = await run(['move', from, 'patient-to'], environment);

    expect(code).toBe(0);
    expect(Date.now() - began).toBeGreaterThan(1_000);
    expect(stderr).toContain('the service answered 503; retrying in 1 s\n');
    expect(proxy.requests.filter((request) => request === 'POST /v1/sys/remount')).toHaveLength(3);
  });

  it.each([
    'the cluster refuses the token of the service',
    'the policy of the service lacks: path "sys/remount" { capabilities = ["sudo", "update"] }',
  ])('does not repeat what a cluster refuses: %s', async (error) => {
    const { proxy, environment } = await through([{ status: 502, error }]);

    const { code, stderr } = await run(['move', 'refused', 'refused-to'], environment);

    expect(code).toBe(2);
    expect(stderr).toContain(error);
    expect(stderr).not.toMatch(/retrying|unknown whether/);
    expect(proxy.requests.filter((request) => request === 'POST /v1/sys/remount')).toHaveLength(1);
  });

  it('moves once when the answer is lost', async () => {
    const { proxy, environment } = await through(['lose the answer']);
    const from = await kv('lost');

    const { code, stdout, stderr } = await run(['move', from, 'lost-to'], environment);

    expect(code).toBe(0);
    expect(stderr).toContain('the connection was closed without an answer (ECONNRESET); retrying in');
    expect(stderr).toMatch(/Moving lost to lost-to, migration/);
    expect(stdout).toMatch(/^Moved lost\/ to lost-to\/ in/);
    expect(proxy.requests.slice(0, 2)).toEqual(['POST /v1/sys/remount', 'POST /v1/sys/remount']);
    const { data } = await world.root.read('sys/remount/status?list=true&source=lost');
    expect(data.keys).toHaveLength(1);
  });

  it('gives up after some tries, and shows how to repeat the command safely', async () => {
    const { environment } = await through(Array(4).fill('lose the answer'));
    const from = await kv('given-up');

    const first = await run(['move', from, 'given-up-to'], environment);
    const [, key = ''] = /--idempotency-key (\S+)\./.exec(first.stderr) ?? [];
    const second = await world.run('move', from, 'given-up-to', '--idempotency-key', key);

    expect(first.code).toBe(2);
    expect(first.stderr).toContain('It is unknown whether the service accepted the request');
    expect(second.code).toBe(0);
    expect(second.stderr).toContain('Already started with this idempotency key');
  });

  it('says that nothing listens at an address, and that nothing was done', async () => {
    const { code, stdout, stderr } = await run(['move', 'a', 'b'], {
      ...world.environment,
      VAULT_ADDR: 'http://user:password@127.0.0.1:1/prod',
    });

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.split('\n').at(-2)).toBe(
      'Error moving a to b: cannot reach http://127.0.0.1:1/prod: nothing listens there (ECONNREFUSED)',
    );
    expect(stderr).not.toContain('password');
  });

  it('says that a server does not speak TLS', async () => {
    const VAULT_ADDR = (world.environment.VAULT_ADDR ?? '').replace('http:', 'https:');

    const { code, stderr } = await run(['list'], { ...world.environment, VAULT_ADDR });

    expect(code).toBe(2);
    expect(stderr).toContain('it does not speak TLS; should the address start with http://?');
  });

  it('names the capabilities that a token needs, and never shows the token', async () => {
    const wrong = 'hvs.a-token-that-is-not-known';
    const { code, stdout, stderr } = await run(['move', 'a', 'b'], {
      ...world.environment,
      VAULT_TOKEN: wrong,
    });

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe(
      'Error moving a to b: permission denied. POST sys/remount in the root namespace needs a valid token ' +
        'whose policies allow "update" and "sudo"\n',
    );
    expect(stderr).not.toContain(ROOT_TOKEN);
  });
});
