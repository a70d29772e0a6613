/**
 * The login of whoever has this address; null: none can have it. With a `domain` people sign in with what stands
 * before the @, and the same before another domain is somebody else.
 */
export function loginFor(email: string, domain: string | undefined): string | null {
  if (domain === undefined) return email;
  const at = email.lastIndexOf('@');
  const isTheirs = email.slice(at + 1).toLowerCase() === domain.toLowerCase();
  return at > 0 && isTheirs ? email.slice(0, at) : null;
}
