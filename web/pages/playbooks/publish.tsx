import { Button, Modal } from '@mantine/core';
import type { Playbook, PlaybookChecked, PlaybookSummary } from '#api/contract/playbooks.ts';
import type { SettingsDocument } from '#api/contract/settings.ts';
import type { Playbook as Document } from '#core/playbook.ts';
import { useAct, useRead } from '../../lib/queries.ts';
import { useSession } from '../../lib/session.ts';
import { useWords } from '../../lib/words.ts';
import { Refused } from '../../ui/refused.tsx';
import '../../ui/form.css';
import { InWords } from './in-words.tsx';

/** Makes a draft the version that new departures follow; what changes by it is said first. */
export function Publish({
  of,
  live,
  isAsked,
  onClose,
}: {
  of: PlaybookSummary;
  live: PlaybookSummary | null;
  isAsked: boolean;
  onClose: () => void;
}) {
  const t = useWords('playbooks');
  return (
    <Modal
      opened={isAsked}
      onClose={onClose}
      size="lg"
      title={t('publishTitle', { title: of.title, number: of.number })}
      closeButtonProps={{ 'aria-label': t('cancel') }}
    >
      {isAsked && <Asked of={of} live={live} onClose={onClose} />}
    </Modal>
  );
}

function Asked({
  of,
  live,
  onClose,
}: {
  of: PlaybookSummary;
  live: PlaybookSummary | null;
  onClose: () => void;
}) {
  const t = useWords('playbooks');
  const { user } = useSession();
  const settings = useRead<SettingsDocument>('/settings');
  const after = useRead<Playbook>(`/playbooks/${encodeURIComponent(of.id)}`);
  const before = useRead<Playbook>(
    `/playbooks/${encodeURIComponent(live?.id ?? '')}`,
    {},
    { enabled: live !== null },
  );
  const publish = useAct<PlaybookChecked>();
  const needsAnother = settings.data?.playbooks.secondPerson && of.author === user.id;
  return (
    <div className="form">
      <p>{live ? t('publishOver', { number: live.number }) : t('publishFirst')}</p>
      {of.note && <blockquote className="note">{of.note}</blockquote>}
      {live && before.data && after.data && (
        <InWords
          before={before.data.document as Document | null}
          after={after.data.document as Document | null}
        />
      )}
      {needsAnother && <p className="warning">{t('needsAnother')}</p>}
      <Refused error={publish.error} />
      <div className="form-acts">
        <Button
          loading={publish.isPending}
          onClick={() =>
            publish.mutate(
              {
                method: 'POST',
                path: `/playbooks/${encodeURIComponent(of.id)}/publish`,
                // Whatever was shown here is what it takes the place of.
                body: { over: live?.id ?? null },
              },
              { onSuccess: onClose },
            )
          }
        >
          {t('publishAct', { number: of.number })}
        </Button>
        {needsAnother && (
          <Button
            variant="default"
            onClick={() => void navigator.clipboard?.writeText(window.location.href)}
          >
            {t('copyAddress')}
          </Button>
        )}
      </div>
    </div>
  );
}
