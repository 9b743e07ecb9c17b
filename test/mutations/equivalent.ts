/** Conditions that can be dropped without any effect, and why: no test can fail without them. */

interface Equivalent {
  file: string;
  dropped: string;
  because: string;
  /** How many conditions of the file have this text and are meant; one by default. */
  times?: number;
}

export const EQUIVALENT: readonly Equivalent[] = [
  {
    file: 'functions/engines/kv/v2/config.ts',
    dropped: "[ABSENT, { kind: 'config' }]",
    because: 'no other kind of item ever has that key, and an update must have a condition',
  },
  {
    file: 'functions/engines/userpass/lockout.ts',
    dropped: 'failures',
    because: 'each write that counts a failure also changes the time of the last one',
  },
  {
    file: 'functions/credentials/renew.ts',
    dropped: 'revoked: { absent: true }',
    because: 'a revoked lease is removed; only tokens have this attribute',
  },
  {
    file: 'functions/tree/changeTree.ts',
    dropped: "kind: 'fork'",
    because: 'only forks have a count',
  },
  {
    file: 'functions/tree/mount.ts',
    dropped: "kind: 'mount'",
    because: 'no namespace ever has the uuid of a mount',
  },
  {
    file: 'functions/tree/deleteNamespace.ts',
    dropped: 'PRESENT',
    because:
      'the entry and the record of a namespace are written and deleted in one transaction, which checks the entry',
  },
  {
    file: 'functions/tree/findNamespace.ts',
    dropped: "kind: 'namespace'",
    because: 'only namespaces have an id',
  },
  {
    file: 'functions/tree/putNamespace.ts',
    dropped: "kind: 'namespace'",
    because: 'only namespaces have an id',
  },
];
