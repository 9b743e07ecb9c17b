/** What a request to tidy leases or tokens does (contract §7). */

import type { Reply } from '../http/route.ts';

const TIDY_STARTED =
  "Tidy operation successfully started. Any information from the operation will be printed to OpenBao's server logs.";

/** Nothing: what has expired is refused wherever it is used, and DynamoDB deletes it. */
export async function nothingToTidy(): Promise<Reply> {
  return { status: 202, warnings: [TIDY_STARTED] };
}
