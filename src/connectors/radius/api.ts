import { randomInt } from 'node:crypto';
import type { Account, Io, PersonKeys } from '#connector-kit/contract.ts';
import { loginsOf } from '#connector-kit/login-names.ts';
import { ConnectorError, type Failure } from '#core/failure.ts';
import { openAccounting, type Row, type Seen } from './accounting.ts';
import { exchange, type Patience, usualPatience } from './exchange.ts';
import { type Attribute, attribute, code, errorCauseOf, fits, requestBytes } from './packet.ts';
import {
  type AccessServer,
  fourBytesOf,
  placeOf,
  type Settings,
  secretsIn,
  targetOf,
} from './settings.ts';

export type Radius = ReturnType<typeof openRadius>;

/** What became of a request to end a session. */
export type Ending = 'ended' | 'no such session';

/** Access servers and their accounting in our words. `patience` is for tests. */
export function openRadius(settings: Settings, io: Io, patience: Patience = usualPatience) {
  const accounting = openAccounting(settings, io);
  const serverOf = (nas: string): AccessServer | undefined =>
    settings.accessServers.find((it) => it.nas === nas);

  function secretOf(nas: string): string {
    const shared = secretsIn(settings.sharedSecrets)?.get(nas);
    if (shared !== undefined) return shared;
    const detail = `The shared secrets name none for ${nas}. Enter them anew, in pairs of address and secret.`;
    throw new ConnectorError({ kind: 'unauthenticated', detail });
  }

  return {
    settings,
    accounting,

    /** Whether accounting can be read, and each access server has its secret. Nothing is sent to those. */
    async check(): Promise<string> {
      for (const { nas } of settings.accessServers) secretOf(nas);
      await accounting.check();
      return `${settings.accounting.user}, who reads accounting`;
    },

    async accountsOf({ email }: PersonKeys): Promise<Account[]> {
      return (await accounting.seen(namesOf(settings, email))).map(toAccount);
    },
    async *connected(): AsyncIterable<Account> {
      for await (const it of accounting.connected()) yield toAccount(it);
    },

    /** Whether we know how to end sessions at this access server. */
    reaches: (nas: string): boolean => serverOf(nas) !== undefined,

    /**
     * Asks the access server of a session to end it. Throws when it does not answer (`unavailable`), or refuses for
     * another reason than that it has no such session.
     */
    async disconnect(row: Row): Promise<Ending> {
      const server = serverOf(row.nas);
      if (!server) {
        const detail = `${row.nas} is not among the access servers of this connection.`;
        throw new ConnectorError({ kind: 'rejected', detail });
      }
      const secret = secretOf(server.nas);
      const { host, port } = targetOf(server);
      const request = requestBytes(
        {
          code: code.disconnectRequest,
          identifier: randomInt(256),
          attributes: attributesOf(row, io.now()),
        },
        secret,
      );
      const called = `${row.nas}${host === row.nas ? '' : ` (by ${placeOf(host, port)})`}`;
      const answer = await exchange(
        await io.address(host, port),
        request,
        secret,
        patience,
        called,
        io.ending?.(),
      );
      if (answer.code === code.disconnectAck) return 'ended';
      if (answer.code !== code.disconnectNak) {
        const detail = `${called} answered a Disconnect-Request with a packet of code ${answer.code}.`;
        throw new ConnectorError({ kind: 'unexpected', detail });
      }
      const cause = errorCauseOf(answer);
      if (cause === noSuchSession) return 'no such session';
      throw new ConnectorError(refusal(cause, called));
    },
  };
}

/** By what a person signs in. The address itself can be nobody else's. */
function namesOf(settings: Settings, email: string): string[] {
  const logins = loginsOf(settings, email);
  const { windowsDomain } = settings;
  return [
    email,
    ...logins,
    ...(windowsDomain === undefined ? [] : logins.map((it) => `${windowsDomain}\\${it}`)),
  ];
}

/** Accounting tells who is connected, not who may connect: whoever is not counts as closed. */
const toAccount = ({ name, isOpen, lastSeenAt }: Seen): Account => ({
  id: name,
  login: name,
  status: isOpen ? 'active' : 'suspended',
  privileged: false,
  lastSeenAt,
});

/** What names the session (RFC 5176, 3): all of it has to fit, so that no other can be meant. */
function attributesOf({ name, session, nas }: Row, now: Date): Attribute[] {
  const seconds = Buffer.alloc(4);
  seconds.writeUInt32BE(Math.floor(now.getTime() / 1_000));
  const address = fourBytesOf(nas);
  const named = [
    { type: attribute.userName, value: Buffer.from(name) },
    { type: attribute.acctSessionId, value: Buffer.from(session) },
  ];
  if (!named.every(({ value }) => fits(value))) {
    const detail = 'Accounting has a session whose name or number is longer than RADIUS can carry.';
    throw new ConnectorError({ kind: 'unexpected', detail });
  }
  return [
    ...(address ? [{ type: attribute.nasIpAddress, value: address }] : []),
    ...named,
    // Against a request that somebody sends again later (RFC 5176, 6.3).
    { type: attribute.eventTimestamp, value: seconds },
  ];
}

const noSuchSession = 503;

/** Error-Cause (RFC 5176, 3.5), as far as anybody has to know. */
const causes: Readonly<Record<number, string>> = {
  401: 'it does not know an attribute that we send',
  402: 'it wants an attribute that we do not send',
  403: 'it goes by another address than the one in accounting',
  404: 'it finds the request invalid',
  405: 'it does not do this',
  406: 'it does not do this',
  407: 'it cannot take the value of an attribute',
  501: 'it is not allowed to us there',
  502: 'it does not know where to pass the request on',
  504: 'this session cannot be ended',
  505: 'the server that passes requests on failed',
  506: 'it is too busy',
  508: 'it finds several sessions that fit',
};

function refusal(cause: number | null, called: string): Failure {
  const why = cause === null ? 'it does not say why' : (causes[cause] ?? 'for another reason');
  const detail = `${called} refused to end a session: ${why}${cause === null ? '' : ` (Error-Cause ${cause})`}.`;
  if (cause === 501) return { kind: 'forbidden', detail };
  if (cause === 502 || cause === 505 || cause === 506) return { kind: 'unavailable', detail };
  return { kind: 'rejected', detail };
}
