import { Button, NumberInput, TextInput } from '@mantine/core';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import type { Case } from '#api/contract/cases.ts';
import type { Sample } from '#api/contract/population.ts';
import { act } from '../../lib/api.ts';
import { useConnectionNames } from '../../lib/connections.ts';
import { dayText, momentText } from '../../lib/moments.ts';
import { useRead } from '../../lib/queries.ts';
import { useSession } from '../../lib/session.ts';
import { currentLanguage, useWords } from '../../lib/words.ts';
import { Empty, Loaded } from '../../ui/loaded.tsx';
import { Page } from '../../ui/page.tsx';
import { looks, StandingBadge } from '../../ui/standing.tsx';
import { StateView } from '../../ui/state-view.tsx';
import { Wide } from '../../ui/wide.tsx';
import { Comments } from './comments.tsx';
import { type AuditorsSearch, isSeed, newSeed } from './search.ts';

const route = getRouteApi('/inside/auditors');

type Drawn = UseQueryResult<Sample, Error>;
type Picked = Sample['items'][number];
const usualSize = 25;

/** The sample that the address asks for. Drawing is a fact of the record, so it is drawn once, and again by the same seed. */
export function useSample({ from, to, count, seed }: AuditorsSearch): Drawn {
  return useQuery<Sample, Error>({
    // No path of the API, so that nothing has it drawn again.
    queryKey: [['sample'], from, to, count, seed],
    refetchOnWindowFocus: false,
    queryFn: () => act<Sample>('POST', '/samples', { from, to, count, seed }),
    enabled: [from, to, count, seed].every((it) => it !== undefined),
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: () => undefined,
    retry: false,
  });
}

/** How many are drawn, by which seed, and whom that picked. */
export function SamplePart({ sample }: { sample: Drawn }) {
  const t = useWords('auditors');
  const search = route.useSearch();
  return (
    <section className="part" aria-labelledby="sample">
      <h2 id="sample">{t('sample')}</h2>
      <p className="aside">{t('sampleAbout')}</p>
      <Draw key={`${search.count} ${search.seed}`} />
      {search.count !== undefined && search.seed !== undefined && (
        <Loaded query={sample}>{(it) => <Picks it={it} />}</Loaded>
      )}
    </section>
  );
}

function Draw() {
  const t = useWords('auditors');
  const navigate = route.useNavigate();
  const search = route.useSearch();
  const [count, setCount] = useState<number | string>(search.count ?? usualSize);
  const [seed, setSeed] = useState(search.seed ?? '');
  const isReady = Number(count) >= 1 && Number(count) <= 100 && (seed === '' || isSeed(seed));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isReady) return;
    const drawn = { count: Number(count), seed: seed === '' ? newSeed() : seed };
    void navigate({ search: (now) => ({ ...now, ...drawn }) });
  };
  return (
    <form noValidate className="period" onSubmit={submit}>
      <NumberInput
        id="sample-size"
        label={t('size')}
        min={1}
        max={100}
        value={count}
        onChange={setCount}
      />
      <TextInput
        label={t('seed')}
        placeholder={t('seedMadeUp')}
        value={seed}
        onChange={(event) => setSeed(event.currentTarget.value)}
      />
      <Button type="submit" variant="default" disabled={!isReady}>
        {t('draw')}
      </Button>
    </form>
  );
}

function Picks({ it }: { it: Sample }) {
  const t = useWords('auditors');
  const { zone } = useSession().company;
  if (it.items.length === 0) return <Empty>{t('nobody')}</Empty>;
  return (
    <>
      <p className="aside">
        {t('drawn', { count: it.items.length, size: it.population.size, seed: it.seed })}
      </p>
      <Wide className="card" label={t('sample')}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('person')}</th>
              <th scope="col">{t('leftOn')}</th>
              <th scope="col">{t('graded')}</th>
              <th scope="col">{t('removed')}</th>
              <th scope="col">{t('exceptions')}</th>
            </tr>
          </thead>
          <tbody>
            {it.items.map((one) => (
              <tr key={one.id}>
                <th scope="row">
                  <Link
                    from="/auditors"
                    to="."
                    search={(now) => ({ ...now, pick: one.id })}
                    className="row-link"
                  >
                    {one.name}
                  </Link>
                  <span className="under">{one.personId}</span>
                </th>
                <td className="nowrap">{dayText(one.leftOn, currentLanguage(), new Date())}</td>
                <td className="numbers nowrap">{gradedOf(one, t)}</td>
                <td className="nowrap">
                  {one.accessRemovedAt === null
                    ? t('notRemoved')
                    : momentText(one.accessRemovedAt, zone, currentLanguage(), new Date())}
                </td>
                <td>{one.exceptions.length === 0 ? t('noExceptions') : one.exceptions.length}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
    </>
  );
}

/** How many steps are proven; what is accepted only, or by hand, is not. */
function gradedOf({ steps }: Picked, t: ReturnType<typeof useWords>): string {
  const proven = steps.filter(({ grade }) => grade === 'verified' || grade === 'absent').length;
  return t('proven', { proven, all: steps.length });
}

/** One page of a sample: what HR said, who approved, each system with its grade, and what was not as it should be. */
export function PickPage({ id, sample }: { id: string; sample: Drawn }) {
  const t = useWords('auditors');
  return (
    <>
      <Link from="/auditors" to="." search={({ pick: _, ...rest }) => rest} className="back">
        {t('back')}
      </Link>
      <Loaded query={sample}>
        {(it) => {
          const found = it.items.find((one) => one.id === id);
          return found ? <Pick it={found} /> : <Empty>{t('noSuchPick')}</Empty>;
        }}
      </Loaded>
    </>
  );
}

function Pick({ it }: { it: Picked }) {
  const t = useWords('auditors');
  const { zone } = useSession().company;
  const nameOf = useConnectionNames();
  const at = (moment: string | null) =>
    moment === null ? null : momentText(moment, zone, currentLanguage(), new Date());
  const facts: readonly (readonly [string, string | null])[] = [
    ['leftOn', dayText(it.leftOn, currentLanguage(), new Date())],
    ['source', it.source === null ? t('onlyCase') : nameOf(it.source)],
    ['heardAt', at(it.heardAt)],
    ['state', it.state === null ? null : t(`common:caseStates.${it.state}`)],
    ['removed', at(it.accessRemovedAt) ?? t('notRemoved')],
    ['id', it.id],
  ];
  return (
    <Page title={it.name} about={<p className="aside">{it.personId}</p>}>
      <section className="card panel">
        <h2>{t('exceptions')}</h2>
        {it.exceptions.length === 0 ? (
          <p>{t('noExceptions')}</p>
        ) : (
          <ul lang="en">
            {it.exceptions.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ul>
        )}
      </section>
      <section className="card panel">
        <h2>{t('event')}</h2>
        <dl className="facts">
          {facts.map(
            ([name, value]) =>
              value !== null && (
                <div key={name} className="fact">
                  <dt>{t(name)}</dt>
                  <dd>{value}</dd>
                </div>
              ),
          )}
        </dl>
      </section>
      <Approvals it={it} />
      {it.caseId !== null && <Systems it={it} caseId={it.caseId} />}
      <Comments item={it.id} />
    </Page>
  );
}

function Approvals({ it }: { it: Picked }) {
  const t = useWords('auditors');
  const { zone } = useSession().company;
  const at = (moment: string | null) =>
    moment === null ? '' : momentText(moment, zone, currentLanguage(), new Date());
  return (
    <section className="card panel">
      <h2>{t('approvals')}</h2>
      {it.approvals.length === 0 && <p>{t('noApprovals')}</p>}
      <ul>
        {it.approvals.map((one) => (
          <li key={`${one.title} ${one.requestedAt}`}>
            {t(`approval.${one.decision ?? 'open'}`, {
              what: one.title,
              who: [one.approvedFirstBy, one.decidedBy].filter(Boolean).join(', '),
              when: at(one.decidedAt),
            })}
            {one.reason && <span className="aside"> {one.reason}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Each system with what was read before and after; the departure itself tells more than the sample. */
function Systems({ it, caseId }: { it: Picked; caseId: string }) {
  const t = useWords('auditors');
  const nameOf = useConnectionNames();
  const { zone } = useSession().company;
  const { data } = useRead<Case>(`/cases/${caseId}`);
  const whole = data?.steps.filter(({ undoOf }) => undoOf === null);
  return (
    <section className="card panel">
      <h2>{t('systems')}</h2>
      {data?.playbook && (
        <p className="aside">
          {t('rules', {
            playbook: data.playbook.title,
            number: data.playbook.number,
            digest: data.planDigest ?? '',
          })}
        </p>
      )}
      <ul className="plain-list pick-steps">
        {it.steps.map((step) => {
          const more = whole?.find(({ id }) => id === step.id);
          return (
            <li key={step.id}>
              <div className="chips">
                {step.grade ? (
                  <StandingBadge look={looks[step.grade]}>{t(`grade.${step.grade}`)}</StandingBadge>
                ) : (
                  <StandingBadge look={looks.held}>{t('notSettled')}</StandingBadge>
                )}
                <b>{step.title}</b>
                <span className="aside">
                  {[
                    step.system === null ? t('byPeople') : nameOf(step.system),
                    ...(more?.account ? [more.account.login] : []),
                    ...(step.settledAt === null
                      ? []
                      : [momentText(step.settledAt, zone, currentLanguage(), new Date())]),
                  ].join(' · ')}
                </span>
              </div>
              {more && <StateView before={more.stateBefore} after={more.stateAfter} />}
            </li>
          );
        })}
      </ul>
      <p>
        <Link to="/departures/$caseId" params={{ caseId }} search={{ tab: 'proof' }}>
          {t('openDeparture')}
        </Link>
      </p>
    </section>
  );
}
