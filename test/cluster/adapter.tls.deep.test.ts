/** The adapter on a real server whose certificate is from a private authority. */

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { vaultCluster } from '../../functions/adapters/vaultCluster.ts';
import { ClusterUnavailable } from '../../functions/ports/cluster.ts';
import { findFreePort } from '../support/freePort.ts';
import { findOpenBao } from '../support/openbao.ts';
import { startProgram } from '../support/program.ts';
import { throughFile } from '../support/throughFile.ts';

const TOKEN = 'root';

const server = throughFile(startSecure);

/** Starts a server in memory. It makes an authority and a certificate for itself. */
async function startSecure(): Promise<{ address: string; caCert: string; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'remount-tls-'));
  const authority = () => readFile(join(folder, 'vault-ca.pem'), 'utf8');
  const port = await findFreePort();
  const tls = ['-dev-tls', `-dev-tls-cert-dir=${folder}`];
  const settings = [
    `-dev-listen-address=127.0.0.1:${port}`,
    `-dev-root-token-id=${TOKEN}`,
    '-dev-no-store-token',
  ];
  const address = `https://127.0.0.1:${port}`;
  const isReady = async () => {
    const caCert = await authority().catch(() => undefined);
    if (!caCert) return false;
    return connect(address, caCert)
      .mounts('')
      .then(
        () => true,
        () => false,
      );
  };
  const program = await startProgram(
    [(await findOpenBao()) ?? 'bao', 'server', '-dev', ...tls, ...settings],
    isReady,
  );
  return {
    address,
    caCert: await authority(),
    async stop() {
      await program.end('SIGTERM');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function connect(address: string, caCert?: string) {
  const clock = { now: () => Date.now(), sleep: async () => {} };
  const ca = caCert === undefined ? {} : { caCert };
  return vaultCluster({ address, namespace: '', credentials: { token: TOKEN }, clock, ...ca });
}

describe('a certificate of a private authority', () => {
  it('is believed with that of the authority', async () => {
    const cluster = connect(server.address, server.caCert);
    expect((await cluster.mounts('')).has('sys/')).toBe(true);
    expect(await cluster.nodes()).toEqual([{ address: server.address, isActive: true }]);
  });

  it('is not believed without: nothing is sent', async () => {
    const at = { namespace: '', path: 'secret/' };
    const move = connect(server.address).remount(at, at, { migrationId: 'm', requestedBy: 'r' });
    const failure = await move.catch((error) => error);
    expect(failure).toBeInstanceOf(ClusterUnavailable);
    expect(failure.message).toMatch(/certificate/);
    expect(failure.mayHaveArrived).toBe(false);
  });
});
