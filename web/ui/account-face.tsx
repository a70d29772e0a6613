import { IconUser } from '@tabler/icons-react';
import type { ComponentPropsWithRef } from 'react';

/** Who is signed in, as a button. */
export function AccountFace({
  name,
  className = '',
  ...rest
}: { name: string } & Omit<ComponentPropsWithRef<'button'>, 'name'>) {
  return (
    <button {...rest} type="button" className={`account ${className}`}>
      <IconUser size={18} aria-hidden />
      <span>{name}</span>
    </button>
  );
}
