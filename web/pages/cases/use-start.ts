import { useMutation } from '@tanstack/react-query';
import type { UseNavigateResult } from '@tanstack/react-router';
import type { Requested } from '#api/contract/cases.ts';
import { act } from '../../lib/api.ts';
import { queries } from '../../lib/queries.ts';
import { useWords } from '../../lib/words.ts';
import { say } from '../../ui/notices.tsx';
import { type Draft, departureIn } from './request-draft.ts';

/** What came of a request: the departure, and why nobody could be named who takes over. */
interface Started {
  readonly requested: Requested;
  readonly notNamed: string | null;
}

/** Starts the departure, names who takes over, and goes to it. */
export function useStart(navigate: UseNavigateResult<string>, onStarted: () => void) {
  const t = useWords('request');
  const started = useMutation<Started, Error, Draft>({
    mutationFn: async (draft) => {
      const requested = await act<Requested>('POST', '/cases', {
        personId: draft.person?.personId,
        departure: departureIn(draft),
      });
      return { requested, notNamed: await nameSuccessor(requested, draft) };
    },
    onSuccess: ({ requested, notNamed }) => {
      onStarted();
      const { caseId, detail } = requested;
      const message = caseId === null ? t('waiting', { detail }) : detail;
      const closeButtonProps = { 'aria-label': t('common:close') };
      void say({ message, closeButtonProps });
      if (notNamed !== null)
        void say({
          message: t('notNamed', { why: notNamed }),
          closeButtonProps,
          autoClose: false,
        });
      if (caseId === null) void navigate({ to: '/departures' });
      else void navigate({ to: '/departures/$caseId', params: { caseId } });
    },
    onSettled: () => queries.invalidateQueries(),
  });
  return { start: started.mutate, isBusy: started.isPending, error: started.error };

  /** Null: named, or nobody was to be. The departure has begun by now, so a refusal does not undo it. */
  async function nameSuccessor(
    { caseId }: Requested,
    { successor }: Draft,
  ): Promise<string | null> {
    if (!successor) return null;
    if (caseId === null) return t('notNamedYet');
    try {
      const body = { successor: successor.personId };
      await act('POST', `/cases/${caseId}/change`, body);
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
}
