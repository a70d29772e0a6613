/** How things are told to a person: by their names, in the order they are in. */
export const namesOf = (things: readonly { readonly name: string }[]): string =>
  things.map(({ name }) => name).join(', ');
