import { Button, Checkbox, Textarea } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import type { SampleCommentList } from '#api/contract/population.ts';
import { momentText } from '../../lib/moments.ts';
import { useAct, useRead } from '../../lib/queries.ts';
import { useMay, useSession } from '../../lib/session.ts';
import { currentLanguage, useWords } from '../../lib/words.ts';
import { Loaded } from '../../ui/loaded.tsx';
import { problemAt, Refused } from '../../ui/refused.tsx';
import { looks, StandingBadge } from '../../ui/standing.tsx';

const route = getRouteApi('/inside/auditors');

/** What auditors say of one who left, and what they are answered. */
export function Comments({ item }: { item: string }) {
  const t = useWords('auditors');
  const { user, company } = useSession();
  const search = route.useSearch();
  const mayComment = useMay('sample.comment');
  const period = { from: search.from ?? user.window?.from, to: search.to ?? user.window?.to };
  const query = useRead<SampleCommentList>('/samples/comments', { ...period, item });
  return (
    <section className="card panel" aria-labelledby="comments">
      <h2 id="comments">{t('comments')}</h2>
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="aside">{t('noComments')}</p>
          ) : (
            <ul className="plain-list comments">
              {items.map((it) => (
                <li key={it.id}>
                  <p className="aside">
                    {it.author.name} ·{' '}
                    {momentText(it.saidAt, company.zone, currentLanguage(), new Date())}{' '}
                    {it.asks && <StandingBadge look={looks.held}>{t('asksForMore')}</StandingBadge>}
                  </p>
                  <p>{it.text}</p>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      {mayComment && <Comment about={{ ...period, item }} onSaid={() => void query.refetch()} />}
    </section>
  );
}

function Comment({ about, onSaid }: { about: object; onSaid: () => void }) {
  const t = useWords('auditors');
  const act = useAct();
  const [said, setSaid] = useState({ text: '', asks: false });
  const say = (event: FormEvent) => {
    event.preventDefault();
    act.mutate(
      { method: 'POST', path: '/samples/comments', body: { ...about, ...said } },
      {
        onSuccess: () => {
          setSaid({ text: '', asks: false });
          onSaid();
        },
      },
    );
  };
  return (
    <form noValidate className="comment" onSubmit={say}>
      <Textarea
        label={t('comment')}
        description={t('commentAbout')}
        rows={3}
        maxLength={2_000}
        value={said.text}
        error={problemAt(act.error, 'text')}
        onChange={(event) => setSaid({ ...said, text: event.currentTarget.value })}
      />
      <Checkbox
        label={t('asks')}
        description={t('asksAbout')}
        checked={said.asks}
        onChange={(event) => setSaid({ ...said, asks: event.currentTarget.checked })}
      />
      <Refused error={act.error} />
      <Button
        type="submit"
        variant="default"
        loading={act.isPending}
        disabled={said.text.trim() === ''}
      >
        {t('say')}
      </Button>
    </form>
  );
}
