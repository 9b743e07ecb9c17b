/** What policies allow (contract §5.3) in their namespace, and beside it. */

import { describe, expect, it } from 'vitest';
import type { Operation } from '../../functions/http/message.ts';
import { authorize, buildAcl, capabilitiesOf, mayReachMount } from '../../functions/policies/acl.ts';
import { acl, allows, OPERATIONS, source } from './rules.ts';

describe('policies and namespaces', () => {
  it.each(['secret/a', 'secret/*', 'secret/+', '+/a', '*'])(
    'puts %j under its policy’s namespace',
    (path) => {
      const of = acl({ [path]: 'read' }, 'ns1/ns2/');

      const paths = [
        'secret/a',
        'ns1/secret/a',
        'ns1/ns2/secret/a',
        'ns1/ns2/ns3/secret/a',
        'ns1/ns22/secret/a',
      ];

      const reached = path === '*' ? ['ns1/ns2/secret/a', 'ns1/ns2/ns3/secret/a'] : ['ns1/ns2/secret/a'];
      expect(paths.filter((full) => allows(of, 'read', full))).toEqual(reached);
    },
  );

  it('lets a policy grant into children, by name or by wildcard', () => {
    expect(allows(acl({ 'ns1/secret/*': 'read' }), 'read', 'ns1/secret/a')).toBe(true);
    expect(allows(acl({ '+/secret/*': 'read' }), 'read', 'ns1/secret/a')).toBe(true);
    expect(allows(acl({ 'ns2/secret/*': 'read' }, 'ns1/'), 'read', 'ns1/ns2/secret/a')).toBe(true);
  });

  it.each(['../secret/a', '/../secret/a', '/secret/a', '//secret/a'])(
    'lets no policy name its parent by %j',
    (path) => {
      expect(allows(acl({ [path]: 'read' }, 'ns1/'), 'read', 'secret/a')).toBe(false);
    },
  );

  it.each(['secret/a', 'secret/a*', 'secret/+'])(
    'unites rules that write one path from different namespaces: %s',
    (path) => {
      const parent = source({ [`ns1/${path}`]: 'read' });

      expect(
        capabilitiesOf(buildAcl([parent, source({ [path]: 'update' }, 'ns1/')]), 'ns1/secret/a'),
      ).toEqual(['read', 'update']);
      expect(capabilitiesOf(buildAcl([source({ [path]: 'deny' }, 'ns1/'), parent]), 'ns1/secret/a')).toEqual([
        'deny',
      ]);
    },
  );

  it('takes the name of a namespace literally, even when it is a +', () => {
    const own = source({ 'secret/+': 'read' }, '+/');
    const parent = source({ '+/secret/+': 'deny' });

    expect(allows(buildAcl([own]), 'read', '+/secret/a')).toBe(true);
    expect(allows(buildAcl([own]), 'read', 'ns1/secret/a')).toBe(false);
    expect(capabilitiesOf(buildAcl([parent, own]), '+/secret/a')).toEqual(['read']);
  });
});

describe('the policy root', () => {
  const of = buildAcl([{ namespacePath: 'ns1/', root: true }]);

  it.each([...OPERATIONS, 'help'] as Operation[])('allows %s in its namespace and below', (operation) => {
    for (const path of ['ns1/', 'ns1/sys/remount', 'ns1/ns2/secret/a']) {
      expect(authorize(of, { operation, path })).toEqual({ allowed: true, sudo: true, root: true });
    }
  });

  it.each(['', 'secret/a', 'ns1', 'ns2/secret/a', 'ns11/secret/a'])(
    'gives nothing on %j, outside of it',
    (path) => {
      expect(authorize(of, { operation: 'read', path })).toEqual({
        allowed: false,
        sudo: false,
        root: false,
      });
      expect(capabilitiesOf(of, path)).toEqual(['deny']);
      expect(mayReachMount(of, `${path}/`)).toBe(path === 'ns1');
    },
  );

  it('gives everything everywhere in the root namespace', () => {
    const everywhere = buildAcl([{ namespacePath: '', root: true }]);

    expect(capabilitiesOf(everywhere, 'ns1/secret/a')).toEqual(['root']);
    expect(authorize(everywhere, { operation: 'update', path: 'sys/remount' }).root).toBe(true);
  });
});
