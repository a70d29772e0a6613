import { z } from 'zod';
import type { Http } from '#connector-kit/http.ts';
import { ConnectorError } from '#core/failure.ts';

const PageInfo = z.object({ endCursor: z.string().nullable(), hasNextPage: z.boolean() });
const User = z.object({ databaseId: z.number().nullable(), login: z.string() });
const emails = z.array(z.object({ value: z.string() })).nullish();

/** A person as the identity provider calls them, and the account that they linked with it. */
const Identity = z.object({
  samlIdentity: z
    .object({ nameId: z.string().nullish(), username: z.string().nullish(), emails })
    .nullable(),
  scimIdentity: z.object({ username: z.string().nullish(), emails }).nullable(),
  user: User.nullable(),
});
export type Identity = z.infer<typeof Identity>;

const Member = User.extend({ organizationVerifiedDomainEmails: z.array(z.string()) });
export type Member = z.infer<typeof Member>;

const Team = z.object({ databaseId: z.number().nullable(), name: z.string(), slug: z.string() });
const Repository = z.object({
  name: z.string(),
  deployKeys: z.object({ totalCount: z.number() }),
});

const pageOf = <T>(node: z.ZodType<T>) =>
  z.object({ nodes: z.array(node.nullable()), pageInfo: PageInfo });

const pageInfo = 'pageInfo { endCursor hasNextPage }';

/** What only GraphQL tells, one function per question. https://docs.github.com/graphql */
export function openGraphQl(http: Http, organisation: string) {
  async function organization<T>(
    text: string,
    types: string,
    variables: object,
    shape: z.ZodType<T>,
  ): Promise<T> {
    const query = `query($org: String!, ${types}) { organization(login: $org) { ${text} } }`;
    const answer = z.object({ data: z.object({ organization: shape.nullable() }) });
    const body = { query, variables: { org: organisation, ...variables } };
    const { data } = await http.post('/graphql', answer, body);
    if (data.organization !== null) return data.organization;
    const detail = `There is no organisation ${organisation}, or we may not see it`;
    throw new ConnectorError({ kind: 'not-found', detail });
  }

  /** Page by page to the end. `read` finds the page in the answer. */
  async function* each<Answer, T>(
    text: string,
    types: string,
    variables: object,
    shape: z.ZodType<Answer>,
    read: (answer: Answer) => { nodes: readonly (T | null)[]; pageInfo: z.infer<typeof PageInfo> },
  ): AsyncIterable<T> {
    for (let after: string | null = null; ; ) {
      const page = read(
        await organization(text, `$after: String${types}`, { after, ...variables }, shape),
      );
      for (const node of page.nodes) if (node !== null) yield node;
      if (!page.pageInfo.hasNextPage) return;
      after = page.pageInfo.endCursor;
    }
  }

  return {
    /** Null for `userName`: all of them. Told to apps that may read members. */
    identities: (userName: string | null) =>
      each(
        `samlIdentityProvider { externalIdentities(first: 100, after: $after, userName: $userName) {
           nodes {
             samlIdentity { nameId username emails { value } }
             scimIdentity { username emails { value } }
             user { databaseId login }
           } ${pageInfo} } }`,
        ', $userName: String',
        { userName },
        z.object({
          samlIdentityProvider: z.object({ externalIdentities: pageOf(Identity) }).nullable(),
        }),
        ({ samlIdentityProvider: provider }) => {
          if (provider) return provider.externalIdentities;
          const detail =
            `GitHub shows no identity provider of ${organisation}. Where SAML is set up for the enterprise, ` +
            'or not at all, people have to be found by their verified domain or by a list.';
          throw new ConnectorError({ kind: 'rejected', detail });
        },
      ),

    /** Members, with their addresses in domains that the organisation has verified. */
    members: () =>
      each(
        `membersWithRole(first: 100, after: $after) {
           nodes { databaseId login organizationVerifiedDomainEmails(login: $org) } ${pageInfo} }`,
        '',
        {},
        z.object({ membersWithRole: pageOf(Member) }),
        ({ membersWithRole }) => membersWithRole,
      ),

    teamsOf: (login: string) =>
      each(
        `teams(first: 100, after: $after, userLogins: $logins) { nodes { databaseId name slug } ${pageInfo} }`,
        ', $logins: [String!]',
        { logins: [login] },
        z.object({ teams: pageOf(Team) }),
        ({ teams }) => teams,
      ),

    repositories: () =>
      each(
        `repositories(first: 100, after: $after) { nodes { name deployKeys(first: 1) { totalCount } } ${pageInfo} }`,
        '',
        {},
        z.object({ repositories: pageOf(Repository) }),
        ({ repositories }) => repositories,
      ),
  };
}
