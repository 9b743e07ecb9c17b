/** What README.md shows works as it stands, in its order. */

import { access, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { buildCommand } from '../infra/buildCommand.ts';
import { startInMemory } from './cluster/support/openbao.ts';
import { killAll, start } from './local/started.ts';
import { temporaryFolder } from './local/support.ts';
import { findLastingPort } from './support/freePort.ts';
import { findOpenBao } from './support/openbao.ts';
import { missingLines, runShown, sectionOf, shownCommands } from './support/shownCommands.ts';

const ROOT = join(import.meta.dirname, '..');
/** Starting a service and a dozen programs, on a busy machine. */
const TIMEOUT_MS = 300_000;

const hasOpenBao = (await findOpenBao()) !== undefined;

describe('README.md', { timeout: TIMEOUT_MS }, () => {
  let text: string;
  let commands: ReturnType<typeof shownCommands>;
  beforeAll(async () => {
    text = await readFile(join(ROOT, 'README.md'), 'utf8');
    commands = shownCommands(text);
    await buildCommand();
  });
  afterEach(killAll);

  it('shows commands in one section only, and scripts that exist', async () => {
    const { scripts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));

    expect(commands).toEqual(shownCommands(sectionOf(text, 'Try it')));
    const named = [...text.matchAll(/\bnpm run (\S+?)\b(?![:])(:\w+)?/g)].map(
      ([, name = '', more = '']) => name + more,
    );
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
    expect(named).toContain('demo');
  });

  it('shows commands that print what it shows', async () => {
    const port = await findLastingPort();
    const home = await temporaryFolder();
    const list = join(home, 'moves.csv');
    const here = (shown: string) => shown.replaceAll(':8200', `:${port}`).replaceAll('/tmp/moves.csv', list);
    const dialogue = commands
      .filter(({ command }) => !/^(npm|CLUSTER_ADDR=)/.test(command))
      .map(({ command, output }) => ({ command: here(command), output: output.map(here) }));
    await start({ PORT: String(port) });

    const ran = await runShown(dialogue, ROOT, {
      PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
      HOME: home,
    });

    expect(ran.length).toBeGreaterThan(5);
    expect(ran.filter(({ exitCode }) => exitCode !== 0)).toEqual([]);
    for (const one of ran) expect(missingLines(one), one.printed).toEqual([]);
  });

  it.skipIf(!hasOpenBao)('shows how to start in front of a cluster', async () => {
    const bao = await startInMemory();
    onTestFinished(() => bao.stop());
    const shown = commands.find(({ command }) => command.startsWith('CLUSTER_ADDR='))?.command ?? '';
    const folder = await temporaryFolder();
    const words = shown
      .split(' ')
      .slice(0, -2)
      .map((word) => word.split('='));
    expect(shown).toMatch(/ npm start$/);
    const { CLUSTER_ADDR, CLUSTER_TOKEN, DATA_DIR = '', PORT, ...others } = Object.fromEntries(words);
    expect({ CLUSTER_ADDR, CLUSTER_TOKEN, PORT, others }).toEqual({
      CLUSTER_ADDR: 'https://vault.example:8200',
      CLUSTER_TOKEN: '…',
      PORT: '8300',
      others: {},
    });

    const { output } = await start({
      CLUSTER_ADDR: bao.root.address,
      CLUSTER_TOKEN: bao.rootToken,
      DATA_DIR: join(folder, DATA_DIR),
    });

    expect(output()).toContain('in front of OpenBao');
    await access(join(folder, DATA_DIR, 'cluster.json'));
  });
});
