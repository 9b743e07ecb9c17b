/** Reads the metadata of a secret-id: JSON in a string, or `key=value` pairs (contract §8.2). */

import { invalidMetadata } from './errors.ts';

/** @throws VaultError 400 for anything else */
export function parseMetadata(text: string): Record<string, string> {
  if (text.trim() === '') return {};
  return fromJson(text) ?? fromPairs(text);
}

function fromJson(text: string): Record<string, string> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isPairs(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function isPairs(value: unknown): value is Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((item) => typeof item === 'string');
}

function fromPairs(text: string): Record<string, string> {
  const pairs = text.split(',').map((pair): [string, string] => {
    const equals = pair.indexOf('=');
    if (equals < 1) throw invalidMetadata();
    return [pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()];
  });
  return Object.fromEntries(pairs);
}
