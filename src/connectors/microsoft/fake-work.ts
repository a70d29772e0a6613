import { json } from '#connector-kit/testing/fake-service.ts';
import {
  type FakeTenant,
  type FakeUser,
  groupShown,
  idIn,
  missing,
  none,
  type Routes,
  refused,
  userShown,
} from './fake-tenant.ts';

/** Owners, managers, licences, mailboxes and OneDrives. */
export function workRoutes({ users, groups, apps }: FakeTenant): Routes {
  const owned = [
    ...groups.map((it) => ({ ...it, list: 'groups', shown: groupShown(it) })),
    ...apps.map((it) => ({
      ...it,
      list: `${it.type}s`,
      shown: { '@odata.type': `#microsoft.graph.${it.type}`, id: it.id, displayName: it.name },
    })),
  ];
  const ownersOf = (list = '', id = '') =>
    owned.find((it) => it.list === list && it.id === id)?.owners;

  return {
    'GET /v1.0/users/:id/ownedObjects': ({ id = '' }) =>
      json(200, { value: owned.filter((it) => it.owners?.includes(id)).map((it) => it.shown) }),
    'GET /v1.0/:list(groups|applications|servicePrincipals)/:id/owners': ({ list, id }) => {
      const owners = ownersOf(list, id);
      return owners
        ? json(200, {
            value: owners.map((it) => ({ '@odata.type': '#microsoft.graph.user', id: it })),
          })
        : missing(id ?? '');
    },
    'POST /v1.0/:list(groups|applications|servicePrincipals)/:id/owners/$ref': (
      { list, id },
      { body },
    ) => {
      const owners = ownersOf(list, id);
      if (!owners) return missing(id ?? '');
      if (owners.includes(idIn(body))) {
        return refused('One or more added object references already exist.');
      }
      owners.push(idIn(body));
      return none();
    },
    'DELETE /v1.0/:list(groups|applications|servicePrincipals)/:id/owners/:owner/$ref': ({
      list,
      id,
      owner = '',
    }) => {
      const owners = ownersOf(list, id);
      if (!owners?.includes(owner)) return missing(owner);
      if (list === 'groups' && owners.length === 1) {
        return refused(
          'The group must have at least one owner, hence this owner cannot be removed.',
        );
      }
      owners.splice(owners.indexOf(owner), 1);
      return none();
    },

    'GET /v1.0/users/:id/directReports': ({ id }) =>
      json(200, { value: users.filter(({ manager }) => manager === id).map(named) }),
    'GET /v1.0/users/:id/manager': withUser((it) => {
      const manager = users.find(({ id }) => id === it.manager);
      return manager ? json(200, named(manager)) : missing('manager');
    }),
    'PUT /v1.0/users/:id/manager/$ref': withUser((it, body) => {
      it.manager = idIn(body);
      return none();
    }),

    'GET /v1.0/users/:id/licenseDetails': withUser((it) =>
      json(200, {
        value: [...new Set(statesOf(it).map(({ skuId }) => skuId))].map((skuId) => ({
          ...{ id: skuId, skuId, skuPartNumber: 'SPE_E3' },
        })),
      }),
    ),
    'POST /v1.0/users/:id/assignLicense': withUser((it, body) => {
      const { addLicenses, removeLicenses } = body as {
        addLicenses: { skuId: string; disabledPlans: string[] }[];
        removeLicenses: string[];
      };
      const own = it.licences ?? [];
      for (const product of removeLicenses) {
        if (own.some((one) => one.product === product)) continue;
        return refused(
          'User license is inherited from a group membership and it cannot be removed directly from the user.',
        );
      }
      it.licences = [
        ...own.filter(({ product }) => !removeLicenses.includes(product)),
        ...addLicenses.map(({ skuId, disabledPlans }) => ({ product: skuId, disabledPlans })),
      ];
      return json(200, userShown(it));
    }),

    'GET /v1.0/users/:id/mailboxSettings': withMailbox((it) => json(200, settingsOf(it))),
    'PATCH /v1.0/users/:id/mailboxSettings': withMailbox((it, body) => {
      const { automaticRepliesSetting: reply } = body as {
        automaticRepliesSetting: { internalReplyMessage: string };
      };
      it.reply = reply.internalReplyMessage;
      return json(200, settingsOf(it));
    }),
    'GET /v1.0/users/:id/mailFolders/inbox/messageRules': withMailbox((it) =>
      json(200, {
        value: (it.rules ?? []).map(({ id, ...actions }) => ({
          id,
          displayName: id,
          isEnabled: true,
          actions: Object.fromEntries(
            Object.entries(actions).map(([name, all]) => [
              name,
              all?.map((address) => ({ emailAddress: { address, name: address } })),
            ]),
          ),
        })),
      }),
    ),
    'DELETE /v1.0/users/:id/mailFolders/inbox/messageRules/:rule': withMailbox(
      (it, _, { rule }) => {
        it.rules = (it.rules ?? []).filter(({ id }) => id !== rule);
        return none();
      },
    ),

    'GET /v1.0/users/:id/drive/root': withUser((it) =>
      it.drive ? json(200, { id: 'root-item' }) : missing('drive'),
    ),
    'GET /v1.0/users/:id/drive/items/:item/permissions': withUser((it) =>
      json(200, {
        value: (it.drive ?? []).map(({ id, user }) => ({
          ...{ id, roles: ['write'], grantedToV2: { user: { id: user } } },
        })),
      }),
    ),
    'POST /v1.0/users/:id/drive/items/:item/invite': withUser((it, body) => {
      const { recipients, sendInvitation } = body as {
        recipients: { objectId: string }[];
        sendInvitation: boolean;
      };
      if (sendInvitation) throw new Error('Somebody is written to');
      const made = recipients.map(({ objectId }) => ({ id: `p-${objectId}`, user: objectId }));
      it.drive?.push(...made);
      return json(200, { value: made.map(({ id }) => ({ id, roles: ['write'] })) });
    }),
    'DELETE /v1.0/users/:id/drive/items/:item/permissions/:permission': withUser(
      (it, _, { permission }) => {
        it.drive = (it.drive ?? []).filter(({ id }) => id !== permission);
        return none();
      },
    ),
  };

  function withUser(
    answer: (it: FakeUser, body: unknown, params: Record<string, string>) => Response,
  ): Routes[string] {
    return (params, { body }) => {
      const it = users.find(({ id }) => id === params['id']);
      return it ? answer(it, body, params) : missing(params['id'] ?? '');
    };
  }

  function withMailbox(
    answer: (
      it: NonNullable<FakeUser['mailbox']>,
      body: unknown,
      params: Record<string, string>,
    ) => Response,
  ): Routes[string] {
    return withUser(({ mailbox }, body, params) =>
      mailbox
        ? answer(mailbox, body, params)
        : refused(
            'The mailbox is either inactive or soft-deleted.',
            'MailboxNotEnabledForRESTAPI',
            404,
          ),
    );
  }

  function statesOf(it: FakeUser) {
    return licenceStates(it, groups);
  }
}

/** What a user is licensed for, by itself and by groups. */
export const licenceStates = (it: FakeUser, groups: FakeTenant['groups']) => [
  ...(it.licences ?? []).map(({ product, disabledPlans = [] }) => ({
    ...{ skuId: product, disabledPlans, assignedByGroup: null, state: 'Active' },
  })),
  ...groups
    .filter(({ members }) => members.includes(it.id))
    .flatMap(({ id, licences = [] }) =>
      licences.map((skuId) => ({
        ...{ skuId, disabledPlans: [], assignedByGroup: id, state: 'Active' },
      })),
    ),
];

const named = (it: FakeUser) => {
  const { id, displayName, userPrincipalName } = userShown(it);
  return { '@odata.type': '#microsoft.graph.user', id, displayName, userPrincipalName };
};

/** Exchange puts the text of a reply into a page of its own. */
const settingsOf = ({ purpose, reply }: NonNullable<FakeUser['mailbox']>) => {
  const page =
    reply === undefined
      ? ''
      : `<html>\r\n<body>\r\n${reply.replaceAll('&', '&amp;')}\r\n</body></html>`;
  return {
    userPurpose: purpose,
    automaticRepliesSetting: {
      status: reply === undefined ? 'disabled' : 'alwaysEnabled',
      ...{ externalAudience: 'all', internalReplyMessage: page, externalReplyMessage: page },
    },
  };
};
