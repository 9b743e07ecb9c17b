/** Workflows on Step Functions. */

import { ExecutionAlreadyExists, type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { Workflows } from '../ports/deps.ts';

/** @param arnOf the deployed ARN of a state machine */
export function stepFunctions(client: SFNClient, arnOf: (machine: string) => string): Workflows {
  return {
    async start(machine, name, input) {
      const command = { stateMachineArn: arnOf(machine), name, input: JSON.stringify(input) };
      try {
        await client.send(new StartExecutionCommand(command));
      } catch (error) {
        // An execution with this name has already ended. A name runs once.
        if (!(error instanceof ExecutionAlreadyExists)) throw error;
      }
    },
  };
}
