import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ConnectionDetail } from '#api/contract/connections.ts';
import type {
  AccessSweepPage,
  ResidualAccess,
  ResidualAccessPage,
} from '#api/contract/residual-access.ts';
import { useNow } from '../../lib/clock.ts';
import { momentText } from '../../lib/moments.ts';
import { useAct, useRead } from '../../lib/queries.ts';
import { useMay, useSession } from '../../lib/session.ts';
import { currentLanguage, useWords } from '../../lib/words.ts';
import { Loaded } from '../../ui/loaded.tsx';
import { Refused } from '../../ui/refused.tsx';

const whileAskedMs = 2_000;

/** Accounts of people who left that can be used there, when somebody looked last, and what ends them. */
export function ResidualAccessPanel({ of }: { of: ConnectionDetail }) {
  const t = useWords('connections');
  const mayLook = useMay('connection.test');
  const { company } = useSession();
  const now = useNow();
  const ask = useAct<unknown>();
  // Whoever has asked sees what comes of it.
  const again = { refetchInterval: ask.isSuccess ? whileAskedMs : (false as const) };
  const sweeps = useRead<AccessSweepPage>('/residual-access/sweeps', { limit: 200 }, again);
  const sweeping = sweeps.data?.items.find(({ connection }) => connection === of.id);
  const isUnderWay = sweeping?.underWay === true && sweeping.failure === null;
  const asked = { kind: 'residual', connection: of.id, limit: 100 };
  const found = useRead<ResidualAccessPage>('/residual-access', asked, again);
  const look = () =>
    ask.mutate({ method: 'POST', path: '/residual-access/sweeps', body: { connection: of.id } });
  return (
    <section className="card panel" aria-labelledby="residual">
      <h2 id="residual">{t('residual.title')}</h2>
      <p className="part-about">
        {sweeping?.sweptAt
          ? t('residual.swept', {
              when: momentText(sweeping.sweptAt, company.zone, currentLanguage(), now),
              count: sweeping.accounts ?? 0,
              ghosts: sweeping.ghosts ?? 0,
            })
          : t('residual.notYet')}
      </p>
      {sweeping?.failure && (
        <p className="warning">{t('residual.failed', { because: sweeping.failure })}</p>
      )}
      <Refused error={ask.error} />
      <Loaded query={found}>
        {({ items }) =>
          items.length === 0 ? (
            <p>{t('residual.none')}</p>
          ) : (
            <ul className="plain-list">
              {items.map((it) => (
                <Finding key={it.id} it={it} />
              ))}
            </ul>
          )
        }
      </Loaded>
      {mayLook && of.state !== 'disabled' && (
        <Button variant="default" loading={ask.isPending || isUnderWay} onClick={look}>
          {t('residual.look')}
        </Button>
      )}
    </section>
  );
}

function Finding({ it }: { it: ResidualAccess }) {
  const t = useWords('connections');
  const mayMend = useMay('step.retry');
  const mend = useAct<{ detail: string }>();
  const path = `/residual-access/${it.id}/mend`;
  return (
    <li>
      <p>
        {it.login}
        {it.person && (
          <>
            {' · '}
            <Link to="/people/$id" params={{ id: it.person.id }}>
              {it.person.name}
            </Link>
          </>
        )}
        {it.caseId && (
          <>
            {' · '}
            <Link to="/departures/$caseId" params={{ caseId: it.caseId }}>
              {t('residual.departure')}
            </Link>
          </>
        )}
      </p>
      {it.caseId === null && <p className="aside">{t('residual.noDeparture')}</p>}
      <Refused error={mend.error} />
      {mayMend && it.caseId !== null && (
        <Button
          size="compact-sm"
          loading={mend.isPending}
          onClick={() => mend.mutate({ method: 'POST', path })}
        >
          {t('residual.mend')}
        </Button>
      )}
    </li>
  );
}
