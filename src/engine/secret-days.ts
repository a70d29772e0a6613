import { raiseAlert, resolveAlerts } from '#store/alerts.ts';
import { pastSecretAlerts, type SecretRunningOut, untoldSecrets } from '#store/secret-days.ts';
import type { Engine } from './engine.ts';

/**
 * Tells of secrets that run out: 30, 7 and 1 days ahead, and once they have. Each time is an alert of its own, so
 * that whoever said weeks ago that they see to it is told again.
 */
export async function tellOfSecretsRunningOut({ pool }: Pick<Engine, 'pool'>): Promise<void> {
  for (const condition of await pastSecretAlerts(pool)) await resolveAlerts(pool, condition);
  for (const it of await untoldSecrets(pool)) {
    await raiseAlert(pool, {
      condition: it.condition,
      kind: 'secret.expiring',
      title: it.daysLeft < 0 ? 'A secret has run out' : 'A secret runs out soon',
      body:
        `The secret “${it.secret}” of ${it.name} (${it.connectionId}) ${whenText(it)}. ` +
        'Until it is replaced, steps there will wait. Get a new one and enter it with its day, on the page of the ' +
        `connection or with gatehouse connection add. If the day is wrong: gatehouse connection secret-day ` +
        `${it.connectionId} ${it.secret} DAY.`,
      caseId: null,
      stepId: null,
      connectionId: it.connectionId,
      confidential: false,
    });
  }
}

function whenText({ day, daysLeft }: SecretRunningOut): string {
  if (daysLeft < 0) return `ran out on ${day}`;
  if (daysLeft === 0) return `runs out today, ${day}`;
  return `runs out on ${day}, ${daysLeft === 1 ? 'tomorrow' : `in ${daysLeft} days`}`;
}
