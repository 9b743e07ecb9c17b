/** The paths of the requests about migrations. */

const REMOUNT = 'sys/remount';

export const PATHS = {
  remount: REMOUNT,
  plan: `${REMOUNT}/plan`,
  statuses: `${REMOUNT}/status`,
  status: (id: string) => `${REMOUNT}/status/${encodeURIComponent(id)}`,
  cancel: (id: string) => `${REMOUNT}/cancel/${encodeURIComponent(id)}`,
  undo: (id: string) => `${REMOUNT}/undo/${encodeURIComponent(id)}`,
  verify: (id: string) => `${REMOUNT}/verify/${encodeURIComponent(id)}`,
  irrevocable: (id: string) => `${REMOUNT}/irrevocable/${encodeURIComponent(id)}`,
};
