import { Alert } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { ApiProblem, noConnection, noPasskey } from '../lib/api.ts';
import { NotSigned } from '../lib/not-signed.ts';
import { useWords } from '../lib/words.ts';
import { Go } from './go.tsx';

/** Why something was not done: in the server's words, what was wrong where, and the number its log knows it by. */
export function Refused({
  error,
  others,
  more,
}: {
  /** Nothing is shown while there is none. */
  error: unknown;
  /** What is said of single fields. Default: all of it; less where fields show their own. */
  others?: ApiProblem['fields'];
  /** What follows from it. */
  more?: ReactNode;
}) {
  const t = useWords();
  if (!error) return null;
  const problem = error instanceof ApiProblem ? error : null;
  const fields = others ?? problem?.fields ?? [];
  return (
    <Alert
      role="alert"
      color="var(--attention)"
      variant="outline"
      icon={<IconAlertTriangle size={18} aria-hidden />}
      title={t('notDone')}
      className="refused"
    >
      {t(wordsOf(error), { said: error instanceof Error ? error.message : '' })}
      {fields.length > 0 && (
        <ul>
          {fields.map(({ at, problem: text }) => (
            <li key={`${at} ${text}`}>
              <code>{at}</code> {text}
            </li>
          ))}
        </ul>
      )}
      {problem?.kind === noPasskey && (
        <p>
          <Go to="/account">{t('howYouSignIn')}</Go>
        </p>
      )}
      {more}
      {problem?.reference && (
        <p className="aside">{t('reference', { number: problem.reference })}</p>
      )}
    </Alert>
  );
}

/** The words for an error; `said` is what the server said. */
function wordsOf(error: unknown): string {
  // A browser that does not sign says why in its own words, which are for programs.
  if (error instanceof NotSigned || error instanceof DOMException) return 'notSigned';
  const words = error instanceof ApiProblem ? wordsOfKind[error.kind] : undefined;
  if (words) return words;
  return error instanceof Error && error.message ? 'said' : 'noDetail';
}

/** What the page can say better than the server, which does not know what is on the screen. */
const wordsOfKind: Readonly<Record<string, string>> = {
  [noConnection]: 'noConnection',
  [noPasskey]: 'noPasskey',
  'step-up-needed': 'notSigned',
};

/** What the server said of one field, such as `departure.kind`; undefined: nothing. */
export function problemAt(error: unknown, ...fields: readonly string[]): string | undefined {
  if (!(error instanceof ApiProblem)) return undefined;
  return error.fields.find(({ at }) => fields.includes(at))?.problem;
}
