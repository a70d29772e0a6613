import { Button, Drawer } from '@mantine/core';
import { IconDownload, IconShieldCheck } from '@tabler/icons-react';
import { getRouteApi, Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { AuditEvent } from '#api/contract/audit.ts';
import type { AuditEntry } from '#api/contract/seal.ts';
import { useConnectionNames } from '../../lib/connections.ts';
import { useFactTitle } from '../../lib/fact-titles.ts';
import { takeFile } from '../../lib/files.ts';
import { placeOf } from '../../lib/moments.ts';
import { useRead } from '../../lib/queries.ts';
import { useSession } from '../../lib/session.ts';
import { currentLanguage, useWords } from '../../lib/words.ts';
import { Loaded } from '../../ui/loaded.tsx';
import { Refused } from '../../ui/refused.tsx';
import { GradeBadge, whoOf } from './audit-table.tsx';
import { numberText, secondsText } from './entry-text.ts';
import { type EntryCheck, useEntryCheck } from './use-entry-check.ts';

const route = getRouteApi('/inside/audit');

/** One entry to the byte, with its hash and those on both sides; which one is in the address. */
export function EntryDrawer({ index }: { index: number | undefined }) {
  const t = useWords('audit');
  const navigate = route.useNavigate();
  const close = () => void navigate({ search: ({ entry: _, ...rest }) => rest });
  return (
    <Drawer
      opened={index !== undefined}
      onClose={close}
      position="right"
      size="lg"
      withCloseButton={false}
    >
      <div className="dialog-head">
        <Drawer.Title>
          {t('entry', { number: numberText(index ?? 0, currentLanguage()) })}
        </Drawer.Title>
        <Drawer.CloseButton aria-label={t('common:close')} />
      </div>
      {index !== undefined && <Entry key={index} index={index} />}
    </Drawer>
  );
}

function Entry({ index }: { index: number }) {
  const query = useRead<AuditEntry>(`/audit/entries/${index}`);
  return <Loaded query={query}>{(it) => it.entry.index === index && <EntryView it={it} />}</Loaded>;
}

function EntryView({ it: { entry, previous, next } }: { it: AuditEntry }) {
  const t = useWords('audit');
  const titleOf = useFactTitle();
  const check = useEntryCheck(entry);
  const [error, setError] = useState<unknown>(null);
  const take = () => void takeFile(`/audit/entries/${entry.index}/proof`).catch(setError);
  return (
    <div className="entry">
      <h3>{titleOf(entry)}</h3>
      <Facts it={entry} />
      <section className="part">
        <h3>{t('proofOf')}</h3>
        <CheckSaid check={check.said} />
        <div className="entry-acts">
          <Button
            variant="default"
            size="xs"
            leftSection={<IconShieldCheck size={16} aria-hidden />}
            loading={check.isRunning}
            onClick={check.start}
          >
            {t('checkEntry')}
          </Button>
          <Button
            variant="default"
            size="xs"
            leftSection={<IconDownload size={16} aria-hidden />}
            onClick={take}
          >
            {t('takeProof')}
          </Button>
        </div>
        <Refused error={error ?? check.error} />
        <p className="aside">{t('takeProofAbout')}</p>
      </section>
      <section className="part">
        <h3>{t('neighbours')}</h3>
        <ul className="plain-list entry-neighbours">
          {[next, previous].map((one, i) => (
            <li key={i === 0 ? 'next' : 'previous'}>
              {one ? (
                <Link from="/audit" to="." search={(now) => ({ ...now, entry: one.index })}>
                  {numberText(one.index, currentLanguage())} · {titleOf(one)}
                </Link>
              ) : (
                <span className="aside">{t(i === 0 ? 'noNext' : 'noPrevious')}</span>
              )}
            </li>
          ))}
        </ul>
      </section>
      <section className="part">
        <h3>{t('leaf')}</h3>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
        <pre className="entry-leaf" tabIndex={0}>
          {pretty(entry.leaf)}
        </pre>
      </section>
    </div>
  );
}

/** For reading; the bytes themselves lie in the proof. */
const pretty = (leaf: string): string => JSON.stringify(JSON.parse(leaf), null, 2);

function CheckSaid({ check }: { check: EntryCheck | null }) {
  const t = useWords('audit');
  return (
    <p role="status" className="entry-check" data-tone={check?.holds ? 'good' : 'attention'}>
      {check &&
        (check.holds
          ? t('entryHolds', { size: numberText(check.size, currentLanguage()), key: check.key })
          : t('entryBroken', { why: check.why }))}
    </p>
  );
}

function Facts({ it }: { it: AuditEvent }) {
  const t = useWords('audit');
  const { company } = useSession();
  const nameOf = useConnectionNames();
  const only = (search: Readonly<Record<string, string>>, text: string) => (
    <Link from="/audit" to="." search={search} title={t('only')}>
      {text}
    </Link>
  );
  const time = secondsText(it.at, company.zone, currentLanguage(), new Date());
  const facts: readonly (readonly [string, ReactNode])[] = [
    ['time', time],
    ['who', it.actor && only({ actor: it.actor.id }, whoOf(it.actor, t('gatehouse')))],
    ['person', it.person && (it.person.erasedAt ? t('erased') : (it.person.name ?? it.person.ref))],
    [
      'case',
      it.case && (
        <>
          <Link to="/departures/$caseId" params={{ caseId: it.case }}>
            {t('openCase')}
          </Link>
          {' · '}
          {only({ case: it.case }, t('onlyCase'))}
        </>
      ),
    ],
    ['system', it.system && only({ system: it.system }, nameOf(it.system))],
    ['type', only({ type: it.type }, it.type)],
    ['proof', it.grade && <GradeBadge grade={it.grade} />],
    ['result', it.result && t(`result.${it.result}`)],
    ['hash', <code key="hash">{it.leafHash}</code>],
  ];
  return (
    <dl className="facts">
      {facts.map(
        ([name, value]) =>
          value && (
            <div key={name} className="fact">
              <dt>{t(`column.${name}`, { place: placeOf(company.zone) })}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
