import { describe, expect, it } from 'vitest';
import { type Options, readArguments } from '../../cli/arguments.ts';
import { bulk } from '../../cli/commands/bulk.ts';
import { move } from '../../cli/commands/move.ts';
import { plan } from '../../cli/commands/plan.ts';
import { undo } from '../../cli/commands/undo.ts';
import { COMMON_OPTIONS } from '../../cli/help.ts';
import { plannedCommand } from '../../cli/plannedCommand.ts';

describe('the command that does what was planned', () => {
  const cases: [string, Options, string, Options, string[]][] = [
    [
      'a plan of rules',
      plan.options,
      'bulk',
      bulk.options,
      ["--rule 'g*=team/hh/*'", '--rule a=b', "--reason 'a new home'", '--atomic'],
    ],
    [
      'a plan of a file',
      plan.options,
      'bulk',
      bulk.options,
      ['moves.csv', '--max-concurrency 2', '--tolerated-failures 10%', '--stale-nodes report'],
    ],
    [
      'a plan of one move',
      plan.options,
      'move',
      move.options,
      ['g1', 'team/sub/kv', '--policies follow', '--require-namespace', '--drain-concurrency 4'],
    ],
    [
      'a dry run',
      bulk.options,
      'bulk',
      bulk.options,
      ['f', '--idempotency-key k', '--no-wait', '--atomic', '--tolerated-failures 3'],
    ],
    ['an undo', undo.options, 'undo', undo.options, ['an-id', '--reason wrong']],
  ];

  it.each(cases)('has every option of %s that it knows', (_, given, name, options, words) => {
    const line = words.join(' ').match(/'[^']*'|\S+/g) ?? [];
    const unquoted = line.map((word) => word.replaceAll("'", ''));
    const isDry = 'dry-run' in given;
    const typed = readArguments([...unquoted, ...(isDry ? ['--dry-run'] : []), '--format', 'table'], {
      ...COMMON_OPTIONS,
      ...given,
    });

    expect(plannedCommand(name, typed.operands, typed, options)).toBe([name, ...words].join(' '));
  });
});
