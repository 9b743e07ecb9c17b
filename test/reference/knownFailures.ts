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
leases.kv.deep.test.ts | a secret that is leased > is renewed for its first duration or the requested one, up to the maximum of its mount | the lease of a secret with \`leased_passthrough\`, renewed
openbao-go.deep.test.ts | OpenBao's Go client > TestLeasesAreRenewedAndRevoked | the lease of a secret with \`leased_passthrough\`, renewed
vault-go.deep.test.ts | HashiCorp's Go client > TestLeasesAreRenewedAndRevoked | the lease of a secret with \`leased_passthrough\`, renewed
node-vault.test.ts | node-vault > renews and revokes a lease | the lease of a secret with \`leased_passthrough\`, renewed
remount.input.test.ts | a body is refused, and the service still works after it: > a missing value | words of an error about what cannot be read
remount.moves.credentials.test.ts | a moved userpass method > may move to a name that only begins like the token method, and back | \`auth/token…\`
remount.status.test.ts | the status of a remount > has source, target and state, in data and at the top level [3] | status of a migration, its place in the answer
`;

export const KNOWN_FAILURES = rowsOf(LIST, 3) as [file: string, title: string, reason: string][];
