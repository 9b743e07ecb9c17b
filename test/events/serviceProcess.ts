/** A whole service in a process of its own, which a test may kill. Says where it is on its first line. */

import { startService } from '../../infra/local/service.ts';

const [dataDir] = process.argv.slice(2);
const { url, rootToken, environment } = await startService({ dataDir, rootToken: 'root' });
console.log(JSON.stringify({ url, rootToken, environment }));
