/** Random rules and moves. What a rule grants is asked of the evaluation of policies, which knows nothing of moves. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Operation } from '../../functions/http/message.ts';
import { authorize, buildAcl } from '../../functions/policies/acl.ts';
import { movedRule } from '../../functions/policies/movedRule.ts';
import type { PathRule } from '../../functions/policies/pathRule.ts';

/** What precedes the path of a mount in requests. */
const BEFORE = ['', 'sys/mounts/', 'sys/leases/revoke/', 'sys/leases/lookup/', 'sys/internal/ui/mounts/'];
const name = fc.constantFrom('a', 'b', 'ab');
const namespace = fc.constantFrom('', '', 'n/', 'n/m/', 'a/');
const mount = fc.array(name, { minLength: 1, maxLength: 2 }).map((names) => `${names.join('/')}/`);

/** A move, and the beginnings of a request about the mount before and after it. */
const move = fc
  .record({ isAuth: fc.boolean(), from: mount, to: mount, within: namespace, into: namespace })
  .chain(({ isAuth, from, to, within, into }) => {
    const path = (bare: string) => (isAuth ? `auth/${bare}` : bare);
    const before = isAuth ? fc.constantFrom(...BEFORE, 'sys/auth/') : fc.constantFrom(...BEFORE);
    return before.map((prefix) => {
      const request = (bare: string) => prefix + (prefix === 'sys/auth/' ? bare : path(bare));
      return {
        source: { namespace: { path: within }, path: path(from) },
        target: { namespace: { path: into }, path: path(to) },
        before: within + request(from).slice(0, -1),
        after: into + request(to).slice(0, -1),
        // No engine answers at the path of its mount without a slash.
        isOwn: prefix === '',
      };
    });
  });

const suffix = fc.constantFrom('', '/', '/a', '/a/b', '/tune', '/ab/');

/** Cut from a path that the move is about, so that rules and requests meet; some segments become wildcards. */
function ruleFor(path: string): fc.Arbitrary<string> {
  const segments = path.split('/');
  const wild = fc.array(fc.constantFrom(false, false, false, true), {
    minLength: segments.length,
    maxLength: segments.length,
  });
  const written = wild.map((which) => segments.map((part, i) => (which[i] ? '+' : part)).join('/'));
  const cut = fc.option(fc.nat(path.length), { nil: undefined });
  return fc
    .tuple(written, cut)
    .map(([whole, end]) => (end === undefined ? whole : `${whole.slice(0, end)}*`))
    .filter((rule) => !rule.includes('+*') && rule !== '');
}

const rest = fc.record<Omit<PathRule, 'path'>, 'capabilities'>(
  {
    capabilities: fc.constantFrom(['read'], ['list'], ['read', 'update', 'sudo']),
    allowedParameters: fc.constant([{ name: 'plugin', values: ['x'] }]),
    requiredParameters: fc.constant(['plugin']),
    minWrappingTtl: fc.constant(60),
    paginationLimit: fc.constant(3),
  },
  { requiredKeys: ['capabilities'] },
);

const asked = move.chain((found) =>
  fc.record({
    move: fc.constant(found),
    suffix,
    path: fc
      .tuple(fc.constantFrom(found.before, found.after), suffix)
      .chain(([about, end]) => ruleFor(about + end)),
    rest,
    operation: fc.constantFrom<Operation>('read', 'list', 'update'),
    parameters: fc.constantFrom({}, { plugin: 'x' }, { plugin: 'y' }),
  }),
);

const NOTHING = { allowed: false };

describe('a rule and the paths that it needs after a move', () => {
  it('grant at the target what the rule grants at the source, and the new paths nothing else there', () => {
    let missed = 0;
    fc.assert(
      fc.property(asked, ({ move: { source, target, before, after, isOwn }, suffix: end, ...request }) => {
        fc.pre(before !== after && !(isOwn && end === ''));
        const { operation, parameters } = request;
        const decide = (path: string, ...paths: string[]) => {
          const rules = paths.map((one) => ({ ...request.rest, path: one }));
          const acl = buildAcl([{ namespacePath: '', policy: { rules } }]);
          const decision = authorize(acl, { operation, parameters, path });
          return decision.allowed || decision.sudo ? decision : NOTHING;
        };
        const paths = movedRule('', request.path, source, target);
        const now = decide(before + end, request.path);
        const later = decide(after + end, request.path);
        const withNew = decide(after + end, ...paths);

        expect(decide(after + end, request.path, ...paths)).toEqual(now === NOTHING ? later : now);
        if (withNew !== NOTHING) expect(withNew).toEqual(now);
        if (now !== NOTHING && later === NOTHING) missed++;
      }),
      { numRuns: 5_000 },
    );
    expect(missed).toBeGreaterThan(500);
  });
});
