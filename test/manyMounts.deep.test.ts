/** What docs/many-mounts.md shows is done with 300 mounts, from the inventory to the last policy. */

import { mkdir, readFile, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildCommand, COMMAND } from '../infra/buildCommand.ts';
import { inParallel } from '../infra/demo/inParallel.ts';
import { type Vault, vaultClient } from '../infra/demo/vault.ts';
import { type Service, startService } from '../infra/local/service.ts';
import { temporaryFolder } from './local/support.ts';
import { findOpenBao } from './support/openbao.ts';
import { missingPrograms, type Ran, runShown, shownCommands } from './support/shownCommands.ts';

const DOCUMENT = join(import.meta.dirname, '..', 'docs', 'many-mounts.md');
const MOUNTS = 300;
/** Policies, each with rules for two mounts. */
const POLICIES = 5;
/** Until the window, in seconds: `bao` starts slowly on a busy machine, and a time that has passed is refused. */
const AHEAD_S = 15;
const WINDOW_HAS_BEGUN =
  'until bao read -format=json sys/remount/schedules/window | jq -e .data.last_run.bulk_id; do sleep 1; done';
const TIMEOUT_MS = 600_000;

const bao = await findOpenBao();

describe.skipIf(bao === undefined || missingPrograms('jq', 'curl', 'sha256sum').length > 0)(
  'docs/many-mounts.md',
  { timeout: TIMEOUT_MS },
  () => {
    let service: Service;
    let root: Vault;
    let folder: string;
    let environment: Record<string, string | undefined>;
    beforeAll(async () => {
      await buildCommand();
      service = await startService();
      root = vaultClient(service.url, service.rootToken);
      await inParallel(MOUNTS, 8, (i) =>
        root.write(`sys/mounts/old/team-${i % 30}/app-${i}`, { type: 'kv', description: `owner ${i}` }),
      );
      for (let i = 0; i < POLICIES; i++) {
        const rules = [i, i + 30].map(
          (app) => `path "old/team-${i}/app-${app}/*" { capabilities = ["read", "list"] }\n`,
        );
        await root.write(`sys/policies/acl/team-${i}`, { policy: rules.join('') });
      }
    }, TIMEOUT_MS);
    afterAll(() => service?.stop());

    /** A folder with the program `remount`, as an installation makes it. */
    async function installed(): Promise<string> {
      const programs = join(folder, 'bin');
      await mkdir(programs);
      await symlink(COMMAND, join(programs, 'remount'));
      return programs;
    }

    const pathsBelow = async (start: string) =>
      Object.keys((await root.read('sys/mounts')).data).filter((path) => path.startsWith(start));

    it('moves 300 mounts, takes a trial back, and leaves no rule with an old path', async () => {
      folder = await temporaryFolder();
      const programs = [await installed(), dirname(bao ?? ''), dirname(process.execPath), process.env.PATH];
      environment = { PATH: programs.join(':'), HOME: folder };
      const shown = shownCommands(await readFile(DOCUMENT, 'utf8'));
      const window = shown.findIndex(({ command }) => command.includes('schedules/window schedule='));
      const commands = shown.map(({ command, output }) => ({ command: here(command), output }));
      commands.splice(window + 1, 0, { command: WINDOW_HAS_BEGUN, output: [] });

      const ran = await runShown(commands, folder, environment);

      const last = ran.length - 1;
      expect(ran.slice(0, last).filter(({ exitCode }) => exitCode !== 0)).toEqual([]);
      expect(printedBy(ran, 'tail -n 1 plan.txt')).toContain('300 moves in');
      expect(printedBy(ran, 'first.csv --reason "CHG-1, a trial"')).toMatch(/^10$/m);
      expect(printedBy(ran, 'remount status "$run"')).toContain('Moved 290 mounts');
      expect(printedBy(ran, 'tail -n 1 undo.txt')).toContain('290 moves in');
      expect(ran[last]?.printed).toBe('');
      expect(await pathsBelow('old/')).toEqual([]);
      expect(await pathsBelow('new/')).toHaveLength(MOUNTS);
      const { policy } = (await root.read('sys/policies/acl/team-1')).data;
      expect(policy.trim().split('\n')).toEqual(
        [1, 31].map((app) => `path "new/team-1/app-${app}/*" { capabilities = ["read","list"] }`),
      );
    });

    /** The command for this service, with a window that is now. */
    function here(command: string): string {
      const soon = `$(node -p "new Date(Date.now() + ${AHEAD_S}e3).toISOString().slice(0, 19)")`;
      return command
        .replace('http://127.0.0.1:8200', service.url)
        .replace('2026-02-01T22:00:00', () => soon)
        .replace('Europe/Berlin', 'UTC');
    }
  },
);

function printedBy(ran: Ran[], part: string): string {
  return ran.find(({ command }) => command.includes(part))?.printed ?? '';
}
