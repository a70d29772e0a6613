import { json } from '#connector-kit/testing/fake-service.ts';
import {
  type Answer,
  type FakeTenant,
  type FakeUser,
  missing,
  none,
  paged,
  type Routes,
  refused,
  selected,
  userShown,
} from './fake-tenant.ts';
import { licenceStates } from './fake-work.ts';

const usual = ['displayName', 'mail', 'userPrincipalName'];

/** Users, their sessions, passwords and ways to sign in, and the bin. */
export function userRoutes(
  { users, deleted, groups }: FakeTenant,
  { pageSize, now }: { readonly pageSize: number; readonly now: () => string },
): Routes {
  return {
    'GET /v1.0/organization': () =>
      json(200, { value: [{ id: 'tenant', displayName: 'Meadow Ltd' }] }),
    'GET /v1.0/users': (_, { url }) => {
      const filter = url.searchParams.get('$filter');
      const found = users.filter((it) => filter === null || matches(it, filter));
      return paged(
        found.map((it) => selected(userShown(it), url, usual)),
        url,
        pageSize,
      );
    },
    'POST /v1.0/users': (_, { body }) => {
      const it = body as Omit<FakeUser, 'id'>;
      if (users.some((other) => isSame(other.userPrincipalName, it.userPrincipalName))) {
        return refused('Another object with the same value for userPrincipalName already exists.');
      }
      const made = {
        id: `00000000-0000-4000-9000-${String(users.length).padStart(12, '0')}`,
        userPrincipalName: it.userPrincipalName,
      };
      users.push(made);
      return json(201, userShown(made));
    },
    'GET /v1.0/users/:id': withUser((it, _, { url }) => {
      const licenseAssignmentStates = licenceStates(it, groups);
      return json(200, selected({ ...userShown(it), licenseAssignmentStates }, url, usual));
    }),
    'PATCH /v1.0/users/:id': withUser((it, _, { body }) => {
      if (it.synced) {
        return refused(
          'Unable to update the specified properties for on-premises mastered Directory Sync objects.',
        );
      }
      const { accountEnabled, passwordProfile } = body as {
        accountEnabled?: boolean;
        passwordProfile?: object;
      };
      if (accountEnabled !== undefined) it.accountEnabled = accountEnabled;
      if (passwordProfile) it.passwordChanged = now();
      return none();
    }),
    'DELETE /v1.0/users/:id': withUser((it) => {
      users.splice(users.indexOf(it), 1);
      deleted.push(it);
      return none();
    }),
    'GET /v1.0/directory/deletedItems/:id': ({ id = '' }) => {
      const it = deleted.find((one) => one.id === id);
      return it ? json(200, userShown(it)) : missing(id);
    },
    'POST /v1.0/directory/deletedItems/:id/restore': ({ id = '' }) => {
      const it = deleted.find((one) => one.id === id);
      if (!it) return missing(id);
      deleted.splice(deleted.indexOf(it), 1);
      users.push(it);
      return json(200, userShown(it));
    },
    'POST /v1.0/users/:id/revokeSignInSessions': withUser((it) => {
      // Says yes to external users as well, and does nothing: they sign in elsewhere.
      if (!it.userPrincipalName.includes('#EXT#')) it.validFrom = now();
      return json(200, { value: true });
    }),
    'GET /v1.0/users/:id/authentication/methods': withUser((it) =>
      json(200, {
        value: [{ id: 'password', type: 'password' }, ...(it.methods ?? [])].map(methodShown),
      }),
    ),
    'DELETE /v1.0/users/:id/authentication/:kind/:method': withUser((it, { kind, method }) => {
      const methods = it.methods ?? [];
      const found = methods.find((one) => one.id === method && kind === `${one.type}Methods`);
      const external = methods.find(
        (one) => one.id === method && kind === 'externalAuthenticationMethods',
      );
      const gone = found ?? external;
      if (!gone) return missing(method ?? '');
      if (gone.isDefault && methods.length > 1) {
        return refused('Cannot delete default method with other methods configured.');
      }
      const isNeeded = methods.some(({ phoneType }) => phoneType === 'alternateMobile');
      if (gone.phoneType === 'mobile' && isNeeded) {
        return refused('A user cannot have an alternateMobile number without a mobile number.');
      }
      it.methods = methods.filter((one) => one !== gone);
      return none();
    }),
  };

  function withUser(answer: (it: FakeUser, ...rest: Parameters<Answer>) => Response): Answer {
    return (params, asked) => {
      const it = users.find(({ id }) => id === params['id']);
      return it ? answer(it, params, asked) : missing(params['id'] ?? '');
    };
  }
}

const methodShown = (it: { id: string; type: string; phoneType?: string }) => ({
  '@odata.type': `#microsoft.graph.${it.type}AuthenticationMethod`,
  id: it.id,
  ...(it.phoneType === undefined ? {} : { phoneType: it.phoneType, phoneNumber: '+44 0' }),
});

/** Entra ID compares values of a filter whatever their case. */
function matches(it: FakeUser, filter: string): boolean {
  const [, name = '', text = ''] = /^(.+?)(?: eq |\(p:p eq )'(.*)'\)?$/.exec(filter) ?? [];
  const value = text.replaceAll("''", "'");
  const own = {
    mail: [it.mail],
    userPrincipalName: [it.userPrincipalName],
    'proxyAddresses/any': it.proxyAddresses ?? [],
    employeeId: [it.employeeId],
  }[name];
  if (!own) throw new Error(`The fake does not know the filter ${filter}`);
  return own.some((one) => isSame(one ?? '', value));
}
const isSame = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
