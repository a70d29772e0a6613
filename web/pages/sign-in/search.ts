/** What the address of the sign-in page says. */
export interface SignInSearch {
  /** Where somebody wanted to go. */
  readonly to?: string;
  /** Why single sign-on did not let them in: a code of the API. */
  readonly problem?: string;
}

export function signInSearch(it: Readonly<Record<string, unknown>>): SignInSearch {
  const { to, problem } = it;
  return {
    ...(typeof to === 'string' ? { to } : {}),
    ...(typeof problem === 'string' ? { problem } : {}),
  };
}
