/** Structured log lines with Powertools: one JSON object per line, with the facts beside the message. */

import { Logger } from '@aws-lambda-powertools/logger';
import type { Log } from '../ports/deps.ts';

export function powertoolsLog(): Log {
  const logger = new Logger();
  return {
    info: (message, facts = {}) => logger.info(message, facts),
    warn: (message, facts = {}) => logger.warn(message, facts),
    error: (message, facts = {}) => logger.error(message, facts),
  };
}
