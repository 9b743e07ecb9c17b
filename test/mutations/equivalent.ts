/** Conditions that may be dropped without any effect, and why: no test can miss them. */

export const EQUIVALENT: readonly { file: string; dropped: string; because: string }[] = [
  {
    file: 'functions/mounts/changeTree.ts',
    dropped: "kind: 'fork'",
    because: 'only forks have a count',
  },
  {
    file: 'functions/namespaces/deleteNamespace.ts',
    dropped: 'PRESENT',
    because: 'entry and record of a namespace come and go in one transaction, and the entry is tested',
  },
];
