import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { Playbook, PlaybookReach, PlaybookSummary } from '#api/contract/playbooks.ts';
import type { Playbook as Document } from '#core/playbook.ts';
import { useAct, useRead } from '../../lib/queries.ts';
import { useMay } from '../../lib/session.ts';
import { useWords } from '../../lib/words.ts';
import { Ask } from '../../ui/ask.tsx';
import { Go } from '../../ui/go.tsx';
import { Empty, Loaded } from '../../ui/loaded.tsx';
import { problemAt } from '../../ui/refused.tsx';
import { caseLooks, StandingBadge } from '../../ui/standing.tsx';
import { Wide } from '../../ui/wide.tsx';
import { InWords } from './in-words.tsx';

/** Who goes by a version, who would, and the way for running departures to a newer one. */
export function Reach({
  of,
  versions,
}: {
  of: PlaybookSummary;
  versions: readonly PlaybookSummary[];
}) {
  const query = useRead<PlaybookReach>(`/playbooks/${encodeURIComponent(of.id)}/reach`);
  return (
    <Loaded query={query}>
      {(it) => (
        <div className="reach">
          <Follows it={it} of={of} versions={versions} />
          {it.people && <Would people={it.people} />}
        </div>
      )}
    </Loaded>
  );
}

function Follows({
  it,
  of,
  versions,
}: {
  it: PlaybookReach;
  of: PlaybookSummary;
  versions: readonly PlaybookSummary[];
}) {
  const t = useWords('playbooks');
  const mayMove = useMay('playbook.write') && of.status === 'published';
  const [isMoving, setMoving] = useState(false);
  const earlier = it.cases.filter(({ number }) => number < of.number);
  const said = { count: earlier.length, number: of.number };
  return (
    <section aria-labelledby="follow">
      <h2 id="follow">{t('reach.follow')}</h2>
      {it.cases.length === 0 ? (
        <Empty>{t('reach.noCases')}</Empty>
      ) : (
        <Wide className="card" label={t('reach.follow')}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t('reach.person')}</th>
                <th scope="col">{t('reach.state')}</th>
                <th scope="col">{t('reach.version')}</th>
              </tr>
            </thead>
            <tbody>
              {it.cases.map(({ id, person, state, number }) => (
                <tr key={id}>
                  <th scope="row">
                    <Go to={`/departures/${id}`} className="row-link">
                      {person}
                    </Go>
                  </th>
                  <td>
                    <StandingBadge look={caseLooks[state]}>
                      {t(`common:caseStates.${state}`)}
                    </StandingBadge>
                  </td>
                  <td>{number}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      )}
      {it.withheld > 0 && <p className="aside">{t('reach.withheld', { count: it.withheld })}</p>}
      {mayMove && earlier.length > 0 && (
        <Button variant="default" mt="sm" onClick={() => setMoving(true)}>
          {t('reach.move', said)}
        </Button>
      )}
      {isMoving && (
        <Move of={of} cases={earlier} versions={versions} onClose={() => setMoving(false)} />
      )}
    </section>
  );
}

/** What changes for whom is said first. */
function Move({
  of,
  cases,
  versions,
  onClose,
}: {
  of: PlaybookSummary;
  cases: PlaybookReach['cases'];
  versions: readonly PlaybookSummary[];
  onClose: () => void;
}) {
  const t = useWords('playbooks');
  const move = useAct();
  const [reason, setReason] = useState('');
  const said = { count: cases.length, number: of.number };
  const before = versions.filter(({ number }) => cases.some((it) => it.number === number));
  return (
    <Ask
      title={t('reach.moveTitle', said)}
      effects={[
        t('reach.moveEffect', said),
        cases.map(({ person, number }) => `${person} (${number})`).join(', '),
      ]}
      verb={t('reach.move', said)}
      isReady={reason.trim() !== ''}
      isBusy={move.isPending}
      error={move.error}
      onDo={() =>
        move.mutate(
          {
            method: 'POST',
            path: `/playbooks/${encodeURIComponent(of.id)}/move`,
            body: { cases: cases.map(({ id }) => id), reason },
          },
          { onSuccess: onClose },
        )
      }
      onClose={onClose}
    >
      {before.map((it) => (
        <Difference key={it.id} before={it} after={of} />
      ))}
      <Textarea
        label={t('reach.reason')}
        rows={2}
        value={reason}
        error={problemAt(move.error, 'reason')}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </Ask>
  );
}

function Difference({ before, after }: { before: PlaybookSummary; after: PlaybookSummary }) {
  const t = useWords('playbooks');
  const pathOf = (it: PlaybookSummary) => `/playbooks/${encodeURIComponent(it.id)}`;
  const [one, other] = [useRead<Playbook>(pathOf(before)), useRead<Playbook>(pathOf(after))];
  if (!one.data || !other.data) return null;
  return (
    <section>
      <h3>{t('reach.moveFrom', { number: before.number })}</h3>
      <InWords
        before={one.data.document as Document | null}
        after={other.data.document as Document | null}
      />
    </section>
  );
}

function Would({ people }: { people: NonNullable<PlaybookReach['people']> }) {
  const t = useWords('playbooks');
  return (
    <section aria-labelledby="would" className="part">
      <h2 id="would">{t('reach.would')}</h2>
      <p className="part-about">{t('reach.wouldAbout')}</p>
      <Wide className="card" label={t('reach.would')}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('reach.kind')}</th>
              <th scope="col">{t('reach.count')}</th>
            </tr>
          </thead>
          <tbody>
            {people.map(({ kind, count }) => (
              <tr key={kind}>
                <th scope="row">{t(`common:departureKinds.${kind}`)}</th>
                <td className="numbers">{count}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
    </section>
  );
}
