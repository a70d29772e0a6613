import { Alert } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { ApiProblem, noConnection } from '../lib/api.ts';
import { useWords } from '../lib/words.ts';
import type { FieldProblem } from './form-fields.ts';

/** What the server said when it did not do what it was asked; nothing was changed. */
export function ActProblem({
  error,
  others,
}: {
  error: unknown;
  /** What is said of single fields. Default: all of it; less where fields show their own. */
  others?: readonly FieldProblem[];
}) {
  const t = useWords('form');
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
    >
      {problem?.kind === noConnection
        ? t('common:noConnection')
        : (error instanceof Error && error.message) || t('common:noDetail')}
      {fields.length > 0 && (
        <ul className="problems">
          {fields.map(({ at, problem: text }) => (
            <li key={`${at} ${text}`}>
              <code>{at}</code> {text}
            </li>
          ))}
        </ul>
      )}
      {problem?.reference && problem.status >= 500 && (
        <p className="problems">{t('common:reference', { number: problem.reference })}</p>
      )}
    </Alert>
  );
}
