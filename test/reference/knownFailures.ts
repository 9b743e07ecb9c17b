/**
 * The tests of the contract that fail on OpenBao, each with its reason. In the project `reference` these have to fail and
 * all others have to pass, so that the list is complete and holds nothing that is past.
 */

import { rowsOf } from './table.ts';

/** The service answers wrongly, or its difference is not told yet: for each of these there is work to do. */
export const TO_MEND = 'to mend';

/** The reason is {@link TO_MEND}, or the first column of the row of docs/differences.md that tells the difference. */
const LIST = `
clients.test.ts | curl > moves with the documented sample, and reads the id at the top level of the answer | status of a migration, its place in the answer
health.test.ts | before a client works with a mount > it reads which mount has a path, if it may use that mount | to mend
http.bodies.test.ts | a field > for a list accepts a list, or a string with commas | to mend
http.bodies.test.ts | a field > of the wrong type is refused, and the error names it: a string instead of an object | to mend
http.paths.test.ts | a path > with the broken escape %c3 is refused | to mend
http.paths.test.ts | a path > with the broken escape %ff is refused | to mend
http.test.ts | headers that only a cluster needs are accepted and ignored | to mend
http.verbs.test.ts | a verb > OPTIONS is not supported | to mend
http.verbs.test.ts | a verb > that a path does not support is 405, and an unknown path is 404 | to mend
leases.kv.deep.test.ts | a secret that is leased > is renewed for its first duration or the requested one, up to the maximum of its mount | the lease of a secret with \`leased_passthrough\`, renewed
mounts.refusals.test.ts | a secrets engine > is not enabled at the path of a namespace, or inside one | to mend
mounts.test.ts | a secrets engine > is not listed by LIST, and not disabled by a path inside it | to mend
namespaces.test.ts | a namespace > keeps its metadata when a PATCH with undefined is refused | to mend
namespaces.test.ts | a namespace > keeps its metadata when a PATCH with {"a":1} is refused | to mend
node-vault.test.ts | node-vault > renews and revokes a lease | the lease of a secret with \`leased_passthrough\`, renewed
policies.test.ts | a policy > has its name in lower case | to mend
remount.input.test.ts | a body is refused, and the service still works after it: > a missing value | to mend
remount.moves.credentials.test.ts | a moved userpass method > may move to a name that only begins like the token method, and back | \`auth/token…\`
remount.refusals.test.ts | a remount is refused for > the verb LIST, which the endpoint does not have | to mend
remount.status.test.ts | the status of a remount > has source, target and state, in data and at the top level [3] | status of a migration, its place in the answer
tokens.refusals.test.ts | a request that names a token > cannot renew it if it has no lease or is not renewable | to mend
tokens.test.ts | a token > lives as long as the system and its own maximum allow | to mend
tokens.test.ts | a token > with a maximum of its own is not renewed beyond it | to mend
tune.test.ts | the lease times of a mount > apply to a login, and limit its renewals at once | to mend
`;

export const KNOWN_FAILURES = rowsOf(LIST, 3) as [file: string, title: string, reason: string][];
