/** The data folder of a local service. One service uses it at a time, and a dead service does not block it. */

import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { makePrivate } from './privateFolder.ts';
import { orUnusable, StartError } from './startError.ts';

interface Claim {
  service: number;
  emulator: number;
}

/** The emulator's database file. */
export function databaseFile(folder: string): string {
  return join(resolve(folder), 'dynamodb.sqlite');
}

/**
 * Creates the folder if it is missing, and makes sure that no other emulator uses it. Kills an emulator whose service
 * has ended.
 * @throws StartError if the folder cannot be used, or a running service uses it
 */
export async function openFolder(folder: string): Promise<void> {
  await makePrivate(folder);
  const claim = await readClaim(folder);
  if (claim === undefined) return;
  const parent = await parentOfEmulator(claim.emulator, folder);
  if (parent === undefined) return;
  if (parent === claim.service)
    throw new StartError(`the data folder ${folder} is in use by process ${parent}`);
  process.kill(claim.emulator, 'SIGKILL');
  while ((await parentOfEmulator(claim.emulator, folder)) !== undefined) await delay(20);
}

/** Records which processes use the folder, for the next {@link openFolder}. */
export async function claimFolder(folder: string, emulator: number): Promise<void> {
  const claim: Claim = { service: process.pid, emulator };
  await orUnusable(folder, writeFile(claimFile(folder), JSON.stringify(claim), { mode: 0o600 }));
}

export async function releaseFolder(folder: string): Promise<void> {
  await rm(claimFile(folder), { force: true });
}

function claimFile(folder: string): string {
  return join(folder, 'in-use.json');
}

async function readClaim(folder: string): Promise<Claim | undefined> {
  try {
    return (JSON.parse(await readFile(claimFile(folder), 'utf8')) ?? undefined) as Claim | undefined;
  } catch {
    return undefined;
  }
}

/**
 * The parent of the process, if that process is an emulator on this folder. The process id alone is no proof, because
 * the system reuses ids. Undefined if there is no `ps`.
 */
async function parentOfEmulator(pid: number, folder: string): Promise<number | undefined> {
  const ps = promisify(execFile)('ps', ['-o', 'ppid=,command=', '-ww', '-p', String(pid)]);
  const line = await ps.then(({ stdout }) => stdout.trim()).catch(() => '');
  const [, parent, command] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
  return command?.includes(databaseFile(folder)) ? Number(parent) : undefined;
}
