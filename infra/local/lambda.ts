/** A local Lambda: invokes the bundled functions, each in its own environment. */

import {
  type Environment,
  FunctionError,
  type FunctionSettings,
  startEnvironment,
} from './lambdaEnvironment.ts';

/** Thrown for an event that is too large for Lambda; the function does not run. */
export class PayloadTooLarge extends Error {
  override name = 'RequestEntityTooLargeException';
}

export interface Lambda {
  /**
   * Invokes a function and waits for its result.
   * @throws FunctionError if the function fails, times out or dies
   * @throws PayloadTooLarge if the event is too large
   */
  invoke(functionName: string, event: unknown): Promise<unknown>;
  /** Starts the environment of a function before its first event. */
  warm(functionName: string): void;
  stop(): Promise<void>;
}

/** 6 MB each way for synchronous calls (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). */
const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024;

/**
 * Environments start with the first invocation.
 * @param log receives what the functions print
 * @param start starts an environment
 */
export function createLambda(
  functions: Record<string, FunctionSettings>,
  log: (text: string) => void = () => {},
  start: typeof startEnvironment = startEnvironment,
): Lambda {
  const current = new Map<string, Environment>();
  const all = new Set<Environment>();
  let stopped = false;

  function environmentOf(functionName: string): Environment {
    if (stopped) throw new Error('the local Lambda has been stopped');
    const running = current.get(functionName);
    if (running) return running;
    const settings = functions[functionName];
    if (!settings) throw new Error(`there is no function ${functionName}`);
    const onRetired = () => {
      if (current.get(functionName) === started) current.delete(functionName);
    };
    const started = start(functionName, settings, onRetired, log);
    current.set(functionName, started);
    all.add(started);
    void started.ended.then(() => all.delete(started));
    return started;
  }

  return {
    async invoke(functionName, event) {
      const payload = JSON.stringify(event ?? null);
      if (Buffer.byteLength(payload) > MAX_PAYLOAD_BYTES) throw new PayloadTooLarge();
      const result = await environmentOf(functionName).invoke(payload);
      if (Buffer.byteLength(result) > MAX_PAYLOAD_BYTES) {
        const message = 'Response payload size exceeded maximum allowed payload size';
        throw new FunctionError('Function.ResponseSizeTooLarge', message);
      }
      return JSON.parse(result);
    },
    warm(functionName) {
      environmentOf(functionName);
    },
    async stop() {
      stopped = true;
      await Promise.all([...all].map((environment) => environment.stop()));
    },
  };
}
