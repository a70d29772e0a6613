import type { Io } from '#connector-kit/contract.ts';
import type { Authorization } from '#connector-kit/http.ts';
import { openOAuth } from '#connector-kit/oauth.ts';
import { openRotatingToken } from '#connector-kit/rotating-token.ts';
import type { TokenSignIn } from './description.ts';
import type { Settings } from './settings.ts';

/** How each request of one described system says who we are. */
export interface SignIn {
  /** Asks for an access token where there is none that holds. */
  headers(): Promise<Record<string, string>>;
  /** Gets another access token after a refusal; null: there is nothing that could be renewed. */
  readonly renew: (() => Promise<void>) | null;
  /** Everything that opens something and must never be shown, tokens that were given to us included. */
  secrets(): readonly string[];
}

export function openSignIn(settings: Settings, io: Io): SignIn {
  const { user = '', secret = '', refreshToken, accessToken, description } = settings;
  const { signIn } = description;
  const known = new Set([secret, refreshToken, accessToken].filter((it) => it !== undefined));
  const secrets = () => [...known].filter(Boolean);
  const fixed = (headers: Record<string, string>): SignIn => ({
    headers: async () => headers,
    renew: null,
    secrets,
  });

  switch (signIn.kind) {
    case 'none':
      return fixed({});
    case 'bearer':
      return fixed({ authorization: `Bearer ${secret}` });
    case 'basic':
      return fixed({ authorization: `Basic ${base64(`${user}:${secret}`)}` });
    case 'header':
      return fixed({
        [signIn.name]: `${signIn.prefix ?? ''}${secret}`,
        ...(signIn.userIn === undefined ? {} : { [signIn.userIn]: user }),
      });
    case 'client-credentials':
    case 'refresh-token': {
      const tokens = openTokens(settings, signIn, { ...io, ...noting(io, known) });
      return {
        async headers() {
          const authorization = await tokens.header();
          known.add(authorization.replace(/^Bearer /, ''));
          return { authorization };
        },
        renew: () => tokens.renew(),
        secrets,
      };
    }
  }
}

function openTokens(settings: Settings, signIn: TokenSignIn, io: Io): Authorization {
  const { tokenAddress = '', clientId = '', secret = '', accessToken } = settings;
  const { secretIn = 'header', sentAs = 'form' } = signIn;
  const basis = {
    tokenUrl: tokenAddress,
    client: { id: clientId, proof: { kind: 'secret', secret, in: secretIn } as const },
    ...(sentAs === 'json' ? { sentAs } : {}),
  };
  if (signIn.kind === 'refresh-token') return openRotatingToken(io, { ...basis, accessToken });
  const { scopes = [], fields = {} } = signIn;
  return openOAuth(io, { ...basis, scopes, grant: { kind: 'client credentials', fields } });
}

/** Notes what the vault holds by now, which may be newer than what we were opened with. */
function noting({ replaceSecrets }: Io, known: Set<string>): Pick<Io, 'replaceSecrets'> {
  if (!replaceSecrets) return {};
  return {
    replaceSecrets: (exchange) =>
      replaceSecrets((held) => {
        for (const value of held.values()) known.add(value);
        return exchange(held);
      }),
  };
}

const base64 = (text: string) => Buffer.from(text).toString('base64');
