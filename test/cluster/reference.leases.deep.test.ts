/** How a real server lists the leases of a mount, and what it says when one is revoked or cannot be. */

import { describe, expect, it } from 'vitest';
import { throughFile } from '../support/throughFile.ts';
import { enableApprole, enableUserpass, issueTokens, type Tokens } from './support/authMethods.ts';
import { enableDatabase, issueLeases, SLOW_S } from './support/database.ts';
import { leasesBelow } from './support/leases.ts';
import { plainMove } from './support/moves.ts';
import { startInMemory } from './support/openbao.ts';
import { startPostgres } from './support/postgres.ts';

const server = throughFile(startInMemory);
const postgres = throughFile(startPostgres);

const NOTHING_LISTED = { status: 404, body: { errors: [] } };
const DONE = { status: 204, body: undefined };

const list = (prefix: string) => server.root.request('LIST', `sys/leases/lookup/${prefix}`);
const revoke = (lease_id: string, more = {}) =>
  server.root.request('POST', 'sys/leases/revoke', { lease_id, sync: true, ...more });

describe('the leases below a path', () => {
  it('are listed level by level', async () => {
    await enableDatabase(server.root, 'listed/deep', postgres);
    const [lease = ''] = await issueLeases(server.root, 'listed/deep', 'good', 1);
    const keysOf = async (prefix: string) => (await list(prefix)).body.data.keys;
    expect(await keysOf('listed/')).toEqual(['deep/']);
    expect(await keysOf('listed/deep/')).toEqual(['creds/']);
    expect(await keysOf('listed/deep/creds/')).toEqual(['good/']);
    const [key] = await keysOf('listed/deep/creds/good/');
    expect(`listed/deep/creds/good/${key}`).toBe(lease);
  });

  it('are found by walking the levels, with or without a last slash', async () => {
    await enableDatabase(server.root, 'walked', postgres);
    const leases = (
      await Promise.all([
        issueLeases(server.root, 'walked', 'good', 20),
        issueLeases(server.root, 'walked', 'slow', 5),
      ])
    ).flat();
    expect((await leasesBelow(server.root, 'walked/')).sort()).toEqual(leases.sort());
    expect((await list('walked')).body.data).toEqual((await list('walked/')).body.data);
  });

  it('are not listed below a path that is only the beginning of another', async () => {
    await enableDatabase(server.root, 'begin-ning', postgres);
    await issueLeases(server.root, 'begin-ning', 'good', 1);
    expect(await list('begin')).toEqual(NOTHING_LISTED);
  });

  it('are 404 without an error if there are none', async () => {
    expect(await list('nowhere/')).toEqual(NOTHING_LISTED);
  });

  it('carry the namespace in their ids, and are listed in it only', async () => {
    await server.root.must('POST', 'sys/namespaces/team');
    const { id } = (await server.root.must('GET', 'sys/namespaces/team')).body.data;
    await enableDatabase(server.root, 'inside', postgres, { namespace: 'team' });
    const [lease = ''] = await issueLeases(server.root, 'inside', 'good', 1, 'team');
    expect(lease.endsWith(`.${id}`)).toBe(true);
    expect(await leasesBelow(server.root, 'inside/', 'team')).toEqual([lease]);
    expect(await leasesBelow(server.root, 'inside/')).toEqual([]);
    expect(await leasesBelow(server.root, 'team/inside/')).toEqual([]);
    // The id is enough to revoke it from elsewhere.
    expect(await revoke(lease)).toEqual(DONE);
    expect(await leasesBelow(server.root, 'inside/', 'team')).toEqual([]);
  });
});

describe('a revocation with `sync`', () => {
  it('has ended the lease when it answers, and may be repeated', async () => {
    await enableDatabase(server.root, 'ended', postgres);
    const [lease = ''] = await issueLeases(server.root, 'ended', 'good', 1);
    const roles = () => postgres.query(`SELECT rolname FROM pg_roles WHERE rolname LIKE 'v-%'`);
    const before = (await roles()).length;
    expect(await revoke(lease)).toEqual(DONE);
    expect(await roles()).toHaveLength(before - 1);
    expect(await revoke(lease)).toEqual(DONE);
    expect(await list('ended/')).toEqual(NOTHING_LISTED);
  });

  it('is answered in the same way for a lease that never was', async () => {
    expect(await revoke('nowhere/creds/good/nothing')).toEqual(DONE);
    expect(await revoke('')).toEqual({ status: 400, body: { errors: ['lease_id must be specified'] } });
  });

  it('says in the words of the engine why it fails, and the lease stays', async () => {
    await enableDatabase(server.root, 'failing', postgres);
    const [lease = ''] = await issueLeases(server.root, 'failing', 'failing', 1);
    const text =
      'failed to revoke entry: resp: (*logical.Response)(nil) err: ERROR: division by zero (SQLSTATE 22012)';
    expect(await revoke(lease)).toEqual({ status: 400, body: { errors: [text] } });
    expect(await leasesBelow(server.root, 'failing/')).toEqual([lease]);
    expect((await server.root.request('GET', 'failing/roles/good')).status).toBe(200);
  });

  it('says that the database is down, and succeeds when it is up again', async () => {
    await enableDatabase(server.root, 'down', postgres);
    const [lease = ''] = await issueLeases(server.root, 'down', 'good', 1);
    await postgres.takeDown();
    try {
      const { status, body } = await revoke(lease);
      expect(status).toBe(400);
      expect(body.errors[0]).toMatch(
        /^failed to revoke entry: resp: \(\*logical\.Response\)\(nil\) err: .*connection refused$/,
      );
    } finally {
      await postgres.bringUp();
    }
    expect(await revoke(lease)).toEqual(DONE);
  });

  it('works below a tainted mount, which a further remount then moves', async () => {
    await enableDatabase(server.root, 'tainted', postgres);
    const [lease = ''] = await issueLeases(server.root, 'tainted', 'failing', 1);
    expect((await plainMove(server.root, 'tainted', 'untainted')).status).toBe('failure');
    expect((await revoke(lease)).status).toBe(400);
    expect(await server.root.request('POST', `sys/leases/revoke-force/${lease}`)).toEqual(DONE);
    expect(await leasesBelow(server.root, 'tainted/')).toEqual([]);
    expect((await plainMove(server.root, 'tainted', 'untainted')).status).toBe('success');
  });

  it('waits for those before it of the same database connection: the engine revokes one at a time', async () => {
    await enableDatabase(server.root, 'one', postgres);
    const leases = await issueLeases(server.root, 'one', 'slow', 20);
    const start = Date.now();
    await Promise.all(leases.map((lease) => revoke(lease)));
    expect(Date.now() - start).toBeGreaterThan(20 * SLOW_S * 1_000);
  });

  it('does not wait for those of another connection', async () => {
    const paths = ['first', 'second', 'third', 'fourth'];
    const leases: string[] = [];
    for (const path of paths) {
      await enableDatabase(server.root, path, postgres, { slowS: 0.2 });
      leases.push(...(await issueLeases(server.root, path, 'slow', 5)));
    }
    const start = Date.now();
    await Promise.all(leases.map((lease) => revoke(lease)));
    // One after the other they would take four seconds.
    expect(Date.now() - start).toBeLessThan(2_500);
  });
});

describe('a revocation by force of one lease', () => {
  it('is answered with success in another namespace, and drops nothing', async () => {
    await server.root.must('POST', 'sys/namespaces/owner');
    await enableDatabase(server.root, 'owned', postgres, { namespace: 'owner' });
    const [lease = ''] = await issueLeases(server.root, 'owned', 'failing', 1, 'owner');
    const force = (namespace: string) =>
      server.root.request('POST', `sys/leases/revoke-force/${lease}`, undefined, namespace);
    expect(await force('')).toEqual(DONE);
    expect(await leasesBelow(server.root, 'owned/', 'owner')).toEqual([lease]);
    expect(await force('owner')).toEqual(DONE);
    expect(await leasesBelow(server.root, 'owned/', 'owner')).toEqual([]);
  });

  it('drops that lease alone', async () => {
    await enableDatabase(server.root, 'forced', postgres);
    const [first = '', second = ''] = await issueLeases(server.root, 'forced', 'failing', 2);
    expect(await server.root.request('POST', `sys/leases/revoke-force/${first}`)).toEqual(DONE);
    expect(await leasesBelow(server.root, 'forced/')).toEqual([second]);
    expect(await server.root.request('PUT', 'sys/leases/lookup', { lease_id: first })).toEqual({
      status: 400,
      body: { errors: ['invalid lease'] },
    });
  });
});

describe('the leases of an auth method', () => {
  const works = async (token: string) =>
    (await server.root.as(token).request('GET', 'auth/token/lookup-self')).status === 200;

  async function alive(tokens: Tokens): Promise<string[]> {
    const kinds: string[] = [];
    for (const [kind, token] of Object.entries(tokens)) if (await works(token)) kinds.push(kind);
    return kinds;
  }

  it('are its logins: their revocation ends the children too, orphans and batch tokens stay', async () => {
    await enableUserpass(server.root, 'people');
    const tokens = await issueTokens(server.root, 'people');
    expect(await alive(tokens)).toEqual(['login', 'child', 'orphan', 'batch']);
    const leases = await leasesBelow(server.root, 'auth/people/');
    expect(leases).toEqual([expect.stringMatching(/^auth\/people\/login\/person\/h[0-9a-f]{64}$/)]);
    for (const lease of leases) expect(await revoke(lease)).toEqual(DONE);
    expect(await alive(tokens)).toEqual(['orphan', 'batch']);
    expect((await plainMove(server.root, 'auth/people', 'auth/folk')).status).toBe('success');
    expect(await alive(tokens)).toEqual(['orphan', 'batch']);
  });

  it('are revoked by the remount itself as well', async () => {
    await enableUserpass(server.root, 'crowd');
    const tokens = await issueTokens(server.root, 'crowd');
    expect((await plainMove(server.root, 'auth/crowd', 'auth/mob')).status).toBe('success');
    expect(await alive(tokens)).toEqual(['orphan', 'batch']);
  });

  it('are the tokens of machines too, and a secret id outlives the move', async () => {
    const logIn = await enableApprole(server.root, 'machines');
    const token = await logIn();
    expect(await leasesBelow(server.root, 'auth/machines/')).toEqual([
      expect.stringMatching(/^auth\/machines\/login\/h[0-9a-f]{64}$/),
    ]);
    expect((await plainMove(server.root, 'auth/machines', 'auth/robots')).status).toBe('success');
    expect(await works(token)).toBe(false);
    expect((await plainMove(server.root, 'auth/robots', 'auth/machines')).status).toBe('success');
    expect(await works(await logIn())).toBe(true);
  });
});
