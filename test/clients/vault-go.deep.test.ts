/** Tests the service with HashiCorp's client for Go. */

import { asTests } from './asTests.ts';
import { VAULT_GO } from './suites.ts';

await asTests(VAULT_GO);
