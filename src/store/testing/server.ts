import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type EmbeddedServer, startEmbedded } from '../embedded.ts';

/** A throw-away server: fast, forgets everything when the machine stops, ends with its process. */
export interface TestServer extends EmbeddedServer {
  readonly directory: string;
  readonly keysDirectory: string;
}

/** Names the folder of a server that a whole test run shares; set by the start script. */
const sharedServerVariable = 'GATEHOUSE_TEST_SERVER';

/** What a whole test run takes at most, with room to spare. */
const roomBytes = 2 ** 31;

/**
 * Joins the server of the test run, or starts one for this process. Nobody has to stop it: a little
 * watchman outside waits until this process has ended, however it ended, and clears everything away.
 */
export async function startTestServer(): Promise<TestServer> {
  const shared = process.env[sharedServerVariable];
  const directory = shared ?? mkdtempSync(path.join(temporaryFolder(), 'gatehouse-test-'));
  if (shared === undefined) {
    chmodSync(directory, 0o711);
    setWatch(directory);
  }
  const keysDirectory = path.join(directory, 'keys');
  const server = await startEmbedded({
    dataDirectory: directory,
    keysDirectory,
    environment: movedClock(),
    settings: {
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
      file_copy_method: 'clone',
      wal_level: 'minimal',
      max_wal_senders: '0',
      max_wal_size: '128MB',
      dynamic_shared_memory_type: 'mmap',
      max_connections: '500',
      shared_buffers: '64MB',
      logging_collector: 'off',
      // What a database of a test lives for is shorter than what these pay off in.
      autovacuum: 'off',
      jit: 'off',
      max_parallel_workers_per_gather: '0',
      io_method: 'sync',
    },
  });
  return { ...server, directory, keysDirectory };
}

/**
 * Whether libfaketime moves this process's clock. It shows signal handlers the true time, and in one
 * of those PostgreSQL compares what may time out; only its search for deadlocks bears that, as long as
 * the clock was moved into the past.
 */
export const isClockMoved = (): boolean => process.env['FAKETIME_TIMESTAMP_FILE'] !== undefined;

/** A process whose clock is moved (by libfaketime) moves that of its server with it. */
const movedClock = () =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value !== undefined && /^(LD_PRELOAD|FAKETIME_\w+)$/.test(name) ? [[name, value]] : [],
    ),
  );

/** In memory where there is room (creating a database takes 20 ms there, 500 ms on a slow disk). */
function temporaryFolder(): string {
  const memory = '/dev/shm';
  try {
    const { bavail, bsize } = statfsSync(memory);
    return bavail * bsize > roomBytes ? memory : tmpdir();
  } catch {
    return tmpdir();
  }
}

/** Holds the other end of the watchman's standard input; the system closes it when we end. */
function setWatch(directory: string): void {
  const script = `
    cat > /dev/null
    if read -r server < "$0/postgres/postmaster.pid"; then
      kill -QUIT "$server"
      for turn in 1 2 3 4 5 6 7 8 9 10; do
        [ -e "$0/postgres/postmaster.pid" ] && sleep 0.2
      done
    fi
    rm -rf "$0"`;
  const watchman = spawn('/bin/sh', ['-c', script, directory], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watchman.unref();
  const { stdin } = watchman;
  if ('unref' in stdin && typeof stdin.unref === 'function') stdin.unref();
}
