import { IconDownload } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { EvidenceOrder } from '#api/contract/evidence.ts';
import { act } from '../lib/api.ts';
import { takeFile } from '../lib/files.ts';
import { useRead } from '../lib/queries.ts';
import { signedWhereNeeded } from '../lib/step-up.ts';
import { addWords, currentLanguage, useWords } from '../lib/words.ts';
import de from '../words/de/package.json' with { type: 'json' };
import en from '../words/en/package.json' with { type: 'json' };
import { Ask } from './ask.tsx';
import { Go } from './go.tsx';
import { Refused } from './refused.tsx';

addWords('package', { en, de });

const lookMs = 1_000;

/** Orders an evidence package, says how it stands until it is ready, and hands it out. */
export function PackageDialog({
  title,
  path,
  body = {},
  onClose,
}: {
  title: string;
  /** Where it is ordered, such as `/cases/01KA…/evidence`. */
  path: string;
  body?: Readonly<Record<string, string>>;
  onClose: () => void;
}) {
  const t = useWords('package');
  // Nothing that pages show changes by it, so nothing is read anew before it goes on.
  const ask = useMutation<EvidenceOrder, Error>({
    mutationFn: () =>
      signedWhereNeeded(() =>
        act<EvidenceOrder>('POST', path, { ...body, language: currentLanguage() }),
      ),
  });
  const order = useOrder(ask.data);
  const [file, setFile] = useState<{ isBusy: boolean; isTaken: boolean; error: unknown }>({
    ...{ isBusy: false, isTaken: false, error: null },
  });
  const take = async () => {
    setFile({ isBusy: true, isTaken: false, error: null });
    await takeFile(`/evidence/${order.found?.id}/file`).then(
      () => setFile({ isBusy: false, isTaken: true, error: null }),
      (error: unknown) => setFile({ isBusy: false, isTaken: false, error }),
    );
  };
  const status = order.found?.status;
  return (
    <Ask
      title={title}
      effects={[t('about')]}
      verb={t(status === 'made' ? 'download' : 'make')}
      isBusy={ask.isPending || status === 'waiting' || file.isBusy}
      error={ask.error ?? order.error ?? file.error}
      onDo={() => (status === 'made' ? void take() : ask.mutate())}
      onClose={onClose}
    >
      <div role="status">
        {status === 'waiting' && <p>{t('waiting')}</p>}
        {status === 'made' && <Made it={order.found!} isTaken={file.isTaken} />}
      </div>
      {status === 'failed' && <Refused error={new Error(order.found?.because ?? '')} />}
    </Ask>
  );
}

/** How an order stands; asked until that is said for good. */
function useOrder(asked: EvidenceOrder | undefined) {
  const [isOver, setOver] = useState<string | null>(null);
  const { data, error } = useRead<EvidenceOrder>(
    `/evidence/${asked?.id}`,
    {},
    {
      enabled: asked !== undefined && isOver !== asked.id,
      refetchInterval: lookMs,
    },
  );
  const found = asked && data?.id === asked.id ? data : asked;
  if (found && found.status !== 'waiting' && isOver !== found.id) setOver(found.id);
  return { found, error };
}

function Made({ it, isTaken }: { it: EvidenceOrder; isTaken: boolean }) {
  const t = useWords('package');
  return (
    <>
      <p>
        <IconDownload size={16} aria-hidden />{' '}
        {t(it.personalValues ? 'madePersonal' : 'made', {
          size: Math.ceil((it.size ?? 0) / 1_024),
        })}
      </p>
      <p className="aside">
        {isTaken && `${t('taken')} `}
        <Go to="/verify">{t('check')}</Go>
      </p>
    </>
  );
}
