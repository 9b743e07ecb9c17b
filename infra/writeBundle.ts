/** Writes a file that esbuild has built. */

import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { OutputFile } from 'esbuild';

/**
 * Atomic: a process that loads the file never sees half of it. An identical file is not written again.
 * @param mode of a new file
 */
export async function writeBundle(file: OutputFile, mode = 0o666): Promise<void> {
  const before = await readFile(file.path).catch(() => undefined);
  if (before?.equals(file.contents)) return;
  await mkdir(dirname(file.path), { recursive: true });
  const draft = `${file.path}.${randomUUID()}.draft`;
  await writeFile(draft, file.contents, { mode });
  await rename(draft, file.path);
}
