/** The changes of policies that one move or many would make, as a unified diff for each policy. */

import { createTwoFilesPatch } from 'diff';
import type { Preview } from '../../functions/remount/answers.ts';
import { counted, namespaceName } from './numbers.ts';

export interface DiffLine {
  text: string;
  style?: 'green' | 'red' | 'dim';
}

/** Lines of text around a change. */
const CONTEXT = 3;

/**
 * @param changes nothing if policies stay as they are
 * @param when the new text is that of the policy
 */
export function policyDiffLines(changes: Preview['policy_changes'], when = 'after the move'): DiffLine[] {
  if (!changes) return [];
  const diffs = changes.changes.flatMap(({ namespace, policy, before, after }) => {
    const name = `${namespace}sys/policies/acl/${policy}`;
    const [now, then] = [`${name} (now)`, `${name} (${when})`];
    const patch = createTwoFilesPatch(now, then, before, after, undefined, undefined, { context: CONTEXT });
    // Its first line separates files.
    return patch.trimEnd().split('\n').slice(1).map(styled);
  });
  const hidden = Object.entries(changes.hidden).map(([namespace, number]) => ({
    text: `${counted(number, 'policy', 'policies')} of ${namespaceName(namespace)} that the token may not read would change, too.`,
  }));
  const left = changes.left.map(({ namespace, policy, reason }) => ({
    text: `${namespace}sys/policies/acl/${policy} stays as it is: ${reason}.`,
  }));
  const none = diffs.length + left.length + hidden.length === 0;
  return [{ text: '' }, ...(none ? [{ text: 'No policy would change.' }] : []), ...diffs, ...left, ...hidden];
}

/** The output escapes control characters, which a tab would be. */
function styled(line: string): DiffLine {
  const text = line.replaceAll('\t', '    ');
  if (/^(---|\+\+\+|@@|\\)/.test(text)) return { text, style: 'dim' };
  if (text.startsWith('+')) return { text, style: 'green' };
  return text.startsWith('-') ? { text, style: 'red' } : { text };
}
