import { Link } from '@tanstack/react-router';
import type { Case } from '#api/contract/cases.ts';
import type { Step } from '#api/contract/steps.ts';
import { useNow } from '../../lib/clock.ts';
import { useConnectionNames } from '../../lib/connections.ts';
import { momentText } from '../../lib/moments.ts';
import { currentLanguage, useWords } from '../../lib/words.ts';
import { Go } from '../../ui/go.tsx';
import { Empty } from '../../ui/loaded.tsx';
import { looks, StandingBadge } from '../../ui/standing.tsx';
import { StateView } from '../../ui/state-view.tsx';
import { checksOf, firstDue, proofsOf } from './proofs.ts';
import { standingOf } from './step-standing.ts';
import { saidOf } from './step-words.ts';
import { type CaseFacts, useCaseFacts } from './use-case-facts.ts';

/** What each system held before, what it was told, what it held after, and what later looks found. */
export function ProofTab({ it }: { it: Case }) {
  const t = useWords('departure');
  const now = useNow();
  const nameOf = useConnectionNames();
  const facts = useCaseFacts(it.id);
  const systems = proofsOf(it.steps);
  if (systems.length === 0) {
    const first = firstDue(it.steps);
    return (
      <Empty>
        {first === null
          ? t('proof.none')
          : t('proof.noneUntil', { when: momentText(first, it.zone, currentLanguage(), now) })}
      </Empty>
    );
  }
  return (
    <>
      {systems.map(({ connection, steps }) => (
        <section key={connection ?? ''} className="card proof">
          <h2>{connection === null ? t('proof.noSystem') : nameOf(connection)}</h2>
          {steps.map((step) => (
            <StepProof key={step.id} step={step} it={it} facts={facts} />
          ))}
        </section>
      ))}
      <p>
        <Go to="/verify">{t('proof.checkPackage')}</Go>
      </p>
    </>
  );
}

function StepProof({ step, it, facts }: { step: Step; it: Case; facts: CaseFacts }) {
  const t = useWords('departure');
  const standing = standingOf(step, it);
  const { key, values } = saidOf({ step, standing }, it, false);
  const at = (moment: string) => momentText(moment, it.zone, currentLanguage(), new Date());
  const checks = facts === 'hidden' ? [] : checksOf(step.id, facts);
  return (
    <div className="step-proof">
      <div className="chips">
        <StandingBadge look={looks[standing]}>{t(key, values ?? {})}</StandingBadge>
        <Link
          from="/departures/$caseId"
          to="."
          search={(now) => ({ ...now, step: step.id })}
          className="step-title"
        >
          {step.title}
        </Link>
        {step.account && <span className="aside">{step.account.login}</span>}
      </div>
      {step.summary && <p>{step.summary}</p>}
      <p className="aside">
        {[
          step.appliedAt ? t('proof.sent', { when: at(step.appliedAt) }) : t('proof.nothingSent'),
          ...(step.settledAt ? [t(`proof.by.${step.grade}`, { when: at(step.settledAt) })] : []),
        ].join(' · ')}
      </p>
      <StateView before={step.stateBefore} after={step.stateAfter} />
      {checks.length > 0 && (
        <ul className="checks">
          {checks.map((check) => (
            <li key={check.at} data-tone={check.holds ? 'good' : 'attention'}>
              {t(check.holds ? 'proof.holds' : 'proof.openAgain', { when: at(check.at) })}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
