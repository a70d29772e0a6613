import { Button } from '@mantine/core';
import { useState } from 'react';
import type { ConnectionDetail } from '#api/contract/connections.ts';
import { useNow } from '../../lib/clock.ts';
import { momentText } from '../../lib/moments.ts';
import { useAct } from '../../lib/queries.ts';
import { useMay, useSession } from '../../lib/session.ts';
import { currentLanguage, useWords } from '../../lib/words.ts';
import { Refused } from '../../ui/refused.tsx';
import '../../ui/form.css';
import { rehearsesUntil } from './health.ts';
import './words.ts';

/** That a new connection only says what it would do, and the way to let it act. */
export function Rehearsal({ of }: { of: ConnectionDetail }) {
  const t = useWords('connections');
  const now = useNow();
  const { company } = useSession();
  const mayChange = useMay('connection.write');
  const live = useAct<{ detail: string }>();
  const [isAsked, setAsked] = useState(false);
  const until = rehearsesUntil(of, now);
  if (until === null) return live.data ? <p role="status">{t('actsNow')}</p> : null;
  const act = () =>
    live.mutate({ method: 'POST', path: `/connections/${encodeURIComponent(of.id)}/go-live` });
  return (
    <section className="card panel" aria-labelledby="rehearsal">
      <h2 id="rehearsal">{t('rehearses')}</h2>
      <p>
        {t('rehearsesAbout', { when: momentText(until, company.zone, currentLanguage(), now) })}
      </p>
      {isAsked && (
        <p>
          {t('letActAbout')} {of.steps.held > 0 && t('letActHeld', { count: of.steps.held })}
        </p>
      )}
      <Refused error={live.error} />
      {mayChange && (
        <div className="form-acts">
          {isAsked ? (
            <>
              <Button loading={live.isPending} onClick={act}>
                {t('letActSurely')}
              </Button>
              <Button variant="default" onClick={() => setAsked(false)}>
                {t('form:cancel')}
              </Button>
            </>
          ) : (
            <Button onClick={() => setAsked(true)}>{t('letAct')}</Button>
          )}
        </div>
      )}
    </section>
  );
}
