import { Button } from '@mantine/core';
import { useRef } from 'react';
import type { Finding } from '#api/contract/playbooks.ts';
import { useWords } from '../../lib/words.ts';

/** A playbook as text, with what the server finds in it beside its lines. */
export function Editor({
  text,
  findings = [],
  isOld = false,
  onWrite,
}: {
  text: string;
  findings?: readonly Finding[];
  /** Whether the findings are of a text before this one. */
  isOld?: boolean;
  /** Left out: it can only be read. */
  onWrite?: (text: string) => void;
}) {
  const t = useWords('playbooks');
  const area = useRef<HTMLTextAreaElement>(null);
  const gutter = useRef<HTMLDivElement>(null);
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
          readOnly={!onWrite}
          value={text}
          onChange={(event) => onWrite?.(event.currentTarget.value)}
          onScroll={(event) => {
            if (gutter.current) gutter.current.scrollTop = event.currentTarget.scrollTop;
          }}
        />
      </div>
      {onWrite && <Findings findings={findings} isOld={isOld} onGo={goTo} />}
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
