/** Keeps the emulator fast on a data folder, however many writes it has seen. */

import { DatabaseSync } from 'node:sqlite';
import { databaseFile } from './dataFolder.ts';
import { orUnusable } from './startError.ts';

/**
 * Each write to a table with a stream gets the next number. The emulator finds it by reading all that it has ever
 * recorded of the streams, and it never deletes any of that. With this index it is one step. AWS needs no such thing.
 */
const INDEX = `CREATE INDEX IF NOT EXISTS stream_by_number
  ON _stream_records (table_name, CAST(sequence_number AS INTEGER))`;

/** For how long the emulator may be writing, in milliseconds. */
const WAIT_MS = 5_000;

/**
 * @param folder the data folder of an emulator that is running
 * @throws StartError if its database cannot be written
 */
export async function indexStreams(folder: string): Promise<void> {
  await orUnusable(folder, addIndex(databaseFile(folder)));
}

async function addIndex(file: string): Promise<void> {
  const database = new DatabaseSync(file, { timeout: WAIT_MS });
  try {
    database.exec(INDEX);
  } finally {
    database.close();
  }
}
