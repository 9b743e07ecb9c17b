/** Writes what esbuild has made. */

import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { OutputFile } from 'esbuild';

/**
 * In one step, so that whoever loads the file never sees half of it; a file that would be the same is left alone.
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
