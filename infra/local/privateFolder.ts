/** Keeps the data folder private: it has secrets, and other users of the machine must not read or replace them. */

import { chmod, mkdir, readdir, stat } from 'node:fs/promises';
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
 * @throws StartError if the folder cannot be used, or others may still write into it
 */
export async function makePrivate(folder: string, say: (text: string) => void = () => {}): Promise<void> {
  await orUnusable(folder, mkdir(folder, { recursive: true, mode: 0o700 }));
  await orUnusable(folder, narrow(folder, say));
}

async function narrow(folder: string, say: (text: string) => void): Promise<void> {
  const names = await readdir(folder);
  for (const name of names.filter((name) => OURS.test(name))) await take(join(folder, name), 0o600, say);
  if (names.every((name) => OURS.test(name))) return take(folder, 0o700, say);
  const { mode } = await stat(folder);
  if (mode & WRITE_OF_OTHERS)
    throw new StartError(`the data folder ${folder} has other files, and other users may write into it`);
}

async function take(path: string, rights: number, say: (text: string) => void): Promise<void> {
  const { mode } = await stat(path);
  if ((mode & RIGHTS_OF_OTHERS) === 0) return;
  await chmod(path, rights);
  say(
    `remount: ${path} was open to other users (${(mode & 0o777).toString(8)}); it is now ${rights.toString(8)}\n`,
  );
}
