import { InvalidArgumentError, Option } from 'commander';

/** An option that takes a whole number. */
export const countOption = (flags: string, description: string, least: number, most: number) =>
  new Option(flags, description).argParser((text) => {
    const count = Number(text);
    if (/^\d+$/.test(text) && count >= least && count <= most) return count;
    throw new InvalidArgumentError(`Expected a number from ${least} to ${most}.`);
  });
