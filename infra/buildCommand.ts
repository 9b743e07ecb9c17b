/**
 * Bundles the command line into one file that needs only Node 20 or later: `bin` of the package. npm runs this after
 * each installation (`prepare`), because the file is not in the repository.
 */

import { join } from 'node:path';
import { build } from 'esbuild';
import { writeBundle } from './writeBundle.ts';

const ROOT = join(import.meta.dirname, '..');

/** `bin` of package.json. */
export const COMMAND = join(ROOT, '.build', 'remount.mjs');

/** Some libraries load the modules of Node by `require`, which an ES module does not have. */
const REQUIRE =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

const EXECUTABLE = 0o777;

export async function buildCommand(): Promise<void> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: [join(ROOT, 'cli', 'main.ts')],
    outfile: COMMAND,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    banner: { js: `#!/usr/bin/env node\n${REQUIRE}` },
    logLevel: 'warning',
    write: false,
  });
  await Promise.all(outputFiles.map((file) => writeBundle(file, EXECUTABLE)));
}

if (import.meta.main) await buildCommand();
