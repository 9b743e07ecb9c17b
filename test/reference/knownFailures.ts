/**
 * The tests of the contract that fail on OpenBao, or on this service in front of one, each with its reason. In the projects
 * `reference` and `front` these have to fail and all others have to pass, so that the lists are complete and hold nothing
 * that is past.
 */

import { rowsOf } from './table.ts';

/** The service answers wrongly, or its difference is not told yet: for each of these there is work to do. */
export const TO_MEND = 'to mend';

/** The reason is {@link TO_MEND}, or the first column of the row of docs/differences.md that tells the difference. */
const ON_OPENBAO = `
clients.test.ts | curl > moves with the documented sample, and reads the id at the top level of the answer | status of a migration, its place in the answer
leases.kv.deep.test.ts | a secret that is leased > is renewed for its first duration or the requested one, up to the maximum of its mount | the lease of a secret with \`leased_passthrough\`, renewed
openbao-go.deep.test.ts | OpenBao's Go client > TestLeasesAreRenewedAndRevoked | the lease of a secret with \`leased_passthrough\`, renewed
vault-go.deep.test.ts | HashiCorp's Go client > TestLeasesAreRenewedAndRevoked | the lease of a secret with \`leased_passthrough\`, renewed
node-vault.test.ts | node-vault > renews and revokes a lease | the lease of a secret with \`leased_passthrough\`, renewed
remount.input.test.ts | a body is refused, and the service still works after it: > a missing value | words of an error about what cannot be read
remount.moves.credentials.test.ts | a moved userpass method > may move to a name that only begins like the token method, and back | \`auth/token…\`
remount.status.test.ts | the status of a remount > has source, target and state, in data and at the top level [3] | status of a migration, its place in the answer
`;

/** What a move on a cluster is otherwise than on mounts of the service itself. */
const IN_FRONT = `
bulk.test.ts | a bulk run > is undone as a whole | \`atomic\`, and a cycle such as a swap, in a bulk run of a cluster
bulk.test.ts | a bulk run > moves all mounts or none if it is atomic | \`atomic\`, and a cycle such as a swap, in a bulk run of a cluster
bulk.test.ts | a bulk run > swaps mounts while readers never see a refusal or a mix of before and after | \`atomic\`, and a cycle such as a swap, in a bulk run of a cluster
hvac.deep.test.ts | hvac for Python > Moves.test_an_engine_moves_into_a_namespace | a move into another namespace of a cluster
openbao-go.deep.test.ts | OpenBao's Go client > TestAnEngineMovesIntoANamespaceAndFurther | a move into another namespace of a cluster
openbao-go.deep.test.ts | OpenBao's Go client > TestLeasesAreRenewedAndRevoked | the lease of a secret with \`leased_passthrough\`, renewed
vault-go.deep.test.ts | HashiCorp's Go client > TestAnEngineMovesIntoANamespaceAndFurther | a move into another namespace of a cluster
vault-go.deep.test.ts | HashiCorp's Go client > TestLeasesAreRenewedAndRevoked | the lease of a secret with \`leased_passthrough\`, renewed
node-vault.test.ts | node-vault > renews and revokes a lease | the lease of a secret with \`leased_passthrough\`, renewed
remount.moves.credentials.test.ts | a moved userpass method > may move to a name that only begins like the token method, and back | methods of a cluster that begin with \`auth/token\`
remount.moves.credentials.test.ts | a moved userpass method > revokes its batch tokens, too | batch tokens of a method that a cluster moves
remount.moves.namespaces.test.ts | between namespaces > users stay locked, and are listed and unlocked where their method is | locked users of a method that moved into another namespace
remount.permissions.namespaces.test.ts | in namespaces, a remount > with a header that names no namespace is 404, before the token is checked (0) | a request to a cluster without a valid token
remount.permissions.namespaces.test.ts | in namespaces, a remount > with a header that names no namespace is 404, before the token is checked (1) | a request to a cluster without a valid token
remount.races.deep.test.ts | with moves at the same time > of one mount to many targets, exactly one wins | moves of one mount of a cluster to two targets at the same time
remount.races.deep.test.ts | with moves at the same time > to one target, exactly one wins and the others change nothing | moves of two mounts of a cluster to one target at the same time
remount.refusals.test.ts | a remount is refused for > a URL that ends in a slash, with or without a token | a request to a cluster without a valid token
`;

/** What the contract is run on besides the service itself. */
export type Server = 'OpenBao' | 'in front';

type Row = [file: string, title: string, reason: string];

export const KNOWN_FAILURES: Record<Server, Row[]> = {
  OpenBao: rowsOf(ON_OPENBAO, 3) as Row[],
  'in front': rowsOf(IN_FRONT, 3) as Row[],
};
