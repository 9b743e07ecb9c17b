/** A person who misspells a namespace, or who meets a locked one. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newWorld, type World } from './world.ts';

describe('a namespace that is misspelt', () => {
  let world: World;
  beforeAll(async () => {
    world = await newWorld();
    await world.root.write('sys/namespaces/team-b');
    await world.root.write('sys/mounts/blue', { type: 'kv' });
  });
  afterAll(() => world?.stop());

  it('is shown by a plan, and the namespace that was probably meant', async () => {
    const { code, stdout, stderr } = await world.run('plan', 'blue', 'teem-b/blue');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Namespace +stays in \(root\)$/m);
    expect(stderr).toContain('did you mean the namespace "team-b/"?');
  });

  it.each([
    ['plan', 'blue', 'teem-b/blue'],
    ['move', 'blue', 'teem-b/blue'],
    ['bulk', '--rule', 'blue=teem-b/blue'],
  ])('is refused by %s on request', async (...words) => {
    const { code, stderr } = await world.run(...words, '--require-namespace');
    expect(code).toBe(2);
    expect(stderr).toContain('--require-namespace asks for a namespace below it');
  });

  it('is no obstacle once it is right', async () => {
    const { code, stderr } = await world.run('move', 'blue', 'team-b/blue', '--require-namespace');
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('namespace')]);
  });
});

describe('a namespace that is locked', () => {
  let world: World;
  beforeAll(async () => {
    world = await newWorld();
    await world.root.write('sys/namespaces/team-b');
    await world.root.write('sys/mounts/blue', { type: 'kv' });
    await world.root.write('sys/namespaces/api-lock/lock/team-b');
  });
  afterAll(() => world?.stop());

  it.each([
    ['move', 'blue', 'team-b/blue'],
    ['bulk', '--rule', 'blue=team-b/blue'],
  ])('refuses %s at once, and says why', async (...words) => {
    const { code, stdout, stderr } = await world.run(...words);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('"team-b/" must be unlocked to gain access.\n');
    expect(stderr).not.toMatch(/retrying|unknown whether/);
  });

  it('refuses also what is asked within it', async () => {
    const { code, stderr } = await world.run('move', 'a', 'b', '--namespace', 'team-b');

    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^Error moving a to b: API access .*gain access\.\n$/),
    ]);
  });
});
