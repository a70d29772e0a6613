import { type fakeService, json } from '#connector-kit/testing/fake-service.ts';
import type { FakeUser } from './fake.ts';
import { type FakePlaces, paged } from './fake-places.ts';

type Handlers = Parameters<typeof fakeService>[0];
type Answer = (params: Record<string, string>, url: URL, body: unknown) => Response;

export interface FakeTop extends FakePlaces {
  /** Users whose accounts belong to the company. */
  readonly enterprise: readonly number[];
  /** The group has a credentials inventory. */
  readonly isUltimate: boolean;
}

/** What the owner of a top-level group sees and does on gitlab.com. */
export function topOf(
  top: FakeTop,
  { users, written }: { users: FakeUser[]; written: string[] },
  guarded: (answer: Answer) => Handlers[string],
): Handlers {
  const { groups, projects, enterprise, isUltimate } = top;
  const at = '/api/v4/groups/:id';
  return {
    [`GET ${at}/billable_members`]: guarded(
      owning((path, _, url) => {
        const billed = billedBelow(path);
        return paged(
          users.filter(({ id }) => billed.has(id)),
          url,
          ({ id, username, state = 'active' }) => ({
            ...{ id, username, name: username, state, email: '' },
            ...{ last_activity_on: '2026-11-28', membership_type: 'group_member' },
          }),
        );
      }),
    ),
    [`GET ${at}/billable_members/:user/memberships`]: guarded(
      owning((path, { user }, url) => {
        const id = Number(user);
        if (!billedBelow(path).has(id)) return missing('User');
        const source = (it: (typeof groups)[number], kind: 'group' | 'project') => ({
          ...{ id: it.id * 100 + id, source_id: it.id, source_full_name: it.path },
          source_members_url: `https://gitlab.com/${it.path}/-/${kind}_members`,
        });
        const isIn = (it: (typeof groups)[number]) =>
          isBelow(path, it.path) && it.members.some((one) => one.user === id);
        return paged(
          [
            ...groups.filter(isIn).map((it) => source(it, 'group')),
            ...projects.filter(isIn).map((it) => source(it, 'project')),
          ],
          url,
        );
      }),
    ),
    [`GET ${at}/descendant_groups`]: guarded(
      owning((path, _, url) =>
        paged(
          groups
            .filter((it) => it.path !== path && isBelow(path, it.path))
            .map(({ id, path: full_path }) => ({ id, full_path, parent_id: null })),
          url,
        ),
      ),
    ),
    [`GET ${at}/projects`]: guarded(
      owning((path, _, url) =>
        paged(
          projects
            .filter((it) => isBelow(path, it.path))
            .map(({ id, path: path_with_namespace }) => ({ id, path_with_namespace })),
          url,
        ),
      ),
    ),
    [`GET ${at}/saml/identities`]: guarded(
      owning(() =>
        json(
          200,
          top.saml.map(({ name, user }) => ({ extern_uid: name, user_id: user })),
        ),
      ),
    ),
    [`GET ${at}/enterprise_users`]: guarded(
      owning((_, __, url) => {
        const search = url.searchParams.get('search')?.toLowerCase() ?? '';
        const fits = ({ email, username }: FakeUser) =>
          `${email} ${username}`.toLowerCase().includes(search);
        return paged(ours().filter(fits), url, shown);
      }),
    ),
    [`GET ${at}/enterprise_users/:user`]: guarded(
      owning((_, { user }) => {
        const it = ours().find(({ id }) => id === Number(user));
        return it ? json(200, shown(it)) : missing('Not found');
      }),
    ),
    [`DELETE ${at}/enterprise_users/:user`]: guarded(
      owning((_, { user }) => {
        const it = ours().find(({ id }) => id === Number(user));
        if (!it) return missing('Not found');
        const isSoleOwner = groups.some(({ members }) => {
          const owners = members.filter(({ level }) => level === 50);
          return owners.length === 1 && owners[0]?.user === it.id;
        });
        if (isSoleOwner) {
          const message = 'Can not remove a user who is the sole owner of a group.';
          return json(409, { message });
        }
        users.splice(users.indexOf(it), 1);
        return nothing();
      }),
    ),
    [`PATCH ${at}/enterprise_users/:user/disable_two_factor`]: guarded(
      owning((_, { user }) => {
        const it = ours().find(({ id }) => id === Number(user));
        if (!it) return missing('Not found');
        if (!it.twoFactor) return json(400, { message: 'Two-factor is not enabled' });
        it.twoFactor = false;
        written.push(it.email);
        return nothing();
      }),
    ),
    ...inventory('personal_access_tokens', 'tokens'),
    ...inventory('ssh_keys', 'sshKeys'),
  };

  function inventory(name: string, kind: 'tokens' | 'sshKeys'): Handlers {
    const credentials = `${at}/manage/${name}`;
    return {
      [`GET ${credentials}`]: guarded(
        owning((_, __, url) => {
          if (!isUltimate) return missing('Not Found');
          const all = ours().flatMap(({ id: user_id, [kind]: own = [] }) =>
            own.map((it) => ({ ...it, user_id })),
          );
          return paged(all, url);
        }),
      ),
      [`DELETE ${credentials}/:key`]: guarded(
        owning((_, { key }) => {
          const isIt = (it: { id: number }) => it.id === Number(key);
          const owner = ours().find(({ [kind]: own = [] }) => own.some(isIt));
          const own = owner?.[kind];
          if (!owner || !own || !isUltimate) return missing('Not Found');
          own.splice(own.findIndex(isIt), 1);
          written.push(owner.email);
          return nothing();
        }),
      ),
    };
  }

  function ours(): FakeUser[] {
    return users.filter(({ id }) => enterprise.includes(id));
  }

  /** Guests, and whoever has even less, take no seat. */
  function billedBelow(path: string): ReadonlySet<number> {
    return new Set(
      [...groups, ...projects]
        .filter((it) => isBelow(path, it.path))
        .flatMap(({ members }) => members.filter(({ level }) => level > 10))
        .map(({ user }) => user),
    );
  }

  function owning(
    answer: (path: string, params: Record<string, string>, url: URL) => Response,
  ): Answer {
    return (params, url) => {
      const wanted = decodeURIComponent(params['id'] ?? '');
      const group = groups.find(({ id, path }) => path === wanted || String(id) === wanted);
      if (!group) return missing('Group Not Found');
      const isOwner = group.members.some(
        ({ user, level }) => user === users[0]?.id && level === 50,
      );
      return isOwner ? answer(group.path, params, url) : json(403, { message: '403 Forbidden' });
    };
  }
}

const isBelow = (top: string, path: string) => path === top || path.startsWith(`${top}/`);
const shown = ({ id, username, email, state = 'active', twoFactor = false }: FakeUser) => ({
  ...{ id, username, name: username, email, state, two_factor_enabled: twoFactor },
});
const missing = (what: string) => json(404, { message: `404 ${what}` });
const nothing = () => new Response(null, { status: 204 });
