/** Certificates of requests, from the environment variables of Vault's tools. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { certificateHalf, certificateUnusable, fileUnreadable, noCertificates } from '../errors.ts';
import { readText } from './planFile.ts';

export interface Tls {
  /** The authorities to trust, in place of those of Node. */
  ca?: string[];
  /** What the client shows of itself. */
  cert?: string;
  key?: string;
  servername?: string;
  rejectUnauthorized: boolean;
}

/** @throws CommandError if something cannot be read or used */
export function readTls(environment: NodeJS.ProcessEnv): Tls {
  const { VAULT_CACERT, VAULT_CAPATH, VAULT_CLIENT_CERT, VAULT_CLIENT_KEY } = environment;
  const { VAULT_SKIP_VERIFY, VAULT_TLS_SERVER_NAME } = environment;
  if (!VAULT_CLIENT_CERT !== !VAULT_CLIENT_KEY) throw certificateHalf();
  const own = {
    ...(VAULT_CLIENT_CERT && { cert: readText(VAULT_CLIENT_CERT) }),
    ...(VAULT_CLIENT_KEY && { key: readText(VAULT_CLIENT_KEY) }),
  };
  checkUsable(own);
  return {
    ...(VAULT_CACERT ? { ca: [readText(VAULT_CACERT)] } : VAULT_CAPATH && { ca: readFolder(VAULT_CAPATH) }),
    ...own,
    ...(VAULT_TLS_SERVER_NAME && { servername: VAULT_TLS_SERVER_NAME }),
    rejectUnauthorized: !isTrue(VAULT_SKIP_VERIFY),
  };
}

/** All certificates in the files of a folder. Other files are left out. */
function readFolder(folder: string): string[] {
  try {
    const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => !entry.isDirectory());
    const texts = files.map(({ name }) => readFileSync(join(folder, name), 'utf8'));
    const certificates = texts.filter((text) => text.includes('-----BEGIN CERTIFICATE-----'));
    if (certificates.length > 0) return certificates;
  } catch (error) {
    throw fileUnreadable(folder, (error as NodeJS.ErrnoException).code ?? 'for an unknown reason');
  }
  throw noCertificates(folder);
}

function checkUsable(own: Pick<Tls, 'cert' | 'key'>): void {
  try {
    createSecureContext(own);
  } catch (error) {
    throw certificateUnusable((error as Error).message);
  }
}

/** The texts that Go parses as true. */
function isTrue(text = ''): boolean {
  return /^(1|t|true)$/i.test(text);
}
