/** The endpoint whose work a schedule does, and on which its policies must allow it. */

export const RUN_PATH = 'sys/remount/bulk';
