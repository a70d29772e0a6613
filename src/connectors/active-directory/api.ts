import { AndFilter, ExtensibleFilter, type Filter, PresenceFilter } from 'ldapts';
import type { Account, Io, PersonKeys } from '#connector-kit/contract.ts';
import { type LdapServer, openLdap } from '#connector-kit/ldap.ts';
import { bytesOf, type LdapEntry, textOf } from '#connector-kit/ldap-entry.ts';
import { anyOf, equals, personFilter } from '#connector-kit/ldap-person.ts';
import { signInEverywhere } from '#connector-kit/ldap-servers.ts';
import { ConnectorError } from '#core/failure.ts';
import {
  builtinAdministrators,
  guidBytes,
  guidText,
  relativeId,
  sidInDomain,
} from './identifiers.ts';
import type { Settings } from './settings.ts';

/** Of `userAccountControl`: nobody can sign in ([MS-ADTS] 2.2.16). */
export const accountDisabled = 0x2;

/** A filter that follows groups within groups ([MS-ADTS] 3.1.1.3.4.4.3). */
const inChain = '1.2.840.113556.1.4.1941';

const accountAttributes = [
  ...['objectGUID', 'sAMAccountName', 'userPrincipalName', 'userAccountControl'],
  ...['lastLogon', 'lastLogonTimestamp'],
];

export type Domain = ReturnType<typeof openDomain>;

/** An Active Directory domain in our words. `deadlineMs` is for tests; see `LdapOptions`. */
export function openDomain(settings: Settings, io: Io, deadlineMs?: number) {
  const { baseDn } = settings;
  const controllers = settings.controllers.map((url) =>
    openLdap(io, {
      url,
      bindName: settings.bindName,
      password: settings.password,
      binary: ['objectGUID', 'objectSid'],
      // The root of a domain always points at its other partitions, which hold no people.
      partsElsewhere: 'leave out',
      ...(deadlineMs === undefined ? {} : { deadlineMs }),
    }),
  );

  /** Asks the controllers in turn until one answers; any other failure than silence ends it. */
  async function onFirst<Answer>(
    ask: (controller: LdapServer) => Promise<Answer>,
  ): Promise<Answer> {
    let silence: unknown;
    for (const controller of controllers) {
      try {
        return await ask(controller);
      } catch (error) {
        const silent = error instanceof ConnectorError && error.failure.kind === 'unavailable';
        if (!silent) throw error;
        silence ??= error;
      }
    }
    throw silence;
  }

  const people = (controller: LdapServer, filter: Filter, attributes: readonly string[]) =>
    controller.pages({ base: baseDn, filter: all(isPerson, filter), attributes });

  async function entryWith(
    controller: LdapServer,
    id: string,
    attributes: readonly string[],
  ): Promise<LdapEntry | null> {
    const guid = guidBytes(id);
    if (guid === null) return null;
    const filter = equals('objectGUID', guid);
    return (await controller.search({ base: baseDn, filter, attributes }))[0] ?? null;
  }

  /** Throws unless some account can be seen: an empty answer may also be a lost permission. */
  async function mustSeeSomebody(controller: LdapServer): Promise<void> {
    const anybody = { base: baseDn, filter: isPerson, attributes: ['1.1'], pageSize: 1 };
    for await (const page of controller.pages(anybody)) if (page.length > 0) return;
    throw new ConnectorError({
      kind: 'forbidden',
      detail:
        `${controller.name}: the account of Gatehouse sees nobody at all below ${baseDn}, so that ` +
        'an empty answer proves nothing. Let it read people there.',
    });
  }

  /** The name of the whole domain, of which `baseDn` may be a part. */
  async function domainDn(controller: LdapServer): Promise<string> {
    const attributes = ['defaultNamingContext'];
    const root = { base: '', scope: 'base', filter: has('objectClass'), attributes } as const;
    const [entry] = await controller.search(root);
    return (entry && textOf(entry, 'defaultNamingContext')) ?? baseDn;
  }

  /** Those who match and are administrators, by whichever way; as keys. */
  async function administrators(
    controller: LdapServer,
    filter: Filter,
  ): Promise<ReadonlySet<string>> {
    const base = await domainDn(controller);
    const attributes = ['objectSid'];
    const [domain] = await controller.search({
      ...{ base, scope: 'base', filter: has('objectClass'), attributes },
    });
    const domainSid = domain ? bytesOf(domain, 'objectSid') : null;
    const { domainAdmins, schemaAdmins, enterpriseAdmins } = relativeId;
    const sids = [
      builtinAdministrators,
      ...(domainSid === null
        ? []
        : [domainAdmins, schemaAdmins, enterpriseAdmins].map((it) => sidInDomain(domainSid, it))),
    ];
    const groups = await controller.search({
      base,
      filter: anyOf(sids.map((it) => equals('objectSid', it))),
      attributes: ['1.1'],
    });
    const powerful = anyOf([
      equals('adminCount', '1'),
      equals('primaryGroupID', String(domainAdmins)), // memberOf does not name the primary group
      ...groups.map(
        ({ dn }) => new ExtensibleFilter({ matchType: 'memberOf', rule: inChain, value: dn }),
      ),
    ]);
    const found = new Set<string>();
    for await (const page of people(controller, all(filter, powerful), ['objectGUID'])) {
      for (const entry of page) found.add(idOf(entry));
    }
    return found;
  }

  async function accountsOn(controller: LdapServer, person: PersonKeys): Promise<Account[]> {
    const filter = personFilter(person, 'sAMAccountName', settings);
    const found: LdapEntry[] = [];
    for await (const page of people(controller, filter, accountAttributes)) found.push(...page);
    if (found.length === 0) {
      await mustSeeSomebody(controller);
      return [];
    }
    const admins = await administrators(controller, filter);
    return found.map((entry) => toAccount(entry, admins));
  }

  return {
    settings,
    controllers,
    onFirst,
    domainDn,

    async check(): Promise<string> {
      const actingAs = await signInEverywhere(controllers);
      await onFirst(mustSeeSomebody);
      return actingAs;
    },

    /** The objectGUID of the account that we bind with, however it was named; null: it is not below where people are. */
    async ownAccount(): Promise<string | null> {
      const { bindName } = settings;
      const filter = anyOf([
        equals('distinguishedName', bindName),
        equals('userPrincipalName', bindName),
        equals('sAMAccountName', bindName.slice(bindName.lastIndexOf('\\') + 1)),
      ]);
      const attributes = ['objectGUID'];
      const found = await onFirst((it) => it.search({ base: baseDn, filter, attributes }));
      return found.length === 1 ? idOf(found[0]!) : null;
    },

    accountsOn,
    accountsOf: (person: PersonKeys): Promise<Account[]> =>
      onFirst((controller) => accountsOn(controller, person)),

    async *allAccounts(): AsyncIterable<Account> {
      const everybody = has('objectGUID');
      const [controller, admins] = await onFirst(
        async (it) => [it, await administrators(it, everybody)] as const,
      );
      for await (const page of people(controller, everybody, accountAttributes)) {
        for (const entry of page) yield toAccount(entry, admins);
      }
    },

    /** The entry of an account, by its key: the DN changes when somebody marries or moves. */
    async entry(
      controller: LdapServer,
      accountId: string,
      attributes: readonly string[],
    ): Promise<LdapEntry> {
      const entry = await entryWith(controller, accountId, attributes);
      if (entry) return entry;
      throw new ConnectorError({
        kind: 'not-found',
        detail: `${controller.name}: no account below ${baseDn} has the objectGUID ${accountId}.`,
      });
    },

    /** The DN of whoever has this address; null: nobody. */
    async dnOfPerson(controller: LdapServer, email: string): Promise<string | null> {
      const keys = { email, employeeNumber: null, name: '' };
      const filter = all(isPerson, personFilter(keys, 'sAMAccountName', settings));
      const found = await controller.search({ base: baseDn, filter, attributes: ['1.1'] });
      if (found.length < 2) return found[0]?.dn ?? null;
      throw new ConnectorError({
        kind: 'rejected',
        detail: `${controller.name}: ${found.length} accounts have the address ${email}.`,
      });
    },

    /** False only when the account is gone and others can be seen. */
    async exists(controller: LdapServer, accountId: string): Promise<boolean> {
      if (await entryWith(controller, accountId, ['1.1'])) return true;
      await mustSeeSomebody(controller);
      return false;
    },

    async close(): Promise<void> {
      await Promise.all(controllers.map((controller) => controller.close()));
    },
  };
}

export const has = (attribute: string): Filter => new PresenceFilter({ attribute });

const all = (...filters: readonly Filter[]): Filter => new AndFilter({ filters: [...filters] });

/** Computers are users too, contacts are persons too; only people are both. */
const isPerson = all(equals('objectCategory', 'person'), equals('objectClass', 'user'));

export function idOf(entry: LdapEntry): string {
  const guid = bytesOf(entry, 'objectGUID');
  if (guid) return guidText(guid);
  throw new ConnectorError({
    kind: 'unexpected',
    detail: `The domain controller shows no objectGUID of ${entry.dn}.`,
  });
}

/** The flags of an account, such as {@link accountDisabled}. */
export function controlOf(entry: LdapEntry): number {
  const control = textOf(entry, 'userAccountControl');
  if (control !== null) return Number(control);
  throw new ConnectorError({
    kind: 'forbidden',
    detail: `The account of Gatehouse may not read userAccountControl of ${entry.dn}.`,
  });
}

const toAccount = (entry: LdapEntry, admins: ReadonlySet<string>): Account => ({
  id: idOf(entry),
  login: textOf(entry, 'userPrincipalName') ?? textOf(entry, 'sAMAccountName') ?? entry.dn,
  status: controlOf(entry) & accountDisabled ? 'suspended' : 'active',
  privileged: admins.has(idOf(entry)),
  lastSeenAt: lastSeenIn(entry),
});

/** The later of what this controller knows, and what all know up to two weeks late. */
function lastSeenIn(entry: LdapEntry): Date | null {
  const times = ['lastLogon', 'lastLogonTimestamp'].map((it) => fileTime(textOf(entry, it)));
  const latestMs = Math.max(...times);
  return latestMs > 0 ? new Date(latestMs) : null;
}

/** Tenths of a microsecond since 1601, as milliseconds since 1970. 0 stands for never. */
function fileTime(text: string | null): number {
  if (text === null || !/^\d+$/.test(text) || text === '0') return 0;
  return Number(BigInt(text) / 10_000n) - 11_644_473_600_000;
}
