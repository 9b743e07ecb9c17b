/** Tests the service with OpenBao's client for Go. */

import { asTests } from './asTests.ts';
import { OPENBAO_GO } from './suites.ts';

await asTests(OPENBAO_GO);
