import { Alert, Progress } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheckFilled } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { momentText } from '../../lib/moments.ts';
import { useSession } from '../../lib/session.ts';
import { currentLanguage, useWords } from '../../lib/words.ts';
import { Trouble } from '../../ui/loaded.tsx';
import type { SealVerdict } from './check-seal.ts';
import { numberText, shortKey } from './entry-text.ts';
import type { SealCheck } from './use-seal-check.ts';

/** What the check of the seal came to, in plain words; a red banner where it does not hold. */
export function SealPanel({ check }: { check: SealCheck }) {
  const t = useWords('audit');
  const { isRunning, progress, verdict, error } = check;
  if (isRunning) {
    return (
      <section className="card panel seal" aria-label={t('seal')}>
        <p role="status">{t('checking', { part: Math.round(progress * 100) })}</p>
        <Progress value={progress * 100} aria-label={t('seal')} />
      </section>
    );
  }
  if (error) return <Trouble error={error} onAgain={check.start} />;
  if (verdict === null) return null;
  if (verdict.kind === 'empty') return <p role="status">{t('sealEmpty')}</p>;
  return (
    <section className="card panel seal" aria-label={t('seal')}>
      {verdict.kind === 'broken' ? (
        <Broken it={verdict} />
      ) : (
        <Holds it={verdict} tookMs={check.tookMs} />
      )}
      <How it={verdict} />
    </section>
  );
}

function Broken({ it: { what, from, to } }: { it: SealVerdict & { kind: 'broken' } }) {
  const t = useWords('audit');
  const number = (it: number | null) => numberText(it ?? 0, currentLanguage());
  return (
    <Alert
      role="alert"
      color="var(--attention)"
      variant="outline"
      icon={<IconAlertTriangle size={18} aria-hidden />}
      title={t('sealBroken')}
      className="seal-broken"
    >
      <p>{t(`broken.${what}`, { from: number(from), to: number(to) })}</p>
      <p>{t('brokenDo')}</p>
    </Alert>
  );
}

function Holds({ it, tookMs }: { it: SealVerdict & { kind: 'holds' }; tookMs: number }) {
  const t = useWords('audit');
  const { zone } = useSession().company;
  const language = currentLanguage();
  const number = (value: number) => numberText(value, language);
  const at = (moment: string) => momentText(moment, zone, language, new Date());
  const { checkpoint, seal, keys, witnesses, entries, grownFrom } = it;
  const open = seal.recorded - checkpoint.size;
  return (
    <div role="status">
      <ul className="seal-lines">
        <Line>{t('unbroken', { count: checkpoint.size, number: number(checkpoint.size) })}</Line>
        <Line>
          {t('signed', {
            when: seal.signedAt === null ? '' : at(seal.signedAt),
            key: keys.map(shortKey).join(', '),
          })}
        </Line>
        <Line>{t('included', { count: entries, number: number(entries) })}</Line>
        {witnesses.length > 0 && <Line>{t('witnessed', { who: witnesses.join(', ') })}</Line>}
        {grownFrom && (
          <Line>{t('grown', { number: number(grownFrom.size), when: at(grownFrom.at) })}</Line>
        )}
      </ul>
      <p className="aside">
        {[
          t('here', {
            seconds: new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(
              tookMs / 1_000,
            ),
          }),
          open > 0 ? t('open', { count: open, number: number(open) }) : t('allSigned'),
          ...(seal.prunedBelow > 0 ? [t('pruned', { below: number(seal.prunedBelow) })] : []),
        ].join(' · ')}
      </p>
    </div>
  );
}

const Line = ({ children }: { children: ReactNode }) => (
  <li data-tone="good">
    <IconCircleCheckFilled size={16} aria-hidden />
    <span>{children}</span>
  </li>
);

/** How to check the same with nothing of ours, and the keys to the letter. */
function How({ it }: { it: Exclude<SealVerdict, { kind: 'empty' }> }) {
  const t = useWords('audit');
  const { trust } = it.seal;
  const vkeys = trust.logs.flatMap(({ keys }) => keys.map(({ vkey }) => vkey));
  return (
    <details className="seal-how">
      <summary>{t('how')}</summary>
      <ol>
        <li>{t('how1')}</li>
        <li>{t('how2')}</li>
        <li>{t('how3')}</li>
        <li>{t('how4')}</li>
      </ol>
      <p>{t('howKeys')}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
      <pre className="entry-leaf" tabIndex={0}>
        {vkeys.filter((key) => key.length < 300).join('\n')}
      </pre>
      <p className="aside">{t('howCode')}</p>
    </details>
  );
}
