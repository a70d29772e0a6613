import { once } from 'node:events';
import { witnessCommand } from '../../src/operate/witness.ts';

// The auditor's witness as a process of its own, for tests that kill it: `gatehouse ledger witness` with the
// arguments of this process. Does nothing until it is told to start, tells each line that it prints to its
// parent, and ends with it.

const ready = once(process, 'message');
process.send?.('ready');
process.on('disconnect', () => process.exit());
await ready;
await witnessCommand({
  out: (line) => process.send?.(line),
  raw: () => {},
  error: (line) => console.error(line),
}).parseAsync(process.argv.slice(2), { from: 'user' });
