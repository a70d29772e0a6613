import { Button } from '@mantine/core';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { CasePage } from '#api/contract/cases.ts';
import type { CheckResult, ConnectionDetail, ConnectorGuide } from '#api/contract/connections.ts';
import { useNow } from '../../lib/clock.ts';
import { distanceText, momentText } from '../../lib/moments.ts';
import { useAct, useRead } from '../../lib/queries.ts';
import { useMay, useSession } from '../../lib/session.ts';
import { currentLanguage, useWords } from '../../lib/words.ts';
import { Loaded } from '../../ui/loaded.tsx';
import { Page } from '../../ui/page.tsx';
import { Refused } from '../../ui/refused.tsx';
import { Steps } from './connect-page.tsx';
import { type Ask, ConnectionActs } from './connection-acts.tsx';
import '../../ui/panels.css';
import './connections.css';
import { lastCheck, standsInHouse } from './checks.ts';
import { ChecksList, Names } from './checks-list.tsx';
import { HealthBadge } from './health-badge.tsx';
import { OnPremises } from './on-premises.tsx';
import { ProofTable } from './proof-table.tsx';
import { Rehearsal } from './rehearsal.tsx';
import { ResidualAccessPanel } from './residual-access.tsx';
import { SecretDays } from './secret-days.tsx';
import './words.ts';

const route = getRouteApi('/inside/connections/$id');

/** One connection: does it work, what can it prove, and what rests on it. */
export function ConnectionPage() {
  const { id } = route.useParams();
  const { change } = route.useSearch();
  const query = useRead<ConnectionDetail>(`/connections/${encodeURIComponent(id)}`);
  return <Loaded query={query}>{(it) => (change ? <Change of={it} /> : <Shown of={it} />)}</Loaded>;
}

function Change({ of }: { of: ConnectionDetail }) {
  const t = useWords('connections');
  const guide = useRead<ConnectorGuide>(`/connectors/${encodeURIComponent(of.connector)}`);
  return (
    <Page
      title={t('changeTitle', { name: of.name })}
      about={
        <Link className="under" to="/connections/$id" params={{ id: of.id }}>
          {t('backToOne')}
        </Link>
      }
    >
      <Loaded query={guide}>{(it) => <Steps guide={it} known={of} begun={{}} taken={[]} />}</Loaded>
    </Page>
  );
}

function Shown({ of }: { of: ConnectionDetail }) {
  const t = useWords('connections');
  const [asked, setAsked] = useState<Ask | null>(null);
  const mayTest = useMay('connection.test');
  const mayChange = useMay('connection.write');
  const mayReadAccounts = useMay('accounts.read');
  const navigate = route.useNavigate();
  const path = `/connections/${encodeURIComponent(of.id)}`;
  const test = useAct<CheckResult>();
  const look = useAct<{ accounts: number }>();
  const again = () => test.mutate({ method: 'POST', path: `${path}/test` });
  const isInUse = of.state !== 'disabled';
  const check = lastCheck(of);
  return (
    <Page
      title={of.name}
      about={
        <>
          <HealthBadge of={of} />{' '}
          <span className="under">
            {of.id} · {t(`kinds.${of.category}`)}
          </span>
        </>
      }
      acts={
        isInUse && (
          <>
            {mayTest && (
              <Button loading={test.isPending} onClick={again}>
                {of.state === 'paused' ? t('testAndGoOn') : t('test')}
              </Button>
            )}
            {mayTest && of.holdsAccounts && (
              <Button
                variant="default"
                loading={look.isPending}
                onClick={() => look.mutate({ method: 'POST', path: `${path}/discover` })}
              >
                {t('listAccounts')}
              </Button>
            )}
            {mayChange && (
              <>
                <Button
                  variant="default"
                  onClick={() => void navigate({ search: { change: true } })}
                >
                  {t('change')}
                </Button>
                {of.secrets.length > 0 && (
                  <Button variant="default" onClick={() => setAsked('rotate')}>
                    {t('rotate')}
                  </Button>
                )}
                {of.state === 'active' && (
                  <Button variant="default" onClick={() => setAsked('pause')}>
                    {t('pause')}
                  </Button>
                )}
                <Button variant="default" onClick={() => setAsked('remove')}>
                  {t('remove')}
                </Button>
              </>
            )}
          </>
        )
      }
    >
      <ConnectionActs of={of} asked={asked} onClose={() => setAsked(null)} />
      <Refused error={test.error ?? look.error} />
      {look.data && <p role="status">{t('listed', { count: look.data.accounts })}</p>}
      <OwnerLeaves of={of} />
      <div className="beside">
        <div>
          <Rehearsal of={of} />
          <section className="card panel" aria-labelledby="last-check">
            <h2 id="last-check">{t('lastCheck')}</h2>
            {check ? (
              <ChecksList check={check} abilities={of.abilities} />
            ) : (
              <p className="part-about">{t('neverChecked')}</p>
            )}
            {check && !check.works && standsInHouse(check.failure.detail) && (
              <OnPremises host={of.hosts[0] ?? ''} onNamed={again} />
            )}
          </section>
          <section className="card panel" aria-labelledby="proof">
            <h2 id="proof">{t('stages.proof')}</h2>
            <ProofTable of={of} />
          </section>
          {mayReadAccounts && of.holdsAccounts && <ResidualAccessPanel of={of} />}
        </div>
        <section className="card panel" aria-labelledby="facts">
          <h2 id="facts">{t('facts')}</h2>
          <Facts of={of} />
        </section>
      </div>
    </Page>
  );
}

/** Whoever owns a connection is asked when it stands still; that has to be somebody who stays. */
function OwnerLeaves({ of }: { of: ConnectionDetail }) {
  const t = useWords('connections');
  const email = of.owner?.email ?? '';
  const enabled = useMay('case.read') && email !== '';
  const { data } = useRead<CasePage>('/cases', { text: email, limit: 20 }, { enabled });
  const leaves = data?.items.some(
    (it) =>
      it.kind === 'departure' &&
      it.endedAt === null &&
      it.person.email.toLowerCase() === email.toLowerCase(),
  );
  if (!enabled || !leaves) return null;
  return (
    <p className="warning" role="note">
      {t('ownerLeaves', { name: of.owner?.name })}
    </p>
  );
}

function Facts({ of }: { of: ConnectionDetail }) {
  const t = useWords('connections');
  const now = useNow();
  const { company } = useSession();
  const moment = (at: string) => momentText(at, company.zone, currentLanguage(), now);
  return (
    <dl className="facts">
      {of.because && (
        <>
          <dt>{t('because')}</dt>
          <dd>{of.because}</dd>
        </>
      )}
      {of.downSince && (
        <>
          <dt>{t('downSince')}</dt>
          <dd>{moment(of.downSince)}</dd>
        </>
      )}
      <dt>{t('checked')}</dt>
      <dd>
        {of.checkedAt
          ? `${moment(of.checkedAt)} (${distanceText(of.checkedAt, currentLanguage(), now)})`
          : t('never')}
      </dd>
      <dt>{t('actsAs')}</dt>
      <dd>{of.actingAs ?? t('notKnown')}</dd>
      <dt>{t('owner')}</dt>
      <dd>{of.owner ? `${of.owner.name}, ${of.owner.email}` : t('noOwner')}</dd>
      <dt>{t('secrets')}</dt>
      <dd>
        <SecretDays of={of} />
        {of.secrets.length > 0 && <span className="under">{t('secretsAbout')}</span>}
      </dd>
      <dt>{t('goesTo')}</dt>
      <dd>{of.hosts.length === 0 ? t('onlyReceives') : <Names all={of.hosts} />}</dd>
      <dt>{t('calls')}</dt>
      <dd>
        {of.rateInForce === null
          ? t('callsAtOnce', { count: of.concurrency })
          : t(of.ratePerSecond === null ? 'callsAllowed' : 'callsLimited', {
              count: of.concurrency,
              rate: Math.round(of.rateInForce * 100) / 100,
            })}
      </dd>
      <dt>{t('steps')}</dt>
      <dd>{t('stepsOpen', { count: of.steps.open, held: of.steps.held })}</dd>
      <dt>{t('permissions')}</dt>
      <dd>
        {of.unnamedScopes === null ? (
          t('permissionsNotTold')
        ) : of.unnamedScopes.length === 0 ? (
          t('noneBeyond')
        ) : (
          <>
            <Names all={of.unnamedScopes} />
            <span className="under">{t('beyondAbout')}</span>
          </>
        )}
      </dd>
      <dt>{t('playbooks')}</dt>
      <dd>
        {of.playbooks.length === 0 ? (
          t('noPlaybook')
        ) : (
          <ul className="plain-list">
            {of.playbooks.map((it) => (
              <li key={it.id}>
                <Link to="/playbooks/$name" params={{ name: it.name }}>
                  {it.title}
                </Link>
              </li>
            ))}
          </ul>
        )}
      </dd>
    </dl>
  );
}
