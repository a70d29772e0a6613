import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import './account.css';

/** A small act on a row; `label` says on which. */
export function AccountButton({
  label,
  isBusy = false,
  onPress,
  children,
}: {
  label: string;
  isBusy?: boolean;
  onPress: () => void;
  children: ReactNode;
}) {
  return (
    <Button variant="default" aria-label={label} loading={isBusy} onClick={onPress}>
      {children}
    </Button>
  );
}
