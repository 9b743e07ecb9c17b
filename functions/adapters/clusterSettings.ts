/** What a deployment says about the cluster: where it is, and how the service logs in. */

import type { Clock } from '../ports/deps.ts';

export interface ClusterSettings {
  /** Of any node, or of a balancer. */
  address: string;
  /** The namespace that the service logs in to: empty, or a path with a trailing slash. */
  namespace: string;
  credentials: ClusterCredentials;
  /** The certificate of a private authority, in PEM. */
  caCert?: string;
  /** The address that a node gives itself → the address where the service reaches it. */
  nodes?: Record<string, string>;
  /** The longest time for one call, instead of the usual one. */
  callTimeoutMs?: number;
  clock: Clock;
}

type ClusterCredentials = { token: string } | AppRoleLogin;

export interface AppRoleLogin {
  roleId: string;
  /** Called for each login: the secret id may have been replaced. */
  secretId(): Promise<string>;
  /** The path of the auth method, such as `auth/approle/`. */
  mount: string;
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/**
 * @param name the setting, for the error
 * @returns the address without a trailing slash
 * @throws Error unless it is `https://…`, or `http://…` of the loopback address
 */
export function readNodeAddress(name: string, text: string): string {
  const complaint = complaintAbout(text);
  if (complaint) throw new Error(`${name}: ${complaint}`);
  return new URL(text).origin;
}

/** @returns why no token may be sent to an address, if it may not */
export function complaintAbout(text: string): string | undefined {
  if (!URL.canParse(text)) return 'it is no address';
  const { protocol, hostname, pathname, search } = new URL(text);
  if (protocol !== 'https:' && !(protocol === 'http:' && LOOPBACK.test(hostname)))
    return 'it must begin with https://, or with http:// and the loopback address';
  return pathname === '/' && search === '' ? undefined : 'it must have no path';
}
