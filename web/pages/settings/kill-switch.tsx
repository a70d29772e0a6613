import { Button, Textarea } from '@mantine/core';
import { IconCircleCheckFilled, IconPlayerPause } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import type { KillSwitch, Resumed } from '#api/contract/kill-switch.ts';
import { rights } from '#core/user.ts';
import { useNow } from '../../lib/clock.ts';
import { momentText } from '../../lib/moments.ts';
import { useAct, useRead } from '../../lib/queries.ts';
import { useMay, useSession } from '../../lib/session.ts';
import { currentLanguage, useWords } from '../../lib/words.ts';
import { Loaded } from '../../ui/loaded.tsx';
import { Refused } from '../../ui/refused.tsx';
import { StandingBadge } from '../../ui/standing.tsx';

const path = '/kill-switch';

/** Stops everything that goes out, at once; what it does, and who lets it go on. */
export function KillSwitchPart() {
  const query = useRead<KillSwitch>(path);
  return <Loaded query={query}>{(it) => (it.stopped ? <Stopped of={it} /> : <Running />)}</Loaded>;
}

function WhoMay() {
  const t = useWords('settings');
  const roles = (of: readonly string[]) => of.map((it) => t(`roles.${it}`)).join(', ');
  return (
    <ul className="part-about">
      <li>{t('switch.stops')}</li>
      <li>{t('switch.goesOn')}</li>
      <li>{t('switch.mayStop', { roles: roles(rights['switch.stop']) })}</li>
      <li>{t('switch.mayResume', { roles: roles(rights['switch.resume']) })}</li>
    </ul>
  );
}

function Running() {
  const t = useWords('settings');
  const may = useMay('switch.stop');
  const [reason, setReason] = useState('');
  const stop = useAct<KillSwitch>();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    stop.mutate({ method: 'POST', path, body: { reason } });
  };
  return (
    <form className="form" noValidate onSubmit={submit}>
      <span>
        <StandingBadge look={{ tone: 'good', icon: IconCircleCheckFilled }}>
          {t('switch.running')}
        </StandingBadge>
      </span>
      <WhoMay />
      {may && (
        <>
          <Textarea
            label={t('switch.reason')}
            withAsterisk
            rows={2}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Refused error={stop.error} />
          <div className="form-acts">
            <Button
              type="submit"
              variant="outline"
              color="var(--attention)"
              loading={stop.isPending}
            >
              {t('switch.stop')}
            </Button>
          </div>
        </>
      )}
    </form>
  );
}

function Stopped({ of }: { of: KillSwitch }) {
  const t = useWords('settings');
  const now = useNow();
  const { company } = useSession();
  const may = useMay('switch.resume');
  const resume = useAct<Resumed>();
  return (
    <div className="form">
      <span>
        <StandingBadge look={{ tone: 'set-aside', icon: IconPlayerPause }}>
          {t('switch.stopped')}
        </StandingBadge>
      </span>
      <p>
        {t('switch.since', {
          when: of.since && momentText(of.since, company.zone, currentLanguage(), now),
          name: of.by?.name ?? of.by?.id,
          reason: of.reason,
        })}
      </p>
      <WhoMay />
      <Refused error={resume.error} />
      {resume.data && !resume.data.resumed && <p role="status">{t('switch.noted')}</p>}
      {may && (
        <div className="form-acts">
          <Button
            loading={resume.isPending}
            onClick={() => resume.mutate({ method: 'DELETE', path })}
          >
            {t('switch.resume')}
          </Button>
        </div>
      )}
    </div>
  );
}
