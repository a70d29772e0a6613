import { Alert, Button, Skeleton, Stack } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { ApiProblem, noConnection } from '../lib/api.ts';
import { useWords } from '../lib/words.ts';

/**
 * What was read, or that it is being read, or why it cannot be. What was read before stays while it is
 * read anew, and when that fails.
 */
export function Loaded<Answer>({
  query,
  skeleton,
  children,
}: {
  query: UseQueryResult<Answer, Error>;
  /** As the real thing will lie there. Default: some lines. */
  skeleton?: ReactNode;
  children: (found: Answer) => ReactNode;
}) {
  if (query.data !== undefined) {
    return (
      <>
        {query.isError && <Trouble error={query.error} onAgain={() => query.refetch()} />}
        {children(query.data)}
      </>
    );
  }
  if (query.isError) return <Trouble error={query.error} onAgain={() => query.refetch()} />;
  return <Later>{skeleton ?? <Lines />}</Later>;
}

/** What did not work, what to do, and under which number the server's log knows it. */
export function Trouble({ error, onAgain }: { error: unknown; onAgain?: () => void }) {
  const t = useWords();
  const problem = error instanceof ApiProblem ? error : null;
  const detail =
    problem?.kind === noConnection
      ? t('noConnection')
      : error instanceof Error
        ? error.message
        : '';
  return (
    <Alert
      role="alert"
      color="var(--attention)"
      variant="outline"
      icon={<IconAlertTriangle size={18} aria-hidden />}
      title={t('couldNotLoad')}
      mb="lg"
    >
      <Stack gap="sm" align="flex-start">
        <span>{detail || t('noDetail')}</span>
        {problem?.reference && <span>{t('reference', { number: problem.reference })}</span>}
        {onAgain && (
          <Button variant="default" onClick={onAgain}>
            {t('tryAgain')}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

/** What comes at once must not flicker. */
function Later({ children }: { children: ReactNode }) {
  const t = useWords();
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 150);
    return () => clearTimeout(timer);
  }, []);
  if (!isLate) return null;
  return (
    <div role="status" aria-label={t('loading')}>
      {children}
    </div>
  );
}

const Lines = () => (
  <Stack gap="sm">
    {[60, 90, 75, 85].map((width) => (
      <Skeleton key={width} height={24} width={`${width}%`} />
    ))}
  </Stack>
);

/** Where nothing is: one sentence about what belongs here, and what to press. */
export function Empty({ children, act }: { children: ReactNode; act?: ReactNode }) {
  return (
    <div className="empty">
      <p>{children}</p>
      {act}
    </div>
  );
}
