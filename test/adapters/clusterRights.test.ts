import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  OPTIONAL_RIGHTS,
  POLICY_RIGHTS,
  policyLine,
  READ_RIGHTS,
  type Right,
  WRITE_RIGHTS,
} from '../../functions/adapters/clusterRights.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'infra', 'cluster');
const POLICY = join(FOLDER, 'policy.hcl');

const LEVELS = ['', 'a/', 'a/b/'];

/** The lines that rights need, in their order. */
function linesOf(rights: Record<string, Right>): string[] {
  return Object.values(rights).flatMap((right) =>
    (right.isEverywhere ? LEVELS : ['']).map((namespace) => policyLine(right, namespace)),
  );
}

describe('the policy of the service', () => {
  it('has in each part exactly the lines that the adapter needs, each below a comment', async () => {
    const [, ...parts] = (await readFile(POLICY, 'utf8')).split(/^# Part \d\. /m);
    const rules = parts.map((part) => part.split('\n').filter((line) => line.startsWith('path ')));
    expect(rules).toEqual([READ_RIGHTS, WRITE_RIGHTS, OPTIONAL_RIGHTS].map(linesOf));
    const paragraphs = parts.flatMap((part) => part.trim().split('\n\n').slice(1));
    for (const paragraph of paragraphs) expect(paragraph).toMatch(/^# [^\n]+\n(path [^\n]+\n?)+$/);
  });

  it('has what changes policies in a file of its own', async () => {
    const lines = (await readFile(join(FOLDER, 'policies.hcl'), 'utf8')).split('\n');
    expect(lines.filter((line) => line.startsWith('path '))).toEqual(linesOf(POLICY_RIGHTS));
  });
});
