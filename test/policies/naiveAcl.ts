/** The evaluation of policies spelt out without any thought of speed, to compare the real one with. */

import type { Operation } from '../../functions/http/message.ts';
import type { Capability, PathRule } from '../../functions/policies/pathRule.ts';

export interface Source {
  namespacePath: string;
  policy: { rules: PathRule[] };
}

/** Contract §5.3, steps 2 and 4. */
export function naiveAccess(sources: Source[], operation: Operation, path: string) {
  const lists = operation === 'list' || operation === 'scan';
  const capabilities = naiveFind(sources, lists ? path.replace(/\/?$/, '/') : path, lists);
  return { allowed: capabilities.includes(operation as Capability), sudo: capabilities.includes('sudo') };
}

/** Contract §5.3, step 2: the capabilities of the rule that decides. */
export function naiveFind(sources: Source[], path: string, lists: boolean): Capability[] {
  const bare = lists ? path.replace(/\/$/, '') : path;
  const written = sources.flatMap(({ namespacePath, policy }) =>
    policy.rules.map(({ path: p }) => namespacePath + p),
  );
  const winner =
    written.find((rule) => !isPattern(rule) && rule === path) ??
    written.find((rule) => !isPattern(rule) && rule === bare) ??
    bestPattern(written, path) ??
    bestPattern(written, bare);
  const united = sources.flatMap(({ namespacePath, policy }) =>
    policy.rules
      .filter((rule) => namespacePath + rule.path === winner)
      .flatMap(({ capabilities }) => capabilities),
  );
  return united.includes('deny') ? ['deny'] : [...new Set(united)];
}

function isPattern(rule: string): boolean {
  return rule.endsWith('*') || rule.split('/').includes('+');
}

function bestPattern(written: string[], path: string): string | undefined {
  return written
    .filter((rule) => isPattern(rule) && toRegExp(rule).test(path))
    .sort(weakestFirst)
    .at(-1);
}

function toRegExp(rule: string): RegExp {
  const literal = rule.replace(/\*$/, '').replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const body = literal
    .split('/')
    .map((segment) => (segment === '\\+' ? '[^/]*' : segment))
    .join('/');
  return new RegExp(`^${body}${rule.endsWith('*') ? '' : '$'}`, 's');
}

/** Contract §5.3, step 3. */
function weakestFirst(a: string, b: string): number {
  const first = (rule: string) => (rule.split('/').includes('+') ? rule.indexOf('+') : rule.length - 1);
  const plus = (rule: string) => rule.split('/').filter((segment) => segment === '+').length;
  const bare = (rule: string) => rule.replace(/\*$/, '');
  return (
    first(a) - first(b) ||
    Number(b.endsWith('*')) - Number(a.endsWith('*')) ||
    plus(b) - plus(a) ||
    bare(a).length - bare(b).length ||
    (bare(a) > bare(b) ? 1 : -1)
  );
}
