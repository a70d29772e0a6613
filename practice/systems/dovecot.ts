import { fakeDovecot, fakePerson } from '#connectors/dovecot/fake.ts';
import type { Colleague } from '../company.ts';
import { newSecret, type Vendor } from './vendor.ts';

const host = 'mail.meadow.example';

/** What Dovecot holds of one mailbox. */
export interface Mailbox {
  /** Who else may read it, by their logins. */
  readonly readers: readonly string[];
  /** The Sieve script that runs; null: none. */
  readonly script: string | null;
}

export interface MailServer extends Vendor {
  mailboxOf(person: Colleague): Mailbox;
}

/** The company's own mail server; one of those who sell sends what comes to her on to her private address. */
export function dovecot(people: Vendor['people'], sendsOn: Colleague): MailServer {
  const apiKey = newSecret();
  const { fetch, people: mailboxes } = fakeDovecot({
    apiKey,
    people: Object.fromEntries(
      people.map(({ email, privateEmail }) => [
        email,
        fakePerson({
          ...{ sessions: 2, remembered: 1 },
          ...(email === sendsOn.email
            ? { scripts: { mine: `redirect :copy "${privateEmail}";` }, active: 'mine' }
            : {}),
        }),
      ]),
    ),
  });
  const vendor: Vendor = {
    hosts: [host],
    fetch,
    people,
    connection: {
      id: 'mailboxes',
      connector: 'dovecot',
      name: 'Mail server',
      settings: { address: `https://${host}`, apiKey },
    },
    about: `Dovecot at ${host}, ${people.length} mailboxes`,
    look({ email }) {
      const it = mailboxes[email];
      if (!it) return [];
      const [sessions, remembered] = [it.sessions ?? 0, it.remembered ?? 0];
      return [
        {
          login: email,
          // The password is the directory's matter; these two outlive it.
          open: sessions + remembered > 0,
          asked: 'doveadm who',
          answered: `${sessions} sessions, ${remembered} remembered passwords`,
        },
      ];
    },
    held: ({ email }) => mailboxes[email],
  };
  return Object.assign(vendor, {
    mailboxOf({ email }: Colleague): Mailbox {
      const { shares, active, scripts } = mailboxes[email]!;
      const readers = Object.values(shares).flatMap((it) => Object.keys(it));
      return {
        readers: [...new Set(readers)].map((it) => it.replace(/^user=/, '')),
        script: active === null ? null : (scripts[active] ?? null),
      };
    },
  });
}
