import { IconCircleCheckFilled, IconSlash } from '@tabler/icons-react';
import type { TokenPage, User, UserPage } from '#api/contract/users.ts';
import { useNow } from '../../lib/clock.ts';
import { useEverything } from '../../lib/everything.ts';
import { distanceText, momentText } from '../../lib/moments.ts';
import { useSession } from '../../lib/session.ts';
import { currentLanguage, useWords } from '../../lib/words.ts';
import { Empty, Loaded } from '../../ui/loaded.tsx';
import { StandingBadge } from '../../ui/standing.tsx';
import { Wide } from '../../ui/wide.tsx';

/** Who works with Gatehouse, in which roles, and by which keys of the interface. */
export function Users() {
  const users = useEverything<UserPage>('/users');
  return (
    <Loaded query={users}>
      {(all) => (
        <>
          <People all={all} />
          <Keys all={all} />
        </>
      )}
    </Loaded>
  );
}

function People({ all }: { all: readonly User[] }) {
  const t = useWords('settings');
  return (
    <Wide label={t('part.users.title')}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t('users.name')}</th>
            <th scope="col">{t('users.roles')}</th>
            <th scope="col">{t('users.state')}</th>
          </tr>
        </thead>
        <tbody>
          {all.map((it) => (
            <tr key={it.id}>
              <td>
                {it.name}
                <span className="under">{it.email}</span>
              </td>
              <td>
                {it.roles.map((role) => t(`roles.${role}`, { defaultValue: role })).join(', ') ||
                  t('users.noRole')}
                {it.window && <span className="under">{t('users.window', it.window)}</span>}
              </td>
              <td>
                {it.disabledAt ? (
                  <StandingBadge look={{ tone: 'set-aside', icon: IconSlash }}>
                    {t('users.disabled')}
                  </StandingBadge>
                ) : (
                  <StandingBadge look={{ tone: 'good', icon: IconCircleCheckFilled }}>
                    {t('users.enabled')}
                  </StandingBadge>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}

function Keys({ all }: { all: readonly User[] }) {
  const t = useWords('settings');
  const now = useNow();
  const { company } = useSession();
  const keys = useEverything<TokenPage>('/tokens');
  const nameOf = (id: string) => all.find((it) => it.id === id)?.name ?? id;
  const language = currentLanguage();
  return (
    <>
      <h3 className="part">{t('users.keys')}</h3>
      <Loaded query={keys}>
        {(found) => {
          const good = found.filter((it) => it.revokedAt === null && new Date(it.expiresAt) > now);
          if (good.length === 0) return <Empty>{t('users.noKeys')}</Empty>;
          return (
            <Wide label={t('users.keys')}>
              <table className="table">
                <thead>
                  <tr>
                    <th scope="col">{t('users.key')}</th>
                    <th scope="col">{t('users.of')}</th>
                    <th scope="col">{t('users.expires')}</th>
                    <th scope="col">{t('users.used')}</th>
                  </tr>
                </thead>
                <tbody>
                  {good.map((it) => (
                    <tr key={it.id}>
                      <td>
                        {it.name}
                        <span className="under">
                          <code>{it.id}</code>
                        </span>
                      </td>
                      <td>{nameOf(it.user)}</td>
                      <td>{momentText(it.expiresAt, company.zone, language, now)}</td>
                      <td>
                        {it.lastUsedAt
                          ? distanceText(it.lastUsedAt, language, now)
                          : t('users.never')}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </Wide>
          );
        }}
      </Loaded>
    </>
  );
}
