import { json } from '#connector-kit/testing/fake-service.ts';
import {
  deployKey,
  fullApp,
  fullInstallation,
  fullTeam,
  fullUser,
  grantOf,
  namedTeam,
  simpleTeam,
} from './fake-shapes.ts';
import { empty, gone, isMember, missing, refused, type World } from './fake-world.ts';

/** Roles, tokens, keys, seats and apps. `settle` ends what GitHub does in the background. */
export function accessRoutes(world: World) {
  const { options, org, organisation, permissions, users, roles, credentials, tokens } = world;
  const { repositories, apps, byId, byLogin, guarded, withUser, paged } = world;
  const revoking: number[] = [];
  const settle = () => {
    for (const id of revoking.splice(0)) gone(tokens, id);
  };
  const routes = {
    [`GET ${org}/organization-roles`]: guarded(() =>
      json(200, {
        total_count: roles.length,
        roles: roles.map(({ id, name }) => ({
          ...{ id, name, permissions: [], organization: fullUser(users[0]!) },
          ...{ created_at: '2026-01-01T00:00:00Z', updated_at: '2026-01-01T00:00:00Z' },
        })),
      }),
    ),
    [`GET ${org}/organization-roles/:id/users`]: guarded(({ id }, url) => {
      const it = roles.find((one) => one.id === Number(id));
      const holders = (it?.holders ?? []).map((holder) => ({
        ...fullUser(byId(holder)!),
        assignment: it?.throughTeams ? 'indirect' : 'direct',
        inherited_from: (it?.throughTeams ?? []).map((name) => simpleTeam(name)),
      }));
      return it ? paged(holders, url) : missing();
    }),
    [`PUT ${org}/organization-roles/users/:login/:id`]: guarded(
      withUser((it, { id }) => {
        roles.find((one) => one.id === Number(id))?.holders.push(it.id);
        return empty();
      }),
    ),
    [`DELETE ${org}/organization-roles/users/:login/:id`]: guarded(
      withUser((it, { id }) => {
        const role = roles.find((one) => one.id === Number(id));
        role?.holders.splice(role.holders.indexOf(it.id), 1);
        return empty();
      }),
    ),

    [`GET ${org}/credential-authorizations`]: guarded((_, url) => {
      if (options.withoutSaml) return missing();
      const login = url.searchParams.get('login');
      const theirs = credentials.filter((it) => login === null || it.login === login);
      return paged(
        theirs.map(({ id, login: owner, type }) => ({
          ...{ login: owner, credential_id: id, credential_type: type },
          ...{ credential_authorized_at: '2026-01-01T00:00:00Z', credential_accessed_at: null },
          authorized_credential_id: id,
        })),
        url,
      );
    }),
    [`DELETE ${org}/credential-authorizations/:id`]: guarded(({ id }) =>
      gone(credentials, Number(id)),
    ),
    [`GET ${org}/personal-access-tokens`]: guarded((_, url, __, isApp) => {
      if (!isApp) return json(403, { message: 'Only GitHub Apps can use this endpoint' });
      const owners = url.searchParams.getAll('owner[]');
      const theirs = tokens.filter((it) => owners.includes(byId(it.owner)?.login ?? ''));
      return paged(
        theirs.map((it) => grantOf(it, byId(it.owner)!)),
        url,
      );
    }),
    [`POST ${org}/personal-access-tokens`]: guarded((_, __, body) => {
      revoking.push(...(body as { pat_ids: number[] }).pat_ids);
      if (!options.slowly) settle();
      return json(202, {});
    }),
    [`GET /repos/${organisation}/:repo/keys`]: guarded(({ repo }, url) => {
      const it = repositories.find(({ name }) => name === repo);
      if (permissions['administration'] === undefined) return json(403, { message: 'Forbidden' });
      return it ? paged(it.keys.map(deployKey), url) : missing();
    }),
    [`DELETE /repos/${organisation}/:repo/keys/:id`]: guarded(({ repo, id }) =>
      gone(repositories.find(({ name }) => name === repo)?.keys ?? [], Number(id)),
    ),

    [`GET ${org}/members/:login/copilot`]: guarded(
      withUser((it) => {
        if (options.withoutCopilot) return refused('Copilot is not enabled');
        if (!it.seat || !isMember(it)) return missing();
        return json(200, {
          created_at: '2026-01-01T00:00:00Z',
          pending_cancellation_date: it.seat.endsOn,
          assigning_team: it.seat.throughTeam ? fullTeam(namedTeam(it.seat.throughTeam)) : null,
        });
      }),
    ),
    [`POST ${org}/copilot/billing/selected_users`]: guarded((_, __, body) => {
      const names = (body as { selected_usernames: string[] }).selected_usernames;
      for (const name of names) byLogin(name)!.seat = { endsOn: null };
      return json(201, { seats_created: names.length });
    }),
    [`DELETE ${org}/copilot/billing/selected_users`]: guarded((_, __, body) => {
      const names = (body as { selected_usernames: string[] }).selected_usernames;
      for (const name of names) {
        const it = byLogin(name)!;
        it.seat = options.monthEndsOn ? { ...it.seat, endsOn: options.monthEndsOn } : null;
      }
      return json(200, { seats_cancelled: names.length });
    }),
    [`GET ${org}/installations`]: guarded(() => {
      const installations = apps.map(({ slug }) => ({
        ...fullInstallation(organisation, permissions),
        app_slug: slug,
      }));
      return json(200, { total_count: apps.length, installations });
    }),
    'GET /apps/:slug': guarded(({ slug }) => {
      const it = apps.find((one) => one.slug === slug);
      return it ? json(200, fullApp(it, fullUser(byId(it.owner)!))) : missing();
    }),
  };
  return { routes, settle };
}
