/** The error that tells the user in one line why the local service does not start. */

/** A taken port, an unusable data folder, a missing emulator, a wrong setting. The message is for the user. */
export class StartError extends Error {
  override name = 'StartError';
}
