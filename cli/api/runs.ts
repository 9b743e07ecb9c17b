/** The paths of the requests about bulk runs. */

const BULK = 'sys/remount/bulk';

export const RUN_PATHS = {
  runs: BULK,
  status: (id: string) => `${BULK}/${encodeURIComponent(id)}`,
  cancel: (id: string) => `${BULK}/cancel/${encodeURIComponent(id)}`,
  undo: (id: string) => `${BULK}/undo/${encodeURIComponent(id)}`,
};
