/**
 * The tests of the contract that fail on OpenBao, each with its reason. In the project `reference` these have to fail and
 * all others have to pass, so that the list is complete and holds nothing that is past.
 */

import { rowsOf } from './table.ts';

/** The service answers wrongly, or its difference is not told yet: for each of these there is work to do. */
export const TO_MEND = 'to mend';

/** The reason is {@link TO_MEND}, or the first column of the row of docs/differences.md that tells the difference. */
const LIST = `
approle.test.ts | a role > has defaults for what nothing is said of | to mend
approle.test.ts | a login by approle > needs both ids, and does not tell which of them is wrong | to mend
clients.test.ts | curl > moves with the documented sample, and reads the id at the top of the answer | status of a migration, its place in the answer
health.test.ts | before a client works with a mount > it reads which one has a path, if it may use it at all | to mend
http.bodies.test.ts | a field > for a list may be one, or a text with commas | to mend
http.bodies.test.ts | a field > of the wrong type is refused by its name: a text where an object is due | to mend
http.paths.test.ts | a path > with the broken escape %c3 is refused | to mend
http.paths.test.ts | a path > with the broken escape %ff is refused | to mend
http.test.ts | headers that only a cluster needs are taken and ignored | to mend
http.verbs.test.ts | a verb > OPTIONS is none | to mend
http.verbs.test.ts | a verb > that a path does not have is 405, a path that a mount does not have 404 | to mend
kv.versions.test.ts | a version > takes any object, the empty one too, and gives numbers back as they came | numbers in secrets
kv.versions.test.ts | the end of a version > comes with more versions than are kept, of the secret, its mount, or ten | to mend
leases.kv.deep.test.ts | a secret that is leased > is renewed for its first time or the time asked for, up to the maximum of its mount | renewal of a lease of kv version 1
leases.test.ts | a lease > ends with the password when it is revoked | to mend
leases.test.ts | a lease > is queued for revocation without sync, by its id as by a prefix | to mend
mounts.refusals.test.ts | a secrets engine > is not enabled where a namespace is, or inside one | to mend
mounts.test.ts | a secrets engine > has no options but those it was given, and kv by any of its names | to mend
mounts.test.ts | a secrets engine > is not listed by LIST, nor disabled by a path inside it | to mend
names.test.ts | a name or value is taken or refused, that is > a long one | faults of the client in a long name
names.test.ts | a name or value is taken or refused, that is > one as long as the longest sort key | faults of the client in a long name
namespaces.deletion.deep.test.ts | a namespace that is deleted > answers nothing any more, goes with all that was in it, and leaves its name free | to mend
namespaces.test.ts | a namespace > keeps its metadata when a PATCH says undefined | to mend
namespaces.test.ts | a namespace > keeps its metadata when a PATCH says {"a":1} | to mend
policies.test.ts | a policy > has its name in lower case | to mend
remount.input.test.ts | a body is refused, and the service is none the worse for it, that is > a value left out | to mend
remount.moves.credentials.test.ts | a moved userpass method > may take a name that only begins like the token method and may leave it again | \`auth/token…\`
node-vault.test.ts | node-vault > renews and revokes a lease | renewal of a lease of kv version 1
remount.refusals.test.ts | a remount is refused for > the verb LIST, which the endpoint does not have | to mend
remount.status.test.ts | the status of a remount > tells source, target and status, in data and at the top [3] | status of a migration, its place in the answer
ssh.test.ts | a role of ssh > is refused with what is no block | to mend
ssh.test.ts | a role of ssh > is found by an address that it is for | to mend
tokens.refusals.test.ts | a token that is named > is not renewed without a lease, or when it was not made for that | to mend
tokens.test.ts | a token > lives as long as the system and its own maximum allow | to mend
tokens.test.ts | a token > with a maximum of its own is not renewed beyond it | to mend
tune.test.ts | the lease times of a mount > are those of a login, and bound its renewals at once | to mend
tune.test.ts | kv of version 1 > becomes version 2 with all it holds, and never version 1 again | kv from version 1 to 2, for a moment
userpass.test.ts | a user of userpass > may be called b@b.b | to mend
userpass.test.ts | a login by userpass > without a password is an error of the server | to mend
wrapping.test.ts | a wrapped answer > may be that of a list of nothing, which is not found when it is asked for openly | to mend
wrapping.test.ts | a wrapped answer > is there after the mount that it came from has moved | to mend
wrapping.test.ts | a cubbyhole > keeps, lists and forgets what its token says | to mend
`;

export const KNOWN_FAILURES = rowsOf(LIST, 3) as [file: string, title: string, reason: string][];
