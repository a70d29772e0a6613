import { Button } from '@mantine/core';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { Account } from '#api/contract/accounts.ts';
import type { CasePage } from '#api/contract/cases.ts';
import type { ConnectionPage } from '#api/contract/connections.ts';
import type { PersonWithAccounts } from '#api/contract/people.ts';
import { address } from '../../lib/api.ts';
import { useNow } from '../../lib/clock.ts';
import { dayText, distanceText, momentText } from '../../lib/moments.ts';
import { type Act, useAct, useRead } from '../../lib/queries.ts';
import { useMay, useSession } from '../../lib/session.ts';
import { useShortcuts } from '../../lib/shortcuts.ts';
import { currentLanguage, useWords } from '../../lib/words.ts';
import { Go } from '../../ui/go.tsx';
import { Empty, Loaded } from '../../ui/loaded.tsx';
import { Page } from '../../ui/page.tsx';
import { Refused } from '../../ui/refused.tsx';
import { caseLooks, StandingBadge } from '../../ui/standing.tsx';
import { useUndo } from '../../ui/undo.tsx';
import { Wide } from '../../ui/wide.tsx';
import '../../ui/panels.css';
import './people.css';
import { Rehearsal } from './rehearsal.tsx';
import './words.ts';

const route = getRouteApi('/inside/people/$id');

/** Who is this, and what do they hold? */
export function PersonPage() {
  const { id } = route.useParams();
  const t = useWords('people');
  const query = useRead<PersonWithAccounts>(`/people/${encodeURIComponent(id)}`);
  const { rehearse: isRehearsing = false } = route.useSearch();
  const navigate = route.useNavigate();
  const mayRehearse = useMay('plan.preview');
  const mayRequest = useMay('case.open');
  const rehearse = () =>
    void navigate({ search: isRehearsing ? {} : { rehearse: true }, replace: true });
  useShortcuts(mayRehearse ? { h: rehearse } : {});
  return (
    <Loaded query={query}>
      {(it) => (
        <Page
          title={it.name}
          about={
            <span className="under">
              {[it.title, it.department, it.email].filter(Boolean).join(' · ')}
            </span>
          }
          acts={
            <>
              {mayRequest && (
                <Go to={address('/request', { person: it.personId })} className="button">
                  {t('common:requestDeparture')}
                </Go>
              )}
              {mayRehearse && (
                <Button variant="default" aria-expanded={isRehearsing} onClick={rehearse}>
                  {t('rehearse')}
                </Button>
              )}
            </>
          }
        >
          {isRehearsing && <Rehearsal person={it} />}
          <div className="beside">
            <div>
              <Accounts of={it} />
              <Owned of={it} />
              <Moves of={it} />
            </div>
            <Facts of={it} />
          </div>
        </Page>
      )}
    </Loaded>
  );
}

/** What connections are called, for those who may know; the others see their short names. */
function useSystemNames(): (id: string) => string {
  const enabled = useMay('connection.read');
  const { data } = useRead<ConnectionPage>('/connections', { limit: 200 }, { enabled });
  return (id) => data?.items.find((it) => it.id === id)?.name ?? id;
}

function Accounts({ of }: { of: PersonWithAccounts }) {
  const t = useWords('people');
  const now = useNow();
  const nameOf = useSystemNames();
  const mayLink = useMay('accounts.link');
  const link = useAct();
  const offerUndo = useUndo();
  const putLink = (it: Account, person: string | null): Act => ({
    method: 'PUT',
    path: '/accounts/link',
    body: { connection: it.connection, account: it.id, person },
  });
  const say = (it: Account, person: string | null) =>
    link.mutate(putLink(it, person), {
      onSuccess: () =>
        offerUndo(t(person === null ? 'wasUnlinked' : 'wasLinked', { login: it.login }), () =>
          link.mutate(putLink(it, person === null ? of.id : null)),
        ),
    });
  return (
    <section className="card panel" aria-labelledby="accounts">
      <h2 id="accounts">{t('accounts')}</h2>
      <Refused error={link.error} />
      {of.accounts.length === 0 ? (
        <Empty>{t('noAccounts')}</Empty>
      ) : (
        <Wide label={t('accounts')}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t('system')}</th>
                <th scope="col">{t('account')}</th>
                <th scope="col">{t('status')}</th>
                <th scope="col">{t('how')}</th>
                {mayLink && <th scope="col">{t('whose')}</th>}
              </tr>
            </thead>
            <tbody>
              {of.accounts.map((it) => (
                <tr key={`${it.connection} ${it.id}`}>
                  <td>{nameOf(it.connection)}</td>
                  <td className="breaks">
                    {it.login}
                    {it.privileged && <span className="under strong">{t('privileged')}</span>}
                  </td>
                  <td>
                    {t(`statuses.${it.status}`)}
                    {it.lastSeenAt && (
                      <span className="under">
                        {t('lastSeen', {
                          when: distanceText(it.lastSeenAt, currentLanguage(), now),
                        })}
                      </span>
                    )}
                  </td>
                  <td>{it.linkedBy === null ? t('foundBySystem') : t('saidByPerson')}</td>
                  {mayLink && (
                    <td className="row-acts">
                      {it.linkedBy === null && (
                        <Button
                          size="compact-xs"
                          variant="default"
                          aria-label={t('confirmOne', { login: it.login })}
                          onClick={() => say(it, of.id)}
                        >
                          {t('confirm')}
                        </Button>
                      )}
                      <Button
                        size="compact-xs"
                        variant="default"
                        aria-label={t('notTheSameOne', { login: it.login })}
                        onClick={() => say(it, null)}
                      >
                        {t('notTheSame')}
                      </Button>
                    </td>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      )}
    </section>
  );
}

/** What would belong to nobody, or to somebody who has left: things in systems, and connections of ours. */
function Owned({ of }: { of: PersonWithAccounts }) {
  const t = useWords('people');
  const nameOf = useSystemNames();
  const enabled = useMay('connection.read');
  const { data } = useRead<ConnectionPage>('/connections', { limit: 200 }, { enabled });
  const connections =
    data?.items.filter(
      (it) => it.state !== 'disabled' && it.owner?.email.toLowerCase() === of.email.toLowerCase(),
    ) ?? [];
  const things = of.owned.flatMap(({ connection, things }) =>
    things.map((it) => ({ ...it, connection })),
  );
  return (
    <section className="card panel" aria-labelledby="owned">
      <h2 id="owned">{t('owned')}</h2>
      {connections.length > 0 && (
        <p className="warning">
          {t('ownsConnections')}{' '}
          {connections.map((it, i) => (
            <span key={it.id}>
              {i > 0 && ', '}
              <Link to="/connections/$id" params={{ id: it.id }}>
                {it.name}
              </Link>
            </span>
          ))}
        </p>
      )}
      {things.length === 0 && connections.length === 0 && (
        <p className="part-about">{t('ownsNothing')}</p>
      )}
      {things.length > 0 && (
        <Wide label={t('owned')}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t('thing')}</th>
                <th scope="col">{t('thingKind')}</th>
                <th scope="col">{t('system')}</th>
              </tr>
            </thead>
            <tbody>
              {things.map((it) => (
                <tr key={`${it.connection} ${it.kind} ${it.id}`}>
                  <td className="breaks">
                    {it.name}
                    {it.soleOwner && <span className="under strong">{t('soleOwner')}</span>}
                  </td>
                  <td>{t(`thingKinds.${it.kind}`)}</td>
                  <td>{nameOf(it.connection)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      )}
    </section>
  );
}

function Moves({ of }: { of: PersonWithAccounts }) {
  const t = useWords('people');
  const now = useNow();
  const enabled = useMay('case.read');
  const query = useRead<CasePage>('/cases', { text: of.personId, limit: 50 }, { enabled });
  if (!enabled) return null;
  return (
    <section className="card panel" aria-labelledby="moves">
      <h2 id="moves">{t('movesOfPerson')}</h2>
      <Loaded query={query}>
        {({ items }) => {
          const own = items.filter((it) => it.person.personId === of.personId);
          if (own.length === 0) return <p className="part-about">{t('noMoves')}</p>;
          return (
            <ul className="plain-list moves">
              {own.map((it) => (
                <li key={it.id}>
                  <a className="row-link" href={`/departures/${it.id}`}>
                    {t(`caseKinds.${it.kind}`)}
                  </a>
                  <StandingBadge look={caseLooks[it.state]}>
                    {t(`common:caseStates.${it.state}`)}
                  </StandingBadge>
                  <span className="under">
                    {it.kind === 'departure'
                      ? it.accessEndsAt
                        ? t('accessEnds', {
                            when: momentText(it.accessEndsAt, it.zone, currentLanguage(), now),
                          })
                        : t('noDateYet')
                      : it.startDay
                        ? t('startsOn', { when: dayText(it.startDay, currentLanguage(), now) })
                        : t('noDateYet')}
                  </span>
                </li>
              ))}
            </ul>
          );
        }}
      </Loaded>
    </section>
  );
}

function Facts({ of }: { of: PersonWithAccounts }) {
  const t = useWords('people');
  const now = useNow();
  const { company } = useSession();
  const language = currentLanguage();
  const rows: readonly (readonly [string, string | null])[] = [
    [t('number'), of.personId],
    [t('employmentNumber'), of.employmentId],
    [t('manager'), of.managerId],
    [t('place'), [of.location, of.region, of.country].filter(Boolean).join(', ') || null],
    [t('zone'), of.zone],
    [t('employment'), of.employmentType && t(`types.${of.employmentType}`)],
    [t('since'), of.startDate && dayText(of.startDate, language, now)],
    [t('tags'), of.tags.join(', ') || null],
  ];
  return (
    <section className="card panel" aria-labelledby="facts">
      <h2 id="facts">{t('facts')}</h2>
      <dl className="facts">
        {rows.map(([name, value]) => (
          <div className="fact" key={name}>
            <dt>{name}</dt>
            <dd>{value ?? t('notTold')}</dd>
          </div>
        ))}
        <div className="fact">
          <dt>{t('source')}</dt>
          <dd>
            {t('heard', {
              source: of.source,
              when: momentText(of.heardAt, company.zone, language, now),
            })}
          </dd>
        </div>
      </dl>
    </section>
  );
}
