/**
 * `npm run tarball`: packs the command line and the local service into one file for `npm install`, `.build/remount-<version>.tgz`.
 * Everything is bundled, so it has no dependency but the emulator.
 */

import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build, type Plugin } from 'esbuild';
import { BUNDLES, buildFunctions } from '../build.ts';
import { buildCommand, COMMAND } from '../buildCommand.ts';

const ROOT = join(import.meta.dirname, '..', '..');
/** What is packed. The folders are where the local service looks for them in this repository. */
const CONTENT = join(ROOT, '.build', 'tarball');
const SERVICE = join('infra', 'local', 'start.mjs');

/** @returns the path of the file */
export async function packTarball(): Promise<string> {
  const [built] = await Promise.all([buildFunctions(), buildCommand()]);
  await rm(CONTENT, { recursive: true, force: true });
  await Promise.all([
    bundleService(),
    copyFunctions(built.map(({ name }) => name)),
    copyDefinitions(),
    describe(),
  ]);
  await Promise.all([
    cp(COMMAND, join(CONTENT, 'remount.mjs')),
    cp(join(ROOT, 'README.md'), join(CONTENT, 'README.md')),
  ]);
  const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', join(ROOT, '.build')];
  const { stdout } = await promisify(execFile)('npm', pack, { cwd: CONTENT });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  return join(ROOT, '.build', filename);
}

async function bundleService(): Promise<void> {
  await build({
    absWorkingDir: ROOT,
    entryPoints: ['start', 'lambdaRuntime'].map((name) => join(ROOT, 'infra', 'local', `${name}.ts`)),
    outdir: join(CONTENT, 'infra', 'local'),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    // Packages in CommonJS call `require` for Node's own modules.
    banner: {
      js: "#!/usr/bin/env node\nimport { createRequire as requireOf } from 'node:module';\nconst require = requireOf(import.meta.url);",
    },
    plugins: [useBuiltFunctions],
    logLevel: 'warning',
  });
}

const useBuiltFunctions: Plugin = {
  name: 'built functions',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/bundles\.ts$/ }, () => ({
      path: join(import.meta.dirname, 'builtFunctions.ts'),
    }));
  },
};

async function copyFunctions(names: string[]): Promise<void> {
  for (const name of names) {
    await mkdir(join(CONTENT, 'functions', name), { recursive: true });
    await cp(join(BUNDLES, name, 'index.mjs'), join(CONTENT, 'functions', name, 'index.mjs'));
  }
}

/** The parts of the deployment that the local service reads. */
async function copyDefinitions(): Promise<void> {
  for (const [folder, ending] of [
    ['infra', '.yml'],
    ['statemachine', '.asl.json'],
  ] as const) {
    await mkdir(join(CONTENT, folder), { recursive: true });
    const files = (await readdir(join(ROOT, folder))).filter((file) => file.endsWith(ending));
    await Promise.all(files.map((file) => cp(join(ROOT, folder, file), join(CONTENT, folder, file))));
  }
}

async function describe(): Promise<void> {
  const { name, version, description, type, optionalDependencies } = JSON.parse(
    await readFile(join(ROOT, 'package.json'), 'utf8'),
  );
  const bin = { remount: 'remount.mjs', 'remount-service': SERVICE };
  const described = {
    name,
    version,
    description,
    type,
    bin,
    engines: { node: '>=24' },
    optionalDependencies,
  };
  await mkdir(CONTENT, { recursive: true });
  await writeFile(join(CONTENT, 'package.json'), JSON.stringify(described, null, 2));
}

if (import.meta.main) console.log(await packTarball());
