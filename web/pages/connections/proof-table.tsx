import { IconCheck, IconCircleCheckFilled, IconUserCheck } from '@tabler/icons-react';
import type { ConnectionDetail } from '#api/contract/connections.ts';
import { useWords } from '../../lib/words.ts';
import { StandingBadge } from '../../ui/standing.tsx';
import { Wide } from '../../ui/wide.tsx';
import './words.ts';

const looks = {
  transition: { tone: 'good', icon: IconCircleCheckFilled },
  command: { tone: 'good-weak', icon: IconCheck },
  'by-hand': { tone: 'good-weak', icon: IconUserCheck },
} as const;

/** What can be asked of this system, and what its answer proves. */
export function ProofTable({ of }: { of: ConnectionDetail }) {
  const t = useWords('connections');
  return (
    <>
      {of.abilities.length > 0 && (
        <Wide label={t('stages.proof')}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t('can')}</th>
                <th scope="col">{t('proves')}</th>
                <th scope="col">{t('undo')}</th>
              </tr>
            </thead>
            <tbody>
              {of.abilities.map((it) => (
                <tr key={it.capability}>
                  <td>
                    {t(`capabilities.${it.capability}`)}
                    <span className="under">{it.summary}</span>
                  </td>
                  <td>
                    <StandingBadge look={looks[it.kind]}>{t(`proofs.${it.kind}`)}</StandingBadge>
                  </td>
                  <td>{it.canBeUndone ? t('canBeUndone') : t('cannotBeUndone')}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      )}
      <ul className="plain-list part-about">
        {of.abilities.length === 0 && <li>{t('canNothing')}</li>}
        {of.holdsAccounts && <li>{t('holdsAccounts')}</li>}
        {of.otherUses.map((it) => (
          <li key={it}>{t(`uses.${it}`)}</li>
        ))}
      </ul>
    </>
  );
}
