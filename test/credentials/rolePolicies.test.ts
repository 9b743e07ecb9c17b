import { describe, expect, it } from 'vitest';
import { type PolicyRules, policiesByRole } from '../../functions/credentials/rolePolicies.ts';

const OPEN: PolicyRules = {
  allowed_policies: [],
  allowed_policies_glob: [],
  disallowed_policies: [],
  disallowed_policies_glob: [],
  token: { token_no_default_policy: false },
};

function given(rules: Partial<PolicyRules>, asked: string[] = [], noDefault = false): string[] {
  return policiesByRole({ asked, noDefault, parent: ['mine'] }, { ...OPEN, ...rules });
}

describe('the policies that a role gives', () => {
  it('are its own, those of the request, or else those of the parent', () => {
    expect(given({ allowed_policies: ['b', 'a'] })).toEqual(['a', 'b', 'default']);
    expect(given({ allowed_policies: ['b', 'a'] }, ['B '])).toEqual(['b', 'default']);
    expect(given({ disallowed_policies: ['x'] })).toEqual(['default', 'mine']);
    expect(given({ allowed_policies_glob: ['x*'] })).toEqual(['default']);
  });

  it('lack default where the request, the role or its rules refuse it', () => {
    expect(given({ allowed_policies: ['a', 'default'] }, [], true)).toEqual(['a']);
    expect(given({ allowed_policies: ['a'], token: { token_no_default_policy: true } })).toEqual(['a']);
    for (const rules of [{ disallowed_policies: ['default'] }, { disallowed_policies_glob: ['d*t'] }])
      expect(given({ allowed_policies: ['a'], ...rules })).toEqual(['a']);
  });

  it.each([
    ['a*', 'a', true],
    ['a*', 'ba', false],
    ['*a', 'ba', true],
    ['*a', 'ab', false],
    ['*a*', 'bab', true],
    ['a*b*c', 'a1b2c', true],
    ['a*b*c', 'a1c2b', false],
    ['ab*ba', 'aba', false],
    ['ab*ba', 'abba', true],
    ['*', 'anything', true],
    ['a.c', 'abc', false],
    ['a', 'a', true],
    ['a', 'ab', false],
    ['*ab*ab', 'ab', false],
  ])('may be those that %s matches: %s is %s', (pattern, name, isMatch) => {
    const policies = () => given({ allowed_policies_glob: [pattern] }, [name]);
    if (isMatch) expect(policies()).toContain(name);
    else expect(policies).toThrow('must be subset');
    const others = () => given({ disallowed_policies_glob: [pattern] }, [name]);
    if (isMatch) expect(others).toThrow('is disallowed by this role');
    else expect(others()).toContain(name);
  });

  it('are matched in time that grows with their length alone', () => {
    const [pattern, name] = ['*a'.repeat(250), `${'a'.repeat(500)}b`];
    const before = process.cpuUsage().user;
    expect(() => given({ allowed_policies_glob: [pattern] }, [name])).toThrow('must be subset');
    expect(process.cpuUsage().user - before).toBeLessThan(500_000);
  });

  it('never include what only the service may give', () => {
    expect(() => given({ allowed_policies: ['response-wrapping'] })).toThrow(
      'cannot assign policy "response-wrapping"',
    );
  });
});
