/** A whole service in a process of its own, which a test may kill. Prints its address on the first line. */

import { startService } from '../../infra/local/service.ts';

const [dataDir] = process.argv.slice(2);
const { url, rootToken, environment } = await startService({ dataDir, rootToken: 'root' });
console.log(JSON.stringify({ url, rootToken, environment }));
