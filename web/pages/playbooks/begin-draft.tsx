import { Button } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import type { Playbook, PlaybookDraft, PlaybookDraftPage } from '#api/contract/playbooks.ts';
import { useEverything } from '../../lib/everything.ts';
import { useAct } from '../../lib/queries.ts';
import { useMay } from '../../lib/session.ts';
import { useWords } from '../../lib/words.ts';
import { Refused } from '../../ui/refused.tsx';
import { draftPath } from './use-draft.ts';

/** One's own drafts, by the name of the playbook. */
export function useDrafts(): ReadonlyMap<string, PlaybookDraftPage['items'][number]> {
  const enabled = useMay('playbook.write');
  const { data = [] } = useEverything<PlaybookDraftPage>('/playbook-drafts', {}, { enabled });
  return new Map(data.map((it) => [it.name, it]));
}

/** Begins a draft of a version, or goes on with the one there is. Of an earlier version it brings that one back. */
export function BeginDraft({ of }: { of: Playbook }) {
  const t = useWords('builder');
  const drafts = useDrafts();
  const navigate = useNavigate();
  const begin = useAct<PlaybookDraft>();
  const draft = drafts.get(of.name);
  if (draft) {
    return (
      <Button variant="default" component={Link} to={`/playbooks/${of.name}/draft`}>
        {t('goOn')}
      </Button>
    );
  }
  const to = { to: '/playbooks/$name/draft', params: { name: of.name } } as const;
  return (
    <>
      <Button
        variant="default"
        loading={begin.isPending}
        onClick={() =>
          begin.mutate(
            { method: 'PUT', path: draftPath(of.name), body: { text: of.text, version: null } },
            { onSuccess: () => void navigate(to) },
          )
        }
      >
        {t(of.status === 'retired' ? 'restore' : 'begin')}
      </Button>
      <Refused error={begin.error} />
    </>
  );
}
