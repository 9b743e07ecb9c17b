/** The refusals that more than one endpoint of approle has (contract §8.2). */

import { refusal, type VaultError } from '../../http/errors.ts';

export function missingRoleId(): VaultError {
  return refusal('missing role_id');
}

export function missingSecretId(): VaultError {
  return refusal('missing secret_id');
}
