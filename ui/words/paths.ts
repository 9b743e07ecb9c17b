/** Paths as they are shown: without their namespace, and in two parts between which they may be shortened. Pure. */

/** One end of a move, with the namespace that its path begins with; empty for the root namespace. */
export interface End {
  path: string;
  namespace: string;
}

/** The fields that name both ends of a move, in each answer that has them. */
export interface BothEnds {
  source_mount: string;
  target_mount: string;
  source_namespace: string;
  target_namespace: string;
}

export function endsOf(move: BothEnds): { source: End; target: End } {
  return {
    source: { path: move.source_mount, namespace: move.source_namespace },
    target: { path: move.target_mount, namespace: move.target_namespace },
  };
}

/** How many characters at the end stay visible. */
const TAIL = 14;

/** The end of a path tells more than its middle. */
export function partsOf({ path, namespace }: End): { head: string; tail: string } {
  const inside = path.slice(namespace.length);
  const at = Math.max(0, inside.length - TAIL);
  return { head: inside.slice(0, at), tail: inside.slice(at) };
}
