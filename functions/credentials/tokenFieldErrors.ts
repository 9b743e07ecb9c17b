/** The refusals of the settings that auth methods keep for their tokens, and of logins by them. */

import { goQuote, refusal, type VaultError } from '../http/errors.ts';

export function invalidTokenType(type: string): VaultError {
  return refusal(`invalid 'token_type' value ${goQuote(type)}`);
}

export function negativeTokenUses(): VaultError {
  return refusal("'token_num_uses' cannot be negative");
}

export function periodicBatch(): VaultError {
  return refusal("'token_type' cannot be 'batch' or 'default_batch' when set to generate periodic tokens");
}

export function limitedBatch(): VaultError {
  return refusal(
    "'token_type' cannot be 'batch' or 'default_batch' when set to generate tokens with limited use count",
  );
}

export function tokenTtlAboveMax(): VaultError {
  return refusal("'token_ttl' cannot be greater than 'token_max_ttl'");
}

export function strictlyBoundTwice(): VaultError {
  return refusal("'token_strictly_bind_ip' conflicts with 'token_bound_cidrs'; set only one");
}

export function notAnAddress(block: string): VaultError {
  return refusal(`error parsing address ${goQuote(block)}: neither an IP address nor a CIDR block`);
}

export function noRootByLogin(): VaultError {
  return refusal('auth methods cannot create root tokens');
}
