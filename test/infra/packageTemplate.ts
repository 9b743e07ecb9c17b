/** Packages the deployment as `npm run package` does, in a folder of its own. */

import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The repository. */
export const ROOT = join(import.meta.dirname, '..', '..');
const PARTS = ['package.json', 'serverless.yml', 'infra', 'stages', 'statemachine'];
/** Where osls keeps its compiled checks of serverless.yml, which take longer than the packaging. */
const CACHE = join(ROOT, '.build');
/** A bundle, its map, and what a build that was interrupted leaves. */
const BUNDLE_FILES = ['index.mjs', 'index.mjs.map', 'index.mjs.0.draft'];

export interface Resource {
  Type: string;
  Condition?: string;
  DependsOn?: string[];
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
  // biome-ignore lint/suspicious/noExplicitAny: CloudFormation has hundreds of shapes, and a wrong path fails the test.
  Properties: any;
}

export interface Template {
  Resources: Record<string, Resource>;
  Outputs: Record<string, { Value: unknown }>;
  Conditions: Record<string, unknown>;
}

export interface Packaged {
  template: Template;
  /** File names in the archive of each function. */
  archives: Record<string, string[]>;
}

export const FUNCTIONS = [
  'remount',
  'status',
  'vault',
  'switch',
  'revoke',
  'complete',
  'close',
  'clusterStep',
  'bulkBegin',
  'bulkChunk',
  'bulkComplete',
  'teardown',
  'reconcile',
  'ui',
  'remountRequested',
  'scheduledRemount',
  'publish',
  'bootstrap',
];

export interface Stage {
  name: string;
  /** The text of its file. */
  file?: string;
}

/**
 * Packages bundles that do nothing.
 * @param params name → value, as `--param` gives them
 */
export async function packageTemplate(
  params: Record<string, string> = {},
  stage: Stage = { name: 'prod' },
): Promise<Packaged> {
  const folder = await mkdtemp(join(tmpdir(), 'remount-package-'));
  try {
    await Promise.all(FUNCTIONS.map((name) => makeBundle(join(folder, '.build', 'functions', name))));
    const { template, out } = await packageIn(folder, params, stage);
    const names = FUNCTIONS.map(async (name) => [name, await listZip(join(out, `${name}.zip`))]);
    return { template, archives: Object.fromEntries(await Promise.all(names)) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Packages the bundles that `folder` holds in `.build/functions`.
 * @param params as for {@link packageTemplate}
 * @returns the template, and the folder of the archives, `<function>.zip`
 */
export async function packageIn(
  folder: string,
  params: Record<string, string>,
  stage: Stage = { name: 'prod' },
): Promise<{ template: Template; out: string }> {
  await Promise.all(PARTS.map((part) => cp(join(ROOT, part), join(folder, part), { recursive: true })));
  if (stage.file !== undefined) await writeFile(join(folder, 'stages', `${stage.name}.yml`), stage.file);
  const osls = join(ROOT, 'node_modules', '.bin', 'osls');
  const given = Object.entries(params).map(([name, value]) => `--param=${name}=${value}`);
  const args = [osls, 'package', '--stage', stage.name, '--package', 'out', ...given];
  await promisify(execFile)(process.execPath, args, {
    cwd: folder,
    env: { SLS_SCHEMA_CACHE_BASE_DIR: CACHE },
  });
  const out = join(folder, 'out');
  const text = await readFile(join(out, 'cloudformation-template-update-stack.json'), 'utf8');
  return { template: JSON.parse(text), out };
}

/** The resources of one type, by logical id. */
export function ofType({ Resources }: Pick<Template, 'Resources'>, type: string): [string, Resource][] {
  return Object.entries(Resources).filter(([, resource]) => resource.Type === type);
}

async function makeBundle(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await Promise.all(BUNDLE_FILES.map((file) => writeFile(join(folder, file), '')));
}

/** Reads the central directory of an archive: signature, 42 bytes with the name's length at 24, the name. */
async function listZip(file: string): Promise<string[]> {
  const [, ...entries] = (await readFile(file, 'latin1')).split('PK\x01\x02');
  return entries.map((entry) => entry.slice(42, 42 + entry.charCodeAt(24) + 256 * entry.charCodeAt(25)));
}
