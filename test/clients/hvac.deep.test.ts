/** Tests the service with the client that most programs in Python use. */

import { asTests } from './asTests.ts';
import { HVAC } from './suites.ts';

await asTests(HVAC);
