import { readFileSync } from 'node:fs';
import path from 'node:path';
import { buildSchema, graphql } from 'graphql';
import { type FakeUser, isMember, type World } from './fake-world.ts';

const schema = buildSchema(readFileSync(path.join(import.meta.dirname, 'schema.graphql'), 'utf8'));

/** Answers a query as the schema says, and refuses what is not in it. */
export function answerGraphQl(
  { options, users, teams, repositories, organisation, permissions, pageSize, byId }: World,
  body: unknown,
) {
  const { query, variables } = body as { query: string; variables: Record<string, unknown> };
  const slice = <T>(all: readonly T[], { after }: { after?: string | null }) => {
    const from = Number(after ?? 0);
    const hasNextPage = from + pageSize < all.length;
    return {
      nodes: all.slice(from, from + pageSize),
      pageInfo: { endCursor: String(from + pageSize), hasNextPage },
    };
  };
  const user = (it: FakeUser) => ({
    databaseId: it.id,
    login: it.login,
    organizationVerifiedDomainEmails: it.verifiedEmails ?? [],
  });
  const identity = (it: FakeUser) => ({
    samlIdentity: {
      nameId: it.saml?.nameId,
      username: null,
      emails: (it.saml?.emails ?? []).map((value) => ({ value })),
    },
    scimIdentity: null,
    user: user(it),
  });
  const rootValue = {
    organization: ({ login }: { login: string }) =>
      login !== organisation
        ? null
        : {
            samlIdentityProvider: options.withoutSaml
              ? null
              : {
                  externalIdentities: (it: { after?: string; userName?: string | null }) =>
                    slice(
                      users
                        .filter(({ saml }) => saml)
                        .filter(({ saml }) => !it.userName || saml?.nameId === it.userName)
                        .map(identity),
                      it,
                    ),
                },
            membersWithRole: (it: { after?: string }) =>
              slice(users.filter(isMember).map(user), it),
            teams: (it: { after?: string; userLogins?: string[] }) =>
              slice(
                teams
                  .filter(({ members }) =>
                    members.some(({ id }) => it.userLogins?.includes(byId(id)?.login ?? '')),
                  )
                  .map(({ slug, name }, i) => ({ databaseId: i, slug, name })),
                it,
              ),
            repositories: (it: { after?: string }) =>
              slice(
                repositories.map(({ name, keys }) => ({
                  name,
                  deployKeys: {
                    totalCount: permissions['administration'] === undefined ? 0 : keys.length,
                  },
                })),
                it,
              ),
          },
  };
  return graphql({ schema, source: query, rootValue, variableValues: variables });
}
