// A process of its own that starts the embedded server, for tests of what happens when it ends badly.
// Prints the server's process id once it runs. On Ctrl-C it uses the server once more ("still there")
// and then stops it ("stopped").

import pg from 'pg';
import { startEmbedded } from '../embedded.ts';

const [dataDirectory = '', soleAs, ending] = process.argv.slice(2);
const server = await startEmbedded({
  dataDirectory,
  keysDirectory: `${dataDirectory}/keys`,
  ...(soleAs ? { soleAs } : {}),
});
const stayUp = setInterval(() => {}, 1_000);
process.once('SIGINT', async () => {
  clearInterval(stayUp);
  const client = new pg.Client({ ...server.admin, database: 'postgres' });
  await client.connect();
  await client.query('select pg_sleep(0.1)');
  await client.end();
  console.log('still there');
  await server.stop();
  console.log('stopped');
});
// Last, since whoever reads it may send the signal at once.
console.log(server.processId);
if (ending === 'exit') process.exit(0);
