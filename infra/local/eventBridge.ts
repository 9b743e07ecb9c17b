/** A local EventBridge: takes events by its wire protocol, and invokes the functions of the rules that match. */

import { appendFileSync } from 'node:fs';
import { type BusEvent, eventOf } from './busEvent.ts';
import type { ClientSettings } from './clientSettings.ts';
import { matchesPattern } from './eventPattern.ts';
import type { Rule } from './events.ts';
import { AwsError, startJsonApi } from './jsonApi.ts';
import type { LocalServer } from './localServer.ts';

export interface EventBridgeOptions {
  /** Who may put events. */
  credentials: ClientSettings['credentials'];
  /** 0, the default, for any free port. */
  port?: number | undefined;
  rules: Rule[];
  /** Invokes the function of a rule without waiting for it. */
  wake(functionName: string, event: BusEvent): void;
  /** Gets one line per event before the event counts as taken. */
  logFile?: string | undefined;
  /** Receives a line for each event that cannot be written there. */
  log?: ((text: string) => void) | undefined;
}

/** How many of the newest events `GET <endpoint>/events` shows. AWS keeps none. */
const KEPT = 1_000;
/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const MAX_ENTRIES = 10;
const MAX_BYTES = 256 * 1024;

/** The local name of the bus. In a deployment it is the name of the stack. */
export const BUS = 'remount';

/** @throws StartError if the port is taken */
export async function startEventBridge(options: EventBridgeOptions): Promise<LocalServer> {
  const { credentials, port, rules, wake, logFile, log } = options;
  const shown: BusEvent[] = [];
  const take = (entry: Entry): Taken => {
    const refusal = refusalOf(entry);
    if (refusal) return refusal;
    const { Source, DetailType, Detail = '', Time } = entry as Required<Entry>;
    const event = eventOf(Source, DetailType, JSON.parse(Detail) as object, Time);
    try {
      if (logFile !== undefined) appendFileSync(logFile, `${JSON.stringify(event)}\n`, { mode: 0o600 });
    } catch (error) {
      log?.(`event bus: cannot write ${logFile}: ${(error as NodeJS.ErrnoException).code}\n`);
      return refused('InternalException', 'The event cannot be stored.');
    }
    shown.push(event);
    if (shown.length > KEPT) shown.shift();
    const matching = rules.filter(({ pattern }) => matchesPattern(pattern, event));
    for (const name of matching.flatMap(({ functionNames }) => functionNames)) wake(name, event);
    return { EventId: event.id };
  };
  return startJsonApi({
    version: '1.1',
    credentials,
    port,
    act(target, { Entries = [] }: { Entries?: Entry[] }) {
      if (target !== 'AWSEvents.PutEvents')
        throw new AwsError('UnknownOperationException', `The local service does not know ${target}`);
      const bytes = Entries.reduce((sum, { Detail = '' }) => sum + Buffer.byteLength(Detail), 0);
      if (Entries.length < 1 || Entries.length > MAX_ENTRIES || bytes > MAX_BYTES)
        throw new AwsError(
          'ValidationException',
          'Total size of the entries in the request is over the limit.',
        );
      const taken = Entries.map(take);
      return { Entries: taken, FailedEntryCount: taken.filter((one) => 'ErrorCode' in one).length };
    },
    inspect: () => shown,
  });
}

interface Entry {
  EventBusName?: string;
  Source?: string;
  DetailType?: string;
  Detail?: string;
  /** Epoch seconds. */
  Time?: number;
}

type Taken = { EventId: string } | { ErrorCode: string; ErrorMessage: string };

function refusalOf({ EventBusName = 'default', Source, DetailType, Detail }: Entry): Taken | undefined {
  if (!Source || !DetailType)
    return refused('InvalidArgument', 'Parameter Source or DetailType is not valid.');
  if (Source.startsWith('aws.'))
    return refused('NotAuthorizedForSourceException', 'Not authorized for the source.');
  if (EventBusName.split('/').at(-1) !== BUS)
    return refused('NotFound', `Event bus ${EventBusName} does not exist.`);
  return isObject(Detail) ? undefined : refused('MalformedDetail', 'Detail is malformed.');
}

function refused(ErrorCode: string, ErrorMessage: string): Taken {
  return { ErrorCode, ErrorMessage };
}

function isObject(text = ''): boolean {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
