/** `pagination_limit`: how much of a listing policies let a request see at once (contract §5.2). */

import { describe, expect, it } from 'vitest';
import type { Operation } from '../../functions/http/message.ts';
import { authorize, buildAcl } from '../../functions/policies/acl.ts';
import { parsePolicy } from '../../functions/policies/policy.ts';

const LIST = 'capabilities = ["list", "scan", "read"]';

/** Each body is the block of `path "a"` in a policy of its own. */
function judge(bodies: string[], parameters: Record<string, unknown>, operation: Operation = 'list') {
  const sources = bodies.map((body) => ({
    namespacePath: '',
    policy: parsePolicy(`path "a" { ${LIST}\n${body} }`),
  }));
  const { allowed, pageLimit } = authorize(buildAcl(sources), { operation, path: 'a', parameters });
  return { allowed, pageLimit };
}

const AS_ASKED = { allowed: true, pageLimit: undefined };
const REFUSED = { allowed: false, pageLimit: undefined };

describe('the limit of a listing', () => {
  it.each<[asked: object, verdict: object]>([
    [{}, { allowed: true, pageLimit: 10 }],
    [{ limit: 'max' }, { allowed: true, pageLimit: 10 }],
    [{ limit: '10' }, AS_ASKED],
    [{ limit: 3 }, AS_ASKED],
    [{ limit: '0' }, { allowed: true, pageLimit: 10 }],
    [{ limit: '-1' }, { allowed: true, pageLimit: 10 }],
    [{ limit: '11' }, REFUSED],
    [{ limit: 'many' }, REFUSED],
    [{ limit: ['1', '2'] }, REFUSED],
  ])('of ten at most judges %j', (asked, verdict) => {
    for (const operation of ['list', 'scan'] as const)
      expect(judge(['pagination_limit = 10'], { ...asked }, operation)).toEqual(verdict);
  });

  it('must be named where policies require it', () => {
    const body = 'pagination_limit = 10 required_parameters = ["limit"]';
    expect(judge([body], {})).toEqual(REFUSED);
    expect(judge([body], { limit: 'max' })).toEqual({ allowed: true, pageLimit: 10 });
  });

  it('is the lowest of all policies', () => {
    const bodies = ['pagination_limit = 10', '', 'pagination_limit = 3'];
    expect(judge(bodies, {})).toEqual({ allowed: true, pageLimit: 3 });
  });

  it('is none without a word of the policies, when as much as possible is everything', () => {
    expect(judge([''], {})).toEqual(AS_ASKED);
    expect(judge([''], { limit: '99' })).toEqual(AS_ASKED);
    expect(judge([''], { limit: 'max' })).toEqual({ allowed: true, pageLimit: 0 });
  });

  it('says nothing about reads', () => {
    expect(judge(['pagination_limit = 10'], { limit: '99' }, 'read')).toEqual(AS_ASKED);
  });
});
