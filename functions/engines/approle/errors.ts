/** The refusal that more than one endpoint of approle has (contract §8.2). */

import { refusal, type VaultError } from '../../http/errors.ts';

export function missingSecretId(): VaultError {
  return refusal('missing secret_id');
}
