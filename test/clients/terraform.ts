/** Terraform and HashiCorp's provider for Vault, on this machine. */

import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { complaintOf, type Ended, ended } from './ended.ts';

const CONFIGURATION = join(import.meta.dirname, 'terraform', 'main.tf');
/** Providers that were fetched. */
const CACHE = join(import.meta.dirname, '..', '..', '.build', 'clients', 'terraform');

export interface Terraform {
  run(...args: string[]): Promise<Ended>;
  /** Why the provider cannot be used, if so. */
  complaint: string | undefined;
  remove(): Promise<void>;
}

/**
 * Prepares a folder with the configuration. The provider is the program at `TERRAFORM_PROVIDER_VAULT=…`, or comes
 * from the registry of Terraform.
 */
export async function prepareTerraform(environment: NodeJS.ProcessEnv): Promise<Terraform> {
  const folder = await mkdtemp(join(tmpdir(), 'terraform-'));
  const settings = join(folder, 'terraform.rc');
  await mkdir(CACHE, { recursive: true });
  await copyFile(CONFIGURATION, join(folder, 'main.tf'));
  const built = process.env.TERRAFORM_PROVIDER_VAULT;
  await writeFile(settings, built ? overrideOf(built) : `plugin_cache_dir = ${JSON.stringify(CACHE)}\n`);
  const env = {
    ...environment,
    TF_CLI_CONFIG_FILE: settings,
    CHECKPOINT_DISABLE: '1',
    TF_IN_AUTOMATION: '1',
  };
  const run = (...args: string[]) => ended(['terraform', ...args, '-no-color'], { cwd: folder, env });
  const check = built ? 'validate' : 'init';
  const checked = await run(check);
  return {
    run,
    complaint: checked.code === 0 ? undefined : complaintOf(['terraform', check], checked),
    remove: () => rm(folder, { recursive: true }),
  };
}

/** With it, no provider is fetched. */
function overrideOf(program: string): string {
  const folder = JSON.stringify(dirname(program));
  return `provider_installation {\n  dev_overrides {\n    "hashicorp/vault" = ${folder}\n  }\n  direct {}\n}\n`;
}
