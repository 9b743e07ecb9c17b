/** The policies that every namespace is created with (contract §4). */

/**
 * The policy that every token has unless it was created without it (contract §5.4). Each namespace may replace it. The rules of
 * the reference for entities and OIDC providers are left out: there are none.
 */
export const DEFAULT_POLICY = `# Policy "default": what a token may do with itself.

# Look at, renew and revoke the token that asks.
path "auth/token/lookup-self" {
  capabilities = ["read"]
}
path "auth/token/renew-self" {
  capabilities = ["update"]
}
path "auth/token/revoke-self" {
  capabilities = ["update"]
}

# Ask what the token may do.
path "sys/capabilities-self" {
  capabilities = ["update"]
}
path "sys/internal/ui/resultant-acl" {
  capabilities = ["read"]
}

# Renew a lease and look it up; its id has to be known.
path "sys/leases/renew" {
  capabilities = ["update"]
}
path "sys/leases/lookup" {
  capabilities = ["update"]
}

# Storage that is the token's own and ends with it.
path "cubbyhole/*" {
  capabilities = ["create", "read", "update", "delete", "list"]
}

# Wrap an answer, look at a wrapping token, and unwrap.
path "sys/wrapping/wrap" {
  capabilities = ["update"]
}
path "sys/wrapping/lookup" {
  capabilities = ["update"]
}
path "sys/wrapping/unwrap" {
  capabilities = ["update"]
}

# Hash data.
path "sys/tools/hash" {
  capabilities = ["update"]
}
path "sys/tools/hash/*" {
  capabilities = ["update"]
}
`;

/** The policy of a wrapping token: it may return the answer that it wraps. */
const RESPONSE_WRAPPING_POLICY = `path "sys/wrapping/unwrap" {
  capabilities = ["update"]
}
`;

/** @returns the text of a built-in policy, which exists before anybody writes it */
export function builtinPolicy(name: string): string | undefined {
  if (name === 'default') return DEFAULT_POLICY;
  return name === 'response-wrapping' ? RESPONSE_WRAPPING_POLICY : undefined;
}
