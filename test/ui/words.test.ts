import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BulkInfo } from '../../functions/bulk/answers.ts';
import {
  namespaceLocked,
  notAuthenticated,
  notAuthorized,
  refusal,
  VaultError,
} from '../../functions/http/errors.ts';
import * as errors from '../../functions/remount/errors.ts';
import { pauseAfter } from '../../ui/watch/pauses.ts';
import { adviceOnMigration, adviceOnRefusal, plainText } from '../../ui/words/advice.ts';
import { segmentsOf, sentenceOfRun } from '../../ui/words/bulkWords.ts';
import { ago, duration, many } from '../../ui/words/format.ts';
import { policyFacts } from '../../ui/words/policyWords.ts';
import { readRules, withHeader } from '../../ui/words/readRules.ts';
import { sideBySide } from '../../ui/words/textDiff.ts';

describe('two texts side by side', () => {
  const lines = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => `${from + i}`);
  const same = (line: string) => ({ before: line, after: line, isSame: true });

  it('have what was replaced beside what replaces it, and three lines around', () => {
    const before = [...lines(1, 9), 'old', ...lines(11, 12)].join('\n');
    const after = [...lines(1, 9), 'new', 'more', ...lines(11, 12)].join('\n');
    expect(sideBySide(`${before}\n`, `${after}\n`)).toEqual([
      undefined,
      ...lines(7, 9).map(same),
      { before: 'old', after: 'new', isSame: false },
      { after: 'more', isSame: false },
      ...lines(11, 12).map(same),
    ]);
  });

  it('have each line of both in their order', () => {
    const text = fc.array(fc.constantFrom('a', 'b', '', 'c'), { maxLength: 12 }).map((all) => all.join('\n'));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const rows = sideBySide(before, after);
        if (rows.includes(undefined)) return;
        const side = (of: 'before' | 'after') => rows.flatMap((row) => row?.[of] ?? []);
        const wanted = (all: string) => (all.endsWith('\n') || all === '' ? all.replace(/\n?$/, '') : all);
        expect([side('before').join('\n'), side('after').join('\n')]).toEqual([
          wanted(before),
          wanted(after),
        ]);
      }),
    );
  });

  it('that are equal have nothing to show', () => {
    expect(sideBySide('a\nb\n', 'a\nb\n')).toEqual([undefined]);
  });
});

describe('advice', () => {
  it.each([
    ['migrations.md', ['source_gone', 'target_in_use', 'cancelled']],
    ['cluster.md', ['lease_not_revoked', 'half_moved', 'nodes_stale']],
  ])('exists for each error code in %s', async (document, some) => {
    const text = await readFile(join(import.meta.dirname, '..', '..', 'docs', document), 'utf8');
    const [, table = ''] = /^\| `error\.code` \|.*\n((?:\|.*\n)+)/m.exec(text) ?? [];
    const codes = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code as string);

    expect(codes).toEqual(expect.arrayContaining(some));
    for (const code of codes) expect(adviceOnMigration(code)).not.toEqual(adviceOnMigration('unheard of'));
  });

  it.each<[string, VaultError]>([
    ['no mount', errors.noMatchingMount('a/')],
    ['a target in use', errors.pathInUse('a/')],
    ['an auth method at a path without auth/', errors.authToNonAuth('a/')],
    ['a protected source', errors.protectedSource('sys/')],
    ['a protected target', errors.protectedDestination('sys/')],
    ['an invalid target', errors.invalidDestination('/')],
    ['a space', errors.whitespaceAround('from')],
    ['a namespace that is locked', namespaceLocked('a/')],
    ['a namespace that has been deleted', errors.namespaceDeleted('a/')],
    [
      'a late cancellation',
      errors.conflict('the mount has been switched already; POST sys/remount/undo/1 takes it back'),
    ],
    [
      'an early undo',
      errors.conflict('the mount has not been switched yet; POST sys/remount/cancel/1 stops the migration'),
    ],
    ['an undo of a failure', errors.failedAlready({})],
    ['an undo that comes too late', errors.movedOn('a/')],
    ['policies that may not be written', errors.policiesForbidden('"readers" of the root namespace')],
    [
      'an end outside',
      new VaultError(400, [
        'the migration reaches outside this namespace; ask in a namespace above its source and target',
      ]),
    ],
    [
      'a bulk run that is over',
      new VaultError(409, ['the bulk run has ended; sys/remount/bulk/undo/1 takes it back']),
    ],
    ['a bulk run that goes on', new VaultError(409, ['the bulk run is still in progress'])],
    ['a bulk run with nothing to undo', refusal('no move of the bulk run has succeeded')],
    ['a mount moved twice', refusal('row 1 moves the same mount')],
    ['a target given twice', refusal('row 1 has the same target')],
    ['a target inside another', refusal('the target lies in that of row 1, "a/"')],
    ['a rule that matches no mount', refusal('rule 1 matches no mount: "a/*"')],
  ])('is about %s, not only about the status code', (_, { status, errors: texts }) => {
    expect(adviceOnRefusal({ status, texts })).not.toEqual(adviceOnRefusal({ status, texts: [] }));
  });

  it('distinguishes an unknown token from one without the capability', () => {
    const [unknown, mayNot] = [notAuthenticated(), notAuthorized()].map(({ status, errors: texts }) =>
      adviceOnRefusal({ status, texts }),
    );

    expect(unknown?.what).toContain('does not accept this token');
    expect(mayNot?.what).toContain('not allowed to do this');
    expect(notAuthorized().errors.map(plainText)).toEqual(['permission denied']);
  });
});

describe('figures', () => {
  it.each([
    [0, '<1 s'],
    [40_000, '40 s'],
    [125_000, '2 min 5 s'],
    [3_600_000, '1 h'],
    [12_000_000, '3 h 20 min'],
    [90_000_000, '1 d 1 h'],
  ])('show %i milliseconds as %s', (milliseconds, words) => {
    expect(duration(milliseconds)).toBe(words);
  });

  it('show how long ago a time was, in the largest unit', () => {
    const time = '2026-01-01T00:00:00Z';

    expect(ago(time, Date.parse(time) + 4_000)).toBe('just now');
    expect(ago(time, Date.parse(time) + 125_000)).toBe('2 min ago');
    expect(many(1, 'lease')).toBe('1 lease');
    expect(many(12_000, 'lease')).toBe('12,000 leases');
  });
});

describe('the pauses between two polls', () => {
  it('are short while something changes, and grow to ten seconds, or thirty without an answer', () => {
    const pauses = (result: 'same' | 'unreachable') =>
      Array.from({ length: 20 }).reduce<number>((last) => pauseAfter(result, last), 0);

    expect(pauseAfter('changed', 10_000)).toBe(500);
    expect(pauseAfter('same', 1_000)).toBeGreaterThan(1_000);
    expect(pauses('same')).toBe(10_000);
    expect(pauses('unreachable')).toBe(30_000);
  });
});

describe('the policies of a migration', () => {
  const ended = {
    mode: 'add' as const,
    changed: [
      { namespace: '', policy: 'readers', version: 3 },
      { namespace: 'a/', policy: 'writers', version: 2 },
    ],
    left: [{ namespace: 'a/', policy: 'owners', reason: 'the policy is gone' }],
    hidden: { 'a/b/': 2 },
  };

  it('are facts: what was asked for, and what was changed, left and hidden', () => {
    expect(policyFacts(ended)).toEqual([
      ['Policies', 'a rule for the target is added'],
      ['Policies changed', 'readers in the root namespace, writers in a/'],
      ['Policies left', 'owners in a/: the policy is gone'],
      ['Policies that your token may not read', '2 policies in a/b/'],
    ]);
  });

  it('are said to be unchanged only if none is hidden', () => {
    const nothing = { ...ended, changed: [], left: [] };

    expect(policyFacts({ ...nothing, hidden: {} })[1]).toEqual(['Policies changed', 'none']);
    expect(policyFacts(nothing).map(([name]) => name)).not.toContain('Policies changed');
    expect(policyFacts(undefined)).toEqual([]);
  });
});

describe('the input for a bulk run', () => {
  it('is read as rules, with a comma or an arrow', () => {
    expect(readRules('from,to\n a/* , b/*\n\nc/+/x -> d/+/x\nalone')).toEqual([
      { from: 'a/*', to: 'b/*' },
      { from: 'c/+/x', to: 'd/+/x' },
      { from: 'alone', to: '' },
    ]);
  });

  it('gets the header that a list of moves needs, once', () => {
    expect(withHeader('a,b\n')).toBe('from,to\na,b');
    expect(withHeader('from,to\r\na,b')).toBe('from,to\r\na,b');
    expect(withHeader('"from","to"\na,b')).toBe('"from","to"\na,b');
    expect(withHeader('# x\nOwner;To;From\nme;b;a')).toBe('# x\nOwner;To;From\nme;b;a');
  });
});

describe('the bar of a run', () => {
  it('has a part for each status, and says what a cluster does with the open ones', () => {
    const progress = { succeeded: 5, in_progress: 1, failed: 2, skipped: 0, pending: 3 };
    const parts = (run: object) =>
      segmentsOf({ progress, ...run } as BulkInfo).map(({ number, word }) => `${number} ${word}`);

    expect(parts({})).toEqual(['5 done', '1 removing leases', '2 failed', '0 skipped', '3 open']);
    expect(parts({ cluster: {} })[1]).toBe('1 being moved');
  });
});

describe('the sentence about a bulk run', () => {
  it('does not say that a failed move on a cluster has changed nothing', () => {
    const progress = { total: 3, succeeded: 2, failed: 1, skipped: 0 } as BulkInfo['progress'];
    const run = { status: 'failure', progress, error: null } as BulkInfo;
    const cluster = {} as NonNullable<BulkInfo['cluster']>;
    expect(sentenceOfRun(run)).toBe('2 of 3 moves are done, 1 failed and changed nothing.');
    expect(sentenceOfRun({ ...run, cluster })).toBe('2 of 3 moves are done, 1 failed.');
  });

  it.each(['moves_failed', 'cancelled'])(
    'speaks of an undo after %s only if a move has succeeded',
    (code) => {
      const error = { code, message: '' };
      const sentence = (succeeded: number) => {
        const progress = { total: 3, succeeded, failed: 3 - succeeded, skipped: 0 } as BulkInfo['progress'];
        return sentenceOfRun({ status: 'failure', progress, error } as BulkInfo);
      };
      expect(sentence(1)).toContain('undo the run');
      expect(sentence(0)).not.toContain('undo');
      expect(sentence(0)).not.toContain('Finished moves');
    },
  );
});
