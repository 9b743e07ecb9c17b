/**
 * The command line `bao`, for OpenBao and for this service: each command has the same outputs and exit code, or its
 * differences are known. Both servers are new, so that lists have the same in them.
 */

import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startService } from '../../../infra/local/service.ts';
import { startOpenBao } from '../../support/openbao.ts';
import { commandsOf } from './command.ts';
import { COMMANDS } from './commands.ts';
import { differencesOf } from './compare.ts';
import { KNOWN_DIFFERENCES } from './knownDifferences.ts';
import { type Output, perform, type Side } from './perform.ts';

const stops: (() => Promise<void>)[] = [];
const needed = new Set<string>();
let program: string;
let sides: [reference: Side, ours: Side];

beforeAll(async () => {
  const openbao = await startOpenBao();
  stops.push(openbao.stop);
  program = openbao.program;
  const service = await startService({ rootToken: `root-${randomUUID()}` });
  stops.push(service.stop);
  sides = [await sideOf(openbao.address, openbao.rootToken), await sideOf(service.url, service.rootToken)];
});

afterAll(async () => {
  for (const stop of stops) await stop();
});

async function sideOf(address: string, rootToken: string): Promise<Side> {
  const home = await mkdtemp(join(tmpdir(), 'bao-'));
  stops.push(() => rm(home, { recursive: true }));
  const side: Side = { address, rootToken, home, kept: new Map() };
  // The first root tokens are not alike: one is made of each, in the same way.
  for (const command of commandsOf('token create -field=token > root')) await perform(program, side, command);
  return { ...side, rootToken: side.kept.get('root') ?? '' };
}

describe.each(Object.entries(COMMANDS))('%s', (group, table) => {
  const commands = commandsOf(table).map((command) => [command.line, command] as const);
  it.for(commands)('bao %s', async ([line, command], { task }) => {
    const outputs = await Promise.all(sides.map((side) => perform(program, side, command)));
    const [reference, ours] = outputs as [Output, Output];
    const differences = differencesOf(reference, ours);
    const known = differences.flatMap((difference) => knownFor(line, difference) ?? []);
    for (const { line } of known) needed.add(line);
    task.meta.command = { group, reasons: known.map(({ reason }) => reason) };
    const unknown = differences.filter((difference) => !knownFor(line, difference));
    expect(unknown, described(reference, ours)).toEqual([]);
  });
});

it('each line of the list of differences is needed', () => {
  expect(KNOWN_DIFFERENCES.map(({ line }) => line).filter((line) => !needed.has(line))).toEqual([]);
});

function knownFor(command: string, difference: string) {
  return KNOWN_DIFFERENCES.find(({ fits }) => fits(command, difference));
}

/** For a person. */
function described(reference: Output, ours: Output): string {
  const [one, other] = [reference, ours].map(({ code, stdout, stderr }) => `${code}\n${stdout}${stderr}`);
  return `reference ${one}\nours ${other}`;
}
