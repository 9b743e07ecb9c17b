/** The policies that every namespace is born with (contract §4). */

import { DEFAULT_POLICY } from './defaultPolicy.ts';

/** What a wrapping token may do: hand out what it wraps. */
const RESPONSE_WRAPPING_POLICY = `path "sys/wrapping/unwrap" {
  capabilities = ["update"]
}
`;

/** The text of a policy that is there although nobody wrote it. */
export function builtinPolicy(name: string): string | undefined {
  if (name === 'default') return DEFAULT_POLICY;
  return name === 'response-wrapping' ? RESPONSE_WRAPPING_POLICY : undefined;
}
