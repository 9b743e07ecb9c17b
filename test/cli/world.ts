/** The local service with mounts to move, and the command that uses it. */

import { buildCommand } from '../../infra/buildCommand.ts';
import { inParallel } from '../../infra/demo/inParallel.ts';
import { type Vault, vaultClient } from '../../infra/demo/vault.ts';
import type { LocalServer } from '../../infra/local/localServer.ts';
import { type Service, startService } from '../../infra/local/service.ts';
import { startHeldSwitch } from '../support/heldSwitch.ts';
import { type Ended, type Running, run, start } from './command.ts';

export interface World {
  root: Vault;
  /** The environment of the command. */
  environment: Record<string, string>;
  run(...words: string[]): Promise<Ended>;
  start(...words: string[]): Running;
  /** An ssh engine that has issued so many one-time passwords, by the role `web`. */
  issue(path: string, passwords: number): Promise<void>;
  /** Holds all switches while the work runs. */
  withSwitchesHeld<T>(work: () => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

export async function newWorld(): Promise<World> {
  let held: LocalServer | undefined;
  const between = async (endpoints: Record<string, string>) => {
    held = await startHeldSwitch(endpoints.AWS_ENDPOINT_URL_DYNAMODB ?? '');
    return { ...endpoints, AWS_ENDPOINT_URL_DYNAMODB: held.endpoint };
  };
  const [service] = await Promise.all([startService({ rootToken: ROOT_TOKEN, between }), buildCommand()]);
  return worldOf(service, held as LocalServer);
}

/** No output may contain this token. */
export const ROOT_TOKEN = 'root-token-of-the-tests';

function worldOf({ url, stop }: Service, held: LocalServer): World {
  const environment = { VAULT_ADDR: url, VAULT_TOKEN: ROOT_TOKEN };
  const root = vaultClient(url, ROOT_TOKEN);
  return {
    root,
    environment,
    run: (...words) => run(words, environment),
    start: (...words) => start(words, environment),
    async issue(path, passwords) {
      await root.write(`sys/mounts/${path}`, { type: 'ssh' });
      const role = { key_type: 'otp', default_user: 'ops', cidr_list: '0.0.0.0/0' };
      await root.write(`${path}/roles/web`, role);
      await inParallel(passwords, 16, () => root.write(`${path}/creds/web`, { ip: '10.0.0.1' }));
    },
    async withSwitchesHeld(work) {
      await fetch(`${held.endpoint}/hold`, { method: 'POST' });
      try {
        return await work();
      } finally {
        await fetch(`${held.endpoint}/release`, { method: 'POST' });
      }
    },
    async stop() {
      await stop();
      held.stop();
    },
  };
}
