import { after } from 'node:test';

const endings: (() => unknown)[] = [];

/**
 * Has something done when all tests of this process are over: for what is shared by several files. A hook of a
 * module that several files import would belong to whichever of them came first, since the start script puts
 * each file into a suite; so the start script loads this one before them.
 */
export function atTheEnd(end: () => unknown): void {
  endings.push(end);
}

// Not in a process that a test has started: it may use what tests share, and has no tests.
if (process.env['NODE_TEST_CONTEXT'] || process.argv[1]?.endsWith('.test.ts')) {
  after(() => Promise.all(endings.map((end) => end())));
}
