import type { PersonFacts } from './person.ts';

/** Why nothing private can be sent to somebody. */
export type NoPrivateAddress = 'none' | 'the work address' | 'at the company';

/**
 * The private address of a person, for what must not reach a mailbox of the company. Whoever has the same
 * domain as the address at work is reached there, and so is who has one above or below it.
 */
export function privateAddressOf({
  email,
  personalEmail,
}: Pick<PersonFacts, 'email' | 'personalEmail'>): { address: string } | { not: NoPrivateAddress } {
  const address = personalEmail?.trim().toLowerCase() ?? '';
  if (!/^[^@\s]+@[^@\s]+$/.test(address)) return { not: 'none' };
  if (address === email.trim().toLowerCase()) return { not: 'the work address' };
  const [own, work] = [domainOf(address), domainOf(email)];
  const isCompany = own === work || own.endsWith(`.${work}`) || work.endsWith(`.${own}`);
  return isCompany ? { not: 'at the company' } : { address };
}

/** In the form that DNS knows, whichever way it was written. */
function domainOf(address: string): string {
  const domain = address
    .slice(address.lastIndexOf('@') + 1)
    .trim()
    .replace(/\.$/, '');
  return URL.canParse(`http://${domain}`)
    ? new URL(`http://${domain}`).hostname
    : domain.toLowerCase();
}
