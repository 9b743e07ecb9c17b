/** Tests the audit with the real npm, and a registry that knows vulnerabilities, knows none, or does not answer. */

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ASKED = '/-/npm/v1/security/advisories/bulk';

interface Audited {
  code: number;
  said: string;
}

/** @param weak vulnerable packages with their severities; without them the registry does not answer */
async function audit(weak?: Record<string, string>): Promise<Audited> {
  const server = createServer((request, response) => {
    if (request.method !== 'POST' || request.url !== ASKED || !weak) return response.writeHead(405).end('{}');
    const entries = Object.entries(weak).map(([name, severity], id) => [
      name,
      [{ id, url: 'https://example.com', title: 'weak', severity, vulnerable_versions: '*', cwe: [] }],
    ]);
    return response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify(Object.fromEntries(entries)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const registry = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  // npm caches vulnerabilities.
  const cache = await mkdtemp(join(tmpdir(), 'remount-audit-'));
  const env = {
    ...process.env,
    npm_config_registry: registry,
    npm_config_cache: cache,
    npm_config_fetch_retries: '0',
  };
  try {
    return await new Promise((resolve) =>
      execFile(process.execPath, [join(import.meta.dirname, 'audit.ts')], { env }, (error, stdout, stderr) =>
        resolve({ code: Number(error?.code ?? 0), said: stdout + stderr }),
      ),
    );
  } finally {
    server.closeAllConnections();
    server.close();
    await rm(cache, { recursive: true });
  }
}

describe('the audit', () => {
  it.each([
    ['what is deployed', { bcryptjs: 'high' }, 'what is deployed, \\d+ packages: bcryptjs \\(high\\)'],
    ['what deploys it', { osls: 'critical' }, 'what deploys it, \\d+ packages: osls \\(critical\\)'],
  ])('fails for a known vulnerability of %s', async (_, weak, said) => {
    const audited = await audit(weak);

    expect(audited.said).toMatch(new RegExp(said));
    expect(audited.code).toBe(1);
  });

  it('reports one of lower severity, and ignores tools that are only for tests', async () => {
    const audited = await audit({ bcryptjs: 'moderate', vitest: 'critical' });

    expect(audited.said).toContain('bcryptjs (moderate)');
    expect(audited.said).not.toContain('vitest');
    expect(audited.code).toBe(0);
  });

  it('warns if the registry does not answer', async () => {
    const audited = await audit();

    expect(audited.said).toContain('WARNING: nothing was audited');
    expect(audited.code).toBe(0);
  });
});
