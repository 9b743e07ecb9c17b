/** The refusals of approle (contract §8.2). */

import { goQuote, refusal, VaultError, wrapped } from '../../http/errors.ts';

export function noConstraint(): VaultError {
  return wrapped(500, 'at least one constraint should be enabled on the role');
}

export function roleIdInUse(): VaultError {
  return wrapped(500, 'role_id already in use');
}

export function invalidRoleId(): VaultError {
  return refusal('invalid role_id supplied, or failed to generate a role_id');
}

export function negativeSecretIdUses(): VaultError {
  return refusal('secret_id_num_uses cannot be negative');
}

export function localSecretIdsFixed(): VaultError {
  return refusal('local_secret_ids can only be modified during role creation');
}

export function invalidCidrBlocks(): VaultError {
  return refusal('invalid CIDR blocks');
}

/** The same words arrive with another status at each kind of endpoint: 404 to make a secret-id, 400 to list them. */
export function noSuchRole(status: 400 | 404, name: string): VaultError {
  return new VaultError(status, [`role ${goQuote(name)} does not exist`]);
}

/** The status at the endpoints that look a secret-id up or destroy it. */
export function noRoleToSearch(name: string): VaultError {
  return wrapped(500, `role ${goQuote(name)} does not exist`);
}

export function secretIdNotBound(): VaultError {
  return refusal('bind_secret_id is not set on the role');
}

export function negativeUses(): VaultError {
  return refusal('num_uses cannot be negative');
}

export function tooManyUses(): VaultError {
  return refusal("num_uses cannot be higher than the role's secret_id_num_uses");
}

export function ttlTooLong(): VaultError {
  return refusal("ttl cannot be longer than the role's secret_id_ttl");
}

export function invalidSecretIdCidrs(kind: '' | 'token '): VaultError {
  return refusal(`failed to validate ${kind}CIDR blocks`);
}

export function notInRolesCidrs(ofRole: string[], ofSecretId: string[]): VaultError {
  const [role, secretId] = [ofRole, ofSecretId].map((blocks) => `[${blocks.map(goQuote).join(' ')}]`);
  return refusal(
    `failed to verify subset relationship between CIDR blocks on the role ${role} and CIDR blocks on the secret ID ${secretId}`,
  );
}

/** Shows nothing of the metadata, which may be confidential. */
export function invalidMetadata(): VaultError {
  return refusal('failed to parse metadata: neither a JSON object of strings nor key=value pairs');
}

export function secretIdTooShort(length: number): VaultError {
  return refusal(`secret_id must have at least ${length} characters`);
}

export function secretIdTaken(): VaultError {
  return wrapped(500, 'failed to store secret_id: SecretID is already registered');
}

export function missingRoleId(): VaultError {
  return refusal('missing role_id');
}

export function missingSecretId(): VaultError {
  return refusal('missing secret_id');
}

export function missingAccessor(): VaultError {
  return refusal('missing secret_id_accessor');
}

export function unknownAccessorText(accessor: string): string {
  return `failed to find accessor entry for secret_id_accessor: ${goQuote(accessor)}`;
}

/** The same for a role and for a secret-id that do not exist, are used up or have expired. */
export function badCredentials(): VaultError {
  return refusal('invalid role or secret ID');
}

export function outsideCidrs(sourceIp: string, of: 'secret ID' | 'role'): VaultError {
  return refusal(`source address ${goQuote(sourceIp)} unauthorized through CIDR restrictions on the ${of}`);
}
