/** Where a mount is, by all that the cluster shows of it. Pure. */

/** What a cluster shows of one end of a move. */
export interface EndSighting {
  /** The accessor of the mount that the table of the namespace has at the path. */
  accessor: string | undefined;
  /** Whether the router takes requests to the path to a mount that is exactly there. */
  isRouted: boolean;
  /** Whether the cluster refuses requests to the path because of a move. */
  isTainted: boolean;
}

export interface Sighting {
  source: EndSighting;
  target: EndSighting;
  /** Whether another path of the cluster has the mount. It is looked for only if neither end has it. */
  isElsewhere: boolean;
}

/**
 * `source`, `target`: the mount is served there, and only there. `tainted`: it is at the source and refuses requests.
 * `half`: parts of it are at both ends. `unsettled`: what the cluster shows contradicts itself, as in the middle of a
 * move.
 */
export type Placement = 'source' | 'tainted' | 'target' | 'half' | 'elsewhere' | 'gone' | 'unsettled';

/**
 * Table, router and taint have to agree. After a failed move, a restart, or two moves at once, each of them alone has
 * been seen to be wrong.
 */
export function placementOf(accessor: string, { source, target, isElsewhere }: Sighting): Placement {
  const [atSource, atTarget] = [source, target].map((end) => end.accessor === accessor);
  if (atSource && atTarget) return 'half';
  if (atSource) {
    if (source.isTainted) return 'tainted';
    return source.isRouted && !isRoutedToNothing(target) ? 'source' : 'unsettled';
  }
  if (atTarget) {
    if (isRoutedToNothing(source)) return source.isTainted ? 'half' : 'unsettled';
    return target.isRouted && !target.isTainted ? 'target' : 'unsettled';
  }
  return isElsewhere ? 'elsewhere' : 'gone';
}

/** The router has a mount at a path where the table has none. */
function isRoutedToNothing({ accessor, isRouted }: EndSighting): boolean {
  return isRouted && accessor === undefined;
}
