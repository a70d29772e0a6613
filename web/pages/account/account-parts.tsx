import { Alert, Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { ApiProblem, noConnection } from '../../lib/api.ts';
import { useWords } from '../../lib/words.ts';
import './account.css';

/** A small act on a row; `label` says on which. */
export function AccountButton({
  label,
  isBusy = false,
  onPress,
  children,
}: {
  label: string;
  isBusy?: boolean;
  onPress: () => void;
  children: ReactNode;
}) {
  return (
    <Button variant="default" aria-label={label} loading={isBusy} onClick={onPress}>
      {children}
    </Button>
  );
}

/** Why something was not done, in the server's words where it has some. */
export function Problem({ error }: { error: unknown }) {
  const t = useWords('account');
  const said = () => {
    if (!(error instanceof ApiProblem)) return t('notSigned');
    if (error.kind === noConnection) return t('common:noConnection');
    return [error.message, ...error.fields.map(({ problem }) => problem)].join(' ');
  };
  return (
    <Alert role="alert" color="var(--attention)" variant="outline">
      {said()}
    </Alert>
  );
}
