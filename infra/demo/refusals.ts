/** Moves that the service refuses, callers that may not move, and the answers to both. */

import type { Checks } from './checks.ts';
import { errorText, type Vault } from './vault.ts';

interface Refused {
  what: string;
  from: string;
  to: string;
  status: number;
  text: string;
  askedIn?: string;
}

/** In the order of the service's checks. The mounts are where the previous moves have put them. */
const MOVES: readonly Refused[] = [
  refused('no source', '', 'a', "both 'from' and 'to' path must be specified as a string"),
  refused('a leading space', ' a', 'b', "'from' path cannot contain trailing whitespace"),
  refused('a trailing space', 'a', 'b ', "'to' path cannot contain trailing whitespace"),
  refused('an empty target', 'team-b/services', 'team-a/', 'invalid destination mount path "team-a/"'),
  refused(
    'an unclean target',
    'team-b/services',
    'a//b',
    "invalid destination mount: path 'a//b/' does not match cleaned path 'a/b/'",
  ),
  refused(
    'a line break in it',
    'team-b/services',
    'a\nb',
    'invalid destination mount: path cannot contain non-printable characters',
  ),
  refused(
    'auth to secrets',
    'team-a/auth/robots',
    'robots',
    'cannot remount auth mount to non-auth mount "robots/"',
  ),
  refused('protected auth', 'team-a/auth/token', 'auth/x', 'cannot remount "auth/token/"'),
  refused('protected source', 'team-a/sys', 'x', 'cannot remount "sys/"'),
  refused('protected target', 'team-b/services', 'identity/x', 'cannot remount to destination identity/x/'),
  refused('non-existent', 'team-a/nothing', 'x', 'no matching mount at "team-a/nothing/"'),
  refused('inside a mount', 'team-b/services/data', 'x', 'no matching mount at "team-b/services/data/"'),
  refused('target in use', 'team-b/services', 'secret', 'path already in use at "secret/"'),
  refused(
    'under another mount',
    'team-b/services',
    'team-b/access/ssh/x',
    'path already in use at "team-b/access/ssh/"',
  ),
  refused(
    'above another mount',
    'team-b/services',
    'team-b/access',
    'path already in use at "team-b/access/ssh/"',
  ),
  refused(
    'under itself',
    'team-b/services',
    'team-b/services/x',
    'path already in use at "team-b/services/"',
  ),
  {
    ...refused('wrong namespace', 'team-b/services', 'x', 'no matching mount at "team-b/services/"'),
    askedIn: 'team-a',
  },
  {
    ...refused('out of a namespace', '../team-b/services', 'x', 'no matching mount at "../team-b/services/"'),
    askedIn: 'team-a',
  },
  { ...refused('no such namespace', 'a', 'b', 'namespace not found'), status: 404, askedIn: 'team-c' },
];

function refused(what: string, from: string, to: string, text: string): Refused {
  return { what, from, to, status: 400, text };
}

const DENIED = '403 1 error occurred: * permission denied';

/** Tries all of them. Afterwards every mount must be at its old place. */
export async function showRefusals(root: Vault, checks: Checks): Promise<void> {
  const before = await allMounts(root);
  for (const { what, from, to, status, text, askedIn = '' } of MOVES) {
    checks.same(what, `${status} ${text}`, await attempt(root.in(askedIn), { from, to }));
  }
  const move = { from: 'auth/robots', to: 'auth/x' };
  const teamA = root.in('team-a');
  const token = (policy: string) => makeToken(teamA, policy);
  checks.same('no token', '403 permission denied', await attempt(teamA.as(''), move));
  checks.same('unknown token', '403 permission denied', await attempt(teamA.as('s.unknown'), move));
  checks.same('no right', DENIED, await attempt(teamA.as(await token('reader')), move));
  const almost = teamA.as(await token('mover-without-sudo'));
  checks.same('update, but no sudo', DENIED, await attempt(almost, move));
  checks.same('token of another namespace', DENIED, await attempt(almost.in('team-b'), move));
  const unknown = await root.call('GET', 'sys/remount/status/00000000-0000-4000-8000-000000000000');
  checks.same('status of an unknown migration', '404 (no text)', `${unknown.status} ${errorText(unknown)}`);
  checks.same('mounts that these requests changed', [], difference(before, await allMounts(root)));
}

async function attempt(vault: Vault, move: { from: string; to: string }): Promise<string> {
  const answer = await vault.call('POST', 'sys/remount', move);
  return `${answer.status} ${errorText(answer)}`;
}

async function makeToken(vault: Vault, policy: string): Promise<string> {
  const { auth } = await vault.write('auth/token/create', { policies: [policy], ttl: '5m' });
  return auth.client_token;
}

/** One text per mount: its path and its uuid. */
async function allMounts(root: Vault): Promise<string[]> {
  const lists = ['', 'team-a', 'team-a/dev', 'team-b'].flatMap((namespace) =>
    ['sys/mounts', 'sys/auth'].map(async (list) => {
      const { data } = await root.in(namespace).read(list);
      return Object.keys(data).map((path) => `${namespace} ${list} ${path} ${data[path].uuid}`);
    }),
  );
  return (await Promise.all(lists)).flat();
}

function difference(before: string[], after: string[]): string[] {
  const both = new Set(before).intersection(new Set(after));
  return [...before, ...after].filter((mount) => !both.has(mount));
}
