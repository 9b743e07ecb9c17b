/** Makes calls of the SDK's clients fail, from inside the clients: each call of a play has a number, and may have a fault. */

import { AsyncLocalStorage } from 'node:async_hooks';
import { conflict, Died, type Fault, throttling, timeout, trouble } from './fault.ts';

/** A call to AWS as it happened in a play. */
export interface CallSite {
  /** Which function or request made it, such as `switch`. */
  invocation: string;
  operation: string;
  /** What it was about: tables and kinds of keys, such as `access token`. */
  subject: string;
  /** All that, and which call of this kind it was. It is the same in another play, whoever else is on at the time. */
  name: string;
}

/** Which calls go wrong, by their names, and how. */
export type Faults = ReadonlyMap<string, Fault>;

export interface Injector {
  /** Calls are counted from now on, and those named here go wrong. */
  arm(faults: Faults): void;
  /** Nothing goes wrong any more. @returns every call since `arm`, in order, and the names of those that went wrong */
  disarm(): { calls: CallSite[]; fired: ReadonlySet<string> };
  /** Runs one request or one run of a function, whose process may die. Calls from elsewhere are let through. */
  invocation<T>(name: string, run: () => Promise<T>): Promise<T>;
}

interface Invocation {
  name: string;
  isDead: boolean;
  /** What is still to be throttled of the tries of one call. */
  throttled?: { operation: string; left: number };
}

interface Asked {
  // biome-ignore lint/suspicious/noExplicitAny: the input of any command
  input: any;
}

/** What the clients of the SDK have in common. */
interface Client {
  middlewareStack: { add(middleware: never, options: object): void };
}

/** What never comes as far as the network, where requests are sent again. */
const ANSWERED_HERE = /^StartExecution$|Schedule$|^PutEvents$/;

/** Tries that a call is given by `patiently`, at most. */
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

  async function serve(asked: Asked, context: Context, next: Next): Promise<{ output: object }> {
    const current = invocations.getStore();
    if (!armed || !current) return next(asked);
    if (current.isDead) throw new Died();
    const operation = (context.commandName ?? '').replace(/Command$/, '');
    if (current.throttled?.operation === operation && current.throttled.left-- > 0)
      throw throttling(operation);
    const { name } = note(current.name, operation, subjectOf(asked.input));
    const fault = armed.get(name);
    if (fault) fired.add(name);
    switch (fault) {
      case undefined:
        return next(asked);
      case 'times out':
        throw timeout();
      case 'loses its answer':
        await next(asked);
        throw timeout();
      case 'breaks':
        await next(asked);
        throw trouble();
      case 'is sent twice':
        if (ANSWERED_HERE.test(operation)) await next(asked).catch(() => {});
        context.isSentTwice = true;
        return next(asked);
      case 'is throttled once':
        throw throttling(operation);
      case 'is throttled':
        current.throttled = { operation, left: TRIES - 1 };
        throw throttling(operation);
      case 'conflicts':
        throw conflict(operation, asked.input.TransactItems?.length ?? 1);
      case 'does half':
        return half(asked, next);
      case 'is not reached by its process':
        current.isDead = true;
        throw new Died();
      case 'is the last before its process dies':
        await next(asked);
        current.isDead = true;
        throw new Died();
    }
  }

  for (const { middlewareStack } of clients) {
    middlewareStack.add(
      ((next: Next, context: Context) => (asked: Asked) => serve(asked, context, next)) as never,
      {
        step: 'initialize',
        name: 'faults',
      },
    );
    // Below the SDK's own retries and its token of a transaction: the same bytes go out again.
    middlewareStack.add(
      ((next: Next, context: Context) => async (request: Asked) => {
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
      // Whatever it would have answered, there is nobody left to say it.
      if (invocation.isDead) throw new Died();
      return result;
    },
  };
}

type Next = (asked: Asked) => Promise<{ output: object }>;

interface Context {
  commandName?: string;
  isSentTwice?: boolean;
}

/** Hands back every second key, item or event of a batch. */
async function half(asked: Asked, next: Next): Promise<{ output: object }> {
  if (asked.input.Entries) return halfOfEvents(asked, next);
  const isGet = Object.values<object>(asked.input.RequestItems).some((request) => 'Keys' in request);
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
  for (const [table, request] of Object.entries<never>(asked.input.RequestItems)) {
    const { Keys, ...rest } = isGet ? (request as { Keys: object[] }) : { Keys: request as object[] };
    const [now, later] = take(Keys);
    if (now.length > 0) (done as Record<string, unknown>)[table] = isGet ? { ...rest, Keys: now } : now;
    if (later.length > 0) (left as Record<string, unknown>)[table] = isGet ? { ...rest, Keys: later } : later;
  }
  const { output, ...rest } = await next({ ...asked, input: { ...asked.input, RequestItems: done } });
  return { ...rest, output: { ...output, [isGet ? 'UnprocessedKeys' : 'UnprocessedItems']: left } };
}

/** The first is refused, whether or not others come with it. */
async function halfOfEvents(asked: Asked, next: Next): Promise<{ output: object }> {
  const entries: object[] = asked.input.Entries;
  const taken = entries.filter((_, i) => i % 2 === 1);
  const answer = await next({ ...asked, input: { ...asked.input, Entries: taken } });
  const { Entries } = answer.output as { Entries: object[] };
  const all = entries.map((_, i) => (i % 2 === 1 ? Entries[(i - 1) / 2] : { ErrorCode: 'InternalFailure' }));
  return { ...answer, output: { ...answer.output, Entries: all } };
}

/** Tables and kinds of keys; ids and paths left out, so that the same call of another play has the same subject. */
function subjectOf(input: Asked['input']): string {
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
