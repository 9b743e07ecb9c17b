/** Keeps the data folder private: it has secrets, and other users of the machine must not read or replace them. */

import { chmod, lstat, mkdir, readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { orUnusable, StartError } from './startError.ts';

/** What the service keeps in the folder, with the drafts of these files. */
const OURS =
  /^(dynamodb\.sqlite(-\w+)?|(in-use|cluster|schedules|stream-place)\.json(\.draft|\.new)?|events\.jsonl|remount\.log|aws\.env)$/;

/** The rights of the group and of others. */
const RIGHTS_OF_OTHERS = 0o077;
const WRITE_OF_OTHERS = 0o022;

/**
 * Creates the folder for its owner alone. In a folder that exists, takes all rights of others from the files of the
 * service, and from the folder if nothing else is in it.
 * @param say gets a line about what was changed
 * @throws StartError if the folder cannot be used, or others may write into it: what has the names of our files may be theirs, or a
 *   link to a file elsewhere
 */
export async function makePrivate(folder: string, say: (text: string) => void = () => {}): Promise<void> {
  await orUnusable(folder, mkdir(folder, { recursive: true, mode: 0o700 }));
  await orUnusable(folder, narrow(folder, say));
}

async function narrow(folder: string, say: (text: string) => void): Promise<void> {
  const names = await readdir(folder);
  const { mode } = await stat(folder);
  if (names.length > 0 && mode & WRITE_OF_OTHERS)
    throw new StartError(
      `the data folder ${folder} has files, and other users may write into it; look through them, then: chmod 700 ${folder}`,
    );
  for (const name of names.filter((name) => OURS.test(name))) await take(join(folder, name), 0o600, say);
  if (names.every((name) => OURS.test(name))) await take(await realpath(folder), 0o700, say);
}

async function take(path: string, rights: number, say: (text: string) => void): Promise<void> {
  const entry = await lstat(path);
  if (entry.isSymbolicLink())
    throw new StartError(`${path} is a link; the data folder keeps its files itself`);
  const { mode } = entry;
  if ((mode & RIGHTS_OF_OTHERS) === 0) return;
  await chmod(path, rights);
  say(
    `remount: ${path} was open to other users (${(mode & 0o777).toString(8)}); it is now ${rights.toString(8)}\n`,
  );
}
