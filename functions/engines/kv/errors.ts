/** What kv refuses, each text once (contract §9). */

import { multiError, refusal, tooLarge, type VaultError } from '../../http/errors.ts';
import {
  MAX_DELETE_VERSION_AFTER_S,
  MAX_SECRET_VERSIONS,
  MAX_STORAGE_KEY_BYTES,
  MAX_VALUE_BYTES,
} from '../../limits.ts';

export function missingPath(): VaultError {
  return refusal('missing path');
}

export function missingDataFields(): VaultError {
  return refusal('missing data fields');
}

export function noDataProvided(): VaultError {
  return refusal('no data provided');
}

export function casMismatch(): VaultError {
  return refusal('check-and-set parameter did not match the current version');
}

export function casRequired(): VaultError {
  return refusal('check-and-set parameter required for this call');
}

export function casUnreadable(): VaultError {
  return refusal('error parsing check-and-set parameter');
}

export function metadataCasMismatch(): VaultError {
  return refusal('metadata check-and-set parameter does not match the current version');
}

export function metadataCasRequired(): VaultError {
  return refusal('metadata check-and-set parameter required for this call');
}

/** Of `delete` and `undelete`; `destroy` spells it differently. */
export function noVersionToDelete(): VaultError {
  return refusal('No version number provided');
}

export function noVersionToDestroy(): VaultError {
  return refusal('no version number provided');
}

/** @param problems what is wrong with it, all of it */
export function customMetadataInvalid(problems: string[]): VaultError {
  return refusal(multiError(problems.map((problem) => `custom_metadata validation failed: ${problem}`)));
}

export function maxVersionsOutOfRange(): VaultError {
  return refusal(`max_versions must be between 0 and ${MAX_SECRET_VERSIONS}`);
}

export function deleteVersionAfterUnusable(): VaultError {
  return refusal(`delete_version_after must be a duration of at most ${MAX_DELETE_VERSION_AFTER_S} seconds`);
}

export function pathTooLong(): VaultError {
  return refusal(`the path of a secret is at most ${MAX_STORAGE_KEY_BYTES} bytes long`);
}

export function valueTooLarge(): VaultError {
  return tooLarge(`a secret is at most ${MAX_VALUE_BYTES} bytes large`);
}
