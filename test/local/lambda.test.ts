import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Lambda, PayloadTooLarge } from '../../infra/local/lambda.ts';
import { startFixtureLambda, TIMEOUT_SECONDS } from './support.ts';

describe('the local Lambda', () => {
  const logged: string[] = [];
  let lambda: Lambda;
  /** Ends an invocation after a second. */
  let hasty: Lambda;
  beforeAll(async () => {
    lambda = await startFixtureLambda((text) => logged.push(text));
    hasty = await startFixtureLambda(undefined, 1);
  });
  afterAll(() => Promise.all([lambda.stop(), hasty.stop()]));

  const probe = (event: object) => lambda.invoke('probe', event) as Promise<Record<string, unknown>>;
  const probeHasty = (event: object) => hasty.invoke('probe', event) as Promise<Record<string, unknown>>;

  /** Waits until the function is loaded; on a busy machine that takes more than the second it has. */
  const loaded = () =>
    vi.waitUntil(() => probeHasty({ do: 'wait', ms: 0 }).catch(() => undefined), { timeout: 20_000 });

  it('passes events and results as JSON', async () => {
    const result = await probe({ do: 'tell' });

    expect(result.at).toBe('1970-01-01T00:00:00.000Z');
    expect(result).not.toHaveProperty('nothing');
    expect(await lambda.invoke('probe', { text: 'ä', list: [1, null] })).toEqual({
      text: 'ä',
      list: [1, null],
    });
  });

  it('shows a function its own variables and nothing of the machine', async () => {
    process.env.ONLY_ON_THIS_MACHINE = 'private';

    const { environment } = await probe({ do: 'tell' });

    expect(environment).toMatchObject({ GREETING: 'hello', AWS_LAMBDA_FUNCTION_NAME: 'probe' });
    expect(environment).not.toHaveProperty('ONLY_ON_THIS_MACHINE');
    expect(environment).not.toHaveProperty('HOME');
  });

  it('shows a function how much time it has left', async () => {
    const { remainingMs, context } = await probe({ do: 'tell' });

    expect(remainingMs).toBeGreaterThan(TIMEOUT_SECONDS * 500);
    expect(remainingMs).toBeLessThanOrEqual(TIMEOUT_SECONDS * 1_000);
    expect(context).toMatchObject({
      functionName: 'probe',
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  it('passes on what a function prints', async () => {
    await probe({ do: 'tell' });

    await expect.poll(() => logged.join('')).toContain('probe was asked');
  });

  it('has what a function prints before its answer', async () => {
    logged.length = 0;

    await probe({ do: 'tell' });

    expect(logged.join('')).toContain('probe was asked');
  });

  it('runs invocations of one function at the same time', async () => {
    const began = Date.now();

    const results = await Promise.all(Array.from({ length: 100 }, () => probe({ do: 'wait', ms: 200 })));

    expect(Date.now() - began).toBeLessThan(100 * 200);
    expect(new Set(results.map(({ invocations }) => invocations))).toHaveLength(1);
  });

  it('returns name and message of what a handler throws', async () => {
    const failure = await probe({ do: 'throw' }).catch((error) => error);
    const textFailure = await probe({ do: 'throwText' }).catch((error) => error);

    expect(failure).toMatchObject({ name: 'ProbeFailed', message: 'on purpose' });
    expect(textFailure).toMatchObject({ name: 'string', message: 'only a text' });
  });

  it('ends an invocation at the timeout of its function and restarts the function', async () => {
    await loaded();

    const failure = await probeHasty({ do: 'never' }).catch((error) => error);

    expect(failure).toMatchObject({ name: 'Sandbox.Timedout' });
    expect(failure.message).toMatch(/Task timed out after 1\.00 seconds$/);
    expect(await loaded()).toMatchObject({ invocations: 1 });
  });

  it('lets the others in an environment finish when one times out', async () => {
    await loaded();
    const late = probeHasty({ do: 'never' }).catch((error) => error.name);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const other = probeHasty({ do: 'wait', ms: 700 });

    expect(await late).toBe('Sandbox.Timedout');
    expect(await other).toMatchObject({ do: 'wait' });
  });

  it('ends a function that blocks its thread', async () => {
    await expect(probeHasty({ do: 'block' })).rejects.toThrow('Task timed out');
    expect(await loaded()).toMatchObject({ invocations: 1 });
  });

  it.each(['exit', 'crashLater'])(
    'answers all invocations when the function dies (%s) and restarts it',
    async (way) => {
      const other = probe({ do: 'wait', ms: 900 }).catch((error) => error);

      const failure = await probe({ do: way }).catch((error) => error);

      expect(failure).toMatchObject({ name: 'Runtime.ExitError' });
      expect(await other).toMatchObject({ name: 'Runtime.ExitError' });
      expect(await probe({ do: 'wait', ms: 0 })).toMatchObject({ invocations: 1 });
    },
  );

  it('reports a function that cannot be loaded', async () => {
    await expect(lambda.invoke('broken', {})).rejects.toThrow('broken while loading');
  });

  it('refuses events and results over 6 MB', async () => {
    await expect(probe({ text: 'x'.repeat(7 * 1024 * 1024) })).rejects.toThrow(PayloadTooLarge);
    await expect(probe({ do: 'bulk' })).rejects.toMatchObject({ name: 'Function.ResponseSizeTooLarge' });
  });
});
