/** The proxy of requests, from the variables of Vault's tools and from those that all programs read. */

import type { Agent, AgentOptions } from 'node:http';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { getProxyForUrl } from 'proxy-from-env';
import { addressUnreadable } from '../errors.ts';

/** In the order of their precedence. They hold for every address. */
const OF_VAULT = ['VAULT_PROXY_ADDR', 'VAULT_HTTP_PROXY'] as const;

/**
 * Otherwise `HTTPS_PROXY` or `HTTP_PROXY` holds, unless `NO_PROXY` names the host. As with Vault's command line, this machine
 * is reached without them.
 * @returns nothing if the address is reached without a proxy
 * @throws CommandError if the address of the proxy cannot be read
 */
export function readProxy(address: URL, environment: NodeJS.ProcessEnv): URL | undefined {
  const setting = OF_VAULT.find((name) => environment[name]);
  if (setting) return proxyAt(setting, environment[setting] ?? '');
  if (isLoopback(address.hostname)) return undefined;
  const text = getProxyForUrl(address.href);
  return text ? proxyAt('the address of the proxy', text) : undefined;
}

/** The agent of requests that go through a proxy. */
export function agentFor(address: URL, proxy: URL): Agent {
  const options: AgentOptions = { keepAlive: false };
  return address.protocol === 'https:'
    ? new HttpsProxyAgent(proxy, options)
    : new HttpProxyAgent(proxy, options);
}

function proxyAt(setting: string, text: string): URL {
  const full = text.includes('://') ? text : `http://${text}`;
  const url = URL.canParse(full) ? new URL(full) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) throw addressUnreadable(setting);
  return url;
}

function isLoopback(hostname: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}
