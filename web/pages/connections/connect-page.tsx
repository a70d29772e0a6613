import { Button } from '@mantine/core';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import type {
  CheckResult,
  ConnectionDetail,
  ConnectionPage,
  ConnectionSaved,
  ConnectorGuide,
} from '#api/contract/connections.ts';
import type { WholeDescription } from '#api/contract/descriptions.ts';
import { useAct, useRead } from '../../lib/queries.ts';
import { useWords } from '../../lib/words.ts';
import { Loaded } from '../../ui/loaded.tsx';
import { Page } from '../../ui/page.tsx';
import { Prose } from '../../ui/prose.tsx';
import { Refused } from '../../ui/refused.tsx';
import { standsInHouse } from './checks.ts';
import { ChecksList } from './checks-list.tsx';
import { ConnectForm } from './connect-form.tsx';
import '../../ui/panels.css';
import './connections.css';
import { freeId } from './health.ts';
import { OnPremises } from './on-premises.tsx';
import { ProofTable } from './proof-table.tsx';
import { aboutText } from './ready-description.ts';
import './words.ts';

const route = getRouteApi('/inside/connections/new/$connector');

/** A new connection in three steps: what it needs, what the check found, what it can prove. */
export function ConnectPage() {
  const { connector } = route.useParams();
  const { from } = route.useSearch();
  const t = useWords('connections');
  const guide = useRead<ConnectorGuide>(`/connectors/${encodeURIComponent(connector)}`);
  const all = useRead<ConnectionPage>('/connections', { limit: 200 });
  const ready = useRead<WholeDescription>(
    `/descriptions/${encodeURIComponent(from ?? '')}`,
    {},
    { enabled: from !== undefined },
  );
  const name = ready.data?.name ?? guide.data?.name ?? connector;
  return (
    <Page title={t('connectTitle', { name })} about={<Back />}>
      <Loaded query={guide}>
        {(it) => (
          <Loaded query={all}>
            {({ items }) =>
              from === undefined ? (
                <Steps guide={it} known={null} begun={{}} taken={items.map(({ id }) => id)} />
              ) : (
                <Loaded query={ready}>
                  {(description) => (
                    <Steps
                      guide={{
                        ...it,
                        id: it.id,
                        name: description.name,
                        setup: aboutText(description),
                      }}
                      known={null}
                      begun={description.settings}
                      wanted={description.id}
                      taken={items.map(({ id }) => id)}
                    />
                  )}
                </Loaded>
              )
            }
          </Loaded>
        )}
      </Loaded>
    </Page>
  );
}

const Back = () => {
  const t = useWords('connections');
  return (
    <Link className="under" to="/connections">
      {t('backToAll')}
    </Link>
  );
};

type Stage = 'form' | 'check' | 'proof';
const stages: readonly Stage[] = ['form', 'check', 'proof'];

/** The three steps; beside the first stands how the system is prepared. */
export function Steps({
  guide,
  known,
  begun,
  wanted,
  taken,
}: {
  guide: ConnectorGuide;
  known: ConnectionDetail | null;
  begun: Readonly<Record<string, unknown>>;
  /** The id that a new one would best have. Default: that of its kind. */
  wanted?: string;
  taken: readonly string[];
}) {
  const t = useWords('connections');
  const [stage, setStage] = useState<Stage>('form');
  const [saved, setSaved] = useState<ConnectionSaved | null>(null);
  return (
    <>
      <ol className="way-there">
        {stages.map((it, i) => (
          <li key={it} {...(it === stage ? { 'aria-current': 'step' } : {})}>
            {t('stage', { number: i + 1, name: t(`stages.${it}`) })}
          </li>
        ))}
      </ol>
      {stage === 'form' && (
        <div className="beside">
          <section className="card" aria-label={t('stages.form')}>
            <ConnectForm
              connector={guide}
              known={saved?.connection ?? known}
              begun={begun}
              proposedId={freeId(wanted ?? guide.id, taken)}
              onSaved={(it) => {
                setSaved(it);
                setStage('check');
              }}
            />
          </section>
          {guide.setup && (
            <aside className="card" aria-label={t('guide')} lang="en">
              <Prose text={guide.setup} />
            </aside>
          )}
        </div>
      )}
      {stage !== 'form' && saved && (
        <Outcome saved={saved} stage={stage} onStage={setStage} onChecked={setSaved} />
      )}
    </>
  );
}

function Outcome({
  saved,
  stage,
  onStage,
  onChecked,
}: {
  saved: ConnectionSaved;
  stage: Stage;
  onStage: (stage: Stage) => void;
  onChecked: (saved: ConnectionSaved) => void;
}) {
  const t = useWords('connections');
  const { connection, check } = saved;
  const path = `/connections/${encodeURIComponent(connection.id)}`;
  const detail = useRead<ConnectionDetail>(path);
  const test = useAct<CheckResult>();
  const again = () =>
    test.mutate(
      { method: 'POST', path: `${path}/test` },
      { onSuccess: (found) => onChecked({ connection, check: found }) },
    );
  return (
    <Loaded query={detail}>
      {(it) =>
        stage === 'check' ? (
          <section className="card panel" aria-label={t('stages.check')}>
            <p className="part-about">{t('savedAs', { id: connection.id })}</p>
            <ChecksList check={check} abilities={it.abilities} />
            {!check.works && standsInHouse(check.failure.detail) && (
              <OnPremises host={connection.hosts[0] ?? ''} onNamed={again} />
            )}
            <Refused error={test.error} />
            <div className="form-acts">
              {check.works && <Button onClick={() => onStage('proof')}>{t('goOnToProof')}</Button>}
              <Button
                variant={check.works ? 'default' : 'filled'}
                loading={test.isPending}
                onClick={again}
              >
                {t('testAgain')}
              </Button>
              <Button variant="default" onClick={() => onStage('form')}>
                {t('changeEntries')}
              </Button>
            </div>
          </section>
        ) : (
          <section className="card panel" aria-label={t('stages.proof')}>
            <ProofTable of={it} />
            <div className="form-acts">
              <Link to="/connections/$id" params={{ id: connection.id }} className="row-link">
                {t('openConnection')}
              </Link>
            </div>
          </section>
        )
      }
    </Loaded>
  );
}
