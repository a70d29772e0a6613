import { createHash } from 'node:crypto';
import { record } from '#ledger/record.ts';
import { wasTried } from '#store/single-sign-on.ts';
import { inTransaction } from '#store/sql.ts';
import type { App, Caller } from './app.ts';
import { authorize, demandStepUp } from './authorize.ts';
import {
  callbackPath,
  keepClientSecret,
  openProvider,
  signInSettings,
} from './identity-provider.ts';
import { Problem } from './problem.ts';

/** By which ways people sign in here; for everybody. */
export async function signInWays(
  app: Pick<App, 'pool'>,
): Promise<{ singleSignOn: boolean; enforced: boolean }> {
  const { issuer, clientId, enforced } = await signInSettings(app);
  return { singleSignOn: issuer !== null && clientId !== null, enforced };
}

/** Keeps the secret that we have at the identity provider. What is tried has to be tried again with it. */
export async function saveClientSecret(app: App, caller: Caller, secret: string): Promise<void> {
  authorize(caller, 'settings.write');
  demandStepUp(caller);
  const { issuer } = await signInSettings(app);
  if (issuer === null) {
    throw new Problem(
      'not possible',
      'Name the identity provider first: the setting signIn.issuer.',
    );
  }
  const version = await keepClientSecret(app, issuer, secret);
  await inTransaction(app.pool, (tx) =>
    record(tx, app.keys, [
      {
        type: 'policy.changed',
        actor: caller.actor,
        data: { policy: 'signIn.secret', before: null, after: digest(`${issuer} ${version}`) },
      },
    ]),
  );
}

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** Asks the identity provider how it is reached. */
export async function checkProvider(app: App, caller: Caller) {
  authorize(caller, 'settings.write');
  const { config, digest: tried } = await openProvider(app);
  const { issuer, authorization_endpoint = '' } = config.serverMetadata();
  return {
    issuer,
    authorizationEndpoint: authorization_endpoint,
    redirectUri: `${app.publicUrl}${callbackPath}`,
    logoutUri: `${app.publicUrl}/sign-in/oidc/logout`,
    tried: await wasTried(app.pool, tried),
  };
}
