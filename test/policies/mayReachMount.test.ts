/** Which mounts a token may see by its policies (contract §5.3). */

import { describe, expect, it } from 'vitest';
import { mayReachMount } from '../../functions/policies/acl.ts';
import { acl, type Rules } from './rules.ts';

describe('mayReachMount', () => {
  const SCENES: [what: string, rules: Rules, visible: boolean][] = [
    ['no rule', {}, false],
    ['a rule at the mount', { 'kv/team/': 'list' }, true],
    ['a rule at the mount without its slash', { 'kv/team': 'list' }, true],
    ['a rule below', { 'kv/team/a/b': 'read' }, true],
    ['a glob at the mount', { 'kv/team/*': 'read' }, true],
    ['a glob below', { 'kv/team/a/b*': 'read' }, true],
    ['a glob above', { 'kv/*': 'read' }, true],
    ['a glob in the middle of the name', { 'kv/te*': 'read' }, true],
    ['a glob on everything', { '*': 'sudo' }, true],
    ['a wildcard for the mount', { 'kv/+/a': 'read' }, true],
    ['a wildcard above', { '+/team/a': 'read' }, true],
    ['a wildcard below', { 'kv/team/+/b': 'read' }, true],
    ['a wildcard and a glob above', { '+/te*': 'read' }, true],
    ['a rule beside', { 'kv/tea/a': 'read', 'kv/teams/a': 'read', kv: 'read', 'kv/': 'read' }, false],
    ['a wildcard beside', { 'kv/+': 'deny', '+/other/a': 'read', '+': 'read', 'kv/teams*': 'read' }, false],
    ['only a deny', { 'kv/team/*': 'deny' }, false],
    ['only rules without capabilities', { 'kv/team/a': '', 'kv/+/b': '' }, false],
    ['a deny that covers it all', { '*': 'read', 'kv/team/*': 'deny' }, false],
    ['a deny with something open below', { 'kv/team/*': 'deny', 'kv/team/a': 'read' }, true],
    ['a deny at the mount itself only', { '*': 'read', 'kv/team/': 'deny' }, true],
  ];

  it.each(SCENES)('judges %s', (_what, rules, visible) => {
    expect(mayReachMount(acl(rules), 'kv/team/')).toBe(visible);
    expect(mayReachMount(acl(rules, 'ns1/'), 'ns1/kv/team/')).toBe(visible);
  });

  it('shows no mount of another namespace', () => {
    expect(mayReachMount(acl({ '*': 'read', '+/a': 'read' }, 'ns1/'), 'kv/team/')).toBe(false);
  });
});
