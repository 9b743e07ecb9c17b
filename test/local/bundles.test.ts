import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundled } from '../../infra/local/bundles.ts';
import { temporaryFolder } from './support.ts';

/** A folder for bundles, and how often they were built there. */
async function workshop() {
  const folder = await temporaryFolder();
  const bundle = join(folder, 'vault', 'index.mjs');
  let times = 0;
  const build = async () => {
    times++;
    await mkdir(join(folder, 'vault'), { recursive: true });
    await writeFile(bundle, 'export {};');
  };
  return {
    bundle,
    record: join(folder, 'built.json'),
    start: () => bundled(build, folder),
    times: () => times,
  };
}

describe('the bundles of the functions', () => {
  it('are built at the first start, and not again', async () => {
    const { start, times } = await workshop();

    await start();
    await start();

    expect(times()).toBe(1);
  });

  it('are built again when somebody else has built one otherwise', async () => {
    const { bundle, start, times } = await workshop();

    await start();
    await writeFile(bundle, 'export const handler = 1;');
    await start();

    expect([times(), await readFile(bundle, 'utf8')]).toEqual([2, 'export {};']);
  });

  it('are built again when the sources have changed', async () => {
    const { record, start, times } = await workshop();

    await start();
    const built = JSON.parse(await readFile(record, 'utf8'));
    await writeFile(record, JSON.stringify({ ...built, sources: 'others' }));
    await start();

    expect(times()).toBe(2);
  });
});
