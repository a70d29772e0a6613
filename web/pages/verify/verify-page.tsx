import { Alert, Button, Loader } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheckFilled, IconX } from '@tabler/icons-react';
import { type DragEvent, useState } from 'react';
import { addWords, useWords } from '../../lib/words.ts';
import { Trouble } from '../../ui/loaded.tsx';
import { Page } from '../../ui/page.tsx';
import de from '../../words/de/verify.json' with { type: 'json' };
import en from '../../words/en/verify.json' with { type: 'json' };
import { type Kind, kinds, type Outcome, usePackageCheck } from './use-package-check.ts';
import '../../ui/panels.css';
import './verify.css';

addWords('verify', { en, de });

const accepted = { pack: '.zip,application/zip', trust: '.json', kept: '.txt,text/plain' } as const;

/** Is this evidence package what it says? Checked in this browser; nothing is sent anywhere. */
export function VerifyPage() {
  const t = useWords('verify');
  const check = usePackageCheck();
  const [isOver, setOver] = useState(false);
  const over = (event: DragEvent) => {
    event.preventDefault();
    setOver(true);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    check.drop([...event.dataTransfer.files]);
  };
  return (
    <Page title={t('title')} about={<p className="aside">{t('about')}</p>}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the fields in it do the same by keyboard */}
      <div
        className="verify"
        {...(isOver ? { 'data-over': true } : {})}
        onDragOver={over}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <div className="verify-choices">
          {kinds.map((kind) => (
            <Choice
              key={kind}
              kind={kind}
              file={check.files[kind] ?? null}
              onChoose={(file) => check.choose(kind, file)}
            />
          ))}
        </div>
        <div role="status" className="verify-said">
          {check.isRunning && (
            <>
              <Loader size="xs" /> {t('checking')}
            </>
          )}
        </div>
        {check.error !== null && <Trouble error={check.error} />}
        {check.outcome && <Result it={check.outcome} />}
      </div>
    </Page>
  );
}

function Choice({
  kind,
  file,
  onChoose,
}: {
  kind: Kind;
  file: File | null;
  onChoose: (file: File | null) => void;
}) {
  const t = useWords('verify');
  return (
    <section className="card panel" aria-labelledby={`verify-${kind}`}>
      <h2 id={`verify-${kind}`}>{t(`${kind}.title`)}</h2>
      <p className="aside" id={`verify-${kind}-about`}>
        {t(`${kind}.about`)}
      </p>
      <input
        // A field that a file was dropped beside shows it by the line below.
        key={file?.name ?? ''}
        type="file"
        accept={accepted[kind]}
        aria-labelledby={`verify-${kind}`}
        aria-describedby={`verify-${kind}-about`}
        onChange={(event) => onChoose(event.currentTarget.files?.[0] ?? null)}
      />
      {file && (
        <p className="verify-file">
          <span>{file.name}</span>
          <Button
            variant="subtle"
            size="compact-xs"
            leftSection={<IconX size={14} aria-hidden />}
            onClick={() => onChoose(null)}
          >
            {t('forget')}
          </Button>
        </p>
      )}
    </section>
  );
}

function Result({ it }: { it: Outcome }) {
  const t = useWords('verify');
  if (it.kind === 'unreadable') {
    return (
      <Banner tone="attention" title={t(`${it.of}.unreadable`, { name: it.name })}>
        <p lang="en">
          {it.name} {it.because}
        </p>
      </Banner>
    );
  }
  const { holds, fails, signedBy } = it.verdict;
  return (
    <>
      <Said it={it} />
      <section className="card panel">
        <h2>{t('checks')}</h2>
        <ul className="verify-checks" lang="en">
          {holds.map(({ name, detail }) => (
            <li key={`${name} ${detail}`} data-tone="good">
              <IconCircleCheckFilled size={16} aria-hidden />
              <span>
                <b>{name}</b> {detail}
              </span>
            </li>
          ))}
          {fails && (
            <li data-tone="attention">
              <IconAlertTriangle size={16} aria-hidden />
              <span>
                <b>{fails.name}</b> {fails.detail}
              </span>
            </li>
          )}
        </ul>
        {fails && <p className="aside">{t('notLooked')}</p>}
        {!it.withStamps && <p className="aside">{t('noStamps')}</p>}
        {!it.withKept && <p className="aside">{t('noKept')}</p>}
      </section>
      {signedBy.length > 0 && (
        <section className="card panel">
          <h2>{t('keys')}</h2>
          <p className="aside">{t('keysAbout')}</p>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
          <pre className="verify-keys" tabIndex={0}>
            {signedBy.filter((key) => key.length < 300).join('\n')}
          </pre>
        </section>
      )}
    </>
  );
}

/** The verdict, in plain words. */
function Said({ it: { name, verdict, keysFrom } }: { it: Outcome & { kind: 'checked' } }) {
  const t = useWords('verify');
  if (verdict.fails) {
    return (
      <Banner tone="attention" title={t('bad', { name })}>
        <p lang="en">
          <b>{verdict.fails.name}:</b> {verdict.fails.detail}
        </p>
        <p>{t('badDo')}</p>
      </Banner>
    );
  }
  return (
    <Banner
      tone={keysFrom === 'package' ? 'due-soon' : 'good'}
      title={t(keysFrom === 'package' ? 'whole' : 'good', { name })}
    >
      <p>{t(`by.${keysFrom}`)}</p>
    </Banner>
  );
}

function Banner({
  tone,
  title,
  children,
}: {
  tone: 'good' | 'due-soon' | 'attention';
  title: string;
  children: React.ReactNode;
}) {
  const Icon = tone === 'good' ? IconCircleCheckFilled : IconAlertTriangle;
  return (
    <Alert
      role={tone === 'attention' ? 'alert' : 'status'}
      color={`var(--${tone})`}
      variant="outline"
      icon={<Icon size={18} aria-hidden />}
      title={title}
      className="verify-verdict"
      data-tone={tone}
    >
      {children}
    </Alert>
  );
}
