/** What enabling, tuning and disabling a mount are refused with, word for word (contract §3.2 to §3.4). */

import { goQuote, refusal, type VaultError } from '../http/errors.ts';

export function noType(): VaultError {
  return refusal('backend type must be specified as a string');
}

/** @param what the mount config or the auth config */
export function unusableConfig(what: 'mount' | 'auth'): VaultError {
  return refusal(`unable to convert given ${what} config information`);
}

export function unusableTtl(which: 'default' | 'max', value: string): VaultError {
  return refusal(`unable to parse ${which} TTL of ${value}: time: invalid duration ${goQuote(value)}`);
}

export function defaultAboveMax(): VaultError {
  return refusal('given default lease TTL greater than given max lease TTL');
}

/** @param seconds the system's maximum */
export function defaultAboveSystemMax(seconds: number): VaultError {
  return refusal(`given default lease TTL greater than system max lease TTL of ${seconds}`);
}

export function unknownType(type: string): VaultError {
  return refusal(`plugin not found in the catalog: ${type}`);
}

export function pluginNameMissing(): VaultError {
  return refusal('plugin_name must be provided for plugin backend');
}

export function notMountable(type: string): VaultError {
  return refusal(`mount type of ${goQuote(type)} is not mountable`);
}

export function tokenNotEnablable(): VaultError {
  return refusal('token credential backend cannot be instantiated');
}

export function secretVersionRefused(type: string): VaultError {
  return refusal(`secrets engine ${goQuote(type)} does not allow setting a version`);
}

export function authVersionRefused(type: string): VaultError {
  return refusal(`auth method ${goQuote(type)} does not allow setting a version`);
}

export function pluginVersionRefused(kind: 'secrets' | 'auth', type: string): VaultError {
  return refusal(`cannot select non-builtin version of ${kind} plugin ${type}`);
}

export function invalidVisibility(value: string): VaultError {
  return refusal(`invalid listing_visibility ${value}`);
}

export function invalidTokenType(): VaultError {
  return refusal("invalid value for 'token_type'");
}

export function protectedMount(path: string): VaultError {
  return refusal(`cannot mount ${goQuote(path)}`);
}

/** A path no request could ever reach; the words are those of a remount's destination (contract §1.1 #5). */
export function uncleanPath(path: string, cleaned: string): VaultError {
  return refusal(`path '${path}' does not match cleaned path '${cleaned}'`);
}

export function oversizePath(why: string): VaultError {
  return refusal(`invalid mount path: ${why}`);
}

/** @param path relative to its table: without `auth/` for an auth method */
export function pathInUse(path: string): VaultError {
  return refusal(`path is already in use at ${path}`);
}

/** @param path absolute */
export function existingMount(path: string): VaultError {
  return refusal(`existing mount at ${path}`);
}

export function protectedUnmount(path: string): VaultError {
  return refusal(`cannot unmount ${goQuote(path)}`);
}

export function tokenNotDisablable(): VaultError {
  return refusal('token credential backend cannot be disabled');
}

export function noSecretEngine(path: string): VaultError {
  return refusal(`No secret engine mount at ${path}`);
}

export function noAuthEngine(path: string): VaultError {
  return refusal(`No auth engine at ${path}`);
}

export function nothingToReadTuneOf(path: string): VaultError {
  return refusal(`cannot fetch sysview for path ${goQuote(path)}`);
}

export function nothingToTune(path: string): VaultError {
  return refusal(`tune of path ${goQuote(path)} failed: no mount entry found`);
}

export function untunable(field: string, path: string): VaultError {
  return refusal(`cannot tune parameter ${field} of ${path}`);
}

export function invalidDuration(value: string): VaultError {
  return refusal(`time: invalid duration ${goQuote(value)}`);
}

/** Both in seconds. */
export function maxBelowDefault(max: number, defaultTtl: number): VaultError {
  return refusal(
    `backend max lease TTL of ${max} would be less than backend default lease TTL of ${defaultTtl}`,
  );
}

export function tokenTypeOnSecret(): VaultError {
  return refusal("'token_type' can only be modified on auth mounts");
}

export function tokenTypeOnToken(): VaultError {
  return refusal("'token_type' cannot be set for 'token' or 'ns_token' auth mounts");
}

export function invalidVersion(version: string): VaultError {
  return refusal(`invalid version provided: ${version}`);
}

export function downgrade(version: number): VaultError {
  return refusal(`cannot downgrade mount from version ${version}`);
}

export function unusableLockout(): VaultError {
  return refusal('unable to convert given user lockout config information');
}

export function lockoutRefused(type: string): VaultError {
  return refusal(`tuning of user lockout configuration for auth type ${goQuote(type)} not allowed`);
}
