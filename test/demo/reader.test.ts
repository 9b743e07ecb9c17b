import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type ReadCounts, startReader } from '../../infra/demo/measure/reader.ts';
import type { Vault } from '../../infra/demo/vault.ts';

/** A mount that answers only at `here.path`, and nowhere if that is empty. */
function mountAt(here: { path: string }, onCall: (path: string) => void = () => {}): Vault {
  const call: Vault['call'] = async (_method, path) => {
    const status = path === here.path ? 200 : 404;
    onCall(path);
    await delay(1);
    return { status, body: undefined };
  };
  return { call } as Vault;
}

async function readMeanwhile(vault: Vault, change: () => void): Promise<ReadCounts> {
  const reader = startReader(vault, ['source', 'target']);
  await reader.nextRound();
  change();
  await reader.nextRound();
  return reader.stop();
}

describe('a reader of a mount that moves', () => {
  it('counts no failure when the mount is always at one of the two paths', async () => {
    const here = { path: 'source' };
    const vault = mountAt(here);

    const rounds = await readMeanwhile(vault, () => {
      here.path = 'target';
    });

    expect(rounds).toMatchObject({ refusedAtBoth: 0, unexpected: 0 });
    expect(rounds.rounds).toBeGreaterThan(5);
  });

  it('counts the rounds in which the mount is at neither path', async () => {
    const here = { path: 'source' };

    const rounds = await readMeanwhile(mountAt(here), () => {
      here.path = '';
    });

    expect(rounds.refusedAtBoth).toBeGreaterThan(1);
  });

  it('distinguishes a switch between its two requests from a refusal', async () => {
    const here = { path: 'source' };
    let before = '';
    const vault = mountAt(here, (path) => {
      // The target is read twice in a row: last in one round, first in the next. The switch follows its first refusal.
      if (path === 'target' && before === 'target') here.path = 'target';
      before = path;
    });

    const rounds = await readMeanwhile(vault, () => {});

    expect(rounds).toMatchObject({ acrossSwitch: 1, refusedAtBoth: 0 });
  });

  it('counts answers that are neither the data nor a refusal', async () => {
    const vault = {
      call: async () => ({ status: await delay(1, 503), body: undefined }),
    } as unknown as Vault;

    const rounds = await readMeanwhile(vault, () => {});

    expect(rounds.unexpected).toBeGreaterThan(1);
  });
});
