import { chmod, mkdir, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { startDynamoDB } from '../../infra/local/dynamodb.ts';
import { makePrivate } from '../../infra/local/privateFolder.ts';
import { StartError } from '../../infra/local/startError.ts';
import { temporaryFolder } from './support.ts';

describe('the data folder', () => {
  let folder: string;
  let said: string[];
  beforeEach(async () => {
    folder = join(await temporaryFolder(), 'data');
    said = [];
  });

  const rights = async (...path: string[]) => (await stat(join(folder, ...path))).mode & 0o777;
  const protect = () => makePrivate(folder, (text) => said.push(text));
  async function place(name: string, mode: number): Promise<void> {
    await writeFile(join(folder, name), '{}');
    await chmod(join(folder, name), mode);
  }
  async function open(mode: number): Promise<void> {
    await mkdir(folder);
    await chmod(folder, mode);
  }

  it('is its owner’s alone, and so is what the emulator puts there', async () => {
    const dynamodb = await startDynamoDB({ dataDir: folder });
    const names = await readdir(folder);
    const found = await Promise.all(names.map((name) => rights(name)));
    await dynamodb.stop();

    expect(names).toContain('dynamodb.sqlite');
    expect(new Set(found)).toEqual(new Set([0o600]));
    expect(await rights()).toBe(0o700);
  });

  it('that others could read is closed to them with its files, and the operator is told', async () => {
    await open(0o755);
    await place('dynamodb.sqlite', 0o644);
    await place('events.jsonl', 0o600);

    await protect();

    expect(await Promise.all([rights(), rights('dynamodb.sqlite'), rights('events.jsonl')])).toEqual([
      0o700, 0o600, 0o600,
    ]);
    expect(said).toEqual([
      `remount: ${join(folder, 'dynamodb.sqlite')} was open to other users (644); it is now 600\n`,
      `remount: ${folder} was open to other users (755); it is now 700\n`,
    ]);
    await protect();
    expect(said).toHaveLength(2);
  });

  it('with files of somebody else keeps its rights, and theirs', async () => {
    await open(0o755);
    await place('letter.txt', 0o644);
    await place('schedules.json', 0o644);

    await protect();

    expect(await Promise.all([rights(), rights('letter.txt'), rights('schedules.json')])).toEqual([
      0o755, 0o644, 0o600,
    ]);
  });

  it.each(['letter.txt', 'schedules.json'])(
    'with %s is refused if others may write into it',
    async (name) => {
      await open(0o777);
      await place(name, 0o644);

      await expect(protect()).rejects.toThrow(StartError);
      await expect(protect()).rejects.toThrow('other users may write into it');
      expect([await rights(), await rights(name)]).toEqual([0o777, 0o644]);
    },
  );

  it('with a link in place of a file is refused, and what it leads to stays as it is', async () => {
    await open(0o700);
    const elsewhere = join(await temporaryFolder(), 'letter.txt');
    await writeFile(elsewhere, '', { mode: 0o644 });
    await symlink(elsewhere, join(folder, 'events.jsonl'));

    await expect(protect()).rejects.toThrow(StartError);
    expect((await stat(elsewhere)).mode & 0o777).toBe(0o644);
  });

  it('may itself be reached by a link', async () => {
    await open(0o755);
    const link = `${folder}-link`;
    await symlink(folder, link);
    await makePrivate(link);
    expect(await rights()).toBe(0o700);
  });
});
