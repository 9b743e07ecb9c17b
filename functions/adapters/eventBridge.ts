/** The event bus on EventBridge. */

import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { Bus } from '../ports/bus.ts';

/** The source of the events. The resource policy of the bus lets only this service use it. */
const SOURCE = 'remount';

export function eventBridge(client: EventBridgeClient, busName: string): Bus {
  return {
    async put(announcements) {
      const Entries = announcements.map(({ type, at, detail }) => ({
        EventBusName: busName,
        Source: SOURCE,
        DetailType: type,
        Time: new Date(at),
        Detail: JSON.stringify(detail),
      }));
      const answer = await client.send(new PutEventsCommand({ Entries }));
      return Entries.map((_, i) => answer.Entries?.[i]?.EventId !== undefined);
    },
  };
}
