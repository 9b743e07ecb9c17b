/** Profiles every thread of a process of Node that was started with `--inspect`, by V8's own profiler. */

/** https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile, as far as it is used here. */
export interface Profile {
  nodes: ProfileNode[];
  /** Microseconds of the system's monotonic clock, which is the same for all threads. */
  startTime: number;
  samples: number[];
  timeDeltas: number[];
}

export interface ProfileNode {
  id: number;
  callFrame: CallFrame;
  children?: number[];
}

/** Lines and columns count from 0. */
export interface CallFrame {
  functionName: string;
  url: string;
  lineNumber: number;
  columnNumber: number;
}

export interface ThreadProfile {
  /** The name of a worker thread, or `main`. */
  thread: string;
  profile: Profile;
}

export interface Inspector {
  /** Profiles the threads that exist when the work begins. */
  profile(work: () => Promise<void>): Promise<ThreadProfile[]>;
  close(): void;
}

const INTERVAL_US = 500;

type Send = (method: string, params?: object) => Promise<unknown>;

/** @param port of `--inspect` */
export async function connectInspector(port: number): Promise<Inspector> {
  const targets = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as [
    { webSocketDebuggerUrl: string },
  ];
  const socket = new WebSocket(targets[0].webSocketDebuggerUrl);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  const main = channel((message) => socket.send(message));
  const threads = new Map<string, { thread: string; send: Send; take(message: string): void }>();
  socket.onmessage = ({ data }) => {
    const { method, params } = JSON.parse(data as string);
    if (method === 'NodeWorker.attachedToWorker') attach(params);
    else if (method === 'NodeWorker.receivedMessageFromWorker')
      threads.get(params.sessionId)?.take(params.message);
    else if (method === 'NodeWorker.detachedFromWorker') threads.delete(params.sessionId);
    else main.take(data as string);
  };

  function attach({ sessionId, workerInfo }: { sessionId: string; workerInfo: { title: string } }): void {
    const worker = channel((message) => main.send('NodeWorker.sendMessageToWorker', { sessionId, message }));
    threads.set(sessionId, { thread: workerInfo.title.replace(/^\[worker \d+\] /, ''), ...worker });
  }

  await main.send('NodeWorker.enable', { waitForDebuggerOnStart: false });
  return {
    async profile(work) {
      const all = [{ thread: 'main', send: main.send }, ...threads.values()];
      await Promise.all(all.map(({ send }) => send('Profiler.enable')));
      await Promise.all(
        all.map(({ send }) => send('Profiler.setSamplingInterval', { interval: INTERVAL_US })),
      );
      await Promise.all(all.map(({ send }) => send('Profiler.start')));
      await work();
      return Promise.all(
        all.map(async ({ thread, send }) => {
          const { profile } = (await send('Profiler.stop')) as { profile: Profile };
          return { thread, profile };
        }),
      );
    },
    close: () => socket.close(),
  };
}

/** Commands and their answers, by number. */
function channel(post: (message: string) => unknown): { send: Send; take(message: string): void } {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let last = 0;
  return {
    send(method, params = {}) {
      const answer = Promise.withResolvers<unknown>();
      waiting.set(++last, answer);
      post(JSON.stringify({ id: last, method, params }));
      return answer.promise;
    },
    take(message) {
      const { id, result, error } = JSON.parse(message);
      const answer = waiting.get(id);
      if (error) answer?.reject(new Error(error.message));
      else answer?.resolve(result);
      waiting.delete(id);
    },
  };
}
