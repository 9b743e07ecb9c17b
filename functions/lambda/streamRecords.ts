/** Converts the records that Lambda reads from the stream of a table. */

import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import type { StreamChange } from '../events/publish.ts';
import type { Item } from '../ports/store.ts';

export function changeOf({ dynamodb }: DynamoDBRecord): StreamChange {
  const { SequenceNumber = '', OldImage, NewImage } = dynamodb ?? {};
  return { sequence: SequenceNumber, before: itemOf(OldImage), after: itemOf(NewImage) };
}

function itemOf(image: object | undefined): Item | undefined {
  return image && (unmarshall(image as Record<string, AttributeValue>) as Item);
}
