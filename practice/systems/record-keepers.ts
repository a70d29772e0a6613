import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { verifyStandardWebhook } from '#connector-kit/standard-webhook.ts';
import { makeAuthority } from '#connector-kit/testing/certificate.ts';
import { startSyslogServer } from '#connectors/syslog/fake.ts';
import { listening } from '../servers/fake-server.ts';
import { startFakeS3 } from '../servers/s3.ts';
import { type PracticeSystem, showsNothing } from './system.ts';
import { newSecret } from './vendor.ts';

/** How long nobody may delete a record from the bucket: seven years. */
const retentionDays = 2557;

export interface Bucket extends PracticeSystem {
  /** By their names; each is locked until the moment it says. */
  readonly objects: Awaited<ReturnType<typeof startFakeS3>>['objects'];
}

/** A bucket that locks what lies in it, of a store of the company's own. */
export async function startBucket(): Promise<Bucket> {
  const bucket = 'meadow-records';
  const keys = { accessKeyId: 'AKIAMEADOWRECORDS001', secretAccessKey: newSecret() };
  const store = await startFakeS3({ ...keys, bucket });
  return {
    connection: {
      id: 'bucket',
      connector: 's3',
      name: 'Bucket',
      settings: {
        ...{ endpoint: store.url, region: 'eu-central-1', bucket, ...keys },
        ...{ lock: 'compliance', retentionDays },
      },
    },
    about: 'an S3 store of their own, keeps records for seven years and lets nobody delete them',
    targets: [{ port: store.port, http: true }],
    objects: store.objects,
    ...showsNothing,
    stop: store.close,
  };
}

export interface Log extends PracticeSystem {
  /** One fact each, the oldest first. */
  readonly messages: readonly string[];
}

/** Where Security searches the logs of everything: syslog over TLS. */
export async function startLog(): Promise<Log> {
  const authority = makeAuthority('Logs of Meadow & Co');
  const server = await startSyslogServer(authority.issue(['127.0.0.1']));
  return {
    connection: {
      id: 'logs',
      connector: 'syslog',
      name: 'Logs',
      ca: authority.ca,
      settings: { host: '127.0.0.1', port: server.port, tls: 'yes' },
    },
    about: 'syslog over TLS, takes records fact by fact',
    targets: [{ port: server.port, http: false }],
    messages: server.messages,
    ...showsNothing,
    stop: server.close,
  };
}

export interface Register extends PracticeSystem {
  /** What was posted with the right signature, by its id. */
  readonly posted: ReadonlyMap<string, string>;
}

/** What the auditors keep to compare records with later: hashes, and nothing about people. */
export async function startRegister(): Promise<Register> {
  const signingSecret = `whsec_${randomBytes(24).toString('base64')}`;
  const posted = new Map<string, string>();
  const server = await listening(
    createServer(async (request, response) => {
      const body = await buffer(request);
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, it]) => [name, it?.toString()]),
      );
      const verdict = verifyStandardWebhook({ headers, body }, [signingSecret], new Date());
      if (verdict.kind === 'genuine') posted.set(verdict.id, body.toString('utf8'));
      response.writeHead(verdict.kind === 'genuine' ? 204 : 401).end();
    }),
  );
  return {
    connection: {
      id: 'register',
      connector: 'webhook',
      name: 'Register',
      settings: { url: `http://127.0.0.1:${server.port}/sealed`, signingSecret, records: 'hashes' },
    },
    about: 'signed messages, takes the hashes of records and nothing about people',
    targets: [{ port: server.port, http: true }],
    posted,
    ...showsNothing,
    stop: server.close,
  };
}
