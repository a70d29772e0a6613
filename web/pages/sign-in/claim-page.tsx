import { Alert, Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { signIn } from '../../lib/api.ts';
import { queries } from '../../lib/queries.ts';
import { sessionQuery } from '../../lib/session.ts';
import { addWords, useWords } from '../../lib/words.ts';
import { Doorstep } from '../../ui/doorstep.tsx';
import de from '../../words/de/sign-in.json' with { type: 'json' };
import en from '../../words/en/sign-in.json' with { type: 'json' };

addWords('sign-in', { en, de });

/**
 * Signs in with a link that was made on the server. It is used up by pressing, not by opening: whatever
 * looks at links in mails and chats must not use it up.
 */
export function ClaimPage() {
  const t = useWords('sign-in');
  const [link] = useState(() => window.location.hash.slice(1));
  const claim = useMutation({
    mutationFn: () => signIn('/claim', { link }),
    onSuccess: async () => {
      await queries.resetQueries({ queryKey: sessionQuery.queryKey });
      window.location.replace('/');
    },
  });
  return (
    <Doorstep title={t('claimTitle')}>
      <p>{t('claimAbout')}</p>
      {claim.isError && (
        <Alert role="alert" color="var(--attention)" variant="outline">
          {claim.error.message}
        </Alert>
      )}
      <Button
        size="md"
        fullWidth
        loading={claim.isPending || claim.isSuccess}
        disabled={link === ''}
        onClick={() => claim.mutate()}
      >
        {t('claim')}
      </Button>
    </Doorstep>
  );
}
