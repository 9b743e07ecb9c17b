import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openLog } from '../../infra/local/logFile.ts';
import { StartError } from '../../infra/local/startError.ts';
import { temporaryFolder } from './support.ts';

describe('the log', () => {
  const unheard = (text: string) => expect.fail(text);

  it('is appended to, and only its owner may read it', async () => {
    const file = join(await temporaryFolder(), 'remount.log');

    openLog(file, unheard)('one\n');
    openLog(file, unheard)('two\n');

    expect(await readFile(file, 'utf8')).toBe('one\ntwo\n');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('goes to the terminal once the disk is full', () => {
    const said: string[] = [];
    const log = openLog('/dev/full', (text) => said.push(text));

    log('one\n');
    log('two\n');

    const notice = 'remount: cannot write the log /dev/full: ENOSPC; it continues here\n';
    expect(said).toEqual([notice, 'one\n', 'two\n']);
  });

  it('that cannot be opened is a reason not to start', () => {
    const open = () => openLog('/nothing/remount.log', unheard);

    expect(open).toThrow(StartError);
    expect(open).toThrow('cannot write the log /nothing/remount.log: ENOENT');
  });
});
