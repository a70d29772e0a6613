import type { SessionPage } from '#api/contract/session.ts';
import { useNow } from '../../lib/clock.ts';
import { distanceText } from '../../lib/moments.ts';
import { useAct, useRead } from '../../lib/queries.ts';
import { useSession } from '../../lib/session.ts';
import { addWords, currentLanguage, useWords } from '../../lib/words.ts';
import { Loaded } from '../../ui/loaded.tsx';
import { Page } from '../../ui/page.tsx';
import { Refused } from '../../ui/refused.tsx';
import de from '../../words/de/account.json' with { type: 'json' };
import en from '../../words/en/account.json' with { type: 'json' };
import { AccountButton } from './account-parts.tsx';
import { Passkeys } from './passkeys.tsx';
import { Password } from './password.tsx';

addWords('account', { en, de });

/** How the viewer signs in, and where they are signed in now. */
export function AccountPage() {
  const t = useWords('account');
  const { user } = useSession();
  return (
    <Page title={t('title')} about={<span>{`${user.name} · ${user.email}`}</span>}>
      <div className="account-parts">
        <Passkeys />
        <Password />
        <Sessions />
      </div>
    </Page>
  );
}

function Sessions() {
  const t = useWords('account');
  const now = useNow();
  const query = useRead<SessionPage>('/sessions');
  const end = useAct();
  return (
    <section className="card" aria-labelledby="sessions">
      <h2 id="sessions">{t('sessions')}</h2>
      <p>{t('sessionsAbout')}</p>
      <Refused error={end.error} />
      <Loaded query={query}>
        {({ items }) => (
          <ul>
            {items.map((it) => (
              <li key={it.id}>
                <span>
                  {t(`by.${it.auth}`)}
                  <small>
                    {t('used', { when: distanceText(it.usedAt, currentLanguage(), now) })}
                  </small>
                </span>
                {it.current ? (
                  <small>{t('thisOne')}</small>
                ) : (
                  <AccountButton
                    label={t('endSession', {
                      when: distanceText(it.usedAt, currentLanguage(), now),
                    })}
                    onPress={() => end.mutate({ method: 'DELETE', path: `/sessions/${it.id}` })}
                  >
                    {t('common:signOut')}
                  </AccountButton>
                )}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </section>
  );
}
