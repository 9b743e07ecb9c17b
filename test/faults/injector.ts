/** Makes calls fail inside the SDK's clients. Each call of a play has a name, and may have a fault. */

import { AsyncLocalStorage } from 'node:async_hooks';
import { conflict, Died, type Fault, internalError, throttling, timeout } from './fault.ts';

/** A call to AWS as it happened in a play. */
export interface CallSite {
  /** Which function or request made it, such as `switch`. */
  invocation: string;
  operation: string;
  /** What it was about: tables and kinds of keys, such as `access token`. */
  subject: string;
  /** All of these, and the number of the call of this kind. It is the same in every play of the flow. */
  name: string;
}

/** The calls that fail, by their names, and how. */
export type Faults = ReadonlyMap<string, Fault>;

export interface Injector {
  /** Starts to count calls, and makes those named here fail. */
  arm(faults: Faults): void;
  /** Stops all faults. @returns every call since `arm`, in order, and the names of those that had a fault */
  disarm(): { calls: CallSite[]; fired: ReadonlySet<string> };
  /** Runs one request or one function, whose process may die. Calls outside an invocation have no faults. */
  invocation<T>(name: string, run: () => Promise<T>): Promise<T>;
}

interface Invocation {
  name: string;
  isDead: boolean;
  /** How many tries of one call are still to be throttled. */
  throttled?: { operation: string; left: number };
}

interface Args {
  // biome-ignore lint/suspicious/noExplicitAny: the input of any command
  input: any;
}

/** What the clients of the SDK have in common. */
interface Client {
  middlewareStack: { add(middleware: never, options: object): void };
}

/** Operations that a stand-in answers, so that they never reach the layer that sends requests again. */
const ANSWERED_HERE = /^StartExecution$|Schedule$|^PutEvents$/;

/** The most tries that `patiently` gives a call. */
const TRIES = 9;

export function injectFaults(clients: Client[]): Injector {
  const invocations = new AsyncLocalStorage<Invocation>();
  let armed: Faults | undefined;
  let calls: CallSite[] = [];
  let fired = new Set<string>();
  const counts = new Map<string, number>();

  function note(invocation: string, operation: string, subject: string): CallSite {
    const kind = `${operation} of ${subject} in ${invocation}`;
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    const site = { invocation, operation, subject, name: `${kind}, no. ${count}` };
    calls.push(site);
    return site;
  }

  async function serve(args: Args, context: Context, next: Next): Promise<{ output: object }> {
    const current = invocations.getStore();
    if (!armed || !current) return next(args);
    if (current.isDead) throw new Died();
    const operation = (context.commandName ?? '').replace(/Command$/, '');
    if (current.throttled?.operation === operation && current.throttled.left-- > 0)
      throw throttling(operation);
    const { name } = note(current.name, operation, subjectOf(args.input));
    const fault = armed.get(name);
    if (fault) fired.add(name);
    switch (fault) {
      case undefined:
        return next(args);
      case 'times out':
        throw timeout();
      case 'loses its answer':
        await next(args);
        throw timeout();
      case 'breaks':
        await next(args);
        throw internalError();
      case 'is sent twice':
        if (ANSWERED_HERE.test(operation)) await next(args).catch(() => {});
        context.isSentTwice = true;
        return next(args);
      case 'is throttled once':
        throw throttling(operation);
      case 'is throttled':
        current.throttled = { operation, left: TRIES - 1 };
        throw throttling(operation);
      case 'conflicts':
        throw conflict(operation, args.input.TransactItems?.length ?? 1);
      case 'is half done':
        return half(args, next);
      case 'is not reached by its process':
        current.isDead = true;
        throw new Died();
      case 'is the last before its process dies':
        await next(args);
        current.isDead = true;
        throw new Died();
    }
  }

  for (const { middlewareStack } of clients) {
    middlewareStack.add(
      ((next: Next, context: Context) => (args: Args) => serve(args, context, next)) as never,
      {
        step: 'initialize',
        name: 'faults',
      },
    );
    // Below the SDK's retries and its token of a transaction: the same bytes are sent again.
    middlewareStack.add(
      ((next: Next, context: Context) => async (request: Args) => {
        if (!context.isSentTwice) return next(request);
        context.isSentTwice = false;
        await next(request).catch(() => {});
        return next(request);
      }) as never,
      { step: 'deserialize', priority: 'high', name: 'sentTwice' },
    );
  }

  return {
    arm(faults) {
      armed = faults;
      calls = [];
      fired = new Set();
      counts.clear();
    },
    disarm() {
      armed = undefined;
      return { calls, fired };
    },
    async invocation(name, run) {
      const invocation: Invocation = { name, isDead: false };
      const result = await invocations.run(invocation, run);
      // A dead process cannot answer.
      if (invocation.isDead) throw new Died();
      return result;
    },
  };
}

type Next = (args: Args) => Promise<{ output: object }>;

interface Context {
  commandName?: string;
  isSentTwice?: boolean;
}

/** Leaves every second key, item or event of a batch unprocessed. */
async function half(args: Args, next: Next): Promise<{ output: object }> {
  if (args.input.Entries) return halfOfEvents(args, next);
  const isGet = Object.values<object>(args.input.RequestItems).some((request) => 'Keys' in request);
  const [done, left] = [{}, {}] as Record<string, unknown>[];
  let isOdd = false;
  const take = <T>(list: T[]): [T[], T[]] => {
    const parts: [T[], T[]] = [[], []];
    for (const one of list) {
      parts[isOdd ? 1 : 0].push(one);
      isOdd = !isOdd;
    }
    return parts;
  };
  for (const [table, request] of Object.entries<never>(args.input.RequestItems)) {
    const { Keys, ...rest } = isGet ? (request as { Keys: object[] }) : { Keys: request as object[] };
    const [now, later] = take(Keys);
    if (now.length > 0) (done as Record<string, unknown>)[table] = isGet ? { ...rest, Keys: now } : now;
    if (later.length > 0) (left as Record<string, unknown>)[table] = isGet ? { ...rest, Keys: later } : later;
  }
  const { output, ...rest } = await next({ ...args, input: { ...args.input, RequestItems: done } });
  return { ...rest, output: { ...output, [isGet ? 'UnprocessedKeys' : 'UnprocessedItems']: left } };
}

/** Refuses every second event from the first one on, so also a single one. */
async function halfOfEvents(args: Args, next: Next): Promise<{ output: object }> {
  const entries: object[] = args.input.Entries;
  const taken = entries.filter((_, i) => i % 2 === 1);
  const answer = await next({ ...args, input: { ...args.input, Entries: taken } });
  const { Entries } = answer.output as { Entries: object[] };
  const all = entries.map((_, i) => (i % 2 === 1 ? Entries[(i - 1) / 2] : { ErrorCode: 'InternalFailure' }));
  return { ...answer, output: { ...answer.output, Entries: all } };
}

/** Tables and kinds of keys, without ids and paths, so that the same call of another play has the same subject. */
function subjectOf(input: Args['input']): string {
  if (input.stateMachineArn) return input.stateMachineArn.split(':').at(-1);
  if (input.GroupName) return 'a timetable';
  if (input.Entries) return 'events';
  const subjects = new Set<string>();
  const add = (table: string, key: { pk?: { S?: string } } = {}) =>
    subjects.add(`${table} ${kindOf(key.pk?.S)}`.trim());
  if (input.TableName)
    add(input.TableName, input.Key ?? input.Item ?? { pk: input.ExpressionAttributeValues?.[':0'] });
  for (const item of input.TransactItems ?? []) {
    const { TableName, Key, Item } = item.Put ?? item.Update ?? item.Delete;
    add(TableName, Key ?? Item);
  }
  for (const [table, request] of Object.entries<never>(input.RequestItems ?? {})) {
    const keys = (request as { Keys?: [] }).Keys ?? (request as object[]);
    for (const key of keys as { DeleteRequest?: { Key: never } }[])
      add(table, key.DeleteRequest?.Key ?? (key as never));
  }
  return [...subjects].join(', ');
}

function kindOf(pk = ''): string {
  return pk.includes('#') && !/^[0-9a-f-]{36}#/.test(pk) ? (pk.split('#')[0] as string) : '';
}
