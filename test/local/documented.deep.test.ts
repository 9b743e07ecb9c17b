/** What docs/automation.md shows for the local services of AWS works as it stands, with AWS's own command line. */

import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { findLastingPort } from '../support/freePort.ts';
import { AWS, hasMoto } from '../support/moto.ts';
import { missingPrograms, runShown, sectionOf, shownCommands } from '../support/shownCommands.ts';
import { killAll, start } from './started.ts';
import { temporaryFolder } from './support.ts';

const DOCUMENT = join(import.meta.dirname, '..', '..', 'docs', 'automation.md');
/** Starting a service and five programs, on a busy machine. */
const TIMEOUT_MS = 120_000;

afterEach(killAll);

it.skipIf(!(await hasMoto()) || missingPrograms('curl').length > 0)(
  'an event moves a mount by the commands of docs/automation.md',
  async () => {
    const port = await findLastingPort();
    const folder = await temporaryFolder();
    const onPort = (text: string) =>
      text.replace(/\b820([0-3])\b/g, (_, place) => String(port + Number(place)));
    const shown = shownCommands(sectionOf(await readFile(DOCUMENT, 'utf8'), 'On one machine'));
    const [starting, ...commands] = shown.map(({ command, output }) => ({
      command: onPort(command),
      output,
    }));
    const [, policies = '', data = ''] =
      /^EVENT_POLICIES=(\S+) DATA_DIR=(\S+) npm start$/.exec(starting?.command ?? '') ?? [];
    await start({ EVENT_POLICIES: policies, DATA_DIR: join(folder, data), PORT: String(port) });
    const environment = { PATH: `${dirname(AWS)}:${process.env.PATH}`, AWS_PAGER: '' };

    const ran = await runShown(commands, folder, environment);

    expect(ran.map(({ exitCode }) => exitCode)).toEqual(commands.map(() => 0));
    expect(ran.at(-2)?.printed).toContain('"FailedEntryCount": 0');
    expect(ran.at(-1)?.printed).toContain('"Schedules": []');
    const look = [ran.at(-1) ?? { command: '', output: [] }];
    const events = async () =>
      (await runShown([{ command: '. ./data/aws.env', output: [] }, ...look], folder, environment))[1]
        ?.printed;
    await expect.poll(events, { timeout: 60_000 }).toContain('Remount Succeeded');
  },
  TIMEOUT_MS,
);
