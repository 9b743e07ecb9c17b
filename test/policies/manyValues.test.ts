/** Rules that name many values of parameters: they are joined and compared in time, or the request is refused. */

import { describe, expect, it } from 'vitest';
import {
  MAX_FIELD_ENTRIES,
  MAX_POLICY_BYTES,
  MAX_TOKEN_POLICIES,
  MAX_VALUE_STEPS,
} from '../../functions/limits.ts';
import { type Acl, authorize, buildAcl } from '../../functions/policies/acl.ts';
import { parsePolicy } from '../../functions/policies/policy.ts';
import { processorTimeOf } from '../support/processorTime.ts';

const PATIENCE_MS = 10_000;

function aclOf(text: string, count = MAX_TOKEN_POLICIES): Acl {
  const policy = parsePolicy(text);
  return buildAcl(Array.from({ length: count }, () => ({ namespacePath: '', policy })));
}

const update = (more: string) => `path "x" { capabilities = ["update"] ${more} }`;
const timed = <T>(work: () => T): T => {
  const { answer, ms } = processorTimeOf(work);
  expect(ms).toBeLessThan(PATIENCE_MS);
  return answer;
};
const request = (parameters: Record<string, unknown>) =>
  ({ operation: 'update', path: 'x', parameters }) as const;
const list = (count: number, name = 'w') => Array.from({ length: count }, (_, i) => `${name}${i}`);

describe('all policies of a token', () => {
  const again = 'a = ["1"] '.repeat(MAX_POLICY_BYTES / 12);

  it.each(['denied', 'allowed'])(
    'are joined in time where they name a parameter of the %s ones again and again',
    (kind) => {
      const acl = timed(() => aclOf(update(`${kind}_parameters = { ${again} }`)));
      expect(authorize(acl, request({ a: '1' })).allowed).toBe(kind === 'allowed');
      expect(authorize(acl, request({ a: '2' })).allowed).toBe(kind === 'denied');
    },
  );

  it('keep any value of a parameter, once one of them has it', () => {
    const acl = aclOf(update('denied_parameters = { a = [], a = ["1"] }'), 2);
    expect(authorize(acl, request({ a: '2' })).allowed).toBe(false);
  });
});

describe('a list of values', () => {
  const NAMED = list(5_000, 'z');
  const acl = aclOf(update(`denied_parameters = { policies = ${JSON.stringify(NAMED)} }`), 1);

  it.each([
    ['a list', list(MAX_FIELD_ENTRIES)],
    ['a text', list(MAX_FIELD_ENTRIES).join()],
    ['a list of maps', list(MAX_FIELD_ENTRIES).map((from) => ({ from }))],
  ])('is refused, as %s, where it takes more than MAX_VALUE_STEPS', (_, policies) => {
    expect(MAX_FIELD_ENTRIES * NAMED.length).toBeGreaterThan(MAX_VALUE_STEPS);
    const refused = 'the policies of the token name too many values of parameters for so long a list';
    timed(() =>
      expect(() => authorize(acl, request({ policies }))).toThrow(
        expect.objectContaining({ status: 400, errors: [refused] }),
      ),
    );
  });

  it('is judged where it takes fewer, and where no rule names the parameter', () => {
    const count = MAX_VALUE_STEPS / NAMED.length;
    expect(timed(() => authorize(acl, request({ policies: list(count) }))).allowed).toBe(true);
    expect(authorize(acl, request({ policies: 'z17' })).allowed).toBe(false);
    expect(timed(() => authorize(acl, request({ other: list(MAX_FIELD_ENTRIES) }))).allowed).toBe(true);
  });
});
