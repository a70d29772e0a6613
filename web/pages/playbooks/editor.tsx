import { Button } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import type { Finding, PlaybookChecked, PlaybookFindings } from '#api/contract/playbooks.ts';
import { act } from '../../lib/api.ts';
import { useAct } from '../../lib/queries.ts';
import { useMay } from '../../lib/session.ts';
import { useWords } from '../../lib/words.ts';
import { Refused } from '../../ui/refused.tsx';

const yaml = (text: string) => new Blob([text], { type: 'application/yaml' });

/** The document as text, with what the server finds in it beside its lines; saving makes a draft. */
export function Editor({ text: begun }: { text: string }) {
  const t = useWords('playbooks');
  const mayWrite = useMay('playbook.write');
  const navigate = useNavigate();
  const [text, setText] = useState(begun);
  const [settled] = useDebouncedValue(text, 600);
  const area = useRef<HTMLTextAreaElement>(null);
  const gutter = useRef<HTMLDivElement>(null);
  const save = useAct<PlaybookChecked>();
  const { data, isFetching, error } = useQuery({
    queryKey: ['playbook text', settled],
    queryFn: () => act<PlaybookFindings>('POST', '/playbooks/check', yaml(settled)),
    enabled: mayWrite,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const findings = data?.findings ?? [];
  const worst = new Map<number, Finding['severity']>();
  for (const it of findings)
    if (it.line !== null && worst.get(it.line) !== 'error') worst.set(it.line, it.severity);

  const goTo = (line: number) => {
    const before = text.split('\n').slice(0, line - 1);
    const start = before.reduce((sum, it) => sum + it.length + 1, 0);
    area.current?.focus();
    area.current?.setSelectionRange(start, start + (text.split('\n')[line - 1]?.length ?? 0));
    if (area.current) area.current.scrollTop = Math.max(0, (line - 6) * lineHeight);
  };
  return (
    <div className="editor">
      <div className="card editor-text">
        <div className="gutter" ref={gutter} aria-hidden>
          {text.split('\n').map((_, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a line is its number
            <span key={i} data-finding={worst.get(i + 1)}>
              {i + 1}
            </span>
          ))}
        </div>
        <textarea
          ref={area}
          aria-label={t('textOf')}
          wrap="off"
          spellCheck={false}
          readOnly={!mayWrite}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onScroll={(event) => {
            if (gutter.current) gutter.current.scrollTop = event.currentTarget.scrollTop;
          }}
        />
      </div>
      {mayWrite && (
        <>
          <Findings findings={findings} isOld={isFetching || settled !== text} onGo={goTo} />
          <Refused error={save.error ?? error} />
          <div className="form-acts">
            <Button
              loading={save.isPending}
              disabled={text === begun}
              onClick={() =>
                save.mutate(
                  { method: 'POST', path: '/playbooks/import', body: yaml(text) },
                  {
                    onSuccess: ({ playbook }) =>
                      void navigate({
                        to: '/playbooks/$name',
                        params: { name: playbook.name },
                        search: { version: playbook.id },
                      }),
                  },
                )
              }
            >
              {t('saveDraft')}
            </Button>
            <span className="under">{t('saveDraftAbout')}</span>
          </div>
        </>
      )}
    </div>
  );
}

/** Of the text, in CSS pixels; the style says the same. */
const lineHeight = 18;

function Findings({
  findings,
  isOld,
  onGo,
}: {
  findings: readonly Finding[];
  isOld: boolean;
  onGo: (line: number) => void;
}) {
  const t = useWords('playbooks');
  const errors = findings.filter((it) => it.severity === 'error').length;
  return (
    <section className="card panel" aria-label={t('findings')}>
      <p role="status" className="part-about spaced">
        {isOld
          ? t('looking')
          : findings.length === 0
            ? t('noFindings')
            : t('found', { count: findings.length, errors })}
      </p>
      <ul className="plain-list findings">
        {findings.map((it) => (
          <li key={`${it.line} ${it.problem}`} data-severity={it.severity}>
            {it.line === null ? (
              <span>{t('whole')}</span>
            ) : (
              <Button size="compact-xs" variant="default" onClick={() => onGo(it.line ?? 1)}>
                {t('lineNumber', { number: it.line })}
              </Button>
            )}
            <span>
              {t(`severities.${it.severity}`)}
              {it.step && ` · ${it.step}`}: {it.problem} <em>{it.mend}</em>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
