/** Finds out what answers at the address, before anything is asked of it: a Vault understands some requests otherwise. */

import { notKnown, notRemount } from '../errors.ts';
import type { Received, Sent } from './exchange.ts';

/** The service has it in every answer. */
const RELEASE_HEADER = 'x-remount-version';

/** Open to everybody, here and in a Vault. Status 200 in every state of a server. */
export const HEALTH: Sent = {
  method: 'GET',
  path: 'sys/health?standbyok=true&perfstandbyok=true&drsecondarycode=200&haunhealthycode=200&removedcode=200&sealedcode=200&uninitcode=200',
  headers: {},
  body: '',
};

/** @throws CommandError that says what the server is, unless it is this service */
export function checkIsRemount(address: string, { status, headers, text }: Received): void {
  if (headers[RELEASE_HEADER] !== undefined) return;
  const product = productIn(text);
  throw product === undefined ? notKnown(address, status) : notRemount(address, product);
}

/** @returns such as `OpenBao 2.7.2`; nothing for what is no answer of a Vault */
function productIn(text: string): string | undefined {
  try {
    const { version, sealed, enterprise } = JSON.parse(text);
    if (typeof version !== 'string' || typeof sealed !== 'boolean') return undefined;
    return `${enterprise !== undefined || /^[01]\./.test(version) ? 'Vault' : 'OpenBao'} ${version}`;
  } catch {
    return undefined;
  }
}
