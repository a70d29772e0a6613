import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { type AnyAction, type AnyConnector, actionsOf } from '#connector-kit/contract.ts';
import { standInSecret } from '#connector-kit/fields.ts';
import { capabilities } from '#core/capability.ts';

/** What a connector offers, with settings that show what there can be. */
export interface Variant {
  readonly connector: AnyConnector;
  /** When it is so; null: that goes for all, and what is named besides shows only what differs from it. */
  readonly where: string | null;
  readonly actions: readonly AnyAction[];
}

const ldap = { password: standInSecret, newAccountsIn: 'ou=people,dc=meadow,dc=example' };
const gitHub = { organisation: 'meadow', token: standInSecret, findBy: ['saml'] };
const gitLabGroup = { group: 'meadow', token: standInSecret };
const google = { key: standInSecret, admin: 'gatehouse@meadow.example' };
const byHand = { instructions: 'In the console.', assignTo: { role: 'it-admin' } };
const radius = {
  ...{ sharedSecrets: standInSecret, accountingPassword: standInSecret },
  accessServers: [{ nas: '10.20.0.2' }],
  accounting: { host: 'radius-db.meadow.example', database: 'radius', user: 'gatehouse' },
};
const snipeIt = {
  address: 'https://assets.example',
  token: standInSecret,
  assignTo: byHand.assignTo,
};

/** By the connector's id, where the settings on its page do not show all there can be. `where` and settings. */
const settingsOf: Readonly<Record<string, readonly (readonly [string | null, unknown])[]>> = {
  'active-directory': [
    [
      null,
      {
        ...{ ...ldap, controllers: ['ldaps://dc1.meadow.example'], baseDn: 'DC=meadow,DC=example' },
        bindName: 'gatehouse@meadow.example',
      },
    ],
  ],
  ldap: [
    [
      null,
      {
        ...{ ...ldap, servers: ['ldaps://ldap.meadow.example'], bindDn: 'cn=gatehouse' },
        ...{ peopleBases: ['ou=people'], groupBases: ['ou=groups'], passwordPolicy: 'cn=default' },
      },
    ],
  ],
  scim: [
    [
      'as far as it is declared',
      {
        ...{ baseUrl: 'https://wiki.example/scim/v2', token: standInSecret, canCreate: true },
        ...{ canDelete: true, suspendingEndsSessions: true, managers: 'search' },
      },
    ],
  ],
  github: [
    [null, { ...gitHub, copilot: false }],
    ['with Copilot', { ...gitHub, copilot: true }],
  ],
  google: [
    [null, { ...google, vault: false }],
    ['with Google Vault', { ...google, vault: true }],
  ],
  gitlab: [
    [null, { address: 'https://gitlab.example', token: standInSecret }],
    ['a group of gitlab.com', { ...gitLabGroup, findBy: ['enterprise'], credentials: true }],
  ],
  radius: [
    [null, radius],
    ['where access servers report no ends', { ...radius, sendsStops: 'no' }],
  ],
  'snipe-it': [
    ['for equipment', { ...snipeIt, what: 'equipment' }],
    ['for licences', { ...snipeIt, what: 'licences' }],
  ],
  slack: (
    [
      ['on Free', 'free'],
      ['on Pro', 'pro'],
      ['on Business+', 'business'],
      ['on Enterprise', 'enterprise'],
    ] as const
  ).map(([where, plan]) => [where, { plan, token: standInSecret }]),
  list: [
    ['for accounts', { ...byHand, system: 'the panel', what: 'accounts' }],
    ['for equipment', { ...byHand, system: 'the panel', what: 'equipment' }],
  ],
};

/** Whatever an administrator describes: there is nothing to be said of them in a table. */
const described = ['http', 'person'];

/** Everything that the connectors offer. Throws where nobody said with which settings. */
export function variantsOf(connectors: Iterable<AnyConnector>): readonly Variant[] {
  return [...connectors].flatMap((connector): Variant[] => {
    const { actions, id } = connector;
    if (typeof actions !== 'function') return [{ connector, where: null, actions }];
    if (described.includes(id)) return [];
    const known = settingsOf[id] ?? [[null, settingsShownOf(id)] as const];
    const offers = known.map(([where, settings]) => {
      const parsed = connector.settings.parse(settings);
      return { connector, where, actions: actionsOf(connector, parsed) };
    });
    const usual = offers.find(({ where }) => where === null)?.actions ?? [];
    return offers.map((it) => {
      if (it.where === null) return it;
      return { ...it, actions: it.actions.filter((one) => !usual.some((its) => its === one)) };
    });
  });
}

const pages = path.join(import.meta.dirname, '../../docs/connect');

/** The settings that the connector's page shows, with stand-ins for its secrets. */
function settingsShownOf(id: string): unknown {
  const blocks = readdirSync(pages)
    .filter((file) => file.endsWith('.md'))
    .flatMap((file) => [...readFileSync(path.join(pages, file), 'utf8').matchAll(yamlBlock)]);
  const shown = blocks.find(([, text = '']) => text.includes(`\nconnector: ${id}\n`));
  if (!shown) {
    throw new Error(
      `The actions of ${id} depend on its settings, and no page in docs/connect shows any: add its connection there.`,
    );
  }
  const { settings } = parse(shown[1] ?? '') as { settings: object };
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [name, value ?? standInSecret]),
  );
}

const yamlBlock = /^```yaml\n([^`]*)^```/gm;

const proofs = { transition: 'verified', command: 'acknowledged', 'by-hand': 'attested' } as const;

/** `docs/connect/table.md`, as the code says it. */
export function tableOf(connectors: Iterable<AnyConnector>): string {
  const rows = variantsOf(connectors).flatMap(({ connector, where, actions }) =>
    actions.map((it) => {
      const undone = it.kind === 'transition' && it.restore ? 'yes' : 'no';
      const name = where === null ? connector.name : `${connector.name}, ${where}`;
      const later = (it.mustPrecede ?? []).map((word) => `\`${word}\``).join(', ');
      return `| ${[
        ...[
          name,
          `\`${it.capability}\``,
          capabilities[it.capability].title,
          proofs[it.kind],
          undone,
        ],
        ...[later, it.scopes.join(', ')],
      ].join(' | ')} |`;
    }),
  );
  return `# What each connector does

Made from the code by \`gatehouse connector table\`; a test fails where the two differ. [The overview](index.md) says what
each is for.

*Proof* is the strongest [grade](../audit/grades.md) that a step can reach. *Undo*: it can be brought back to the state from
before. *Before* names what has to come later on the same account; a playbook that turns it round is refused. *Needs* is
what the connection must be allowed to do, in the words of the system; empty where rights there have no names.
What [HTTP without code](http-without-code.md) and [a person](person-does-it.md) do is described with each connection.

| Connector | Capability | In words | Proof | Undo | Before | Needs |
|---|---|---|---|---|---|---|
${rows.join('\n')}
`;
}
