import { describe, expect, it } from 'vitest';
import { stackFrames, VaultError } from '../../functions/http/errors.ts';
import { discreetly } from '../../functions/lambda/discreetly.ts';
import { ClusterForbids, ClusterUnavailable } from '../../functions/ports/cluster.ts';
import { StoreBusy } from '../../functions/ports/store.ts';

/** Text that the parser quotes; its lines look like a stack. */
const STORED = 'x\n    at secret';

const failing = (error: unknown) => discreetly(async (): Promise<void> => Promise.reject(error));

function syntaxError(): SyntaxError {
  try {
    return JSON.parse(STORED);
  } catch (error) {
    return error as SyntaxError;
  }
}

describe('a function that AWS calls', () => {
  it.each([
    new VaultError(400, ['refused']),
    new StoreBusy('the store is busy'),
    new ClusterUnavailable('no active node was found'),
    new ClusterForbids('the policy of the service lacks a line'),
    new Error('the chunks are not done'),
  ])('rethrows an error of this project unchanged: %s', async (error) => {
    await expect(failing(error)()).rejects.toBe(error);
  });

  it.each([
    ['of the runtime', syntaxError(), 'SyntaxError'],
    [
      'of the SDK',
      Object.assign(new Error('secret'), { name: 'ValidationException' }),
      'ValidationException',
    ],
    ['of the network', Object.assign(new Error('secret'), { code: 'ECONNRESET' }), 'Error'],
    ['that is none', 'secret', 'string'],
  ])('keeps only the name of an error %s', async (_, error, name) => {
    const told: Error = await failing(error)().then(Promise.reject, (reason) => reason);

    expect(told).toMatchObject({ name, message: 'unexpected error' });
    expect(JSON.stringify([told.stack, { ...told }])).not.toContain('secret');
  });

  it('passes the arguments to the handler, and returns its result', async () => {
    expect(await discreetly(async (a: number, b: number) => a + b)(1, 2)).toBe(3);
  });
});

describe('the stack of an error', () => {
  it('is kept without the message, even if its lines look like a stack', () => {
    const error = syntaxError();

    expect(error.stack).toContain('\n    at secret');
    expect(stackFrames(error)[0]).toContain('JSON.parse');
    expect(stackFrames(error).join()).not.toContain('secret');
  });

  it('is dropped if the stack does not contain the message', () => {
    const error = new Error('before');
    expect(error.stack).toContain('before');
    error.message = 'after';

    expect(stackFrames(error)).toEqual([]);
    expect(stackFrames('text')).toEqual([]);
  });
});
