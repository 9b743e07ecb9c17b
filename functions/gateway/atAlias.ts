/**
 * What a request at an alias is answered besides: where the mount is now, and until when the alias answers. That it was used is
 * noted. Nothing else differs: policies are judged on the path as it was asked, and what was revoked is revoked at both paths.
 */

import { isEmpty } from '../http/envelope.ts';
import { goQuote, VaultError } from '../http/errors.ts';
import { headerNamespace } from '../http/message.ts';
import type { Call, Reply } from '../http/route.ts';
import { type Alias, leadsInto, whereItLeads } from '../tree/alias.ts';
import { type CallerToken, noteUse } from '../tree/aliasUse.ts';
import type { Namespace } from '../tree/namespace.ts';

/**
 * Answers a request, and says where the mount is: to whoever may make the request, and to nobody else. So it is not said with
 * help, which is for everybody. A login, which has no caller before it succeeds, notes its use itself.
 */
export async function atAlias(
  call: Call,
  answer: () => Promise<Reply | undefined>,
): Promise<Reply | undefined> {
  const { alias, caller, deps, operation } = call;
  if (!alias || operation === 'help') return answer();
  const headers = headersOf(call, alias);
  try {
    const reply = await answer();
    // Who needs no token is a caller, too, such as a host that verifies a password of ssh.
    if (!caller && !reply?.auth) await noteUse(deps, alias, nobodyIn(call.namespace));
    return withWord(reply, wordOf(call, alias), headers);
  } catch (error) {
    throw error instanceof VaultError && caller ? error.withHeaders(headers) : error;
  } finally {
    if (caller) await noteUse(deps, alias, caller.token);
  }
}

/** An answer without a body stays so: a client may take a body for something else. */
function withWord(reply: Reply | undefined, word: string, headers: Record<string, string>): Reply {
  const all = { ...reply, headers: { ...reply?.headers, ...headers } };
  const isEnvelope = reply && !isEmpty(reply) && reply.plain === undefined && !reply.text;
  return isEnvelope ? { ...all, warnings: [...(reply.warnings ?? []), word] } : all;
}

function nobodyIn({ id, path }: Namespace): CallerToken {
  return { displayName: '', namespaceId: id, namespacePath: path, path: '', lineage: { mounts: {} } };
}

function wordOf({ namespace }: Call, alias: Alias): string {
  const { path, until } = alias;
  const end = new Date(until).toISOString();
  const where = whereItLeads(alias, namespace);
  return `the mount is ${where} now; its old path ${goQuote(namespace.path + path)} answers until ${end}`;
}

/** RFC 9745, RFC 8594 and RFC 5829. */
function headersOf(call: Call, alias: Alias): Record<string, string> {
  return {
    Deprecation: `@${Math.floor(alias.since / 1_000)}`,
    Sunset: new Date(alias.until).toUTCString(),
    ...(leadsInto(alias, call.namespace) && {
      Link: `<${call.prefix}/v1/${successor(call, alias)}>; rel="successor-version"`,
    }),
  };
}

/** The same request at the mount itself, for a client that sends the same namespace header if that can lead there. */
function successor({ path, headers }: Call, { path: at, target }: Alias): string {
  const named = headerNamespace(headers['x-vault-namespace']);
  const { namespacePath } = target;
  const below = namespacePath.startsWith(named) ? namespacePath.slice(named.length) : namespacePath;
  return (below + target.path + path.slice(at.length)).split('/').map(encodeURIComponent).join('/');
}
