import { Button } from '@mantine/core';
import type { SettingRequests } from '#api/contract/settings.ts';
import { useNow } from '../../lib/clock.ts';
import { momentText } from '../../lib/moments.ts';
import { useAct, useRead } from '../../lib/queries.ts';
import { useMay, useSession } from '../../lib/session.ts';
import { currentLanguage, useWords } from '../../lib/words.ts';
import type { FormField } from '../../ui/form-fields.ts';
import { Refused } from '../../ui/refused.tsx';
import type { Change } from './changes.ts';
import { ReviewList } from './review-list.tsx';

/** What somebody wants to loosen in a group of settings: another person says the same, or drops it. */
export function AskedFor({
  group,
  fields,
  inForce,
}: {
  group: string;
  fields: readonly FormField[];
  inForce: Readonly<Record<string, unknown>>;
}) {
  const t = useWords('settings');
  const now = useNow();
  const { company, user } = useSession();
  const may = useMay('settings.write');
  const asked = useRead<SettingRequests>('/settings/requests').data?.items.find(
    (it) => it.group === group,
  );
  const act = useAct();
  if (!asked) return null;
  const { askedBy } = asked;
  const changes: readonly Change[] = Object.entries(asked.change).map(([name, after]) => ({
    name,
    before: inForce[name],
    after,
  }));
  return (
    <section className="asked-for" aria-label={t('asked.title')}>
      <h3>{t('asked.title')}</h3>
      <p className="part-about">
        {t('asked.by', {
          name: askedBy.name ?? askedBy.id,
          when: momentText(asked.askedAt, company.zone, currentLanguage(), now),
        })}
      </p>
      <ReviewList changes={changes} fields={fields} />
      <Refused error={act.error} />
      {may && (
        <div className="form-acts after-review">
          {askedBy.id !== user.id && (
            <Button
              loading={act.isPending}
              onClick={() =>
                act.mutate({ method: 'PATCH', path: `/settings/${group}`, body: asked.change })
              }
            >
              {t('asked.agree')}
            </Button>
          )}
          <Button
            variant="default"
            loading={act.isPending}
            onClick={() => act.mutate({ method: 'DELETE', path: `/settings/requests/${group}` })}
          >
            {t('asked.drop')}
          </Button>
        </div>
      )}
    </section>
  );
}
