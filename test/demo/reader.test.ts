import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type Looks, startReader } from '../../infra/demo/measure/reader.ts';
import type { Vault } from '../../infra/demo/vault.ts';

/** A mount that answers under `here.path` alone, and nowhere when that is empty. */
function mountAt(here: { path: string }, onCall: (path: string) => void = () => {}): Vault {
  const call: Vault['call'] = async (_method, path) => {
    const status = path === here.path ? 200 : 404;
    onCall(path);
    await delay(1);
    return { status, body: undefined };
  };
  return { call } as Vault;
}

async function looksAt(vault: Vault, change: () => void): Promise<Looks> {
  const reader = startReader(vault, ['source', 'target']);
  await reader.look();
  change();
  await reader.look();
  return reader.stop();
}

describe('a reader of a mount that moves', () => {
  it('sees nothing amiss when the mount is always at one of the two paths', async () => {
    const here = { path: 'source' };
    const vault = mountAt(here);

    const looks = await looksAt(vault, () => {
      here.path = 'target';
    });

    expect(looks).toMatchObject({ refusedAtBoth: 0, unexpected: 0 });
    expect(looks.looks).toBeGreaterThan(5);
  });

  it('counts the looks at which the mount is nowhere', async () => {
    const here = { path: 'source' };

    const looks = await looksAt(mountAt(here), () => {
      here.path = '';
    });

    expect(looks.refusedAtBoth).toBeGreaterThan(1);
  });

  it('knows a switch between its two requests from a refusal', async () => {
    const here = { path: 'source' };
    let before = '';
    const vault = mountAt(here, (path) => {
      // Asked twice in a row, the target ends one look and begins the next; the switch comes after it has refused.
      if (path === 'target' && before === 'target') here.path = 'target';
      before = path;
    });

    const looks = await looksAt(vault, () => {});

    expect(looks).toMatchObject({ acrossSwitch: 1, refusedAtBoth: 0 });
  });

  it('counts answers that are neither the data nor a refusal', async () => {
    const vault = {
      call: async () => ({ status: await delay(1, 503), body: undefined }),
    } as unknown as Vault;

    const looks = await looksAt(vault, () => {});

    expect(looks.unexpected).toBeGreaterThan(1);
  });
});
