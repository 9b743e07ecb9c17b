/** What keeps the local service from starting and can be said to its user in one line. */

/** Thrown while starting: a taken port, an unusable data folder, a missing emulator. The message is for the user. */
export class StartError extends Error {
  override name = 'StartError';
}
