/** Conditions that may be dropped without any effect, and why: no test can miss them. */

interface Equivalent {
  file: string;
  dropped: string;
  because: string;
  /** How many conditions of the file read like this and are meant; one without. */
  times?: number;
}

export const EQUIVALENT: readonly Equivalent[] = [
  {
    file: 'functions/engines/kv/v2/config.ts',
    dropped: "[ABSENT, { kind: 'config' }]",
    because: 'nothing else ever lies under that key; an update has to name a condition',
  },
  {
    file: 'functions/engines/userpass/lockout.ts',
    dropped: 'failures',
    because: 'whoever counts a failure sets the time of the last one, too',
  },
  {
    file: 'functions/credentials/renew.ts',
    dropped: 'revoked: { absent: true }',
    because: 'a revoked lease is removed; the mark is one of tokens',
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
    because: 'entry and record of a namespace come and go in one transaction, and the entry is tested',
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
