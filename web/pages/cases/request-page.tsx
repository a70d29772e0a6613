import { Button, TextInput } from '@mantine/core';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from 'react';
import type { CasePage } from '#api/contract/cases.ts';
import type { ColleagueList } from '#api/contract/people.ts';
import { useRead } from '../../lib/queries.ts';
import { useMay } from '../../lib/session.ts';
import { isSurname, surnameIn } from '../../lib/surname.ts';
import { addWords, useWords } from '../../lib/words.ts';
import { Page } from '../../ui/page.tsx';
import { Refused } from '../../ui/refused.tsx';
import de from '../../words/de/request.json' with { type: 'json' };
import en from '../../words/en/request.json' with { type: 'json' };
import './request.css';
import { type Draft, emptyDraft, openCaseOf, verbOf, withDatesOf } from './request-draft.ts';
import { PlanPreviewPane, ThingsBack, usePreview } from './request-plan.tsx';
import { Question, Questions, type Say } from './request-questions.tsx';
import { useStart } from './use-start.ts';

addWords('request', { en, de });
const route = getRouteApi('/inside/request');

/** What was typed stays while the page lives, also when somebody looks at something else in between. */
let kept: Draft = emptyDraft;

/** Five questions, and beside them what will happen, before anything does. */
export function RequestPage() {
  const t = useWords('request');
  const [draft, setDraft] = useState(kept);
  const say: Say = (more) =>
    setDraft((now) => {
      kept = { ...now, ...more };
      return kept;
    });
  useNamedPerson(draft, say);
  const known = useKnown(draft, say);
  const preview = usePreview(draft);
  const pane = useRef<HTMLElement>(null);
  const start = useStart(useNavigate(), () => {
    kept = emptyDraft;
  });
  const look = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    preview.now();
    pane.current?.focus();
    pane.current?.scrollIntoView({ block: 'start' });
  };
  return (
    <Page title={t('title')} about={<p className="about">{t('about')}</p>}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a shortcut of all the fields within */}
      <div className="request" onKeyDown={look}>
        <div className="questions">
          <Questions draft={draft} say={say} error={start.error} known={known} />
          <Question number={5} title={t('getBack')}>
            <ThingsBack plan={preview.plan} />
          </Question>
        </div>
        <section className="preview" ref={pane} tabIndex={-1} aria-labelledby="preview">
          <PlanPreviewPane draft={draft} preview={preview} />
          <Start draft={draft} preview={preview} start={start} />
        </section>
      </div>
    </Page>
  );
}

/** Somebody whom the address names, as a link from their page does. */
function useNamedPerson(draft: Draft, say: Say): void {
  const { person: wanted } = route.useSearch();
  const isNeeded = wanted !== undefined && draft.person?.personId !== wanted;
  const { data } = useRead<ColleagueList>('/colleagues', { text: wanted }, { enabled: isNeeded });
  const found = isNeeded ? data?.items.find(({ personId }) => personId === wanted) : undefined;
  const isTaken = useRef(false);
  useEffect(() => {
    if (!found || isTaken.current) return;
    isTaken.current = true;
    say({ ...emptyDraft, person: found });
  });
}

/** What HR told of this person's leaving already; its dates are filled in once. */
function useKnown(draft: Draft, say: Say) {
  const mayRead = useMay('case.read');
  const { person } = draft;
  const { data, isPlaceholderData } = useRead<CasePage>(
    '/cases',
    { text: person?.personId, limit: 50 },
    { enabled: mayRead && person !== null },
  );
  const known = person && data && !isPlaceholderData ? openCaseOf(person, data.items) : null;
  const filledFor = useRef<string | null>(null);
  useEffect(() => {
    if (!known || filledFor.current === known.id) return;
    filledFor.current = known.id;
    say(withDatesOf(draft, known));
  });
  return known;
}

/** The one button; cutting access now asks for the surname and a reason first. */
function Start({
  draft,
  preview,
  start,
}: {
  draft: Draft;
  preview: ReturnType<typeof usePreview>;
  start: ReturnType<typeof useStart>;
}) {
  const t = useWords('request');
  const [surname, setSurname] = useState('');
  const [reason, setReason] = useState('');
  const name = draft.person?.name ?? '';
  const verb = verbOf(draft, preview.plan);
  const isGrave = verb === 'cutNow';
  const isReady =
    preview.isOfThis &&
    (!isGrave || (isSurname(surname, name) && (draft.reason || reason).trim() !== ''));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isReady) start.start(isGrave && !draft.reason ? { ...draft, reason } : draft);
  };
  return (
    <form noValidate onSubmit={submit} className="start">
      {isGrave && draft.person && (
        <>
          {!draft.reason && (
            <TextInput
              label={t('cutReason')}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
          )}
          <TextInput
            label={t('surname', { surname: surnameIn(name) })}
            autoComplete="off"
            value={surname}
            onChange={(event) => setSurname(event.currentTarget.value)}
          />
        </>
      )}
      <Refused error={start.error} />
      <Button
        type="submit"
        size="sm"
        disabled={!isReady}
        loading={start.isBusy}
        {...(isGrave ? { className: 'grave' } : {})}
      >
        {t(`verb.${verb}`)}
      </Button>
      {!preview.isOfThis && (
        <p className="aside">{t(preview.isAsked ? 'beingLooked' : 'firstLook')}</p>
      )}
    </form>
  );
}
