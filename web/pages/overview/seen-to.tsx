import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { Alert } from '#api/contract/alerts.ts';
import { act } from '../../lib/api.ts';
import { useNow } from '../../lib/clock.ts';
import { distanceText } from '../../lib/moments.ts';
import { queries } from '../../lib/queries.ts';
import { useMay } from '../../lib/session.ts';
import { currentLanguage, useWords } from '../../lib/words.ts';
import { say } from '../../ui/notices.tsx';
import { seenToBy } from './alerts.ts';

/** Who sees to it, or a way to say that one does: until it is over nobody is told of it again. */
export function SeenTo({ alerts }: { alerts: readonly Alert[] }) {
  const t = useWords('overview');
  const now = useNow();
  const may = useMay('alert.acknowledge');
  const seeing = useMutation({
    mutationFn: async () => {
      const open = alerts.filter((it) => it.acknowledgedBy === null);
      const said = await Promise.allSettled(
        open.map(({ id }) => act('POST', `/alerts/${encodeURIComponent(id)}/acknowledge`)),
      );
      const refused = said.find((it) => it.status === 'rejected');
      if (refused) throw refused.reason;
    },
    onError: (error) => say({ message: error.message, color: 'red' }),
    onSettled: () => queries.invalidateQueries(),
  });
  const [first] = alerts;
  if (!first) return null;
  const by = seenToBy(alerts);
  if (by) {
    const since = first.acknowledgedAt
      ? distanceText(first.acknowledgedAt, currentLanguage(), now)
      : '';
    return <p className="seen-to">{t('seenTo', { who: by.name ?? t('somebody'), since })}</p>;
  }
  if (!may) return null;
  return (
    <Button
      variant="subtle"
      size="compact-sm"
      loading={seeing.isPending}
      onClick={() => seeing.mutate()}
    >
      {t('seeToIt')}
    </Button>
  );
}

/** What is told of and waits in no departure: the record, the mirror, a letter that does not go out. */
export function OtherAlerts({ alerts }: { alerts: readonly Alert[] }) {
  const t = useWords('overview');
  const now = useNow();
  if (alerts.length === 0) return null;
  return (
    <section aria-labelledby="alerts-title">
      <h2 id="alerts-title" className="part">
        {t('alerts')}
      </h2>
      <ul className="exceptions other-alerts card">
        {alerts.map((it) => (
          <li key={it.id}>
            <div className="what">
              <p className="sentence">
                {it.title}
                {it.times > 1 && (
                  <span className="quiet"> · {t('times', { count: it.times })}</span>
                )}
              </p>
              <p className="detail">{it.body}</p>
            </div>
            <span className="clock quiet">
              {t('since', { since: distanceText(it.openedAt, currentLanguage(), now) })}
            </span>
            <div className="remedy">
              <SeenTo alerts={[it]} />
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
