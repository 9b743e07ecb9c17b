/** The error that tells the user in one line why the local service does not start. */

import { getSystemErrorMessage } from 'node:util';

/** A taken port, an unusable data folder, a missing emulator, a wrong setting. The message is for the user. */
export class StartError extends Error {
  override name = 'StartError';
}

/** @throws StartError that names the data folder if the step fails */
export async function orUnusable(folder: string, step: Promise<unknown>): Promise<void> {
  await step.catch((error: NodeJS.ErrnoException) => {
    if (error instanceof StartError) throw error;
    const reason = error.errno === undefined ? error.message : getSystemErrorMessage(error.errno);
    throw new StartError(`cannot use the data folder ${folder}: ${reason}`);
  });
}
