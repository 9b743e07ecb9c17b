/** An event in the envelope of EventBridge. */

import { randomUUID } from 'node:crypto';

export interface BusEvent {
  version: '0';
  id: string;
  'detail-type': string;
  source: string;
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: object;
}

/** @param time epoch seconds; now by default */
export function eventOf(source: string, detailType: string, detail: object, time?: number): BusEvent {
  const date = time === undefined ? new Date() : new Date(time * 1_000);
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': detailType,
    source,
    account: '000000000000',
    time: `${date.toISOString().slice(0, 19)}Z`,
    region: 'us-east-1',
    resources: [],
    detail,
  };
}
