/** Lambda: announces on the event bus the changes in the stream of the table `migrations`. */

import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { busFromEnvironment, logFromEnvironment } from './deps.ts';
import { publish } from './events/publish.ts';
import { discreetly } from './lambda/discreetly.ts';
import { changeOf } from './lambda/streamRecords.ts';

const bus = busFromEnvironment();
const log = logFromEnvironment();

/** Lambda continues at the record that is returned, and retries it until the bus takes it. */
export const handler = discreetly(
  async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const missed = await publish(bus, log, Records.map(changeOf));
    return { batchItemFailures: missed === undefined ? [] : [{ itemIdentifier: missed }] };
  },
);
