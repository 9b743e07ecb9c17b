import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { openLog } from '../../infra/local/logFile.ts';
import { StartError } from '../../infra/local/startError.ts';
import { temporaryFolder } from './support.ts';

describe('the log', () => {
  const unheard = (text: string) => expect.fail(text);

  it('is appended to, and only its owner may read it', async () => {
    const file = join(await temporaryFolder(), 'remount.log');

    openLog(file, unheard)('one\n');
    await expect.poll(() => readFile(file, 'utf8')).toBe('one\n');
    openLog(file, unheard)('two\n');

    await expect.poll(() => readFile(file, 'utf8')).toBe('one\ntwo\n');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('is written behind what is done at the moment, in order', async () => {
    const file = join(await temporaryFolder(), 'remount.log');
    const log = openLog(file, unheard);

    for (const text of ['one\n', 'two\n', 'three\n']) log(text);

    expect(readFileSync(file, 'utf8')).toBe('');
    await expect.poll(() => readFile(file, 'utf8')).toBe('one\ntwo\nthree\n');
  });

  it('has what was logged last when the process ends', async () => {
    const file = join(await temporaryFolder(), 'remount.log');
    const program = `import { openLog } from '${join(import.meta.dirname, '../../infra/local/logFile.ts')}';
      const log = openLog('${file}', () => {});
      log('one\\n');
      log('two\\n');
      process.exit();`;

    await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);

    expect(await readFile(file, 'utf8')).toBe('one\ntwo\n');
  });

  it('goes to the terminal once the disk is full', async () => {
    const said: string[] = [];
    const log = openLog('/dev/full', (text) => said.push(text));

    log('one\n');
    log('two\n');
    await expect.poll(() => said).not.toEqual([]);
    log('three\n');

    const notice = 'remount: cannot write the log /dev/full: ENOSPC; it continues here\n';
    expect(said).toEqual([notice, 'one\ntwo\n', 'three\n']);
  });

  it('that cannot be opened is a reason not to start', () => {
    const open = () => openLog('/nothing/remount.log', unheard);

    expect(open).toThrow(StartError);
    expect(open).toThrow('cannot write the log /nothing/remount.log: ENOENT');
  });
});
